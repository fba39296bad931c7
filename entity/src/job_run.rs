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
    /// Which attempt it was: 1 is the first.
    pub attempt: i32,
    /// Host and process that ran it.
    pub server: String,
    /// When it started.
    pub started_at: DateTimeUtc,
    /// When it ended; null: it runs.
    pub ended_at: Option<DateTimeUtc>,
    /// What became of it.
    pub outcome: JobOutcome,
    /// How many things it wrote or deleted.
    pub items: i64,
    /// What it did, or why it did not.
    #[sea_orm(column_type = "Text", nullable)]
    pub message: Option<String>,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum JobOutcome {
    /// It goes on.
    #[sea_orm(string_value = "running")]
    Running,
    /// All was done.
    #[sea_orm(string_value = "succeeded")]
    Succeeded,
    /// It failed and is tried again.
    #[sea_orm(string_value = "retried")]
    Retried,
    /// It failed for the last time; the job runs again at its next regular time.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// The server stopped while it ran; it runs again at once.
    #[sea_orm(string_value = "stopped")]
    Stopped,
    /// Its server let the lease run out: it died, or hung.
    #[sea_orm(string_value = "lost")]
    Lost,
}

tenant_table!();
