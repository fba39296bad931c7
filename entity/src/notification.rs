//! A notification: something that a member should know.

use sea_orm::entity::prelude::*;

use crate::id::{MemberId, NotificationId, OrganizationId};

/// One notification of one member.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    /// The member.
    pub member_id: MemberId,
    /// What happened.
    pub kind: NotificationKind,
    /// Why this member is notified.
    pub reason: NotificationReason,
    /// Global ID of the object that it is about.
    pub subject: String,
    /// What must not be told twice; unique for the member.
    pub topic: String,
    /// Number of times that it happened.
    pub occurrences: i32,
    /// When it happened first.
    pub created_at: DateTimeUtc,
    /// When it happened last.
    pub updated_at: DateTimeUtc,
    /// When the member read it; null: not yet, or it has happened again since.
    pub read_at: Option<DateTimeUtc>,
}

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum NotificationKind {
    /// An announcement was published.
    AnnouncementPublished,
    /// An announced change was put off or brought forward.
    AnnouncementRescheduled,
    /// An announced change will not be made.
    AnnouncementCancelled,
    /// Incidents affect features of the team.
    IncidentOpened,
    /// A release made a feature worse.
    FeatureWorse,
    /// A release improved a feature.
    FeatureBetter,
    /// An incident probably comes from a release.
    ReleaseIncident,
    /// The watch of a release ended.
    WatchConcluded,
    /// Customers said that a fix helped.
    FixHelped,
    /// Customers said that a fix did not help.
    FixFailed,
}

/// Why a member is notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum NotificationReason {
    /// The member has a role that it is for.
    Audience,
    /// The member's team owns the feature.
    Team,
    /// The member watches the release.
    Watch,
}

tenant_table!();
