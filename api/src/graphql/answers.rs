//! Connections of responses: filters and orders.

use async_graphql::{Context, InputObject, connection::Connection};

use super::{
    ContextExt,
    fault::Fault,
    feedback::Feedback,
    lookup,
    order::orders,
    page::{PageArgs, Total, connection},
    range::{DateRangeInput, TimeRangeInput},
    scalar::{Reference, text},
};
use crate::domain::{
    feedback::{self, FeedbackSort, Responses},
    lookup::References,
};

/// Conditions on responses; all that are given must hold. Below a feature, release, customer or product, a filter only
/// narrows the responses of that object.
#[derive(InputObject)]
pub(super) struct FeedbackFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of the feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// ID or version of the release that the response names. A version that exists in several products requires
    /// `product`.
    release: Option<Reference>,
    /// ID or key of the segment that the response counts for.
    segment: Option<Reference>,
    /// ID or key of the scale.
    scale: Option<Reference>,
    /// Minimum rating, inclusive; only together with `scale`.
    min_rating: Option<f64>,
    /// Maximum rating, inclusive; only together with `scale`.
    max_rating: Option<f64>,
    /// ID or key of the customer.
    customer: Option<Reference>,
    /// Channel through which the response came.
    channel: Option<String>,
    /// Time of the response.
    occurred_at: Option<TimeRangeInput>,
    /// Day of the response, in the time zone of the product.
    day: Option<DateRangeInput>,
    /// Time at which the response was stored.
    received_at: Option<TimeRangeInput>,
    /// Time at which the response was stored or last changed. Deleted responses are not returned.
    updated_at: Option<TimeRangeInput>,
    /// Whether the response has a rating.
    rated: Option<bool>,
    /// Whether the response has a comment.
    has_comment: Option<bool>,
    /// Whether the response counts for scores: see `Feedback.counted`.
    counted: Option<bool>,
}

orders! {
    /// Sort fields of responses.
    FeedbackOrderField for FeedbackSort,
    /// Sort order of responses.
    FeedbackOrder {
        /// Time of the response.
        OccurredAt,
        /// Time at which the response was stored.
        ReceivedAt,
        /// Time at which the response was stored or last changed. If there are many responses, also filter by
        /// `updatedAt`.
        UpdatedAt,
    }
}

/// A page of the filtered responses.
pub(super) async fn page(
    ctx: &Context<'_>,
    responses: Responses,
    filter: Option<FeedbackFilter>,
    order: Option<FeedbackOrder>,
    arguments: PageArgs,
) -> Result<Connection<String, Feedback, Total>, Fault> {
    let only = ctx.reads()?.only();
    let mut responses = Responses { only, order: order.map(Into::into), ..responses };
    if let Some(filter) = filter {
        let customer = match &filter.customer {
            Some(customer) => Some(lookup::customer(ctx, "filter.customer", customer).await?),
            None => None,
        };
        let dimensions = &*super::dimensions(ctx).await?;
        let known = References { dimensions, viewer: ctx.viewer(), product: responses.product };
        responses.filter = feedback::FeedbackFilter { customer, ..filter.resolved(known)? };
    }
    connection(ctx, responses, arguments, Feedback).await
}

impl FeedbackFilter {
    /// The filter of the domain, without the customer.
    fn resolved(self, known: References<'_>) -> Result<feedback::FeedbackFilter, Fault> {
        let segment = known.segment(text(&self.segment))?;
        let product = known.product(text(&self.product))?;
        let known = known.within(product);
        let (feature, release) = (known.feature(text(&self.feature))?, known.release(text(&self.release))?);
        let scale = known.scale(text(&self.scale))?;
        Ok(feedback::FeedbackFilter {
            product,
            feature,
            release,
            customer: None,
            segment,
            scale: scale.map(|scale| scale.id),
            levels: feedback::levels(scale, (self.min_rating, self.max_rating))?,
            channel: self.channel,
            occurred_at: self.occurred_at.map(Into::into),
            day: self.day.map(Into::into),
            received_at: self.received_at.map(Into::into),
            updated_at: self.updated_at.map(Into::into),
            rated: self.rated,
            has_comment: self.has_comment,
            counted: self.counted,
        })
    }
}
