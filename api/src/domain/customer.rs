//! Customers.

use std::collections::HashMap;

pub(crate) use ballroom_entity::customer::Model;
use ballroom_entity::{
    customer::{ActiveModel, Column, Entity},
    id::{CustomerId, OrganizationId, SegmentId},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait, Set,
};

use super::{
    access::{Administer, Contribute, Read},
    check,
    error::Error,
    reference::PublicId,
};
use crate::store::{Store, Transaction, about};

/// A customer to make.
#[derive(Clone, Debug, Default)]
pub struct NewCustomer {
    /// The id or pseudonym that the source systems use.
    pub key: String,
    /// A name, where one may be kept.
    pub name: Option<String>,
    /// The segment, by id or key.
    pub segment: Option<String>,
}

/// What to change of a customer. Answers already given keep the segment that they were given in.
#[derive(Clone, Debug, Default)]
pub struct CustomerChanges {
    /// A new name, or none.
    pub name: Option<Option<String>>,
    /// The segment from now on, or none.
    pub segment: Option<Option<String>>,
}

/// The customer with this id or key. One who is confined to a customer finds nobody else.
pub async fn find(store: &Store, by: Read, reference: &str) -> Result<Model, Error> {
    let there = Entity::owned_by(by.organization())
        .filter(is(reference))
        .apply_if(by.only(), |query, customer| query.filter(Column::Id.eq(customer)))
        .one(store.reader())
        .await?;
    there.ok_or_else(|| Error::not_found("customer", "customer", reference))
}

/// The customer with this key, for whoever checks for whom a caller speaks.
pub(crate) async fn by_key(
    store: &Store,
    organization: OrganizationId,
    key: &str,
) -> Result<Option<Model>, Error> {
    Ok(Entity::owned_by(organization).filter(Column::Key.eq(key)).one(store.reader()).await?)
}

/// The customer with this id or key, for whoever decides who may call.
pub(super) async fn speaking(store: &Store, by: Administer, reference: &str) -> Result<Model, Error> {
    let there = Entity::owned_by(by.organization()).filter(is(reference)).one(store.reader()).await?;
    there.ok_or_else(|| Error::not_found("customer", "customer", reference))
}

/// Makes a customer. The same again returns what is there.
pub async fn create(
    store: &Store,
    by: Contribute,
    new: NewCustomer,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let key = check::key("key", &new.key)?;
    let name = check::optional_line("name", new.name.as_deref(), check::NAME_LENGTH)?;
    let segment = segment_of(&tx, new.segment.as_deref())?;
    let there = Entity::owned_by(by.organization()).filter(Column::Key.eq(&key)).one(tx.db()).await?;
    if let Some(there) = there {
        // What is not given may have been set since.
        let same =
            (name.is_none() || name == there.name) && (segment.is_none() || segment == there.segment_id);
        return if same {
            Ok(there)
        } else {
            Err(Error::conflict("key", format!("there is another customer \"{key}\"")))
        };
    }
    let row = row(&tx, key, name, segment).insert(tx.db()).await?;
    tx.tell("customer.created", about(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Changes a customer.
pub async fn update(
    store: &Store,
    by: Contribute,
    customer: &str,
    changes: CustomerChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = Entity::owned_by(by.organization()).filter(is(customer)).one(tx.db()).await?;
    let there = there.ok_or_else(|| Error::not_found("customer", "customer", customer))?;
    let mut row = there.into_active_model();
    if let Some(name) = changes.name {
        row.name = Set(check::optional_line("name", name.as_deref(), check::NAME_LENGTH)?);
    }
    if let Some(segment) = changes.segment {
        row.segment_id = Set(segment_of(&tx, segment.as_deref())?);
    }
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    tx.tell("customer.updated", about(row.id));
    tx.commit().await?;
    Ok(row)
}

/// The customers that a batch names, by the references that it uses; two statements whatever their number.
pub(super) async fn known(
    tx: &Transaction,
    references: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, Model>, Error> {
    let references: Vec<&str> = references.into_iter().collect();
    let mut known = HashMap::new();
    for some in references.chunks(1_000) {
        let ids = some.iter().filter_map(|reference| CustomerId::parse(reference));
        let is_one = Condition::any().add(Column::Key.is_in(some.iter().copied())).add(Column::Id.is_in(ids));
        for row in Entity::owned_by(tx.organization()).filter(is_one).all(tx.db()).await? {
            known.insert(row.id.public(), row.clone());
            known.insert(row.key.clone(), row);
        }
    }
    Ok(known)
}

/// Makes the customers that a batch is the first to name, with the segment that it names with them.
pub(super) async fn create_many(
    tx: &mut Transaction,
    new: Vec<(String, Option<SegmentId>)>,
) -> Result<Vec<Model>, Error> {
    let mut made = Vec::with_capacity(new.len());
    for (key, segment) in new {
        let key = check::key("customer", &key)?;
        made.push(Model {
            organization_id: tx.organization(),
            id: CustomerId::new(),
            key,
            name: None,
            segment_id: segment,
            created_at: tx.at,
            updated_at: tx.at,
        });
    }
    for some in made.chunks(500) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    if !made.is_empty() {
        tx.tell("customer.seen", serde_json::json!({ "customers": made.len() }));
    }
    Ok(made)
}

fn row(tx: &Transaction, key: String, name: Option<String>, segment: Option<SegmentId>) -> ActiveModel {
    ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(CustomerId::new()),
        key: Set(key),
        name: Set(name),
        segment_id: Set(segment),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
    }
}

fn segment_of(tx: &Transaction, reference: Option<&str>) -> Result<Option<SegmentId>, Error> {
    let dimensions = tx.dimensions();
    reference.map(|reference| Ok(dimensions.segment("segment", reference)?.id)).transpose()
}

fn is(reference: &str) -> Condition {
    Condition::any()
        .add(Column::Key.eq(reference))
        .add_option(CustomerId::parse(reference).map(|id| Column::Id.eq(id)))
}
