//! How an announcement moved: published, rescheduled, concluded or cancelled.

use sea_orm::entity::prelude::*;

use crate::id::{AnnouncementId, AnnouncementMoveId, OrganizationId};

/// One move of one announcement.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement_move")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The announcement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub announcement_id: AnnouncementId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AnnouncementMoveId,
    /// What happened.
    pub kind: MoveKind,
    /// The edition from then on.
    pub edition: i32,
    /// Planned start from then on.
    pub starts_at: DateTimeUtc,
    /// Planned end from then on; null: none.
    pub ends_at: Option<DateTimeUtc>,
    /// Why, or with which outcome.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// When.
    pub moved_at: DateTimeUtc,
    /// Actor that moved it; null: not recorded.
    pub moved_by: Option<String>,
}

/// A move of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum MoveKind {
    /// Its audience was notified.
    Published,
    /// The change was put off or brought forward.
    Rescheduled,
    /// The change was made.
    Concluded,
    /// The change will not be made.
    Cancelled,
}

tenant_table!();
