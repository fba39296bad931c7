//! `ballroom export`.

mod row;
mod sink;

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use indicatif::HumanCount;
use serde_json::{Map, Value, json};

use self::{
    row::{COLUMNS, rows},
    sink::{Place, Sink},
};
use super::{
    client::{Client, Server, Unanswered},
    organization::Tenant,
    print,
    settings::Database,
};

/// Number of objects that are asked for at once.
const PAGE: u32 = 200;

/// Number of attempts to get a page, and the pause before the second one.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(500);

/// Interval between lines of progress.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// Export feedback, incidents, exposure or releases to a file that `ballroom import` reads; or known errors, articles,
/// announcements, iterations or deployments, which no import reads.
///
/// Rows are written in the order in which they were stored, with constant memory. With --out an interrupted export is continued by the
/// same command; the file appears when it is complete.
#[derive(Args)]
pub(super) struct Export {
    /// What to export.
    #[arg(value_enum)]
    what: Content,

    /// Key or ID of a product; default: all products, one after another.
    #[arg(long)]
    product: Option<String>,

    /// Only about this feature, given by key or ID; not for releases.
    #[arg(long)]
    feature: Option<String>,

    /// Only feedback or incidents of this release, given by version or ID.
    #[arg(long)]
    release: Option<String>,

    /// Only feedback or exposure of this segment, given by key or ID.
    #[arg(long)]
    segment: Option<String>,

    /// First day, in the time zone of the product.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,

    /// Day after the last.
    #[arg(long, value_name = "DAY")]
    until: Option<NaiveDate>,

    /// Only what was created or changed since this time, for example 2026-03-01T00:00:00Z; not for exposure.
    #[arg(long, value_name = "TIME")]
    updated_after: Option<chrono::DateTime<chrono::Utc>>,

    /// File format; default: by the extension of --out, else CSV.
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// File to write; `-` is standard output, the default (CSV and NDJSON).
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    server: Server,

    #[command(flatten)]
    tenant: Tenant,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Content {
    /// Responses of customers.
    Feedback,
    /// Incidents: a row for each interval in which one was open.
    Incidents,
    /// Number of active customers per feature and day.
    Exposure,
    /// Releases.
    Releases,
    /// Known errors.
    KnownErrors,
    /// Articles of the knowledge base.
    Articles,
    /// Announcements of changes.
    Announcements,
    /// Iterations.
    Iterations,
    /// Deployments.
    Deployments,
}

/// The format of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values.
    Csv,
    /// A JSON object per line.
    Ndjson,
    /// Parquet.
    Parquet,
}

