//! An announcement: notice of a change, before customers meet it.

use sea_orm::entity::prelude::*;

use crate::id::{AnnouncementId, MemberId, OrganizationId, ProductId, ReleaseId, TeamId};

/// One announcement.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AnnouncementId,
    /// The product that changes.
    pub product_id: ProductId,
    /// What is announced.
    pub kind: AnnouncementKind,
    /// Summary in one line.
    pub title: String,
    /// The release; of a kind that has one only.
    pub release_id: Option<ReleaseId>,
    /// What customers will notice.
    #[sea_orm(column_type = "Text", nullable)]
    pub changes: Option<String>,
    /// What support can say about it.
    #[sea_orm(column_type = "Text", nullable)]
    pub talking_points: Option<String>,
    /// What customers can do meanwhile.
    #[sea_orm(column_type = "Text", nullable)]
    pub workaround: Option<String>,
    /// How to undo the change.
    #[sea_orm(column_type = "Text", nullable)]
    pub rollback: Option<String>,
    /// Whom to call: a member.
    pub contact_member_id: Option<MemberId>,
    /// Whom to call: a team.
    pub contact_team_id: Option<TeamId>,
    /// The roles that it is for, a list of names.
    #[sea_orm(column_type = "JsonBinary")]
    pub audiences: Json,
    /// Planned start.
    pub starts_at: DateTimeUtc,
    /// Planned end; null: none.
    pub ends_at: Option<DateTimeUtc>,
    /// Lifecycle stage.
    pub state: AnnouncementState,
    /// Number of times that its audience was notified: 0 for a draft. Each edition is acknowledged separately.
    pub edition: i32,
    /// When it was published; null: it was not.
    pub published_at: Option<DateTimeUtc>,
    /// Source system.
    pub source: String,
    /// ID in the source system; unique within the source.
    pub external_id: Option<String>,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Title and changes, folded, for text search.
    #[sea_orm(column_type = "Text")]
    pub search: String,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// What an announcement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum AnnouncementKind {
    /// A release that customers will get.
    Release,
    /// A deployment, possibly of a release.
    Deployment,
    /// Work during which something may not be available.
    Maintenance,
    /// A time in which nothing may be changed.
    Freeze,
}

/// Lifecycle stage of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum AnnouncementState {
    /// Nobody was notified yet.
    Draft,
    /// Its audience was notified.
    Published,
    /// The change has been made.
    Concluded,
    /// The change will not be made.
    Cancelled,
}

tenant_table!();
