//! `ballroom schedules`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{
    client::{Client, Server},
    organization::Tenant,
    settings::Database,
};
use crate::report::terminal as report;

/// Schedules of reports. A server that runs jobs writes and sends them.
#[derive(Args)]
pub(super) struct Schedules {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    server: Server,

    #[command(flatten)]
    tenant: Tenant,
}

#[derive(Subcommand)]
enum Action {
    /// List the schedules with their next and last runs.
    List,
    /// Create a schedule.
    Create(Box<Create>),
    /// Run a schedule now, even a paused one.
    Run(Named),
    /// Pause a schedule: it runs only on request.
    Pause(Named),
    /// Resume a paused schedule. Times within the pause are not made up for.
    Resume(Named),
    /// Delete a schedule. The reports that it wrote are kept.
    Delete(Named),
    /// List the last runs of a schedule, the latest first.
    History(Named),
    /// List the last deliveries of a schedule, the latest first.
    Deliveries(Named),
    /// Send the deliveries of a schedule that were given up again.
    Replay(Named),
}

#[derive(Args)]
struct Named {
    /// Name or ID of the schedule.
    schedule: String,
}

#[derive(Args)]
struct Create {
    /// Purpose; unique.
    name: String,

    /// Report.
    #[arg(long, value_enum)]
    report: Report,

    /// Key or ID of the product; required for iteration, value and release.
    #[arg(long)]
    product: Option<String>,

    /// Times at which it runs: minute, hour, day of month, month, day of week, for example "0 7 * * MON"; default: when an iteration ends.
    #[arg(long, value_name = "EXPRESSION")]
    cron: Option<String>,

    /// Time zone of --cron, as an IANA name; default: that of the product, or UTC.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,

    /// Audience for which the report is written.
    #[arg(long, value_enum, default_value = "product")]
    audience: Audience,

    /// Format of the file that is sent.
    #[arg(long, value_enum, default_value = "html")]
    format: Format,

    /// Number of days that the report covers.
    #[arg(long, default_value_t = 7)]
    days: i32,

    /// Email address of a recipient; repeatable.
    #[arg(long, value_name = "ADDRESS")]
    email: Vec<String>,

    /// Address to which the report is sent as signed JSON; repeatable. The secret of the signatures is printed.
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,

    /// Address of an incoming webhook of Slack; repeatable.
    #[arg(long, value_name = "URL")]
    slack: Vec<String>,

    /// Address of an incoming webhook of Teams; repeatable.
    #[arg(long, value_name = "URL")]
    teams: Vec<String>,

    /// Directory, relative to --report-directory of the server; repeatable.
    #[arg(long, value_name = "PATH")]
    directory: Vec<String>,

    /// Prefix in the bucket of the server; repeatable.
    #[arg(long, value_name = "PREFIX")]
    bucket: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Report {
    /// The last iteration that has ended.
    Iteration,
    /// Values of the features.
    Value,
    /// The newest release.
    Release,
    /// All products.
    Overview,
    /// Releases with incidents that matter to security.
    Security,
}

#[derive(Clone, Copy, ValueEnum)]
enum Audience {
    /// Product management.
    Product,
    /// Development.
    Development,
    /// Operations.
    Operations,
    /// Security.
    Security,
    /// Business.
    Business,
    /// Support.
    Support,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// The model.
    Json,
    /// Markdown.
    Markdown,
    /// A self-contained page.
    Html,
    /// A document.
    Pdf,
    /// One table.
    Csv,
    /// A workbook.
    Xlsx,
    /// One table.
    Parquet,
}

/// The name of a value in the schema.
fn upper(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_ascii_uppercase()).unwrap_or_default()
}

const LIST: &str =
    "{ schedules(first: 200) { nodes { id name report format cron timeZone paused nextRunAt product { key }
  destinations { kind label } runs(first: 1) { nodes { startedAt outcome message } } } } }";

impl Schedules {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let client = self.server.clone().client(database, &self.tenant).await?;
        let done = self.action.run(&client).await;
        client.close().await?;
        done
    }
}

