//! A deployment: a release reaching an environment.

use sea_orm::entity::prelude::*;

use crate::id::{DeploymentId, OrganizationId, ReleaseId};

/// One deployment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deployment")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeploymentId,
    /// The release that was deployed.
    pub release_id: ReleaseId,
    /// Where to: production, staging, a region.
    pub environment: String,
    /// How it went.
    pub status: DeploymentStatus,
    /// When it finished.
    pub deployed_at: DateTimeUtc,
    /// The system that reported it.
    pub source: String,
    /// That system's ID of it; unique within the source.
    pub external_id: Option<String>,
    /// Who recorded it, as an actor; null in rows from before this was recorded.
    pub recorded_by: Option<String>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
    /// How many states of it there have been: 1 when it was made.
    pub revision: i32,
    /// Time of this version according to the source; null: not given.
    pub source_updated_at: Option<DateTimeUtc>,
    /// Hash of what was sent of it last, by which the same is known when it is sent again.
    pub sent: Option<i64>,
}

/// How a deployment went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum DeploymentStatus {
    /// The release is in the environment.
    Succeeded,
    /// It never got there.
    Failed,
    /// It got there and was taken out again.
    RolledBack,
}

tenant_table!();
