//! Deleted responses: what systems that keep a copy have to remove.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{
    deleted_feedback::{Column, Entity, Model},
    id::{CustomerId, OrganizationId, ProductId},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    fault::Fault,
    page::{Direction, Paged, Sort, Total, connection},
    product::{self, Product},
    range::{self, Range, TimeRangeInput},
    scalar::{DateTime, Reference, id},
};
use crate::{base::error::Error, domain::access::Viewer};

/// A response that was deleted. Nothing of what it said is kept.
#[derive(Description)]
pub struct DeletedFeedback(pub Model);

#[Object(use_type_description)]
impl DeletedFeedback {
    /// ID that the response had. Nothing is found by it any more.
    async fn deleted_id(&self) -> ID {
        id(self.0.id)
    }

    /// Product that the response was about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        match self.0.product_id {
            Some(product) => product::of(ctx, product).await,
            None => Err(Error::Inconsistent("a deleted response has no product".to_owned()).into()),
        }
    }

    /// System that the response came from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// ID of the response in that system; null if it gave none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Time of the deletion.
    async fn deleted_at(&self) -> DateTime {
        self.0.deleted_at.into()
    }
}

/// Filter of deleted responses: all that is given must hold.
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
    /// Which come first.
    direction: Direction,
}

/// Which deleted responses a connection holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Deleted {
    product: Option<ProductId>,
    deleted_at: Option<TimeRangeInput>,
    order: Option<DeletedFeedbackOrder>,
    /// The customer to whom the caller is confined.
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
        // Of those that were deleted before their IDs were kept nothing can be shown.
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
    /// Responses that were deleted, those deleted first first: what copies of the responses have to remove. The
    /// subscription `feedbackDeleted` tells of each as it is deleted.
    async fn deleted_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<DeletedFeedbackFilter>,
        #[graphql(desc = "Sort order; by default the earliest deletion first.")] order_by: Option<
            DeletedFeedbackOrder,
        >,
        #[graphql(desc = "The first so many, at most 200; 25 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 200.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
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
