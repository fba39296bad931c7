//! Feedback requests: one question to a sample of customers after a release.

use async_graphql::{Context, Description, ID, InputObject, Object, SimpleObject, connection::Connection};
use ballroom_entity::{
    customer as customers,
    feedback_request::Model,
    id::{CustomerId, FeedbackRequestId},
};

use super::{
    ContextExt,
    actor::{self, Actor},
    customer::Customer,
    fault::Fault,
    feature::{self, Feature},
    load::AnsweredRequests,
    lookup, only_groups,
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    payload::{payload, payloads},
    product::{self, Product},
    range::TimeRangeInput,
    release::{self, Release},
    scalar::{DateTime, Reference, id, parse},
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::domain::request::{self as domain, FeedbackRequests, NewFeedbackRequest};

/// One question to a sample of customers after a release. Each of them gets a link that works once and needs no
/// account.
#[derive(Description)]
pub struct FeedbackRequest(pub Model);

#[Object(use_type_description)]
impl FeedbackRequest {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Question.
    async fn question(&self) -> &str {
        &self.0.question
    }

    /// Product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Release that is asked about.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.0.release_id).await
    }

    /// Feature that is asked about; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.0.feature_id {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Scale of the responses.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        scale::of(ctx, self.0.scale_id).await
    }

    /// Number of customers who were asked.
    async fn asked(&self, ctx: &Context<'_>) -> Result<i64, Fault> {
        Ok(self.totals(ctx).await?.0)
    }

    /// Number of customers who responded.
    async fn responded(&self, ctx: &Context<'_>) -> Result<i64, Fault> {
        Ok(self.totals(ctx).await?.1)
    }

    /// Share of the asked customers who responded, 0 to 1.
    async fn response_rate(&self, ctx: &Context<'_>) -> Result<f64, Fault> {
        Ok(rate(self.totals(ctx).await?))
    }

    /// Response rates by segment, the one with the most asked customers first. To callers who may not read customers,
    /// segments with fewer of them than `Organization.minGroup` are shown together, or not at all.
    async fn by_segment(&self, ctx: &Context<'_>) -> Result<Vec<FeedbackRequestSegment>, Fault> {
        let (by, only_groups) = (ctx.reports()?, only_groups(ctx).await?);
        let rows = domain::responded(ctx.store(), by, self.0.id, only_groups).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let segment = segment::of(ctx, row.segment).await?;
            shown.push(FeedbackRequestSegment {
                segment,
                is_rest: row.rest,
                rest: row.rest,
                asked: row.asked,
                responded: row.responded,
                response_rate: rate((row.asked, row.responded)),
            });
        }
        Ok(shown)
    }

    /// Time at which its links expire.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Time at which it was closed; null: it was not.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(Into::into)
    }

    /// Author; null if not recorded.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.created_by)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

impl FeedbackRequest {
    async fn totals(&self, ctx: &Context<'_>) -> Result<(i64, i64), Fault> {
        ctx.reports()?;
        Ok(ctx.load().load_one(AnsweredRequests(self.0.id)).await?.unwrap_or_default())
    }
}

fn rate((asked, responded): (i64, i64)) -> f64 {
    if asked == 0 { 0.0 } else { responded as f64 / asked as f64 }
}

/// Response rate of the customers of a segment.
#[derive(SimpleObject)]
pub(super) struct FeedbackRequestSegment {
    /// Segment; null: customers without one, or several segments (see `isRest`).
    segment: Option<Segment>,
    /// Whether it combines several segments that are too small to be shown separately.
    is_rest: bool,
    /// Former name of `isRest`.
    #[graphql(deprecation = "Use `isRest`, which has the same value.")]
    rest: bool,
    /// Number of customers who were asked.
    asked: i64,
    /// Number of customers who responded.
    responded: i64,
    /// Share of the asked customers who responded, 0 to 1.
    response_rate: f64,
}

