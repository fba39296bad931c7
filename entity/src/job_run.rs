//! Runs of jobs: the history.

use sea_orm::entity::prelude::*;

use crate::id::{JobRunId, OrganizationId};

/// One attempt to run a job.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_run")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobRunId,
    /// The name of the job.
    pub job: String,
    /// The number of the lease under which it ran.
    pub lease: i64,
    /// Number of the attempt, from 1.
    pub attempt: i32,
    /// Host and process that ran it.
    pub server: String,
    /// Start time.
    pub started_at: DateTimeUtc,
    /// End time; null: it is running.
    pub ended_at: Option<DateTimeUtc>,
    /// Outcome.
    pub outcome: JobOutcome,
    /// Number of items written or deleted.
    pub items: i64,
    /// Description of the result or failure.
    #[sea_orm(column_type = "Text", nullable)]
    pub message: Option<String>,
}

/// Outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum JobOutcome {
    /// The run has not ended yet.
    #[sea_orm(string_value = "running")]
    Running,
    /// The run succeeded.
    #[sea_orm(string_value = "succeeded")]
    Succeeded,
    /// The run failed, and the job is retried.
    #[sea_orm(string_value = "retried")]
    Retried,
    /// The last attempt failed; the job runs again at its next regular time.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// The server was stopped during the run; the job runs again at once.
    #[sea_orm(string_value = "stopped")]
    Stopped,
    /// The lease expired: the server died or hung.
    #[sea_orm(string_value = "lost")]
    Lost,
}

tenant_table!();
