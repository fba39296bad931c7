//! Events: changes, stored in the outbox for subscribers.

use ballroom_entity::id::*;
use serde_json::{Value as Json, json};

use crate::base::reference::PublicId;

/// The job that computes which releases incidents may come from.
pub const ATTRIBUTE_INCIDENTS: &str = "attribute-incidents";

/// The job that tells customers and members what is new.
pub const FOLLOW_UP: &str = "follow-up";

/// The objects of an event, as stored in its payload.
trait About: Sized {
    fn write(&self) -> Json;
    fn read(payload: &Json) -> Option<Self>;
}

/// One object.
impl<I: PublicId> About for I {
    fn write(&self) -> Json {
        json!({ "id": self.public() })
    }

    fn read(payload: &Json) -> Option<Self> {
        Self::parse(payload["id"].as_str()?)
    }
}

/// Several objects, in the order in which they were submitted.
impl<I: PublicId> About for Vec<I> {
    fn write(&self) -> Json {
        json!({ "ids": self.iter().map(|id| id.public()).collect::<Vec<_>>() })
    }

    fn read(payload: &Json) -> Option<Self> {
        payload["ids"].as_array()?.iter().map(|id| I::parse(id.as_str()?)).collect()
    }
}

/// A number of objects that are not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total(pub u64);

impl About for Total {
    fn write(&self) -> Json {
        json!({ "total": self.0 })
    }

    fn read(payload: &Json) -> Option<Self> {
        payload["total"].as_u64().map(Self)
    }
}

/// Whether scores may change by an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scores {
    /// Daily counts or their context changed: the days of a release, a setting.
    Change,
    /// Scores do not change.
    Stay,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident($about:ty) = $kind:literal, $scores:ident;)*) => {
        /// A change.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $name($about),)*
        }

        impl Event {
            /// The noun and the verb, as stored in the outbox.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $kind,)*
                }
            }

            /// The objects.
            pub(super) fn payload(&self) -> Json {
                match self {
                    $(Self::$name(about) => about.write(),)*
                }
            }

            /// Reads an event from the outbox; none if another version of the server wrote an unknown kind.
            pub fn read(kind: &str, payload: &Json) -> Option<Self> {
                match kind {
                    $($kind => <$about>::read(payload).map(Self::$name),)*
                    _ => None,
                }
            }

            /// Whether scores may change, so that the verdicts of subscribers must be recomputed.
            pub fn changes_scores(&self) -> bool {
                let scores = match self {
                    $(Self::$name(_) => Scores::$scores,)*
                };
                scores == Scores::Change
            }
        }

        impl Event {
            /// Whether there are events of a kind.
            #[cfg(test)]
            pub(crate) fn is_kind(kind: &str) -> bool {
                KINDS.contains(&kind)
            }
        }

        #[cfg(test)]
        const KINDS: &[&str] = &[$($kind),*];
    };
}

