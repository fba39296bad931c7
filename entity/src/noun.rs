//! The register of nouns: everything that has an ID of its own, one line each.
//!
//! What each layer needs of all nouns is derived from this table: the type of the ID (`id.rs`), its public form
//! (`api/src/base/reference.rs`), the rows that are loaded by their IDs (`api/src/domain/lookup.rs`), and the objects of the schema
//! that `node` finds and lists contain (`api/src/graphql/node.rs`). A layer reads the columns that it needs and skips the others.

/// Calls a macro with all nouns. The columns of a line:
///
/// 1. The type of the ID.
/// 2. The noun in public IDs, before the underscore.
/// 3. The table whose rows are loaded by this ID; empty if they are read in another way only.
/// 4. The object of the schema (its module and type), what a page of them contains, and how `node` finds one: `known KIND`
///    among the dimensions, which whoever may see reports may see; `loaded RIGHT` by whoever has this right; `special` by code of
///    its own. Empty: it is no object of the schema with an ID.
#[macro_export]
macro_rules! nouns {
    ($each:ident) => {
        $each! {
            OrganizationId "organization" [] [organization::Organization, "organizations", special];
            ProductId "product" [] [product::Product, "products", known products];
            FeatureId "feature" [] [feature::Feature, "features", known features];
            ReleaseId "release" [] [release::Release, "releases", known releases];
            DeploymentId "deployment" [deployment] [deployment::Deployment, "deployments", loaded reports];
            IterationId "iteration" [iteration] [iteration::Iteration, "iterations", loaded reports];
            ImportId "import" [import] [import::Import, "imports", loaded manages];
            SegmentId "segment" [] [segment::Segment, "segments", known segments];
            CustomerId "customer" [customer] [customer::Customer, "customers", loaded reads];
            ScaleId "scale" [] [scale::Scale, "scales", known scales];
            FeedbackId "feedback" [feedback] [feedback::Feedback, "responses", loaded reads];
            IncidentId "incident" [incident] [incident::Incident, "incidents", loaded reads];
            AttributionId "attribution" [attribution] [incident::Attribution, "attributions", loaded reads];
            ApiTokenId "token" [api_token] [token::ApiToken, "tokens", special];
            MemberId "member" [member] [member::Member, "members", loaded reports];
            TeamId "team" [] [team::Team, "teams", known teams];
            AnnouncementId "announcement" [announcement] [announcement::Announcement, "announcements", loaded reports];
            AnnouncementMoveId "move" [] [];
            KnownErrorId "known_error" [known_error] [known_error::KnownError, "known errors", loaded reports];
            ArticleId "article" [article] [article::Article, "articles", loaded reports];
            NotificationId "notification" [notification] [notification::Notification, "notifications", special];
            NoticeId "notice" [notice] [follow_up::Notice, "notices", loaded reads];
            ReplyId "reply" [] [];
            IdentityId "identity" [identity] [];
            OperatorTokenId "operator" [] [];
            EventId "event" [] [];
            JobRunId "run" [] [];
            SessionId "session" [] [];
            FeedbackRequestId "request" [feedback_request] [request::FeedbackRequest, "feedback requests", loaded reports];
            FeedbackInvitationId "invitation" [] [];
            WebhookId "webhook" [webhook] [webhook::Webhook, "webhooks", loaded administers];
            WebhookDeliveryId "delivery" [webhook_delivery] [webhook::WebhookDelivery, "deliveries to a webhook", loaded administers];
            InboundWebhookId "inbound" [inbound_webhook] [inbound::InboundWebhook, "inbound webhooks", loaded administers];
            InboundDeliveryId "receipt" [inbound_delivery] [inbound::InboundDelivery, "deliveries from another system", loaded administers];
            ReportId "report" [stored_report] [report::StoredReport, "stored reports", special];
            ScheduleId "schedule" [schedule] [schedule::Schedule, "schedules", loaded manages];
            ReportDeliveryId "mailing" [report_delivery] [schedule::ReportDelivery, "deliveries of scheduled reports", loaded manages];
            CalendarFeedId "calendar" [calendar_feed] [calendar::CalendarFeed, "calendar feeds", special];
        }
    };
}
