//! Segments: named groups of customers.

mod list;

use ballroom_entity::{
    id::SegmentId,
    segment::{ActiveModel, Model},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

pub use list::{SegmentFilter, SegmentSort, Segments};

use super::{access::Manage, check, sent::Outcome};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// Makes a segment, or gives the one with this key another name, if one is given; null: its key.
pub async fn create(
    store: &Store,
    by: Manage,
    key: &str,
    name: Option<Option<&str>>,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let made = insert_in(&mut tx, key, name).await?;
    if made.1 != Outcome::Unchanged {
        tx.dimensions_changed().await?;
    }
    tx.commit().await?;
    Ok(made)
}

/// The same inside a transaction; the caller must call [`Transaction::dimensions_changed`] afterwards.
pub(crate) async fn insert_in(
    tx: &mut Transaction,
    key: &str,
    name: Option<Option<&str>>,
) -> Result<(Model, Outcome), Error> {
    let key = check::key("key", key)?;
    let name = match name {
        None => None,
        Some(None) => Some(key.clone()),
        Some(Some(name)) => Some(check::name("name", name)?),
    };
    if let Some(there) = tx.dimensions().known_segment(&key) {
        let mut after = there.clone();
        if let Some(name) = name {
            after.name = name;
        }
        if after == *there {
            return Ok((after, Outcome::Unchanged));
        }
        after.updated_at = tx.at;
        let after = after.into_active_model().reset_all().update(tx.db()).await?;
        tx.emit(Event::SegmentUpdated(after.id));
        return Ok((after, Outcome::Updated));
    }
    let name = name.unwrap_or_else(|| key.clone());
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(SegmentId::new()),
        key: Set(key),
        name: Set(name),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
    };
    let row = row.insert(tx.db()).await?;
    tx.emit(Event::SegmentCreated(row.id));
    Ok((row, Outcome::Created))
}

/// Gives a segment another name.
pub async fn rename(
    store: &Store,
    by: Manage,
    segment: &str,
    name: &str,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let mut row = tx.dimensions().segment("segment", segment)?.clone().into_active_model();
    row.name = Set(check::name("name", name)?);
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::SegmentUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}
