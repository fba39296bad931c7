//! Settings of jobs: each is an option and an environment variable.

use std::time::Duration;

use clap::{Args, value_parser};

use super::limits::seconds;
use crate::job::Settings;

/// Settings of jobs.
#[derive(Args, Clone)]
#[command(next_help_heading = "Jobs")]
pub(super) struct JobRunner {
    /// Number of jobs that this process runs at a time; 0 leaves them to other processes.
    #[arg(long, env = "BALLROOM_JOB_WORKERS", value_name = "N", default_value_t = 2, value_parser = value_parser!(u8).range(0..=64))]
    job_workers: u8,

    /// Interval of checks for due jobs.
    #[arg(long, env = "BALLROOM_JOB_POLL", value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    job_poll: Duration,

    /// Time after which another process takes over a job whose process died or hangs.
    #[arg(long, env = "BALLROOM_JOB_LEASE", value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    job_lease: Duration,

    /// Time limit of a run.
    #[arg(long, env = "BALLROOM_JOB_TIME", value_name = "SECONDS", default_value = "3600", value_parser = seconds)]
    job_time: Duration,

    /// Number of attempts before a failing job waits for its next due time.
    #[arg(long, env = "BALLROOM_JOB_ATTEMPTS", value_name = "N", default_value_t = 5, value_parser = value_parser!(u32).range(1..=100))]
    job_attempts: u32,

    /// Pause before a failed job is retried; doubled after each further attempt.
    #[arg(long, env = "BALLROOM_JOB_PAUSE", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    job_pause: Duration,

    #[command(flatten)]
    keep: Keep,
}

/// Retention of events and runs.
#[derive(Args, Clone, Copy)]
pub(super) struct Keep {
    /// Days for which events are stored: subscriptions can resume from cursors within this time.
    #[arg(long, env = "BALLROOM_KEEP_EVENTS", value_name = "DAYS", default_value_t = 30, value_parser = value_parser!(u32).range(1..=36_500))]
    keep_events: u32,

    /// Days for which runs of jobs are stored.
    #[arg(long, env = "BALLROOM_KEEP_RUNS", value_name = "DAYS", default_value_t = 30, value_parser = value_parser!(u32).range(1..=36_500))]
    keep_runs: u32,
}

impl JobRunner {
    pub(super) fn settings(&self) -> Settings {
        Settings {
            workers: self.job_workers.into(),
            poll: self.job_poll,
            lease: self.job_lease,
            time: self.job_time,
            attempts: self.job_attempts,
            pause: self.job_pause,
            ..self.keep.settings()
        }
    }
}

impl Keep {
    pub(super) fn settings(self) -> Settings {
        Settings { keep_events: self.keep_events, keep_runs: self.keep_runs, ..Settings::default() }
    }
}
