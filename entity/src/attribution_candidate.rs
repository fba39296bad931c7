//! A candidate of an attribution: a release that an incident may come from, as computed. It can be computed again at any time.

use sea_orm::entity::prelude::*;

use crate::id::{IncidentId, OrganizationId, ReleaseId};

/// One release that one incident may come from.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attribution_candidate")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: IncidentId,
    /// The release.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    /// Why it may have caused the incident.
    pub evidence: CauseEvidence,
    /// Probability, 0 to 1.
    pub confidence: f64,
    /// When customers got the release, before the incident.
    pub released_at: DateTimeUtc,
    /// Number of other incidents of the affected features since then.
    pub other_incidents: i64,
    /// When it was computed.
    pub computed_at: DateTimeUtc,
}

/// Why a release may have caused an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))", rename_all = "snake_case")]
pub enum CauseEvidence {
    /// It shipped shortly before, and changed an affected feature.
    SameFeature,
    /// It shipped shortly before, and changed other features.
    SameEnvironment,
}

tenant_table!();
