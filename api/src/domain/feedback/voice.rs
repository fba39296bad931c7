//! One voice per customer, feature, scale and day.

use ballroom_entity::feedback::{Column, Entity, Model};
use sea_orm::{ColumnTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::rated::tally;
use crate::{base::error::Error, domain::feedback, transaction::Transaction};

/// The voice that a response is given with: a hash of product, feature, scale, customer and day; none if it is
/// anonymous or has no rating. One 8-byte column is a far smaller index on the hot table than the five that it stands for, and
/// [`same`] resolves collisions.
pub(crate) fn of(row: &Model) -> Option<i64> {
    let (customer, scale) = (row.customer_id?, row.scale_id?);
    let mut hash = Sha256::new();
    hash.update(row.product_id.0.as_bytes());
    hash.update(row.feature_id.map(|id| id.0).unwrap_or_default().as_bytes());
    hash.update(scale.0.as_bytes());
    hash.update(customer.0.as_bytes());
    hash.update(row.day.to_string());
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hash.finalize());
    match i64::from_be_bytes([a, b, c, d, e, f, g, h]) {
        // Zero stands for null on the way into PostgreSQL.
        0 => Some(1),
        hash => Some(hash),
    }
}

/// Whether two responses are of the same voice.
pub(crate) fn same(a: &Model, b: &Model) -> bool {
    a.customer_id.is_some()
        && a.scale_id.is_some()
        && (a.customer_id, a.product_id, a.feature_id, a.scale_id, a.day)
            == (b.customer_id, b.product_id, b.feature_id, b.scale_id, b.day)
}

/// Whether the first response counts rather than the second, both being of one voice: the later one does.
pub(super) fn prevails(a: &Model, b: &Model) -> bool {
    (a.occurred_at, a.id) > (b.occurred_at, b.id)
}

/// Takes a response out of the counts; the last of the others of its voice counts instead. The row itself is
/// left to the caller.
pub(super) async fn leave(tx: &mut Transaction, row: &Model) -> Result<(), Error> {
    if !row.counted {
        return Ok(());
    }
    tally(tx, row, -1);
    let others = others(tx, row).await?;
    if let Some(last) = others.into_iter().reduce(|a, b| if prevails(&b, &a) { b } else { a }) {
        tally(tx, &last, 1);
        feedback::restore(tx, last).await?;
    }
    Ok(())
}

/// Adds a response to the counts if it is the last of its voice, and marks the row.
pub(super) async fn enter(tx: &mut Transaction, row: &mut Model) -> Result<(), Error> {
    let counted = others(tx, row).await?.into_iter().find(|other| other.counted);
    row.counted = row.level.is_some() && counted.as_ref().is_none_or(|counted| prevails(row, counted));
    if row.counted {
        tally(tx, row, 1);
        if let Some(counted) = counted {
            tally(tx, &counted, -1);
            feedback::exclude(tx, &[counted.id]).await?;
        }
    }
    Ok(())
}

async fn others(tx: &Transaction, row: &Model) -> Result<Vec<Model>, Error> {
    let Some(voice) = row.voice else { return Ok(Vec::new()) };
    let mut others = Entity::owned_by(tx.organization())
        .filter(Column::Voice.eq(voice))
        .filter(Column::Id.ne(row.id))
        .all(tx.db())
        .await?;
    others.retain(|other| same(other, row));
    Ok(others)
}
