//! Products.

use ballroom_entity::{
    id::ProductId,
    product::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, Set};

use super::{
    access::{Manage, Report},
    check,
    error::Error,
    reference::PublicId,
};
use crate::store::{Store, Transaction, about};

/// The day that it is, in the product's time zone.
pub fn today(product: &Model, now: DateTime<Utc>) -> NaiveDate {
    let zone: chrono_tz::Tz = product.time_zone.parse().unwrap_or(chrono_tz::UTC);
    now.with_timezone(&zone).date_naive()
}

/// A product to make.
#[derive(Clone, Debug, Default)]
pub struct NewProduct {
    /// Its key.
    pub key: String,
    /// What people call it; its key if not given.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// IANA time zone that decides what a day is; UTC if not given.
    pub time_zone: Option<String>,
}

/// What to change of a product. Its time zone stays: the days of its answers are counted by it.
#[derive(Clone, Debug, Default)]
pub struct ProductChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new description, or none.
    pub description: Option<Option<String>>,
}

/// The product with this id or key.
pub async fn find(store: &Store, by: Report, reference: &str) -> Result<Model, Error> {
    store.dimensions(by.organization()).await?.product("product", reference).cloned()
}

/// Makes a product. The same again returns what is there.
pub async fn create(store: &Store, by: Manage, new: NewProduct, at: DateTime<Utc>) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let row = insert_in(&mut tx, new).await?;
    tx.dimensions_changed().await?;
    tx.commit().await?;
    Ok(row)
}

/// The same inside a transaction, which must be told that its dimensions have changed.
pub(crate) async fn insert_in(tx: &mut Transaction, new: NewProduct) -> Result<Model, Error> {
    let key = check::key("key", &new.key)?;
    let name = check::name("name", new.name.as_deref().unwrap_or(&key))?;
    let description = check::text("description", new.description.as_deref())?;
    let time_zone =
        check::time_zone("timeZone", new.time_zone.as_deref().unwrap_or("UTC"))?.name().to_owned();
    if let Ok(there) = tx.dimensions().product("key", &key) {
        let same = (&there.name, &there.description, &there.time_zone) == (&name, &description, &time_zone);
        return if same {
            Ok(there.clone())
        } else {
            Err(Error::conflict("key", format!("there is another product \"{key}\"")))
        };
    }
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(ProductId::new()),
        key: Set(key),
        name: Set(name),
        description: Set(description),
        time_zone: Set(time_zone),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
    };
    let row = row.insert(tx.db()).await?;
    tx.tell("product.created", about(row.id));
    Ok(row)
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
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.tell("product.updated", about(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Products by id, for those who hold ids.
pub async fn by_ids(store: &Store, by: Report, ids: &[ProductId]) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(by.organization()).filter(Column::Id.is_in(ids.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}
