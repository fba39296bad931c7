//! Notifications.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object};
use ballroom_entity::{id::NotificationId, notification::Model};

use super::{
    ContextExt,
    fault::Fault,
    node::{self, Node},
    order::orders,
    payload::{payload, payloads},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id, parse},
};
use crate::domain::notification::{self, NotificationSort};

/// A message to a member. If the same happens again, `occurrences` increases, and no second notification is created.
#[derive(Description)]
pub struct Notification(pub Model);

/// What a notification is about.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::notification::NotificationKind")]
enum NotificationKind {
    /// An announcement was published.
    AnnouncementPublished,
    /// An announced change was postponed or brought forward.
    AnnouncementRescheduled,
    /// An announced change will not be made.
    AnnouncementCancelled,
    /// Incidents affect features of the member's teams; those of an hour are one notification.
    IncidentOpened,
    /// A release made a feature worse.
    FeatureWorse,
    /// A release improved a feature.
    FeatureBetter,
    /// An incident probably comes from a release that the member watches.
    ReleaseIncident,
    /// The watch of a release ended with a summary.
    WatchConcluded,
    /// Customers said that a fix helped.
    FixHelped,
    /// Customers said that a fix did not help.
    FixFailed,
}

/// Why a member is notified.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::notification::NotificationReason")]
enum NotificationReason {
    /// The member has a role that it is for.
    Audience,
    /// The member's team owns the feature.
    Team,
    /// The member watches the release.
    Watch,
}

#[Object(use_type_description)]
impl Notification {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// What it is about.
    async fn kind(&self) -> NotificationKind {
        self.0.kind.into()
    }

    /// Why the member is notified.
    async fn reason(&self) -> NotificationReason {
        self.0.reason.into()
    }

    /// Object that it is about, the latest of several; null if it no longer exists, or if the caller may not see it.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>, Fault> {
        node::find(ctx, &ID(self.0.subject.clone())).await
    }

    /// Number of times that it happened.
    async fn occurrences(&self) -> i32 {
        self.0.occurrences
    }

    /// Time at which it happened first.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time at which it happened last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Time at which it was read; null: it is unread.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(Into::into)
    }
}

/// Conditions on notifications; all that are given must hold.
#[derive(InputObject)]
pub(super) struct NotificationFilter {
    /// Whether it is unread.
    unread: Option<bool>,
    /// Kinds, one of which it has.
    kind: Option<Vec<NotificationKind>>,
    /// Time at which it happened last.
    updated_at: Option<TimeRangeInput>,
}

impl From<NotificationFilter> for notification::NotificationFilter {
    fn from(given: NotificationFilter) -> Self {
        Self {
            unread: given.unread,
            kind: given.kind.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of notifications.
    NotificationOrderField for NotificationSort,
    /// Sort order of notifications.
    NotificationOrder {
        /// Time at which it happened last.
        UpdatedAt,
        /// Time at which it happened first.
        CreatedAt,
    }
}

/// Input of `markNotificationsRead`.
#[derive(InputObject)]
struct MarkNotificationsReadInput {
    /// IDs of notifications of the caller, at most 10,000; null: all.
    notifications: Option<Vec<Reference>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `markNotificationsRead`.
    MarkNotificationsReadPayload {
        /// Number of notifications that were unread.
        marked: i64,
        /// Number of notifications of the caller that are still unread.
        unread: i64,
    }
}

#[derive(Default)]
pub(super) struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Marks notifications of the caller as read. They become unread if it happens again.
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: MarkNotificationsReadInput,
    ) -> Result<MarkNotificationsReadPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.viewer().edits_profile()?;
            let read = |(index, id): (usize, Reference)| {
                parse::<NotificationId>(&format!("notifications.{index}"), &id.0)
            };
            let ids = input.notifications.map(|ids| ids.into_iter().enumerate().map(read).collect());
            let ids: Option<Vec<_>> = ids.transpose()?;
            let marked = notification::mark_read(ctx.store(), by, ids.as_deref(), ctx.now()).await?;
            let unread = notification::unread(ctx.store(), by).await?;
            Ok(MarkNotificationsReadPayload::done(marked as i64, unread as i64))
        })
        .await
    }
}