events! {
    /// A setting of the organization changed.
    OrganizationUpdated(OrganizationId) = "organization.updated", Change;
    /// A token was created.
    TokenCreated(ApiTokenId) = "token.created", Stay;
    /// A token was revoked.
    TokenRevoked(ApiTokenId) = "token.revoked", Stay;
    /// A member was created.
    MemberCreated(MemberId) = "member.created", Stay;
    /// A member was updated.
    MemberUpdated(MemberId) = "member.updated", Stay;
    /// A member was removed.
    MemberRemoved(MemberId) = "member.removed", Stay;
    /// An import of a file began.
    ImportBegun(ImportId) = "import.begun", Stay;
    /// An import of a file ended.
    ImportEnded(ImportId) = "import.ended", Stay;
    /// An import was undone.
    ImportUndone(ImportId) = "import.undone", Change;
    /// A team was created.
    TeamCreated(TeamId) = "team.created", Stay;
    /// A team was updated.
    TeamUpdated(TeamId) = "team.updated", Stay;
    /// A team was removed.
    TeamRemoved(TeamId) = "team.removed", Stay;

    /// A product was created.
    ProductCreated(ProductId) = "product.created", Stay;
    /// A product was updated; its time zone may have changed.
    ProductUpdated(ProductId) = "product.updated", Change;
    /// A feature was created.
    FeatureCreated(FeatureId) = "feature.created", Stay;
    /// A feature was updated.
    FeatureUpdated(FeatureId) = "feature.updated", Stay;
    /// A segment was created.
    SegmentCreated(SegmentId) = "segment.created", Stay;
    /// A segment was updated.
    SegmentUpdated(SegmentId) = "segment.updated", Stay;
    /// A scale was created.
    ScaleCreated(ScaleId) = "scale.created", Stay;
    /// A customer was created.
    CustomerCreated(CustomerId) = "customer.created", Stay;
    /// Customers were created because a submission named them.
    CustomerSeen(Total) = "customer.seen", Stay;
    /// A customer was updated.
    CustomerUpdated(CustomerId) = "customer.updated", Stay;
    /// An iteration was created.
    IterationCreated(IterationId) = "iteration.created", Stay;
    /// An iteration was updated.
    IterationUpdated(IterationId) = "iteration.updated", Stay;

    /// A release was planned.
    ReleasePlanned(ReleaseId) = "release.planned", Change;
    /// A release was found because something names it.
    ReleaseInferred(ReleaseId) = "release.inferred", Change;
    /// A release reached customers.
    ReleaseShipped(ReleaseId) = "release.shipped", Change;
    /// A release was updated.
    ReleaseUpdated(ReleaseId) = "release.updated", Change;
    /// A release was withdrawn.
    ReleaseWithdrawn(ReleaseId) = "release.withdrawn", Change;
    /// A deployment was recorded. If it shipped a release, there is a separate event for that.
    DeploymentRecorded(DeploymentId) = "deployment.recorded", Stay;
    /// A deployment was updated.
    DeploymentUpdated(DeploymentId) = "deployment.updated", Stay;

    /// An announcement was created.
    AnnouncementCreated(AnnouncementId) = "announcement.created", Stay;
    /// An announcement was updated.
    AnnouncementUpdated(AnnouncementId) = "announcement.updated", Stay;
    /// An announcement was published.
    AnnouncementPublished(AnnouncementId) = "announcement.published", Stay;
    /// An announced change was postponed or brought forward.
    AnnouncementRescheduled(AnnouncementId) = "announcement.rescheduled", Stay;
    /// An announced change was made.
    AnnouncementConcluded(AnnouncementId) = "announcement.concluded", Stay;
    /// An announced change will not be made.
    AnnouncementCancelled(AnnouncementId) = "announcement.cancelled", Stay;
    /// A member acknowledged an announcement.
    AnnouncementAcknowledged(AnnouncementId) = "announcement.acknowledged", Stay;

    /// A known error was created.
    KnownErrorCreated(KnownErrorId) = "known-error.created", Stay;
    /// A known error was updated, or linked to incidents or responses.
    KnownErrorUpdated(KnownErrorId) = "known-error.updated", Stay;
    /// An article was created.
    ArticleCreated(ArticleId) = "article.created", Stay;
    /// An article was updated or retired.
    ArticleUpdated(ArticleId) = "article.updated", Stay;
    /// An article was published.
    ArticlePublished(ArticleId) = "article.published", Stay;

    /// Somebody replied to a response.
    FeedbackReplied(FeedbackId) = "feedback.replied", Stay;
    /// Customers were told what became of what they said.
    NoticeSent(Vec<NoticeId>) = "notice.sent", Stay;
    /// A customer answered a notice.
    NoticeAnswered(NoticeId) = "notice.answered", Stay;
    /// Customers were chosen who are asked about a release.
    FeedbackRequested(FeedbackRequestId) = "request.created", Stay;
    /// Customers are no longer asked about a release.
    FeedbackRequestClosed(FeedbackRequestId) = "request.closed", Stay;
    /// A schedule of reports was created.
    ScheduleCreated(ScheduleId) = "schedule.created", Stay;
    /// A schedule of reports was updated, paused or resumed.
    ScheduleUpdated(ScheduleId) = "schedule.updated", Stay;
    /// A schedule of reports was removed.
    ScheduleRemoved(ScheduleId) = "schedule.removed", Stay;

    /// A webhook was created.
    WebhookCreated(WebhookId) = "webhook.created", Stay;
    /// A webhook was updated, enabled or disabled.
    WebhookUpdated(WebhookId) = "webhook.updated", Stay;
    /// A webhook was removed.
    WebhookRemoved(WebhookId) = "webhook.removed", Stay;

    /// An inbound webhook was created.
    InboundWebhookCreated(InboundWebhookId) = "inbound.created", Stay;
    /// An inbound webhook was updated, enabled or disabled.
    InboundWebhookUpdated(InboundWebhookId) = "inbound.updated", Stay;
    /// An inbound webhook was removed.
    InboundWebhookRemoved(InboundWebhookId) = "inbound.removed", Stay;
    /// A report was stored.
    ReportStored(ReportId) = "report.stored", Stay;
    /// The address of a calendar was created.
    CalendarFeedCreated(CalendarFeedId) = "calendar.created", Stay;
    /// The address of a calendar was deleted.
    CalendarFeedRemoved(CalendarFeedId) = "calendar.removed", Stay;

    /// Members were notified of something.
    NotificationSent(Vec<NotificationId>) = "notification.sent", Stay;

    /// Responses were submitted.
    FeedbackSubmitted(Vec<FeedbackId>) = "feedback.submitted", Change;
    /// Responses were imported.
    FeedbackImported(Total) = "feedback.imported", Change;
    /// A response was corrected.
    FeedbackCorrected(FeedbackId) = "feedback.corrected", Change;
    /// A response was deleted.
    FeedbackDeleted(FeedbackId) = "feedback.deleted", Change;
    /// Incidents were opened.
    IncidentOpened(Vec<IncidentId>) = "incident.opened", Change;
    /// Incidents were imported.
    IncidentImported(Total) = "incident.imported", Change;
    /// An incident was updated.
    IncidentUpdated(IncidentId) = "incident.updated", Change;
    /// An incident was resolved.
    IncidentResolved(IncidentId) = "incident.resolved", Change;
    /// An incident was opened again.
    IncidentReopened(IncidentId) = "incident.reopened", Change;
    /// The cause of an incident was stated.
    IncidentAttributed(IncidentId) = "incident.attributed", Change;
    /// Active customers were recorded.
    ExposureRecorded(Total) = "exposure.recorded", Change;
}

