//! The times that customers had a release, each of which was followed by another.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ReleaseId};

/// A time that customers had a release, before it was taken back and came again. The last time stands in the release.
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
    /// When it was taken back.
    pub withdrawn_at: DateTimeUtc,
    /// The day it was taken back, in the product's time zone.
    pub withdrawn_on: Date,
}

tenant_table!();
