//! The features that a known error affects.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, KnownErrorId, OrganizationId};

/// One feature affected by one known error.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_error_feature")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The known error.
    #[sea_orm(primary_key, auto_increment = false)]
    pub known_error_id: KnownErrorId,
    /// The feature.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: FeatureId,
}

tenant_table!();
