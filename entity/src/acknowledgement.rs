//! Acknowledgements: members of support who have read an announcement.

use sea_orm::entity::prelude::*;

use crate::id::{AnnouncementId, MemberId, OrganizationId};

/// One member has read one edition of one announcement.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "acknowledgement")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The announcement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub announcement_id: AnnouncementId,
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The edition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition: i32,
    /// A remark; null: none.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// When.
    pub acknowledged_at: DateTimeUtc,
}

tenant_table!();