impl Export {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        self.check()?;
        let format = self.format()?;
        let identity = self.identity(format);
        let mut sink =
            Sink::open(self.file().map(Path::to_owned), format, COLUMNS[self.what as usize], &identity)?;
        let client = self.server.clone().client(database, &self.tenant).await?;
        let written = self.write(&client, &mut sink).await;
        client.close().await?;
        if written.as_ref().is_err_and(|error| error.chain().any(is_closed_pipe)) {
            // As a program that the signal of a broken pipe ended.
            std::process::exit(print::BROKEN_PIPE);
        }
        written?;
        let rows = sink.finish()?;
        if let Some(file) = self.file() {
            eprintln!("Wrote {} to {}.", crate::words::counted(rows, "row"), file.display());
        }
        Ok(())
    }

    fn file(&self) -> Option<&Path> {
        print::file(self.out.as_deref())
    }

    fn format(&self) -> anyhow::Result<Format> {
        let extension = self.file().and_then(|file| file.extension()?.to_str());
        let format = self.format.unwrap_or(match extension {
            Some("parquet") => Format::Parquet,
            Some("ndjson" | "jsonl") => Format::Ndjson,
            _ => Format::Csv,
        });
        anyhow::ensure!(
            format != Format::Parquet || self.file().is_some(),
            "--format parquet needs a file; give it with --out"
        );
        Ok(format)
    }

    /// What is exported: an interrupted export is continued only by the same.
    fn identity(&self, format: Format) -> String {
        let Self { what, product, feature, release, segment, from, until, updated_after, .. } = self;
        format!(
            "{what:?} {format:?} {product:?} {feature:?} {release:?} {segment:?} {from:?} {until:?} {updated_after:?}"
        )
    }

    async fn write(&self, client: &Client, sink: &mut Sink) -> anyhow::Result<()> {
        let lists = self.lists(client).await?;
        let mut told = Instant::now();
        // Lists that were exported before an interruption are not asked for again.
        let begun = sink.place().list.clone();
        let skipped = begun.as_ref().and_then(|id| lists.iter().position(|list| list.id == *id));
        for List { id, product } in lists.iter().skip(skipped.unwrap_or(0)) {
            let mut after = match begun.as_ref() == Some(id) {
                true => sink.place().cursor.clone(),
                false => None,
            };
            loop {
                let data = ask(client, &self.query(), self.variables(id, after.as_deref())).await?;
                let page = if data["page"].is_object() { &data["page"] } else { &data["of"]["page"] };
                for node in page["nodes"].as_array().into_iter().flatten() {
                    rows(self.what, product, node, |row| sink.write(row))?;
                }
                after = page["pageInfo"]["endCursor"].as_str().map(str::to_owned).or(after);
                sink.reached(Place { list: Some(id.clone()), cursor: after.clone() })?;
                if told.elapsed() >= REPORT_INTERVAL && self.file().is_some() {
                    told = Instant::now();
                    eprintln!("{} rows", HumanCount(sink.rows()));
                }
                if page["pageInfo"]["hasNextPage"] != true {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The lists to read, one after another: those of products, and of exposure those of features.
    async fn lists(&self, client: &Client) -> anyhow::Result<Vec<List>> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let products = match &self.product {
            Some(product) => {
                let query = "query($product: Reference!) { product(product: $product) { id key } }";
                vec![ask(client, query, json!({ "product": product })).await?["product"].clone()]
            }
            None => {
                let query = "query($after: String) { list: products(first: 200, after: $after, orderBy: { field: CREATED_AT,
                    direction: ASC }) { nodes { id key } pageInfo { hasNextPage endCursor } } }";
                all(client, query, json!({}), |data| data["list"].take()).await?
            }
        };
        if self.what != Content::Exposure {
            let list = |product: &Value| List { id: text(&product["id"]), product: text(&product["key"]) };
            return Ok(products.iter().map(list).collect());
        }
        let mut lists = Vec::new();
        for product in &products {
            let query = "query($of: Reference!, $after: String) { product(product: $of) { list: features(first: 200, after: $after,
                orderBy: { field: KEY, direction: ASC }) { nodes { id key } pageInfo { hasNextPage endCursor } } } }";
            let features =
                all(client, query, json!({ "of": product["id"] }), |data| data["product"]["list"].take())
                    .await?;
            let wanted = |feature: &&Value| {
                self.feature
                    .as_deref()
                    .is_none_or(|wanted| feature["key"] == wanted || feature["id"] == wanted)
            };
            let list = |feature: &Value| List { id: text(&feature["id"]), product: text(&product["key"]) };
            lists.extend(features.iter().filter(wanted).map(list));
        }
        if let Some(feature) = self.feature.as_deref().filter(|_| lists.is_empty()) {
            anyhow::bail!("--feature: there is no feature \"{feature}\"");
        }
        Ok(lists)
    }

    /// The query for a page of a list.
    fn query(&self) -> String {
        let of = if self.what == Content::Exposure { "feature" } else { "product" };
        let (list, order, filter, nodes) = match self.what {
            Content::Feedback => ("feedback", "RECEIVED_AT", "FeedbackFilter", row::FEEDBACK),
            Content::Incidents => ("incidents", "CREATED_AT", "IncidentFilter", row::INCIDENT),
            Content::Exposure => ("exposure", "DAY", "ExposureFilter", row::EXPOSURE),
            Content::Releases => ("releases", "CREATED_AT", "ReleaseFilter", row::RELEASE),
            Content::KnownErrors => ("knownErrors", "CREATED_AT", "KnownErrorFilter", row::KNOWN_ERROR),
            Content::Articles => ("articles", "CREATED_AT", "ArticleFilter", row::ARTICLE),
            Content::Announcements => {
                ("announcements", "CREATED_AT", "AnnouncementFilter", row::ANNOUNCEMENT)
            }
            Content::Iterations => ("iterations", "CREATED_AT", "IterationFilter", row::ITERATION),
            // Deployments are of releases, not of products: the product is in the filter.
            Content::Deployments => {
                return format!(
                    "query($after: String, $filter: DeploymentFilter) {{
                      page: deployments(first: {PAGE}, after: $after, filter: $filter, orderBy: {{ field: CREATED_AT, direction: ASC }}) {{
                        nodes {{ {} }} pageInfo {{ hasNextPage endCursor }} }} }}",
                    row::DEPLOYMENT
                );
            }
        };
        format!(
            "query($of: Reference!, $after: String, $filter: {filter}) {{ of: {of}({of}: $of) {{
              page: {list}(first: {PAGE}, after: $after, filter: $filter, orderBy: {{ field: {order}, direction: ASC }}) {{
                nodes {{ {nodes} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        )
    }

    fn variables(&self, list: &str, after: Option<&str>) -> Value {
        // Some are filtered by time: a day is one of UTC.
        let bound = |day: Option<NaiveDate>| match self.what {
            Content::Announcements | Content::Deployments => day.map(|day| format!("{day}T00:00:00Z")),
            _ => day.map(|day| day.to_string()),
        };
        let days = json!({ "from": bound(self.from), "until": bound(self.until) });
        let has_days = self.from.is_some() || self.until.is_some();
        let mut filter = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                filter.insert(name.to_owned(), value);
            }
        };
        let feature = self.feature.clone().filter(|_| self.what != Content::Exposure);
        set("feature", feature.map(Value::from));
        set("release", self.release.clone().map(Value::from));
        set("segment", self.segment.clone().map(Value::from));
        set(self.what.day(), has_days.then_some(days));
        set("updatedAt", self.updated_after.map(|time| json!({ "from": time })));
        if self.what == Content::Deployments {
            filter.insert("product".to_owned(), json!(list));
            return json!({ "after": after, "filter": filter });
        }
        json!({ "of": list, "after": after, "filter": filter })
    }

    /// Refuses filters that what is exported does not have.
    fn check(&self) -> anyhow::Result<()> {
        let [feature, release, segment, days] = self.what.filters();
        let given = [
            ("--feature", self.feature.is_some(), feature),
            ("--release", self.release.is_some(), release),
            ("--segment", self.segment.is_some(), segment),
            ("--from and --until", self.from.is_some() || self.until.is_some(), days),
            ("--updated-after", self.updated_after.is_some(), self.what != Content::Exposure),
        ];
        for (option, given, has) in given {
            anyhow::ensure!(
                !given || has,
                "{option}: {} cannot be filtered by it; omit it",
                self.what.name()
            );
        }
        Ok(())
    }
}

