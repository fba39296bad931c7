//! Creating, changing and running schedules, and sending deliveries again.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject};
use ballroom_entity::id::ScheduleId;
use ballroom_render::{Format, model::Audience};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::Schedule;
use crate::{
    domain::schedule::{self as domain, NewDestination, NewSchedule, ScheduleChanges},
    graphql::{
        ContextExt,
        fault::Fault,
        given, kept,
        payload::{payload, payloads},
        report::{ReportAudience, ReportFormat, ReportKind},
        scalar::{Reference, parse},
    },
    job, report,
};

/// A destination of reports: exactly one of the fields.
#[derive(OneofObject)]
enum DestinationInput {
    /// Email address of a recipient. Each message contains a link to unsubscribe.
    Email(String),
    /// Address to which the report is sent as JSON, signed in the format of Standard Webhooks.
    Webhook(String),
    /// Address of an incoming webhook of Slack, or of a chat that understands its messages.
    Slack(String),
    /// Address of an incoming webhook of Teams.
    Teams(String),
    /// Directory, relative to `--report-directory` of the server; empty: that directory.
    Directory(String),
    /// Prefix in the bucket of the server (`--report-bucket`); empty: none.
    Bucket(String),
}

impl From<DestinationInput> for NewDestination {
    fn from(input: DestinationInput) -> Self {
        match input {
            DestinationInput::Email(address) => Self::Email(address),
            DestinationInput::Webhook(url) => Self::Webhook(url),
            DestinationInput::Slack(url) => Self::Slack(url),
            DestinationInput::Teams(url) => Self::Teams(url),
            DestinationInput::Directory(path) => Self::Directory(path),
            DestinationInput::Bucket(prefix) => Self::Bucket(prefix),
        }
    }
}

/// The destinations, each of which this server can send to.
fn destinations(ctx: &Context<'_>, given: Vec<DestinationInput>) -> Result<Vec<NewDestination>, Fault> {
    let new: Vec<NewDestination> = given.into_iter().map(Into::into).collect();
    // The command line does not know with which settings the server runs.
    if let Some(sender) = ctx.services().jobs.sender() {
        for (at, one) in new.iter().enumerate() {
            sender.check(&format!("destinations.{at}"), one)?;
        }
    }
    Ok(new)
}

