//! A watch: a member looks after a release in its first days with customers.

use sea_orm::entity::prelude::*;

use crate::id::{MemberId, OrganizationId, ReleaseId};

/// The watch of one release.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_watch")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The release.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    /// The watcher.
    pub member_id: MemberId,
    /// Number of days from the release on.
    pub days: i32,
    /// Actor that named the watcher last; null: not recorded.
    pub named_by: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
    /// When it ended with a summary; null: not yet.
    pub concluded_at: Option<DateTimeUtc>,
    /// What came of it; null: it has not ended.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Json>,
}

tenant_table!();
