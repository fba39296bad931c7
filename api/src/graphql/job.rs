//! Jobs of the server.

use async_graphql::{Context, Description, Enum, InputObject, Object, connection::Connection};
use ballroom_entity::{
    id::OrganizationId,
    job::Model,
    job_run::{self, Column, Entity},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    ContextExt,
    fault::Fault,
    paged::{Direction, Page, Paged, Sort, Total, Window, connection},
    payload::{payload, payloads},
    range::{self, Range, TimeRangeInput},
    scalar::DateTime,
};
use crate::{
    base::error::Error,
    domain::access::Viewer,
    job::{self, Kind},
};

/// A job: work that the server does on schedule. A failed job is retried several times, with increasing pauses, and
/// then waits for its next regular time.
#[derive(Description)]
pub struct Job(Model);

/// Name of a job.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub(super) enum JobName {
    /// Computes the parameters of scores when a day is over in the time zones of all products.
    ScoreParameters,
    /// Deletes expired events (`--keep-events`), every night.
    PruneOutbox,
    /// Deletes expired runs of jobs (`--keep-runs`), every night.
    PruneHistory,
}

#[Object(use_type_description)]
impl Job {
    /// Name of the job.
    async fn name(&self) -> Result<JobName, Fault> {
        Ok(job::named(&self.0.name)?.into())
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
        let runs = JobRuns::of(self, None, None);
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
        let runs = JobRuns::of(self, filter, order_by);
        connection(ctx, runs, (first, after, last, before), JobRun).await
    }
}

/// A run of a job: one attempt.
#[derive(Description)]
pub struct JobRun(job_run::Model);

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
#[derive(InputObject, Clone, Debug, PartialEq, Eq, Hash)]
struct JobRunFilter {
    /// Outcomes, one of which the run has.
    outcomes: Option<Vec<JobOutcome>>,
    /// Start time.
    started_at: Option<TimeRangeInput>,
}

/// Sort fields of runs of a job.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum JobRunOrderField {
    /// Start time.
    StartedAt,
}

/// Sort order of runs of a job.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct JobRunOrder {
    /// Field to sort by.
    field: JobRunOrderField,
    /// Direction.
    direction: Direction,
}

/// Runs of a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct JobRuns {
    job: String,
    filter: Option<JobRunFilter>,
    order: Option<JobRunOrder>,
}

impl JobRuns {
    fn of(job: &Job, filter: Option<JobRunFilter>, order: Option<JobRunOrder>) -> Self {
        Self { job: job.0.name.clone(), filter, order }
    }

    fn started_at(&self) -> Option<TimeRangeInput> {
        self.filter.as_ref().and_then(|filter| filter.started_at)
    }
}

impl Paged for JobRuns {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.administers().map(drop)
    }

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.startedAt", self.started_at())
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let filter = self.filter.as_ref();
        Entity::owned_by(organization)
            .filter(Column::Job.eq(&self.job))
            .apply_if(filter.and_then(|filter| filter.outcomes.as_ref()), |query, outcomes| {
                let outcomes = outcomes.iter().map(|outcome| job_run::JobOutcome::from(*outcome));
                query.filter(Column::Outcome.is_in(outcomes))
            })
            .apply_if(self.started_at(), |query, range| query.filter(range.holds(Column::StartedAt)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        // IDs are in the order of creation.
        (Column::Id, Sort::Id, self.order.map_or(Direction::Descending, |order| order.direction))
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &job_run::Model) -> (String, Uuid) {
        (String::new(), row.id.0)
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
