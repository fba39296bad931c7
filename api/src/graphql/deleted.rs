//! Deleted responses, for systems that keep a copy.

use async_graphql::{Context, Description, ID, InputObject, Object, connection::Connection};
use ballroom_entity::deleted_feedback::Model;

use super::{
    ContextExt,
    fault::Fault,
    lookup,
    order::orders,
    page::{Total, connection, or_default},
    product::{self, Product},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id},
};
use crate::{
    base::error::Error,
    domain::feedback::{DeletedFilter, DeletedResponses, DeletedSort},
};

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

orders! {
    /// Sort fields of deleted responses.
    DeletedFeedbackOrderField for DeletedSort,
    /// Sort order of deleted responses.
    DeletedFeedbackOrder {
        /// Time of the deletion.
        DeletedAt,
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
        let only = ctx.reads()?.only();
        let filter = match filter {
            Some(DeletedFeedbackFilter { product, deleted_at }) => DeletedFilter {
                product: lookup::product(ctx, "filter.product", product.as_ref()).await?,
                deleted_at: deleted_at.map(Into::into),
            },
            None => DeletedFilter::default(),
        };
        let deleted = DeletedResponses { only, filter, order: or_default(order_by) };
        connection(ctx, deleted, (first, after, last, before), DeletedFeedback).await
    }
}
