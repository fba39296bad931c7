//! The events of webhooks.

use async_graphql::Enum;

/// Defines the enum of events, with the kinds as they are stored and sent.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal,)*) => {
        /// Event that is sent to webhooks. In the request, `type` has the same name in lower case with a dot, such as
        /// `incident.opened` or `known-error.created`, and `data` has the ID of the object in `id`.
        #[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(in crate::graphql) enum WebhookEvent {
            $($(#[$doc])* $name,)*
            /// A test, sent by `testWebhook` whatever events the webhook has chosen.
            WebhookTest,
        }

        impl WebhookEvent {
            /// The kind, as it is stored and sent.
            pub(in crate::graphql) fn kind(self) -> &'static str {
                match self {
                    $(Self::$name => $kind,)*
                    Self::WebhookTest => crate::domain::webhook::TEST,
                }
            }

            /// The event of a kind; none if another version of the server stored it.
            pub(in crate::graphql) fn of(kind: &str) -> Option<Self> {
                match kind {
                    $($kind => Some(Self::$name),)*
                    crate::domain::webhook::TEST => Some(Self::WebhookTest),
                    _ => None,
                }
            }
        }

        #[cfg(test)]
        const NAMED: &[&str] = &[$($kind),*];
    };
}

events! {
    /// A product was created.
    ProductCreated = "product.created",
    /// A product was updated.
    ProductUpdated = "product.updated",
    /// A feature was created.
    FeatureCreated = "feature.created",
    /// A feature was updated.
    FeatureUpdated = "feature.updated",
    /// A release was planned.
    ReleasePlanned = "release.planned",
    /// A release reached customers.
    ReleaseShipped = "release.shipped",
    /// A release was updated.
    ReleaseUpdated = "release.updated",
    /// A release was withdrawn.
    ReleaseWithdrawn = "release.withdrawn",
    /// A deployment was recorded.
    DeploymentRecorded = "deployment.recorded",
    /// A deployment was updated.
    DeploymentUpdated = "deployment.updated",
    /// An iteration was created.
    IterationCreated = "iteration.created",
    /// An iteration was updated.
    IterationUpdated = "iteration.updated",
    /// An announcement was published.
    AnnouncementPublished = "announcement.published",
    /// An announced change was rescheduled.
    AnnouncementRescheduled = "announcement.rescheduled",
    /// An announced change was made.
    AnnouncementConcluded = "announcement.concluded",
    /// An announced change was canceled.
    AnnouncementCancelled = "announcement.cancelled",
    /// A member acknowledged an announcement.
    AnnouncementAcknowledged = "announcement.acknowledged",
    /// A known error was created.
    KnownErrorCreated = "known-error.created",
    /// A known error was updated, or linked to incidents or responses.
    KnownErrorUpdated = "known-error.updated",
    /// An article was published.
    ArticlePublished = "article.published",
    /// A customer was created.
    CustomerCreated = "customer.created",
    /// A customer was updated.
    CustomerUpdated = "customer.updated",
    /// Responses were submitted; `data.ids` has their IDs.
    FeedbackSubmitted = "feedback.submitted",
    /// Responses were imported; `data.total` has their number.
    FeedbackImported = "feedback.imported",
    /// A response was corrected.
    FeedbackCorrected = "feedback.corrected",
    /// A response was deleted.
    FeedbackDeleted = "feedback.deleted",
    /// A customer got a reply to a response.
    FeedbackReplied = "feedback.replied",
    /// Incidents were opened; `data.ids` has their IDs.
    IncidentOpened = "incident.opened",
    /// Incidents were imported; `data.total` has their number.
    IncidentImported = "incident.imported",
    /// An incident was updated.
    IncidentUpdated = "incident.updated",
    /// An incident was resolved.
    IncidentResolved = "incident.resolved",
    /// An incident was reopened.
    IncidentReopened = "incident.reopened",
    /// The cause of an incident was stated.
    IncidentAttributed = "incident.attributed",
    /// Active customers were recorded; `data.total` has the number of records.
    ExposureRecorded = "exposure.recorded",
    /// A report was stored.
    ReportStored = "report.stored",
    /// An import of a file ended.
    ImportEnded = "import.ended",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_are_those_that_are_sent() {
        assert_eq!(NAMED, crate::domain::webhook::KINDS);
        assert!(NAMED.iter().all(|kind| WebhookEvent::of(kind).is_some_and(|event| event.kind() == *kind)));
    }
}
