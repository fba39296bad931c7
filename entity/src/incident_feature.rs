//! The features affected by an incident.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, IncidentId, OrganizationId};

/// One feature affected by one incident.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_feature")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: IncidentId,
    /// The feature.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: FeatureId,
}

tenant_table!();
