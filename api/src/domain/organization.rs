//! Organizations.

mod gate;
mod settings;

use ballroom_entity::{id::OrganizationId, organization, scale};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};

pub use gate::{GateChanges, GateThresholds, gate};
pub use settings::{Changes, IncidentWeight, change, incident_weights, weights};

use super::{check, scale as scales, sent::Outcome};
use crate::{
    base::{error::Error, reference::PublicId, text},
    store::Store,
};

/// The longest key, in characters.
const KEY_LENGTH: usize = 64;

/// The key of the organization that exists from the first start.
pub const FIRST: &str = "main";

/// The organization with this key, if there is one.
pub async fn find_by_key(store: &Store, key: &str) -> Result<Option<organization::Model>, Error> {
    if key.contains('\0') {
        return Ok(None);
    }
    Ok(organization::Entity::find().filter(organization::Column::Key.eq(key)).one(store.reader()).await?)
}

/// The organization with this ID.
pub async fn find(store: &Store, id: OrganizationId) -> Result<organization::Model, Error> {
    let found = organization::Entity::find_by_id(id).one(store.reader()).await?;
    found.ok_or_else(|| Error::not_found("organization", "organization", id.public()))
}

/// Every organization, for the work that is done for each.
pub async fn all(store: &Store) -> Result<Vec<organization::Model>, Error> {
    let all = organization::Entity::find().order_by_asc(organization::Column::Id);
    Ok(all.all(store.reader()).await?)
}

/// The organization with this ID or key.
pub async fn referenced(store: &Store, field: &str, reference: &str) -> Result<organization::Model, Error> {
    if let Some(id) = OrganizationId::parse(reference.trim()) {
        let found = organization::Entity::find_by_id(id).one(store.reader()).await?;
        return found.ok_or_else(|| Error::not_found(field, "organization", reference));
    }
    let forms = text::forms(reference);
    let found = organization::Entity::find().filter(organization::Column::Key.is_in(forms));
    match found.one(store.reader()).await? {
        Some(found) => Ok(found),
        None => {
            let all = all(store).await?;
            let keys = all.iter().map(|row| row.key.as_str());
            Err(Error::not_found(field, "organization", reference).or_near(keys))
        }
    }
}

/// The first organization: the one with the key `main`, else the oldest; created if the database is new. Returns whether it
/// was.
pub async fn first(store: &Store, at: DateTime<Utc>) -> Result<(organization::Model, bool), Error> {
    let there = match find_by_key(store, FIRST).await? {
        Some(found) => Some(found),
        None => all(store).await?.into_iter().next(),
    };
    match there {
        Some(found) => Ok((found, false)),
        None => match found(store, FIRST, "Main", at).await {
            Ok(founded) => Ok((founded, true)),
            // A concurrent process may have been faster.
            Err(error) => find_by_key(store, FIRST).await?.map(|found| (found, false)).ok_or(error),
        },
    }
}

/// Creates an organization, or renames the one with this key, if a name is given.
pub async fn create(
    store: &Store,
    key: &str,
    name: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(organization::Model, Outcome), Error> {
    let key = check::line("key", &check::key("key", key)?, KEY_LENGTH)?;
    if let Some(there) = find_by_key(store, &key).await? {
        return match name.map(|name| check::name("name", name)).transpose()? {
            Some(name) if name != there.name => {
                Ok((rename(store, there, &name, at).await?, Outcome::Updated))
            }
            _ => Ok((there, Outcome::Unchanged)),
        };
    }
    match found(store, &key, name.unwrap_or(&key), at).await {
        Ok(founded) => Ok((founded, Outcome::Created)),
        // A concurrent request may have been faster.
        Err(error) => find_by_key(store, &key).await?.map(|there| (there, Outcome::Unchanged)).ok_or(error),
    }
}

/// Renames an organization.
pub(super) async fn rename(
    store: &Store,
    there: organization::Model,
    name: &str,
    at: DateTime<Utc>,
) -> Result<organization::Model, Error> {
    let name = check::name("name", name)?;
    let tx = store.begin_without_organization().await?;
    let mut row = there.into_active_model();
    row.name = Set(name);
    row.updated_at = Set(at);
    let row = row.update(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// Creates an organization with the standard scales.
pub async fn found(
    store: &Store,
    key: &str,
    name: &str,
    at: DateTime<Utc>,
) -> Result<organization::Model, Error> {
    let row = organization::ActiveModel {
        id: Set(OrganizationId::new()),
        key: Set(check::key("key", key)?),
        name: Set(check::name("name", name)?),
        revision: Set(0),
        dimension_revision: Set(0),
        pruned_revision: Set(0),
        created_at: Set(at),
        updated_at: Set(at),
        ..settings::defaults()
    };
    // In one transaction: an organization is never visible without its scales.
    let tx = store.begin_without_organization().await?;
    let row = row.insert(&tx).await?;
    let usual = scales::STANDARD.iter().map(|scale| scale.row(row.id, at));
    scale::Entity::insert_many(usual).exec_without_returning(&tx).await?;
    tx.commit().await?;
    find(store, row.id).await
}
