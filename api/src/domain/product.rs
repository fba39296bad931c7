//! Products.

mod list;

use ballroom_entity::{
    id::ProductId,
    product::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, Set};

pub use list::{ProductFilter, ProductSort, Products};

use super::{
    access::{Manage, Report},
    check,
    sent::{Nulls, Outcome},
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// Maximum number of environments that ship a release.
const MAX_ENVIRONMENTS: usize = 50;

/// The current day in the product's time zone.
pub fn today(product: &Model, now: DateTime<Utc>) -> NaiveDate {
    let zone: chrono_tz::Tz = product.time_zone.parse().unwrap_or(chrono_tz::UTC);
    now.with_timezone(&zone).date_naive()
}

/// A product to create.
#[derive(Clone, Debug, Default)]
pub struct NewProduct {
    /// Its key.
    pub key: String,
    /// Display name; default: the key.
    pub name: Option<String>,
    /// Its purpose.
    pub description: Option<String>,
    /// IANA time zone of its days; default: UTC.
    pub time_zone: Option<String>,
    /// The environments whose deployments ship a release; default: production.
    pub ships_to: Option<Vec<String>>,
    /// Fields that were sent as null.
    pub nulls: Nulls,
}

/// Changes of a product. The time zone cannot be changed: the days of its responses are counted by it.
#[derive(Clone, Debug, Default)]
pub struct ProductChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new description, or none.
    pub description: Option<Option<String>>,
    /// The environments whose deployments ship a release, instead of those before.
    pub ships_to: Option<Vec<String>>,
}

/// The environments whose deployments ship a release.
pub fn ships_to(product: &Model) -> Vec<&str> {
    product.ships_to.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}

fn environments(given: &[String]) -> Result<serde_json::Value, Error> {
    if given.len() > MAX_ENVIRONMENTS {
        return Err(Error::invalid(
            "shipsTo",
            format!("must not have more than {MAX_ENVIRONMENTS} environments"),
        ));
    }
    let mut names: Vec<String> = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let name = check::line(&format!("shipsTo.{index}"), one, 64)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names.into())
}

fn usual_environments() -> serde_json::Value {
    serde_json::json!(["production"])
}

/// Creates a product, or updates the one with this key; omitted fields are kept.
pub async fn create(
    store: &Store,
    by: Manage,
    new: NewProduct,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let made = insert_in(&mut tx, new).await?;
    if made.1 != Outcome::Unchanged {
        tx.dimensions_changed().await?;
    }
    tx.commit().await?;
    Ok(made)
}

/// The same inside a transaction; the caller must call [`Transaction::dimensions_changed`] afterwards.
pub(crate) async fn insert_in(tx: &mut Transaction, new: NewProduct) -> Result<(Model, Outcome), Error> {
    let key = check::key("key", &new.key)?;
    let name = new.name.as_deref().map(|name| check::name("name", name)).transpose()?;
    let description = check::text("description", new.description.as_deref())?;
    let zone = |name: &str| Ok::<_, Error>(check::time_zone("timeZone", name)?.name().to_owned());
    let usual_zone = || "UTC".to_owned();
    let time_zone = match new.time_zone.as_deref() {
        None if new.nulls.has("timeZone") => Some(usual_zone()),
        given => given.map(zone).transpose()?,
    };
    let ships_to = new.ships_to.as_deref().map(environments).transpose()?;
    if let Some(there) = tx.dimensions().known_product(&key) {
        if let Some(time_zone) = time_zone.filter(|given| *given != there.time_zone) {
            let reason = format!(
                "cannot be changed to {time_zone}: the days of \"{key}\" are counted in {}",
                there.time_zone
            );
            return Err(Error::conflict("timeZone", reason));
        }
        let mut after = there.clone();
        new.nulls.take_or("name", &mut after.name, name, || key.clone());
        new.nulls.take("description", &mut after.description, description);
        new.nulls.take_or("shipsTo", &mut after.ships_to, ships_to, usual_environments);
        if after == *there {
            return Ok((after, Outcome::Unchanged));
        }
        after.updated_at = tx.at;
        let after = after.into_active_model().reset_all().update(tx.db()).await?;
        tx.emit(Event::ProductUpdated(after.id));
        return Ok((after, Outcome::Updated));
    }
    let name = name.unwrap_or_else(|| key.clone());
    let time_zone = time_zone.unwrap_or_else(usual_zone);
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(ProductId::new()),
        key: Set(key),
        name: Set(name),
        description: Set(description),
        time_zone: Set(time_zone),
        ships_to: Set(ships_to.unwrap_or_else(usual_environments)),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
    };
    let row = row.insert(tx.db()).await?;
    tx.emit(Event::ProductCreated(row.id));
    Ok((row, Outcome::Created))
}

/// Changes a product.
pub async fn update(
    store: &Store,
    by: Manage,
    product: &str,
    changes: ProductChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let mut row = tx.dimensions().product("product", product)?.clone().into_active_model();
    if let Some(name) = changes.name {
        row.name = Set(check::name("name", &name)?);
    }
    if let Some(description) = changes.description {
        row.description = Set(check::text("description", description.as_deref())?);
    }
    if let Some(places) = changes.ships_to {
        row.ships_to = Set(environments(&places)?);
    }
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ProductUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Products by ID, for those who hold IDs.
pub async fn by_ids(store: &Store, by: Report, ids: &[ProductId]) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(by.organization()).filter(Column::Id.is_in(ids.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}
