//! Segments: named groups of customers.

use ballroom_entity::{
    id::SegmentId,
    segment::{ActiveModel, Model},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::{access::Manage, check, error::Error, reference::PublicId};
use crate::store::{Store, Transaction, about};

/// Makes a segment. The same again returns what is there.
pub async fn create(
    store: &Store,
    by: Manage,
    key: &str,
    name: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let row = insert_in(&mut tx, key, name).await?;
    tx.dimensions_changed().await?;
    tx.commit().await?;
    Ok(row)
}

/// The same inside a transaction, which must be told that its dimensions have changed.
pub(crate) async fn insert_in(tx: &mut Transaction, key: &str, name: Option<&str>) -> Result<Model, Error> {
    let key = check::key("key", key)?;
    let name = check::name("name", name.unwrap_or(&key))?;
    if let Ok(there) = tx.dimensions().segment("key", &key) {
        return if there.name == name {
            Ok(there.clone())
        } else {
            Err(Error::conflict("key", format!("there is another segment \"{key}\"")))
        };
    }
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(SegmentId::new()),
        key: Set(key),
        name: Set(name),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
    };
    let row = row.insert(tx.db()).await?;
    tx.tell("segment.created", about(row.id));
    Ok(row)
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
    tx.tell("segment.updated", about(row.id));
    tx.commit().await?;
    Ok(row)
}
