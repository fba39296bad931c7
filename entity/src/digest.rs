//! A digest: the unread notifications of a member by mail.

use sea_orm::entity::prelude::*;

use crate::id::{MemberId, OrganizationId};

/// The digest of one member who has ever wanted one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "digest")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// How often the member wants it.
    pub frequency: DigestFrequency,
    /// Secret of the link that ends it.
    pub secret: String,
    /// What happened up to this time was told.
    pub told_until: DateTimeUtc,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// How often a member gets a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum DigestFrequency {
    /// Not at all.
    Never,
    /// Every morning, if there is something unread.
    Daily,
    /// On Mondays, if there is something unread.
    Weekly,
}

tenant_table!();
