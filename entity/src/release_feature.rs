//! The features that a release touches.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, OrganizationId, ReleaseId};

/// One feature touched by one release.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_feature")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The release.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    /// The feature.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: FeatureId,
    /// Effect of the release.
    pub change: FeatureChange,
}

/// Effect of a release on a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum FeatureChange {
    /// The feature is new.
    Added,
    /// The feature works differently.
    Changed,
    /// A defect is corrected.
    Fixed,
    /// The feature is removed.
    Removed,
}

tenant_table!();
