//! The times that customers had a release, each of which was followed by another.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ReleaseId};

/// An interval in which customers had a release, before it was withdrawn and released again. The last interval is in
/// the release itself.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_interval")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The release.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    /// When customers got it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub released_at: DateTimeUtc,
    /// The day customers got it, in the product's time zone.
    pub released_on: Date,
    /// Time of the withdrawal.
    pub withdrawn_at: DateTimeUtc,
    /// Day of the withdrawal, in the time zone of the product.
    pub withdrawn_on: Date,
}

tenant_table!();
