//! Deleted responses, for systems that keep a copy.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{
    deleted_feedback::{Column, Entity, Model},
    id::{CustomerId, OrganizationId, ProductId},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    ContextExt,
    fault::Fault,
    paged::{Direction, Paged, Sort, Total, connection},
    product::{self, Product},
    range::{self, Range, TimeRangeInput},
    scalar::{DateTime, Reference, id},
};
use crate::{base::error::Error, domain::access::Viewer};

/// A deleted response. Its content is not stored.
#[derive(Description)]
pub struct DeletedFeedback(pub Model);

#[Object(use_type_description)]
impl DeletedFeedback {
    /// Former ID of the response. It can no longer be looked up.
    async fn deleted_id(&self) -> ID {
        id(self.0.id)
    }

    /// Product of the response.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        match self.0.product_id {
            Some(product) => product::of(ctx, product).await,
            None => Err(Error::Inconsistent("a deleted response has no product".to_owned()).into()),
        }
    }

    /// Source system of the response.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// ID of the response in the source system; null if none was given.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Time of the deletion.
    async fn deleted_at(&self) -> DateTime {
        self.0.deleted_at.into()
    }
}

/// Conditions on deleted responses; all that are given must hold.
#[derive(InputObject)]
struct DeletedFeedbackFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// Time of the deletion.
    deleted_at: Option<TimeRangeInput>,
}

/// Sort fields of deleted responses.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum DeletedFeedbackOrderField {
    /// Time of the deletion.
    DeletedAt,
}

/// Sort order of deleted responses.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct DeletedFeedbackOrder {
    /// Field to sort by.
    field: DeletedFeedbackOrderField,
    /// Direction.
    direction: Direction,
}

/// The deleted responses of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Deleted {
    product: Option<ProductId>,
    deleted_at: Option<TimeRangeInput>,
    order: Option<DeletedFeedbackOrder>,
    /// The customer that the caller is restricted to.
    only: Option<CustomerId>,
}

impl Paged for Deleted {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reads_within(self.only)
    }

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.deletedAt", self.deleted_at)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        // Responses deleted before their IDs were stored cannot be shown.
        Entity::owned_by(organization)
            .filter(Column::ProductId.is_not_null())
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.only, |query, customer| query.filter(Column::CustomerId.eq(customer)))
            .apply_if(self.deleted_at, |query, range| query.filter(range.holds(Column::DeletedAt)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        let direction = self.order.map_or(Direction::Ascending, |order| order.direction);
        (Column::DeletedAt, Sort::Moment, direction)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        (row.deleted_at.to_rfc3339(), row.id.0)
    }
}

#[derive(Default)]
pub(super) struct DeletedFeedbackQuery;

#[Object]
impl DeletedFeedbackQuery {
    /// Deleted responses, the first deleted first, for systems that keep a copy of the responses. The subscription
    /// `feedbackDeleted` reports deletions as they happen.
    async fn deleted_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<DeletedFeedbackFilter>,
        #[graphql(desc = "Sort order; the first deleted first by default.")] order_by: Option<
            DeletedFeedbackOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, DeletedFeedback, Total>, Fault> {
        let (by, filter) = (ctx.reads()?, filter.as_ref());
        let product = match filter.and_then(|filter| filter.product.as_ref()) {
            Some(product) => Some(super::dimensions(ctx).await?.product("filter.product", &product.0)?.id),
            None => None,
        };
        let deleted_at = filter.and_then(|filter| filter.deleted_at);
        let deleted = Deleted { product, deleted_at, order: order_by, only: by.only() };
        connection(ctx, deleted, (first, after, last, before), DeletedFeedback).await
    }
}
