//! Typed IDs: UUIDs v7 with the type of their noun, so that a release cannot be passed for a feature.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Represents none in a key of the daily counts: "the product as a whole", "no label".
            pub const NONE: Self = Self(Uuid::nil());

            /// The ID as one that may be absent: `NONE` is.
            pub fn some(self) -> Option<Self> {
                (self != Self::NONE).then_some(self)
            }
        }

        // sea-orm requires this of every primary key; a UUID never comes from an auto-increment.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// Of an organization.
    OrganizationId
    /// Of a product.
    ProductId
    /// Of a feature.
    FeatureId
    /// Of a release.
    ReleaseId
    /// Of a deployment.
    DeploymentId
    /// Of an iteration.
    IterationId
    /// Of an import.
    ImportId
    /// Of a segment.
    SegmentId
    /// Of a customer.
    CustomerId
    /// Of a scale.
    ScaleId
    /// Of a response.
    FeedbackId
    /// Of an incident.
    IncidentId
    /// Of an attribution.
    AttributionId
    /// Of a token.
    ApiTokenId
    /// Of a member.
    MemberId
    /// Of a team.
    TeamId
    /// Of an announcement.
    AnnouncementId
    /// Of a move of an announcement.
    AnnouncementMoveId
    /// Of a known error.
    KnownErrorId
    /// Of an article.
    ArticleId
    /// Of a notification.
    NotificationId
    /// Of a notice of a customer.
    NoticeId
    /// Of a reply.
    ReplyId
    /// Of an identity.
    IdentityId
    /// Of a token of an operator.
    OperatorTokenId
    /// Of an event in the outbox.
    EventId
    /// Of a run of a job.
    JobRunId
    /// Of a session of a browser.
    SessionId
    /// Of a feedback request.
    FeedbackRequestId
    /// Of an invitation to respond to a feedback request.
    FeedbackInvitationId
    /// Of a webhook.
    WebhookId
    /// Of a delivery to a webhook.
    WebhookDeliveryId
    /// Of an address that other systems send to.
    InboundWebhookId
    /// Of something that another system sent.
    InboundDeliveryId
    /// Of a stored report.
    ReportId
    /// Of a schedule of reports.
    ScheduleId
    /// Of a delivery of a scheduled report.
    ReportDeliveryId
    /// Of the address of a calendar.
    CalendarFeedId
}

impl ReleaseId {
    /// Means "not caused by a change" in a key of the daily counts.
    pub const NOT_CAUSED_BY_CHANGE: Self = Self(Uuid::max());
}