/// Conditions on feedback requests; all that are given must hold.
#[derive(InputObject)]
pub(super) struct FeedbackRequestFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of feedback requests.
    FeedbackRequestOrderField for domain::FeedbackRequestSort,
    /// Sort order of feedback requests.
    FeedbackRequestOrder {
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// A page of the filtered requests.
pub(super) async fn page(
    ctx: &Context<'_>,
    place: FeedbackRequests,
    filter: Option<FeedbackRequestFilter>,
    order: Option<FeedbackRequestOrder>,
    arguments: PageArgs,
) -> Result<Connection<String, FeedbackRequest, Total>, Fault> {
    ctx.reports()?;
    let filter = match filter {
        Some(FeedbackRequestFilter { product, updated_at }) => domain::FeedbackRequestFilter {
            product: lookup::product(ctx, "filter.product", product.as_ref()).await?,
            updated_at: updated_at.map(Into::into),
        },
        None => domain::FeedbackRequestFilter::default(),
    };
    let requests = FeedbackRequests { filter, order: or_default(order), ..place };
    connection(ctx, requests, arguments, FeedbackRequest).await
}

#[derive(Default)]
pub(super) struct FeedbackRequestQuery;

#[Object]
impl FeedbackRequestQuery {
    /// A feedback request. Null if there is none; see `errors`.
    async fn feedback_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: ID,
    ) -> Result<FeedbackRequest, Fault> {
        ctx.reports()?;
        let id: FeedbackRequestId = parse("id", &id)?;
        let found = ctx.load().load_one(id).await?;
        found.map(FeedbackRequest).ok_or_else(|| super::gone("id", id))
    }

    /// Feedback requests, the last created first.
    async fn feedback_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<FeedbackRequestFilter>,
        #[graphql(desc = "Sort order; the last created first by default.")] order_by: Option<
            FeedbackRequestOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, FeedbackRequest, Total>, Fault> {
        page(ctx, FeedbackRequests::default(), filter, order_by, (first, after, last, before)).await
    }
}

/// Input of `createFeedbackRequest`.
#[derive(InputObject)]
struct CreateFeedbackRequestInput {
    /// Product, by ID or key.
    product: Reference,
    /// Release that is asked about, by ID or version. It must have shipped.
    release: Reference,
    /// Feature that is asked about, by ID or key; by default the product as a whole.
    feature: Option<Reference>,
    /// Question, at most 300 characters. It is shown as it is.
    question: String,
    /// Scale of the responses, by ID or key.
    scale: Reference,
    /// Only customers of this segment, by ID or key.
    segment: Option<Reference>,
    /// Maximum number of customers, 1 to 1,000. They are chosen at random from those who responded on the features that the release
    /// touches (or on `feature`) within the last 90 days, or have open incidents with them.
    #[graphql(default = 100)]
    customers: i32,
    /// Days in which a customer is asked at most once, whatever the request, 1 to 366.
    #[graphql(default = 30)]
    pause_days: i32,
    /// Days after which the links expire, 1 to 366.
    #[graphql(default = 14)]
    open_days: i32,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// A customer to ask, and the link to send.
#[derive(SimpleObject)]
struct FeedbackInvitation {
    /// Customer.
    customer: Customer,
    /// Path of the link, below the address of this server. It works once, and is not shown again.
    path: String,
}

payloads! {
    /// Result of `createFeedbackRequest`.
    CreateFeedbackRequestPayload {
        /// The request.
        request: FeedbackRequest,
        /// The chosen customers with their links, in random order. Store them now: links are not shown again.
        invitations: Vec<FeedbackInvitation>,
    }

    /// Result of `closeFeedbackRequest`.
    FeedbackRequestPayload {
        /// The request.
        request: FeedbackRequest,
    }
}

/// Input of `closeFeedbackRequest`.
#[derive(InputObject)]
struct CloseFeedbackRequestInput {
    /// ID of the request.
    request: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

#[derive(Default)]
pub(super) struct FeedbackRequestMutation;

#[Object]
impl FeedbackRequestMutation {
    /// Chooses customers of a release, and creates a link for each with which that customer can answer one question.
    async fn create_feedback_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateFeedbackRequestInput,
    ) -> Result<CreateFeedbackRequestPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let new = NewFeedbackRequest {
                product: input.product.0,
                release: input.release.0,
                feature: input.feature.map(|feature| feature.0),
                scale: input.scale.0,
                question: input.question,
                segment: input.segment.map(|segment| segment.0),
                size: input.customers,
                pause_days: input.pause_days,
                open_days: input.open_days,
            };
            let made = domain::create(ctx.store(), by, new, ctx.now()).await?;
            let ids: Vec<CustomerId> = made.links.iter().map(|(customer, _)| *customer).collect();
            let rows = ctx.load().load_many(ids).await?;
            let invitation = |(customer, end): (CustomerId, String)| {
                let row: customers::Model = rows.get(&customer)?.clone();
                Some(FeedbackInvitation { customer: Customer(row), path: format!("/ask/{end}") })
            };
            let invitations = made.links.into_iter().filter_map(invitation).collect();
            Ok(CreateFeedbackRequestPayload::done(FeedbackRequest(made.request), invitations))
        })
        .await
    }

    /// Closes a feedback request: its links no longer work. Responses are kept.
    async fn close_feedback_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CloseFeedbackRequestInput,
    ) -> Result<FeedbackRequestPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let request = parse("request", &input.request.0)?;
            let row = domain::close(ctx.store(), by, request, ctx.now()).await?;
            Ok(FeedbackRequestPayload::done(FeedbackRequest(row)))
        })
        .await
    }
}
