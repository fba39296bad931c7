//! The features affected by an announced change.

use sea_orm::entity::prelude::*;

use crate::id::{AnnouncementId, FeatureId, OrganizationId};

/// One feature affected by one announced change.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement_feature")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The announcement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub announcement_id: AnnouncementId,
    /// The feature.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: FeatureId,
}

tenant_table!();