impl Event {
    /// The names of the jobs that the event makes due.
    pub fn makes_due(&self) -> &'static [&'static str] {
        match self {
            Self::IncidentOpened(_) | Self::IncidentImported(_) | Self::IncidentUpdated(_) => {
                &[ATTRIBUTE_INCIDENTS]
            }
            Self::ReleasePlanned(_)
            | Self::ReleaseShipped(_)
            | Self::ReleaseUpdated(_)
            | Self::ReleaseWithdrawn(_) => &[ATTRIBUTE_INCIDENTS, FOLLOW_UP],
            Self::KnownErrorCreated(_)
            | Self::KnownErrorUpdated(_)
            | Self::DeploymentRecorded(_)
            | Self::DeploymentUpdated(_) => &[FOLLOW_UP],
            _ => &[],
        }
    }

    /// The responses of the event.
    pub fn answers(&self) -> &[FeedbackId] {
        match self {
            Self::FeedbackSubmitted(ids) => ids,
            _ => &[],
        }
    }

    /// The deleted responses of the event.
    pub fn deletions(&self) -> &[FeedbackId] {
        match self {
            Self::FeedbackDeleted(id) => std::slice::from_ref(id),
            _ => &[],
        }
    }

    /// The incidents of the event.
    pub fn incidents(&self) -> &[IncidentId] {
        match self {
            Self::IncidentOpened(ids) => ids,
            Self::IncidentUpdated(id)
            | Self::IncidentResolved(id)
            | Self::IncidentReopened(id)
            | Self::IncidentAttributed(id) => std::slice::from_ref(id),
            _ => &[],
        }
    }

    /// The announcements of the event.
    pub fn announcements(&self) -> &[AnnouncementId] {
        match self {
            Self::AnnouncementCreated(id)
            | Self::AnnouncementUpdated(id)
            | Self::AnnouncementPublished(id)
            | Self::AnnouncementRescheduled(id)
            | Self::AnnouncementConcluded(id)
            | Self::AnnouncementCancelled(id)
            | Self::AnnouncementAcknowledged(id) => std::slice::from_ref(id),
            _ => &[],
        }
    }

    /// The known errors of the event.
    pub fn known_errors(&self) -> &[KnownErrorId] {
        match self {
            Self::KnownErrorCreated(id) | Self::KnownErrorUpdated(id) => std::slice::from_ref(id),
            _ => &[],
        }
    }

    /// The notifications of the event.
    pub fn notifications(&self) -> &[NotificationId] {
        match self {
            Self::NotificationSent(ids) => ids,
            _ => &[],
        }
    }

    /// The releases of the event.
    pub fn releases(&self) -> &[ReleaseId] {
        match self {
            Self::ReleasePlanned(id)
            | Self::ReleaseInferred(id)
            | Self::ReleaseShipped(id)
            | Self::ReleaseUpdated(id)
            | Self::ReleaseWithdrawn(id) => std::slice::from_ref(id),
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_as_it_was_written() {
        let events = [
            Event::FeedbackSubmitted(vec![FeedbackId::new(), FeedbackId::new()]),
            Event::IncidentResolved(IncidentId::new()),
            Event::FeedbackImported(Total(3)),
        ];
        for event in events {
            assert_eq!(Event::read(event.kind(), &event.payload()), Some(event));
        }
        let id = IncidentId::new();
        assert_eq!(Event::read("incident.opened", &json!({ "id": id.public() })), None);
        assert_eq!(Event::read("incident.vanished", &json!({ "id": id.public() })), None);
    }

    #[test]
    fn every_kind_is_a_noun_and_a_verb_of_its_own() {
        let unique: std::collections::HashSet<_> = KINDS.iter().collect();
        assert_eq!(unique.len(), KINDS.len());
        assert!(KINDS.iter().all(|kind| {
            kind.split_once('.').is_some_and(|(noun, verb)| !noun.is_empty() && !verb.contains('.'))
        }));
    }
}
