//! Schedules of reports, their runs and their deliveries.

mod change;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{id::ScheduleId, report_delivery, schedule::Model};

pub(super) use change::ScheduleMutation;

use super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    job::{JobRun, JobRunFilter, JobRunOrder},
    lookup,
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    product::{self, Product},
    range::TimeRangeInput,
    report::{ReportAudience, ReportFormat, ReportKind, StoredReport},
    scalar::{DateTime, Reference, id, parse},
};
use crate::{
    domain::schedule as domain,
    job::{self, JobRuns},
    report,
};

/// A schedule: a report that is written at set times, or when an iteration ends, stored, and sent to destinations.
#[derive(Description)]
pub struct Schedule(pub Model);

/// Kind of a destination of reports.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DestinationKind {
    /// An email recipient.
    Email,
    /// An address to which the report is sent as JSON, signed in the format of Standard Webhooks.
    Webhook,
    /// An incoming webhook of Slack, or of a chat that understands its messages.
    Slack,
    /// An incoming webhook of Teams.
    Teams,
    /// A directory of the server.
    Directory,
    /// A bucket of an S3-compatible store.
    Bucket,
}

/// A destination of reports. Secrets are not shown.
#[derive(Description)]
pub struct Destination(domain::Destination);

#[Object(use_type_description)]
impl Destination {
    /// Kind of the destination.
    async fn kind(&self) -> DestinationKind {
        match self.0 {
            domain::Destination::Email { .. } => DestinationKind::Email,
            domain::Destination::Webhook { .. } => DestinationKind::Webhook,
            domain::Destination::Slack { .. } => DestinationKind::Slack,
            domain::Destination::Teams { .. } => DestinationKind::Teams,
            domain::Destination::Directory { .. } => DestinationKind::Directory,
            domain::Destination::Bucket { .. } => DestinationKind::Bucket,
        }
    }

    /// Address or path; of chats only the host, because their addresses are secret.
    async fn label(&self) -> String {
        self.0.label()
    }
}

#[Object(use_type_description)]
impl Schedule {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Purpose; unique.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Report: of ITERATION the last one that has ended, of RELEASE the newest one.
    async fn report(&self) -> ReportKind {
        report::kind(self.0.report).into()
    }

    /// Product; null: all products.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>, Fault> {
        match self.0.product_id {
            Some(product) => Ok(Some(product::of(ctx, product).await?)),
            None => Ok(None),
        }
    }

    /// Audience for which the report is written: it contains only what that role may see.
    async fn audience(&self) -> Result<ReportAudience, Fault> {
        Ok(job::audience(&self.0)?.into())
    }

    /// Format of the file that is sent.
    async fn format(&self) -> Result<ReportFormat, Fault> {
        Ok(job::format(&self.0)?.into())
    }

    /// Number of days that the report covers, up to the last day that is over; unused for ITERATION and RELEASE.
    async fn days(&self) -> i32 {
        self.0.days
    }

    /// Times at which it runs, as a cron expression of five fields: minute, hour, day of month, month, day of week. Null: when
    /// an iteration of the product ends.
    async fn cron(&self) -> Option<&str> {
        self.0.cron.as_deref()
    }

    /// Time zone of `cron`, as an IANA name.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Destinations; empty: the report is only stored.
    async fn destinations(&self) -> Vec<Destination> {
        domain::destinations(&self.0.destinations).into_iter().map(Destination).collect()
    }

    /// Whether it runs only on request.
    async fn paused(&self) -> bool {
        self.0.paused
    }

    /// Time of the next run; null if it is paused, or if no iteration is planned. A past time means that it waits for a
    /// server that runs jobs.
    async fn next_run_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        Ok(domain::next_run(ctx.store().reader(), &self.0, ctx.now()).await?.map(Into::into))
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
        let runs = JobRuns { job: domain::job_name(self.0.id), filter, order };
        connection(ctx, runs, (first, after, last, before), JobRun).await
    }

    /// Deliveries of its reports, the last created first.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ReportDeliveryFilter>,
        #[graphql(desc = "Sort order; the last created first by default.")] order_by: Option<
            ReportDeliveryOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, ReportDelivery, Total>, Fault> {
        let (filter, order) = (or_default(filter), or_default(order_by));
        let deliveries = domain::ReportDeliveries { schedule: self.0.id, filter, order };
        connection(ctx, deliveries, (first, after, last, before), ReportDelivery).await
    }

    /// Author; null if not recorded.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.created_by)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Delivery of a scheduled report to one destination.
