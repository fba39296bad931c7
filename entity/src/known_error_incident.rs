//! The incidents that come from a known error.

use sea_orm::entity::prelude::*;

use crate::id::{IncidentId, KnownErrorId, OrganizationId};

/// One incident that comes from one known error.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_error_incident")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The known error.
    #[sea_orm(primary_key, auto_increment = false)]
    pub known_error_id: KnownErrorId,
    /// The incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: IncidentId,
    /// Actor that linked it; null: not recorded.
    pub linked_by: Option<String>,
    /// When it was linked.
    pub linked_at: DateTimeUtc,
}

tenant_table!();
