//! The events that are sent to webhooks.

/// Calls a macro with the events that are sent to webhooks: what they mean, their name in the schema, and their kind as it is
/// stored and sent (that of `transaction::Event`).
macro_rules! sent_events {
    ($each:ident) => {
        $each! {
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
    };
}
pub(crate) use sent_events;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $kind:literal,)*) => {
        /// The kinds of events that can be sent.
        pub const KINDS: &[&str] = &[$($kind),*];
    };
}

sent_events!(kinds);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::Event;

    #[test]
    fn only_events_that_there_are_can_be_sent() {
        for kind in KINDS {
            assert!(Event::is_kind(kind), "{kind}");
        }
        assert!(!Event::is_kind("product.vanished"));
    }
}
