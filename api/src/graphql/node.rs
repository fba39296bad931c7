//! Objects of any type by their global ID.

use async_graphql::{Context, ID, Interface, Object};
use ballroom_entity::id::{
    AnnouncementId, ApiTokenId, ArticleId, AttributionId, CalendarFeedId, CustomerId, DeploymentId,
    FeatureId, FeedbackId, FeedbackRequestId, ImportId, InboundDeliveryId, InboundWebhookId, IncidentId,
    IterationId, KnownErrorId, MemberId, NoticeId, NotificationId, OrganizationId, ProductId, ReleaseId,
    ReportDeliveryId, ReportId, ScaleId, ScheduleId, SegmentId, TeamId, WebhookDeliveryId, WebhookId,
};
use futures::future::join_all;

use super::{
    ContextExt,
    announcement::Announcement,
    article::Article,
    calendar::CalendarFeed,
    customer::Customer,
    deployment::Deployment,
    fault::Fault,
    feature::Feature,
    feedback::Feedback,
    follow_up::Notice,
    import::Import,
    inbound::{InboundDelivery, InboundWebhook},
    incident::{Attribution, Incident},
    iteration::Iteration,
    known_error::KnownError,
    member::Member,
    notification::Notification,
    organization::Organization,
    product::Product,
    release::Release,
    report::{self, StoredReport},
    request::FeedbackRequest,
    scale::Scale,
    schedule::{ReportDelivery, Schedule},
    segment::Segment,
    team::Team,
    token::ApiToken,
    webhook::{Webhook, WebhookDelivery},
};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::Read, announcement as announcements, article as articles, calendar::feed, customer, feedback,
        incident, known_error as known_errors, notice as notices, notification, organization, stored_report,
        token,
    },
};

/// Maximum number of IDs per lookup.
const MAX_IDS: usize = 200;

/// An object with a global ID.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global ID: the noun and 32 hexadecimal digits."))]
pub(super) enum Node {
    Organization(Organization),
    Product(Product),
    Feature(Feature),
    Release(Release),
    Deployment(Deployment),
    Iteration(Iteration),
    Announcement(Announcement),
    KnownError(KnownError),
    Article(Article),
    Notice(Notice),
    StoredReport(StoredReport),
    Notification(Notification),
    Segment(Segment),
    Customer(Customer),
    Scale(Scale),
    Feedback(Feedback),
    Incident(Incident),
    Attribution(Attribution),
    ApiToken(ApiToken),
    Member(Member),
    Team(Team),
    FeedbackRequest(FeedbackRequest),
    Webhook(Webhook),
    WebhookDelivery(WebhookDelivery),
    InboundWebhook(InboundWebhook),
    InboundDelivery(InboundDelivery),
    Import(Import),
    Schedule(Schedule),
    ReportDelivery(ReportDelivery),
    CalendarFeed(CalendarFeed),
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// An object of any type by its global ID. Null if it does not exist, or if the caller may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: ID,
    ) -> Result<Option<Node>, Fault> {
        find(ctx, &id).await
    }

    /// Objects of any type by their global IDs, in the order of the IDs; null in place of an object that does not exist
    /// or that the caller may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global IDs, at most 200.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node, Fault>>>, Fault> {
        if ids.len() > MAX_IDS {
            return Err(Fault::invalid(
                "ids",
                &format!("has {} IDs; send at most {MAX_IDS} per request", ids.len()),
            ));
        }
        // Each one separately: one that the caller may not see is null in its own place.
        let found = join_all(ids.iter().map(|id| find(ctx, id))).await;
        Ok(found.into_iter().map(Result::transpose).collect())
    }
}