/// Input of `createSchedule`.
#[derive(InputObject)]
struct CreateScheduleInput {
    /// Purpose; unique.
    name: String,
    /// Report.
    report: ReportKind,
    /// ID or key of the product; required for ITERATION, VALUE and RELEASE.
    product: Option<Reference>,
    /// Audience for which the report is written.
    #[graphql(default_with = "ReportAudience::Product")]
    audience: ReportAudience,
    /// Format of the file that is sent.
    #[graphql(default_with = "ReportFormat::Html")]
    format: ReportFormat,
    /// Number of days that the report covers, 1 to 3660; 7 by default.
    days: Option<i32>,
    /// Times at which it runs: a cron expression of five fields (minute, hour, day of month, month, day of week), such as
    /// `0 7 * * MON`. If omitted, it runs when an iteration of the product ends.
    cron: Option<String>,
    /// Time zone of `cron`, as an IANA name; by default that of the product, or UTC.
    time_zone: Option<String>,
    /// Destinations; empty: the report is only stored.
    #[graphql(default)]
    destinations: Vec<DestinationInput>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateSchedule`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateScheduleInput {
    /// ID of the schedule.
    schedule: Reference,
    /// Purpose; unique.
    name: MaybeUndefined<String>,
    /// Audience for which the report is written.
    audience: MaybeUndefined<ReportAudience>,
    /// Format of the file that is sent.
    format: MaybeUndefined<ReportFormat>,
    /// Number of days that the report covers, 1 to 3660.
    days: MaybeUndefined<i32>,
    /// Times at which it runs; null: when an iteration of the product ends. Runs for past times are not made up for.
    cron: MaybeUndefined<String>,
    /// Time zone of `cron`, as an IANA name.
    time_zone: MaybeUndefined<String>,
    /// New list of destinations, which replaces the previous one.
    destinations: MaybeUndefined<Vec<DestinationInput>>,
    /// Whether it runs only on request. Runs that fall within the pause are not made up for.
    paused: MaybeUndefined<bool>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `deleteSchedule` and `runSchedule`.
#[derive(InputObject)]
struct ScheduleInput {
    /// ID of the schedule.
    schedule: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `replayReportDeliveries`.
#[derive(InputObject)]
struct ReplayReportDeliveriesInput {
    /// ID of the schedule.
    schedule: Reference,
    /// IDs of the deliveries to send again, including accepted ones. By default all that were given up, the first 200
    /// of them.
    deliveries: Option<Vec<Reference>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// A secret with which the receiver of a webhook verifies signatures.
#[derive(async_graphql::SimpleObject)]
pub struct WebhookSecret {
    /// Address.
    url: String,
    /// Secret, in the format of Standard Webhooks.
    secret: String,
}

payloads! {
    /// Result of `createSchedule`, `updateSchedule` and `runSchedule`.
    SchedulePayload {
        /// The schedule.
        schedule: Schedule,
        /// Secrets of the webhooks among the destinations. Store them at the receivers: no query shows them.
        webhook_secrets: Vec<WebhookSecret>,
    }

    /// Result of `deleteSchedule`.
    DeleteSchedulePayload {
        /// ID of the deleted schedule.
        deleted_id: ID,
    }

    /// Result of `replayReportDeliveries`.
    ReplayReportDeliveriesPayload {
        /// Number of deliveries that are sent again.
        replayed: i32,
    }
}

fn id(given: &Reference) -> Result<ScheduleId, Fault> {
    parse("schedule", &given.0)
}

fn done(row: ballroom_entity::schedule::Model) -> SchedulePayload {
    let secret = |one| match one {
        domain::Destination::Webhook { url, secret } => {
            let secret = format!("whsec_{}", BASE64_STANDARD.encode(domain::key(&secret)));
            Some(WebhookSecret { url, secret })
        }
        _ => None,
    };
    let secrets = domain::destinations(&row.destinations).into_iter().filter_map(secret).collect();
    SchedulePayload::done(Schedule(row), secrets)
}

#[derive(Default)]
pub(in crate::graphql) struct ScheduleMutation;

#[Object]
impl ScheduleMutation {
    /// Creates a schedule of a report.
    async fn create_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateScheduleInput,
    ) -> Result<SchedulePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let new = NewSchedule {
                name: input.name,
                report: report::stored_kind(input.report.into()),
                product: input.product.map(|product| product.0),
                audience: job::audience_name(Audience::from(input.audience)).to_owned(),
                format: Format::from(input.format).extension().to_owned(),
                days: input.days,
                cron: input.cron,
                time_zone: input.time_zone,
                destinations: destinations(ctx, input.destinations)?,
            };
            Ok(done(domain::create(ctx.store(), by, new, ctx.now()).await?))
        })
        .await
    }

    /// Changes, pauses or resumes a schedule.
    async fn update_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateScheduleInput,
    ) -> Result<SchedulePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let audience = kept("audience", input.audience)?;
            let format = kept("format", input.format)?;
            let new = kept("destinations", input.destinations)?;
            let changes = ScheduleChanges {
                name: kept("name", input.name)?,
                audience: audience.map(|audience| job::audience_name(Audience::from(audience)).to_owned()),
                format: format.map(|format| Format::from(format).extension().to_owned()),
                days: kept("days", input.days)?,
                cron: given(input.cron),
                time_zone: kept("timeZone", input.time_zone)?,
                destinations: new.map(|new| destinations(ctx, new)).transpose()?,
                paused: kept("paused", input.paused)?,
            };
            Ok(done(domain::update(ctx.store(), by, id(&input.schedule)?, changes, ctx.now()).await?))
        })
        .await
    }

    /// Deletes a schedule with its deliveries. The reports that it wrote are kept.
    async fn delete_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ScheduleInput,
    ) -> Result<DeleteSchedulePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            domain::remove(ctx.store(), ctx.manages()?, id(&input.schedule)?, ctx.now()).await?;
            Ok(DeleteSchedulePayload::done(ID(input.schedule.0)))
        })
        .await
    }

    /// Runs a schedule now, even a paused one: a server that runs jobs starts within seconds, and `runs` shows the
    /// outcome.
    async fn run_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ScheduleInput,
    ) -> Result<SchedulePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let row = domain::request(ctx.store(), ctx.manages()?, id(&input.schedule)?, ctx.now()).await?;
            ctx.services().jobs.wake();
            Ok(done(row))
        })
        .await
    }

    /// Sends reports of a schedule again.
    async fn replay_report_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ReplayReportDeliveriesInput,
    ) -> Result<ReplayReportDeliveriesPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let ids = input.deliveries.map(|ids| ids.iter().map(|id| parse("deliveries", &id.0)).collect());
            let ids: Option<Vec<_>> = ids.transpose()?;
            let replayed =
                domain::deliver_again(ctx.store(), by, id(&input.schedule)?, ids.as_deref(), ctx.now())
                    .await?;
            ctx.services().jobs.deliver_now(by.organization()).await?;
            Ok(ReplayReportDeliveriesPayload::done(replayed as i32))
        })
        .await
    }
}