impl Content {
    /// The name on the command line.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Whether it can be filtered by feature, release, segment and days.
    fn filters(self) -> [bool; 4] {
        match self {
            Self::Feedback => [true, true, true, true],
            Self::Incidents => [true, true, false, true],
            Self::Exposure => [true, false, true, true],
            Self::Releases => [false, false, false, true],
            Self::KnownErrors | Self::Articles => [true, false, false, false],
            Self::Announcements => [true, true, false, true],
            Self::Iterations => [false, false, false, true],
            Self::Deployments => [false, false, false, true],
        }
    }

    /// The field of the filter for days.
    fn day(self) -> &'static str {
        match self {
            Self::Releases => "releasedOn",
            Self::Announcements => "planned",
            Self::Iterations => "period",
            Self::Deployments => "deployedAt",
            _ => "day",
        }
    }
}

/// A list of what is exported.
struct List {
    /// ID of the product or feature that has it.
    id: String,
    /// Key of the product.
    product: String,
}

/// All nodes of a list.
async fn all(
    client: &Client,
    query: &str,
    mut variables: Value,
    list: impl Fn(&mut Value) -> Value,
) -> anyhow::Result<Vec<Value>> {
    let mut nodes = Vec::new();
    loop {
        let page = list(&mut ask(client, query, variables.clone()).await?);
        nodes.extend(page["nodes"].as_array().cloned().unwrap_or_default());
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(nodes);
        }
        variables["after"] = page["pageInfo"]["endCursor"].clone();
    }
}

/// Whether nobody reads the output any more.
fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    match error.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => broken(error),
        _ => error.downcast_ref().is_some_and(broken),
    }
}

/// Asks, again after a pause if the server is busy.
async fn ask(client: &Client, query: &str, variables: Value) -> anyhow::Result<Value> {
    let mut attempt = 0;
    loop {
        match client.ask(query, variables.clone()).await {
            Ok(data) => return Ok(data),
            Err(Unanswered { is_temporary: true, .. }) if attempt + 1 < ATTEMPTS => {
                tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
                attempt += 1;
            }
            Err(error) if error.is_temporary => {
                return Err(error).context("the export stopped; the same command continues it");
            }
            Err(error) => return Err(error.into()),
        }
    }
}