impl Action {
    async fn run(self, client: &Client) -> anyhow::Result<()> {
        match self {
            Self::List => list(client).await,
            Self::Create(create) => create.run(client).await,
            Self::Run(named) => {
                named.change(client, "runSchedule", json!({})).await?;
                println!("Requested a run; a server that runs jobs starts within seconds.");
                Ok(())
            }
            Self::Pause(named) => {
                named.change(client, "updateSchedule", json!({ "paused": true })).await?;
                println!("Paused; it runs only on request.");
                Ok(())
            }
            Self::Resume(named) => {
                let data = named.change(client, "updateSchedule", json!({ "paused": false })).await?;
                println!("Resumed; the next run is at {}.", time(&data["schedule"]["nextRunAt"]));
                Ok(())
            }
            Self::Delete(named) => {
                let query = "mutation($input: ScheduleInput!) { done: deleteSchedule(input: $input) { deletedId userErrors { message } } }";
                let input = json!({ "schedule": named.id(client).await? });
                payload(client, query, input).await?;
                println!("Deleted; the reports that it wrote are kept.");
                Ok(())
            }
            Self::History(named) => named.history(client).await,
            Self::Deliveries(named) => named.deliveries(client).await,
            Self::Replay(named) => {
                let query = "mutation($input: ReplayReportDeliveriesInput!) { done: replayReportDeliveries(input: $input) {
                    replayed userErrors { message } } }";
                let input = json!({ "schedule": named.id(client).await? });
                let data = payload(client, query, input).await?;
                let replayed = data["replayed"].as_u64().unwrap_or_default();
                println!("{} will be sent again.", crate::words::counted(replayed, "delivery"));
                Ok(())
            }
        }
    }
}

/// The payload of a mutation without errors of the user.
async fn payload(client: &Client, query: &str, input: Value) -> anyhow::Result<Value> {
    let mut data = client.ask(query, json!({ "input": input })).await?;
    let data = data["done"].take();
    let errors: Vec<_> = data["userErrors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| error["message"].as_str())
        .collect();
    anyhow::ensure!(errors.is_empty(), "{}", errors.join("; "));
    Ok(data)
}

async fn list(client: &Client) -> anyhow::Result<()> {
    let data = client.ask(LIST, json!({})).await?;
    let mut table = report::table(["name", "report", "when", "to", "next run", "last run", "outcome"], &[]);
    for row in data["schedules"]["nodes"].as_array().into_iter().flatten() {
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let kind = text("report").to_lowercase();
        let product = row["product"]["key"].as_str().map(|key| format!(" of {key}")).unwrap_or_default();
        let when = match (row["paused"].as_bool(), row["cron"].as_str()) {
            (Some(true), _) => "paused".to_owned(),
            (_, Some(cron)) => format!("{cron} ({})", text("timeZone")),
            (_, None) => "end of an iteration".to_owned(),
        };
        let to: Vec<_> = row["destinations"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["label"].as_str())
            .collect();
        let last = &row["runs"]["nodes"][0];
        let outcome = last["outcome"].as_str().unwrap_or_default().to_lowercase();
        table.add_row([
            text("name"),
            format!("{kind}{product}"),
            when,
            to.join(", "),
            time(&row["nextRunAt"]),
            time(&last["startedAt"]),
            outcome,
        ]);
    }
    println!("{}", table.trim_fmt());
    Ok(())
}

impl Create {
    async fn run(self, client: &Client) -> anyhow::Result<()> {
        let groups = [
            ("email", &self.email),
            ("webhook", &self.webhook),
            ("slack", &self.slack),
            ("teams", &self.teams),
            ("directory", &self.directory),
            ("bucket", &self.bucket),
        ];
        let destinations: Vec<Value> = groups
            .into_iter()
            .flat_map(|(kind, places)| places.iter().map(move |place| json!({ kind: place })))
            .collect();
        let input = json!({
            "name": self.name,
            "report": upper(self.report),
            "product": self.product,
            "audience": upper(self.audience),
            "format": upper(self.format),
            "days": self.days,
            "cron": self.cron,
            "timeZone": self.time_zone,
            "destinations": destinations,
        });
        let query = "mutation($input: CreateScheduleInput!) { done: createSchedule(input: $input) {
            schedule { id nextRunAt } webhookSecrets { url secret } userErrors { message } } }";
        let data = payload(client, query, input).await?;
        let next = time(&data["schedule"]["nextRunAt"]);
        match next.is_empty() {
            true => println!(
                "Created \"{}\"; it runs when an iteration of the product ends, and none is planned.",
                self.name
            ),
            false => println!("Created \"{}\"; the next run is at {next}.", self.name),
        }
        for secret in data["webhookSecrets"].as_array().into_iter().flatten() {
            let (url, secret) =
                (secret["url"].as_str().unwrap_or_default(), secret["secret"].as_str().unwrap_or_default());
            println!("Secret of the signatures for {url}; it is shown only once:\n\n    {secret}\n");
        }
        Ok(())
    }
}

