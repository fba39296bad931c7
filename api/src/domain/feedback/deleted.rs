//! Deleted responses: they are recorded, listed, and not restored when their source submits them again.

use std::collections::HashMap;

use ballroom_entity::{
    deleted_feedback::{self, Column, Entity},
    feedback::Model,
    id::{CustomerId, OrganizationId, ProductId},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait, Select, Value,
    sea_query::SelectStatement,
};

use super::submit::ExternalKey;
use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::{Bulk, Each},
    transaction::Transaction,
};

/// Records the deletion of a response.
pub(super) async fn record(tx: &Transaction, row: &Model) -> Result<(), Error> {
    let deleted = deleted_feedback::Model {
        organization_id: row.organization_id,
        id: row.id,
        product_id: Some(row.product_id),
        customer_id: row.customer_id,
        source: row.source.clone(),
        external_id: row.external_id.clone(),
        deleted_at: tx.at,
    };
    deleted.into_active_model().insert(tx.db()).await?;
    Ok(())
}

/// Records the deletion of responses. If they do not stay deleted, the records have no IDs of their source, by which it would be
/// refused when it submits them again.
pub(super) async fn record_all(
    tx: &mut Transaction,
    rows: &[Model],
    stay_deleted: bool,
) -> Result<(), Error> {
    let columns = [
        Column::OrganizationId,
        Column::Id,
        Column::ProductId,
        Column::CustomerId,
        Column::Source,
        Column::ExternalId,
        Column::DeletedAt,
    ];
    let table = Bulk::into::<Entity>("", columns);
    let at = tx.at;
    let row = |row: &Model| {
        vec![
            Value::Uuid(Some(row.organization_id.0)),
            Value::Uuid(Some(row.id.0)),
            Value::Uuid(Some(row.product_id.0)),
            Value::Uuid(row.customer_id.map(|id| id.0)),
            Value::String(Some(row.source.clone())),
            Value::String(row.external_id.clone().filter(|_| stay_deleted)),
            Value::ChronoDateTimeUtc(Some(at)),
        ]
    };
    tx.insert(&table, rows.iter().map(row).collect()).await?;
    tx.send_rows().await
}

/// The times of the last deletions, by the IDs of the sources.
#[derive(Default)]
pub(super) struct Deletions(HashMap<ExternalKey, DateTime<Utc>>);

impl Deletions {
    /// The deletions of responses of a source: `external_id`, `id` and `deleted_at`.
    pub(super) fn select(tx: &Transaction, source: &str, external_id: &Each) -> SelectStatement {
        Entity::owned_by(tx.organization())
            .filter(Column::Source.eq(source))
            .filter(external_id.is(Column::ExternalId))
            .select_only()
            .columns([Column::ExternalId, Column::Id, Column::DeletedAt])
            .into_query()
    }

    /// Adds a deletion.
    pub(super) fn add(&mut self, response: ExternalKey, deleted_at: DateTime<Utc>) {
        let last = self.0.entry(response).or_insert(deleted_at);
        *last = deleted_at.max(*last);
    }

    /// Refuses a deleted response unless its source says that it was updated after the deletion.
    pub(super) fn admit(&self, row: &Model) -> Result<(), Error> {
        let key = row.external_id.clone().map(|id| (row.source.clone(), id));
        match key.and_then(|key| self.0.get(&key).copied()) {
            Some(deleted_at) if row.source_updated_at.is_none_or(|updated| updated <= deleted_at) => {
                Err(Error::Deleted { field: "externalId", deleted_at })
            }
            _ => Ok(()),
        }
    }
}

/// The deleted responses that match a filter, for systems that keep a copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeletedResponses {
    /// The customer that the caller is restricted to.
    pub only: Option<CustomerId>,
    /// The filter.
    pub filter: DeletedFilter,
    /// The order.
    pub order: Order<DeletedSort>,
}

/// Conditions on deleted responses; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DeletedFilter {
    /// The product.
    pub product: Option<ProductId>,
    /// Time of the deletion.
    pub deleted_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of deleted responses.
    DeletedSort: DeletedAt Ascending {
        DeletedAt = DeletedAt,
    }
}

impl List for DeletedResponses {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reads_within(self.only)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.deletedAt", self.filter.deleted_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let DeletedFilter { product, deleted_at } = &self.filter;
        // Responses deleted before their IDs were stored cannot be shown.
        Entity::owned_by(organization)
            .filter(Column::ProductId.is_not_null())
            .apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.only, |query, customer| query.filter(Column::CustomerId.eq(customer)))
            .apply_if(*deleted_at, |query, range| query.filter(range.holds(Column::DeletedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
