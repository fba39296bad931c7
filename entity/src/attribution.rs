//! Attribution: which release an incident comes from.

use sea_orm::entity::prelude::*;

use crate::id::{AttributionId, IncidentId, OrganizationId, ReleaseId};

/// One statement about where an incident comes from. The newest that is not a rejection decides.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attribution")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttributionId,
    /// The incident.
    pub incident_id: IncidentId,
    /// The release; null with `NotCausedByChange` only.
    pub release_id: Option<ReleaseId>,
    /// The statement.
    pub basis: AttributionBasis,
    /// Probability, 0 to 1, with `Inferred` only.
    pub confidence: Option<f64>,
    /// When it was stated.
    pub created_at: DateTimeUtc,
    /// Actor that stated it; null in rows from before this was recorded.
    pub stated_by: Option<String>,
}

/// What an attribution states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))", rename_all = "snake_case")]
pub enum AttributionBasis {
    /// The reporter named the release.
    Explicit,
    /// Confirmed by a person.
    Confirmed,
    /// Computed, with a confidence.
    Inferred,
    /// Rejected by a person.
    Rejected,
    /// Not caused by a change, according to a person.
    NotCausedByChange,
}

tenant_table!();