impl Named {
    /// The ID of the schedule.
    async fn id(&self, client: &Client) -> anyhow::Result<Value> {
        let data = client.ask("{ schedules(first: 200) { nodes { id name } } }", json!({})).await?;
        let all = data["schedules"]["nodes"].as_array().cloned().unwrap_or_default();
        let is_it = |row: &&Value| row["name"] == *self.schedule || row["id"] == *self.schedule;
        if let Some(row) = all.iter().find(is_it) {
            return Ok(row["id"].clone());
        }
        let names: Vec<_> = all.iter().filter_map(|row| row["name"].as_str()).collect();
        let near = crate::base::near::near(&self.schedule, names.iter().copied());
        anyhow::bail!("there is no schedule \"{}\"{}", self.schedule, crate::base::near::meant(&near))
    }

    async fn change(&self, client: &Client, mutation: &str, mut input: Value) -> anyhow::Result<Value> {
        input["schedule"] = self.id(client).await?;
        let kind = match mutation {
            "updateSchedule" => "UpdateScheduleInput",
            _ => "ScheduleInput",
        };
        let query = format!(
            "mutation($input: {kind}!) {{ done: {mutation}(input: $input) {{ schedule {{ nextRunAt }} userErrors {{ message }} }} }}"
        );
        payload(client, &query, input).await
    }

    async fn history(&self, client: &Client) -> anyhow::Result<()> {
        let query = "query($id: ID!) { schedule(id: $id) { runs(first: 20) { nodes { startedAt endedAt attempt outcome server message } } } }";
        let data = client.ask(query, json!({ "id": self.id(client).await? })).await?;
        let mut table = report::table(["started", "ended", "attempt", "outcome", "server", "message"], &[2]);
        for run in data["schedule"]["runs"]["nodes"].as_array().into_iter().flatten() {
            let text = |field: &str| run[field].as_str().unwrap_or_default().to_owned();
            table.add_row([
                time(&run["startedAt"]),
                time(&run["endedAt"]),
                run["attempt"].to_string(),
                text("outcome").to_lowercase(),
                text("server"),
                text("message"),
            ]);
        }
        println!("{}", table.trim_fmt());
        Ok(())
    }

    async fn deliveries(&self, client: &Client) -> anyhow::Result<()> {
        let query = "query($id: ID!) { schedule(id: $id) { deliveries(first: 20) { nodes { createdAt state attempts nextAttemptAt failure
            destination { label } } } } }";
        let data = client.ask(query, json!({ "id": self.id(client).await? })).await?;
        let mut table =
            report::table(["created", "to", "state", "attempts", "next attempt", "failure"], &[3]);
        for one in data["schedule"]["deliveries"]["nodes"].as_array().into_iter().flatten() {
            let text = |field: &str| one[field].as_str().unwrap_or_default().to_owned();
            table.add_row([
                time(&one["createdAt"]),
                one["destination"]["label"].as_str().unwrap_or_default().to_owned(),
                text("state").to_lowercase(),
                one["attempts"].to_string(),
                time(&one["nextAttemptAt"]),
                text("failure"),
            ]);
        }
        println!("{}", table.trim_fmt());
        Ok(())
    }
}

/// A time to the second.
fn time(value: &Value) -> String {
    let at = value.as_str().and_then(|text| text.parse::<chrono::DateTime<chrono::Utc>>().ok());
    at.map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string())
}