/// The object with an ID; none if it does not exist, or if the caller may not see it.
pub(super) async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Fault> {
    let viewer = ctx.viewer();
    if let Some(only) = viewer.reads().ok().and_then(Read::only) {
        return own(ctx, id, only).await;
    }
    let dimensions = super::dimensions(ctx).await?;
    macro_rules! known {
        ($($table:ident: $id:ident => $node:ident),* $(,)?) => {$(
            if let Some(id) = $id::parse(id) {
                ctx.reports()?;
                return Ok(dimensions.$table.get(&id).cloned().map($node).map(Node::$node));
            }
        )*};
    }
    macro_rules! loaded {
        ($right:ident: $($id:ident => $node:ident),* $(,)?) => {$(
            if let Some(id) = $id::parse(id) {
                ctx.$right()?;
                return Ok(ctx.load().load_one(id).await?.map($node).map(Node::$node));
            }
        )*};
    }
    known! {
        products: ProductId => Product,
        features: FeatureId => Feature,
        releases: ReleaseId => Release,
        segments: SegmentId => Segment,
        scales: ScaleId => Scale,
        teams: TeamId => Team,
    }
    loaded! {
        reports: IterationId => Iteration, AnnouncementId => Announcement, KnownErrorId => KnownError, ArticleId => Article,
        DeploymentId => Deployment, MemberId => Member, FeedbackRequestId => FeedbackRequest
    }
    loaded! {
        reads: FeedbackId => Feedback, IncidentId => Incident, CustomerId => Customer, NoticeId => Notice,
        AttributionId => Attribution
    }
    loaded! {
        manages: ImportId => Import, ScheduleId => Schedule, ReportDeliveryId => ReportDelivery
    }
    loaded! {
        administers: WebhookId => Webhook, WebhookDeliveryId => WebhookDelivery, InboundWebhookId => InboundWebhook,
        InboundDeliveryId => InboundDelivery
    }
    if let (Some(id), Ok(by)) = (NotificationId::parse(id), viewer.edits_profile()) {
        let own = notification::find(ctx.store(), by, id).await?;
        return Ok(own.map(|row| Node::Notification(Notification(row))));
    }
    if let Some(id) = CalendarFeedId::parse(id) {
        ctx.reports()?;
        let row = ctx.load().load_one(id).await?.filter(|row| feed::may_see(viewer, row));
        return Ok(row.map(CalendarFeed).map(Node::CalendarFeed));
    }
    if ReportId::parse(id).is_some() {
        let sees = report::sees_responses(ctx);
        return match stored_report::find(ctx.store(), ctx.reports()?, sees, ("id", id)).await {
            Ok(row) => Ok(Some(Node::StoredReport(StoredReport(row)))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        };
    }
    if OrganizationId::parse(id) == Some(viewer.organization()) {
        let own = organization::find(ctx.store(), ctx.reports()?.organization()).await?;
        return Ok(Some(Node::Organization(Organization(own))));
    }
    if let (Some(id), Ok(by)) = (ApiTokenId::parse(id), ctx.administers()) {
        let all = token::all(ctx.store(), by).await?;
        return Ok(all.into_iter().find(|token| token.id == id).map(ApiToken).map(Node::ApiToken));
    }
    Ok(None)
}

/// What a customer may see by ID: their own responses, incidents that affect them, and themselves.
async fn own(ctx: &Context<'_>, id: &ID, only: CustomerId) -> Result<Option<Node>, Fault> {
    let (store, by) = (ctx.store(), ctx.reads()?);
    let found = if let Some(id) = FeedbackId::parse(id) {
        feedback::find(store, by, id).await.map(|row| Node::Feedback(Feedback(row)))
    } else if let Some(id) = IncidentId::parse(id) {
        incident::find(store, by, id).await.map(|row| Node::Incident(Incident(row)))
    } else if let Some(id) = AnnouncementId::parse(id) {
        announcements::find_own(store, by, id).await.map(|row| Node::Announcement(Announcement(row)))
    } else if let Some(id) = KnownErrorId::parse(id) {
        known_errors::find(store, ctx.viewer(), id).await.map(|row| Node::KnownError(KnownError(row)))
    } else if let Some(id) = ArticleId::parse(id) {
        articles::find(store, ctx.viewer(), id).await.map(|row| Node::Article(Article(row)))
    } else if let Some(id) = NoticeId::parse(id) {
        notices::find(store, by, id).await.map(|row| Node::Notice(Notice(row)))
    } else if CustomerId::parse(id) == Some(only) {
        customer::find(store, by, ("id", id)).await.map(|row| Node::Customer(Customer(row)))
    } else {
        return Ok(None);
    };
    match found {
        Ok(node) => Ok(Some(node)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
