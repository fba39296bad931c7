//! `ballroom jobs`.

use std::process::ExitCode;

use ballroom_entity::{
    job::Model,
    job_run::{self, JobOutcome},
};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{job_runner::Keep, organization::Tenant, settings::Database};
use crate::{
    domain::token,
    job::{self, Kind},
    report::terminal,
    score::Scores,
};

/// List the jobs of an organization, show their history, or run one now. `serve` runs them on schedule.
#[derive(Args)]
pub(super) struct Jobs {
    #[command(flatten)]
    tenant: Tenant,

    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the jobs with their next and last runs.
    List,
    /// List the last runs, latest first.
    History {
        /// Name of the job; default: all jobs.
        name: Option<String>,

        /// Number of runs.
        #[arg(long, value_name = "N", default_value_t = 20)]
        last: u32,
    },
    /// Run a job now, in this process. The exit status is 1 if it fails.
    Run {
        /// Name of the job.
        name: String,

        #[command(flatten)]
        keep: Keep,
    },
}

impl Jobs {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let store = database.open().await?;
        let by = token::operator(self.tenant.find(&store).await?.id).administers()?;
        let settings = match &self.action {
            Action::Run { keep, .. } => keep.settings(),
            _ => job::Settings::default(),
        };
        let jobs = job::Jobs::new(store.clone(), Scores::new(store.clone()), settings);
        let mut code = ExitCode::SUCCESS;
        match self.action {
            Action::List => {
                jobs.enroll(by).await?;
                let mut table = terminal::table(["job", "next run", "last run", "outcome", "message"], &[]);
                for job in jobs.all(by).await? {
                    let last = job::runs(&store, by, Kind::named(&job.name), 1).await?.pop();
                    table.add_row(line(&job, jobs.is_running(&job), last));
                }
                println!("{}", table.trim_fmt());
            }
            Action::History { name, last } => {
                let kind = name.as_deref().map(job::named).transpose()?;
                let columns = ["job", "started", "seconds", "attempt", "outcome", "server", "message"];
                let mut table = terminal::table(columns, &[2, 3]);
                for run in job::runs(&store, by, kind, last.into()).await? {
                    table.add_row(history_line(run));
                }
                println!("{}", table.trim_fmt());
            }
            Action::Run { name, .. } => {
                let kind = job::named(&name)?;
                let ended = jobs.run_now(by, kind).await?;
                println!("{name}: {}.", ended.message);
                if ended.outcome != JobOutcome::Succeeded {
                    code = ExitCode::FAILURE;
                }
            }
        }
        store.close().await?;
        Ok(code)
    }
}

fn line(job: &Model, is_running: bool, last: Option<job_run::Model>) -> [String; 5] {
    let next = if is_running { "now".to_owned() } else { time(job.due_at) };
    let (started, outcome, message) = match last {
        Some(run) => (time(run.started_at), word(run.outcome).to_owned(), run.message.unwrap_or_default()),
        None => Default::default(),
    };
    [job.name.clone(), next, started, outcome, message]
}

fn history_line(run: job_run::Model) -> [String; 7] {
    let took = run.ended_at.map(|end| (end - run.started_at).as_seconds_f64());
    [
        run.job,
        time(run.started_at),
        took.map_or_else(String::new, |seconds| format!("{seconds:.1}")),
        run.attempt.to_string(),
        word(run.outcome).to_owned(),
        run.server,
        run.message.unwrap_or_default(),
    ]
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn word(outcome: JobOutcome) -> &'static str {
    match outcome {
        JobOutcome::Running => "running",
        JobOutcome::Succeeded => "succeeded",
        JobOutcome::Retried => "failed, will be retried",
        JobOutcome::Failed => "failed",
        JobOutcome::Stopped => "stopped",
        JobOutcome::Lost => "lost",
    }
}