#[derive(Description)]
pub struct ReportDelivery(pub report_delivery::Model);

/// State of a delivery of a report.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::webhook_delivery::DeliveryState")]
pub(super) enum ReportDeliveryState {
    /// It is being sent, or will be sent again.
    Pending,
    /// It was accepted.
    Delivered,
    /// It was given up; `replayReportDeliveries` sends it again.
    Dead,
}

#[Object(use_type_description)]
impl ReportDelivery {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Schedule.
    async fn schedule(&self, ctx: &Context<'_>) -> Result<Option<Schedule>, Fault> {
        Ok(ctx.load().load_one(self.0.schedule_id).await?.map(Schedule))
    }

    /// Report; null if it was deleted.
    async fn report(&self, ctx: &Context<'_>) -> Result<Option<StoredReport>, Fault> {
        Ok(ctx.load().load_one(self.0.report_id).await?.map(StoredReport))
    }

    /// Destination as it was when the report was written.
    async fn destination(&self) -> Result<Destination, Fault> {
        let read = serde_json::from_value(self.0.destination.clone());
        let read =
            read.map_err(|error| crate::base::error::Error::internal("a destination cannot be read", error))?;
        Ok(Destination(read))
    }

    /// State.
    async fn state(&self) -> ReportDeliveryState {
        self.0.state.into()
    }

    /// Number of attempts, since the last replay.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Earliest time of the next attempt; null if there is none.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        let pending = self.0.state == ballroom_entity::webhook_delivery::DeliveryState::Pending;
        pending.then_some(self.0.due_at.into())
    }

    /// Reason why the last attempt failed; null if it did not.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// Time at which it was accepted; null if it was not.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(Into::into)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on schedules; all that are given must hold.
#[derive(InputObject)]
pub(super) struct ScheduleFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// Reports, one of which it has.
    report: Option<Vec<ReportKind>>,
    /// Whether it is paused.
    paused: Option<bool>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

/// Conditions on deliveries of reports; all that are given must hold.
#[derive(InputObject)]
pub(super) struct ReportDeliveryFilter {
    /// States, one of which the delivery has.
    state: Option<Vec<ReportDeliveryState>>,
    /// Time of creation.
    created_at: Option<TimeRangeInput>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<ReportDeliveryFilter> for domain::ReportDeliveryFilter {
    fn from(given: ReportDeliveryFilter) -> Self {
        Self {
            state: given.state.map(|states| states.into_iter().map(Into::into).collect()),
            created_at: given.created_at.map(Into::into),
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of schedules.
    ScheduleOrderField for domain::ScheduleSort,
    /// Sort order of schedules.
    ScheduleOrder {
        /// Purpose.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

orders! {
    /// Sort fields of deliveries of reports.
    ReportDeliveryOrderField for domain::ReportDeliverySort,
    /// Sort order of deliveries of reports.
    ReportDeliveryOrder {
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct ScheduleQuery;

#[Object]
impl ScheduleQuery {
    /// A schedule. Null if there is none; see `errors`. Only for callers who may write the catalog.
    async fn schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: ID,
    ) -> Result<Schedule, Fault> {
        ctx.manages()?;
        let id: ScheduleId = parse("id", &id)?;
        let found = ctx.load().load_one(id).await?;
        found.map(Schedule).ok_or_else(|| super::gone("id", id))
    }

    /// Schedules of the organization, by name. Only for callers who may write the catalog.
    async fn schedules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ScheduleFilter>,
        #[graphql(desc = "Sort order; by name by default.")] order_by: Option<ScheduleOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Schedule, Total>, Fault> {
        ctx.manages()?;
        let filter = match filter {
            Some(given) => domain::ScheduleFilter {
                product: lookup::product(ctx, "filter.product", given.product.as_ref()).await?,
                report: given
                    .report
                    .map(|reports| reports.into_iter().map(|one| report::stored_kind(one.into())).collect()),
                paused: given.paused,
                updated_at: given.updated_at.map(Into::into),
            },
            None => domain::ScheduleFilter::default(),
        };
        let schedules = domain::Schedules { filter, order: or_default(order_by) };
        let arguments: PageArgs = (first, after, last, before);
        connection(ctx, schedules, arguments, Schedule).await
    }
}
