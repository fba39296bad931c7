//! Deleted responses: they are recorded, listed, and not restored when their source submits them again.

use std::collections::HashMap;

use ballroom_entity::{
    deleted_feedback::{self, Column, Entity},
    feedback::Model,
    id::{CustomerId, OrganizationId, ProductId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryTrait, Select};

use super::submit::{ExternalKey, by_source};
use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
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

/// The times of the last deletions, by the IDs of the sources.
pub(super) struct Deletions(HashMap<ExternalKey, DateTime<Utc>>);

impl Deletions {
    pub(super) async fn of(tx: &Transaction, rows: impl Iterator<Item = &Model>) -> Result<Self, Error> {
        let mut deleted = HashMap::new();
        for (source, ids) in by_source(rows) {
            for some in ids.chunks(1_000) {
                let of_source = Entity::owned_by(tx.organization()).filter(Column::Source.eq(source));
                let rows = of_source.filter(Column::ExternalId.is_in(some.iter().copied()));
                for row in rows.all(tx.db()).await? {
                    let Some(external_id) = row.external_id else { continue };
                    let last = deleted.entry((row.source, external_id)).or_insert(row.deleted_at);
                    *last = row.deleted_at.max(*last);
                }
            }
        }
        Ok(Self(deleted))
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
