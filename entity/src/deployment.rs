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
    /// Target environment, such as production, staging or a region.
    pub environment: String,
    /// Status.
    pub status: DeploymentStatus,
    /// Time at which it finished.
    pub deployed_at: DateTimeUtc,
    /// Source system.
    pub source: String,
    /// ID in the source system; unique within the source.
    pub external_id: Option<String>,
    /// Actor that recorded it; null in rows from before this was recorded.
    pub recorded_by: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
    /// Number of versions: 1 after the creation.
    pub revision: i32,
    /// Time of this version according to the source; null: not given.
    pub source_updated_at: Option<DateTimeUtc>,
    /// Hash of the last submission, which identifies a repeated one.
    pub sent: Option<i64>,
}

/// Status of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum DeploymentStatus {
    /// The release is running in the environment.
    Succeeded,
    /// The deployment failed.
    Failed,
    /// It was deployed and then removed again.
    RolledBack,
}

tenant_table!();
