//! Jobs of the server.

use async_graphql::{Context, Description, Enum, InputObject, Object, connection::Connection};
use ballroom_entity::{job::Model, job_run};

use super::{
    ContextExt,
    fault::Fault,
    order::orders,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    range::TimeRangeInput,
    scalar::DateTime,
};
use crate::{
    base::error::Error,
    domain::page::{List, Order, Page, Window},
    job::{self, JobRunSort, JobRuns, Kind},
};

/// A job: work that the server does on schedule. A failed job is retried several times, with increasing pauses, and
/// then waits for its next regular time.
#[derive(Description)]
pub struct Job(Model);

/// Name of a job.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobName {
    /// Computes the parameters of scores when a day is over in the time zones of all products.
    ScoreParameters,
    /// Computes which releases incidents may come from: every night, and soon after an incident or a release has changed.
    AttributeIncidents,
    /// Notifies customers of fixes, and members of changes to their features and watched releases: every hour, and soon
    /// after a release or a known error has changed.
    FollowUp,
    /// Deletes expired events (`--keep-events`), every night.
    PruneOutbox,
    /// Deletes expired runs of jobs (`--keep-runs`), every night.
    PruneHistory,
    /// Sends scheduled reports to their destinations.
    DeliverReports,
    /// Sends the digests of notifications, every morning.
    SendDigests,
}

impl JobName {
    /// The name of a kind of which each organization has one job; none: it is that of a schedule.
    fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::ScoreParameters => Self::ScoreParameters,
            Kind::AttributeIncidents => Self::AttributeIncidents,
            Kind::FollowUp => Self::FollowUp,
            Kind::PruneOutbox => Self::PruneOutbox,
            Kind::PruneHistory => Self::PruneHistory,
            Kind::DeliverReports => Self::DeliverReports,
            Kind::SendDigests => Self::SendDigests,
            Kind::Schedule(_) => return None,
        })
    }
}

impl From<JobName> for Kind {
    fn from(name: JobName) -> Self {
        match name {
            JobName::ScoreParameters => Self::ScoreParameters,
            JobName::AttributeIncidents => Self::AttributeIncidents,
            JobName::FollowUp => Self::FollowUp,
            JobName::PruneOutbox => Self::PruneOutbox,
            JobName::PruneHistory => Self::PruneHistory,
            JobName::DeliverReports => Self::DeliverReports,
            JobName::SendDigests => Self::SendDigests,
        }
    }
}

#[Object(use_type_description)]
impl Job {
    /// Name of the job.
    async fn name(&self) -> Result<JobName, Fault> {
        let kind = job::named(&self.0.name)?;
        Ok(JobName::of(kind).ok_or_else(|| Error::not_found("name", "job", &*self.0.name))?)
    }

    /// Time of the next run: the regular time, or that of the next attempt after a failure. A past time means that it
    /// waits for a server that runs jobs.
    async fn next_run_at(&self) -> DateTime {
        self.0.due_at.into()
    }

    /// Whether it is running.
    async fn is_running(&self, ctx: &Context<'_>) -> bool {
        ctx.services().jobs.is_running(&self.0)
    }

    /// Last run, which may still be running; null if there is none in the history.
    async fn last_run(&self, ctx: &Context<'_>) -> Result<Option<JobRun>, Fault> {
        let (job, filter, order) = (self.0.name.clone(), job::JobRunFilter::default(), Order::default());
        let runs = JobRuns { job, filter, order };
        runs.may(ctx.viewer())?;
        let page = Page(runs, Window::new(Some(1), None, None, None)?);
        let loaded = ctx.load().load_one(page).await?;
        Ok(loaded.and_then(|mut runs| runs.rows.pop()).map(JobRun))
    }

    /// Runs in the history (`--keep-runs`), the latest first by default.
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which runs to return; all by default.")] filter: Option<JobRunFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<JobRunOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, JobRun, Total>, Fault> {
        let (filter, order) = (or_default(filter), or_default(order_by));
        let runs = JobRuns { job: self.0.name.clone(), filter, order };
        connection(ctx, runs, (first, after, last, before), JobRun).await
    }
}

/// A run of a job: one attempt.
#[derive(Description)]
pub struct JobRun(pub(super) job_run::Model);

/// Outcome of a run.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::job_run::JobOutcome")]
pub(super) enum JobOutcome {
    /// The run has not ended yet.
    Running,
    /// The run succeeded.
    Succeeded,
    /// The run failed, and the job is retried after a pause.
    Retried,
    /// The last attempt failed, and the job waits for its next regular time.
    Failed,
    /// The server was stopped; the job runs again at once.
    Stopped,
    /// The server died or hung, and another one took the job over.
    Lost,
}

#[Object(use_type_description)]
impl JobRun {
    /// Start time.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// End time; null while it is running.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(Into::into)
    }

    /// Outcome.
    async fn outcome(&self) -> JobOutcome {
        self.0.outcome.into()
    }

    /// Number of the attempt, from 1.
    async fn attempt(&self) -> i32 {
        self.0.attempt
    }

    /// Number of days, events or runs written or deleted.
    async fn items(&self) -> i64 {
        self.0.items
    }

    /// Description of the result or failure; null while it is running.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Host name and process ID of the server.
    async fn server(&self) -> &str {
        &self.0.server
    }
}

/// Conditions on runs of a job; all that are given must hold.
#[derive(InputObject)]
pub(super) struct JobRunFilter {
    /// Outcomes, one of which the run has.
    outcome: Option<Vec<JobOutcome>>,
    /// Former name of `outcome`.
    #[graphql(deprecation = "Use `outcome`, which has the same effect.")]
    outcomes: Option<Vec<JobOutcome>>,
    /// Start time.
    started_at: Option<TimeRangeInput>,
}

impl From<JobRunFilter> for job::JobRunFilter {
    fn from(given: JobRunFilter) -> Self {
        Self {
            outcomes: given
                .outcome
                .or(given.outcomes)
                .map(|outcomes| outcomes.into_iter().map(Into::into).collect()),
            started_at: given.started_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of runs of a job.
    JobRunOrderField for JobRunSort,
    /// Sort order of runs of a job.
    JobRunOrder {
        /// Start time.
        StartedAt,
    }
}

#[derive(Default)]
pub(super) struct JobQuery;

#[Object]
impl JobQuery {
    /// Jobs of the organization, by name. Only for administrators.
    async fn jobs(&self, ctx: &Context<'_>) -> Result<Vec<Job>, Fault> {
        Ok(ctx.services().jobs.all(ctx.administers()?).await?.into_iter().map(Job).collect())
    }
}

/// Input of `runJob`.
#[derive(InputObject)]
struct RunJobInput {
    /// Name of the job.
    name: JobName,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `runJob`.
    RunJobPayload {
        /// The job.
        job: Job,
    }
}

#[derive(Default)]
pub(super) struct JobMutation;

#[Object]
impl JobMutation {
    /// Makes a job due now, without waiting for it: a server that runs jobs starts it within seconds, and `lastRun`
    /// shows the outcome. A running job runs again afterwards. Only for administrators.
    async fn run_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RunJobInput,
    ) -> Result<RunJobPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            Ok(RunJobPayload::done(Job(ctx.services().jobs.schedule(by, input.name.into()).await?)))
        })
        .await
    }
}
