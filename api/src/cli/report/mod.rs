//! `ballroom report`.

pub(super) mod output;
mod there;

use ballroom_render::Format;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use self::output::{Output, progress};
use super::{client::Server, organization::Tenant, settings::Database};
use crate::{
    clock,
    domain::{product as products, token},
    report::{
        self, Against, Asked, Which,
        terminal::{release::ReleaseVerdicts, value::ValueReport},
    },
    score::{Cell, Period, Scores, known_day},
    store::Store,
};

/// Print a report, or write it to a file.
///
/// Exit status: 0 the report was written, 1 it could not be (the message says why), 2 the arguments are wrong.
#[derive(Args)]
pub(super) struct Report {
    #[command(flatten)]
    server: Server,

    #[command(flatten)]
    tenant: Tenant,

    #[command(subcommand)]
    which: ReportKind,
}

#[derive(Subcommand)]
enum ReportKind {
    /// Iteration report: what an iteration achieved, what got worse, and what is not known.
    Iteration(Iteration),
    /// Value report: the perceived value of every feature of a product.
    Value(Value),
    /// Release report: whether a release made things worse, for every release of a product or one.
    Release(Release),
    /// Overview of all products: value, regressions, incidents, lead times, surprises.
    Overview(All),
    /// Security report: releases with security-relevant incidents, and what is open.
    Security(All),
}

/// The iteration report.
#[derive(Args)]
struct Iteration {
    /// Key or ID of the product. Not needed if there is only one.
    #[arg(long)]
    product: Option<String>,

    /// Name or ID of the iteration; `last`: the last one that is over; `current`: the one of today.
    #[arg(long, default_value = "last", value_name = "NAME")]
    iteration: String,

    /// Report with the data known at the end of this day; default: the last day of the iteration.
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    output: Output,
}

/// A report on all products.
#[derive(Args)]
struct All {
    #[command(flatten)]
    days: AnyDays,

    /// Report with the data known at the end of this day; default: all data.
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    output: Output,
}

/// The days of a report.
#[derive(Args)]
struct AnyDays {
    /// First day.
    #[arg(long, value_name = "DAY", requires = "until", conflicts_with = "days")]
    from: Option<NaiveDate>,

    /// Day after the last.
    #[arg(long, value_name = "DAY", requires = "from")]
    until: Option<NaiveDate>,

    /// Number of days up to today, or up to `--as-of`; default: 28 for the overview, 90 for security.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=36_525))]
    days: Option<u64>,
}

/// The value report.
#[derive(Args)]
struct Value {
    /// Key or ID of the product.
    #[arg(long)]
    product: String,

    #[command(flatten)]
    days: Days,

    /// Only responses on this release, given by version or ID.
    #[arg(long)]
    release: Option<String>,

    /// Only the value to this segment, given by key or ID.
    #[arg(long)]
    segment: Option<String>,

    /// Compare with the responses on this release, given by version or ID (not in a table).
    #[arg(long, value_name = "RELEASE", conflicts_with_all = ["against_segment", "against_from"])]
    against_release: Option<String>,

    /// Compare with the value to this segment, given by key or ID (not in a table).
    #[arg(long, value_name = "SEGMENT", conflicts_with = "against_from")]
    against_segment: Option<String>,

    /// Compare with the days from this one on (not in a table).
    #[arg(long, value_name = "DAY", requires = "against_until")]
    against_from: Option<NaiveDate>,

    /// Day after the last day to compare with.
    #[arg(long, value_name = "DAY", requires = "against_from")]
    against_until: Option<NaiveDate>,

    /// Report with the data known at the end of this day; default: all data.
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    output: Output,
}

/// The days whose responses count.
#[derive(Args)]
struct Days {
    /// First day. The title of a period that is not over says "so far"; today is not over.
    #[arg(long, value_name = "DAY", requires = "until", conflicts_with = "days")]
    from: Option<NaiveDate>,

    /// Day after the last.
    #[arg(long, value_name = "DAY", requires = "from")]
    until: Option<NaiveDate>,

    /// Number of days up to today, or up to `--as-of`, 1 to 36525.
    #[arg(long, value_name = "NUMBER", default_value = "90", value_parser = clap::value_parser!(u64).range(1..=36_525))]
    days: u64,
}

/// The release report.
#[derive(Args)]
struct Release {
    /// Key or ID of the product.
    #[arg(long)]
    product: String,

    /// The release, given by version or ID. Without it, the table and its JSON have the verdicts on all releases.
    #[arg(long)]
    release: Option<String>,

    /// Report with the data known at the end of this day; default: all data.
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    output: Output,
}

/// What is to be written.
enum Wanted {
    /// A report in a format.
    Report(Asked, Format),
    /// The table of values of a terminal.
    Values,
    /// The verdicts on releases: as a table, or as JSON.
    Verdicts,
}

impl Report {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        match self.server.url() {
            Some(_) => self.of_server(database).await,
            None => self.of_database(database).await,
        }
    }

    async fn of_database(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let organization = self.tenant.find(&store).await?.id;
        let viewer = token::operator(organization);
        let today = async |product: &str| {
            let dimensions = store.dimensions(organization).await?;
            Ok::<_, anyhow::Error>(products::today(dimensions.product("--product", product)?, clock::now()))
        };
        match self.which.wanted(today).await? {
            Wanted::Values => {
                let ReportKind::Value(value) = &self.which else { return Ok(()) };
                value.print(&store, &viewer).await?;
            }
            Wanted::Verdicts => {
                let ReportKind::Release(release) = &self.which else { return Ok(()) };
                release.print(&store, &viewer).await?;
            }
            Wanted::Report(asked, format) => {
                let bar = progress("computing the report");
                let output = self.which.output();
                let (reader, scores) = (output.reader(&viewer)?, Scores::new(store.clone()));
                let report = report::build(&store, &scores, &reader, &asked, clock::now()).await;
                bar.finish_and_clear();
                output.write(&report?, format)?;
            }
        }
        store.close().await?;
        Ok(())
    }

    async fn of_server(self, database: &Database) -> anyhow::Result<()> {
        let client = self.server.client(database, &self.tenant).await?;
        let today = async |product: &str| there::today(&client, product).await;
        let bar = progress("the server computes the report");
        match self.which.wanted(today).await? {
            Wanted::Values => {
                let ReportKind::Value(value) = &self.which else { return Ok(()) };
                let rolling = value.days.named().is_none();
                let asked = value.asked(async |product: &str| there::today(&client, product).await).await?;
                let report = there::values(&client, &asked, rolling).await;
                bar.finish_and_clear();
                print!("{}", report?.table());
            }
            Wanted::Verdicts => {
                let ReportKind::Release(release) = &self.which else { return Ok(()) };
                let of = release.release.as_deref();
                let verdicts = there::verdicts(&client, &release.product, of, release.as_of).await;
                bar.finish_and_clear();
                release.show(&verdicts?)?;
            }
            Wanted::Report(asked, format) => {
                let output = self.which.output();
                let report = there::model(&client, &asked, output).await;
                bar.finish_and_clear();
                output.write(&report?, format)?;
            }
        }
        client.close().await
    }
}

impl ReportKind {
    fn output(&self) -> &Output {
        match self {
            Self::Iteration(of) => &of.output,
            Self::Value(of) => &of.output,
            Self::Release(of) => &of.output,
            Self::Overview(of) | Self::Security(of) => &of.output,
        }
    }

    /// What is to be written; `today` is that of a product.
    async fn wanted(&self, today: impl AsyncFn(&str) -> anyhow::Result<NaiveDate>) -> anyhow::Result<Wanted> {
        let format = self.output().form(matches!(self, Self::Value(_) | Self::Release(_)))?;
        Ok(match self {
            Self::Value(value) => match format {
                None => Wanted::Values,
                Some(format) => Wanted::Report(value.asked(today).await?, format),
            },
            Self::Release(release) => match (format, &release.release) {
                (None | Some(Format::Json), None) | (None, Some(_)) => Wanted::Verdicts,
                (Some(format), None) => {
                    anyhow::bail!("--format {format} is of one release; give --release VERSION")
                }
                (Some(format), Some(of)) => {
                    let (product, release_of) = (release.product.clone(), of.clone());
                    let asked = Asked::Release { product, release: release_of, as_of: release.as_of };
                    Wanted::Report(asked, format)
                }
            },
            Self::Iteration(iteration) => {
                let asked = Asked::Iteration {
                    product: iteration.product.clone(),
                    iteration: Which::of(iteration.iteration.clone()),
                    as_of: iteration.as_of,
                };
                Wanted::Report(asked, format.unwrap_or(Format::Markdown))
            }
            Self::Overview(all) => {
                let asked = Asked::Overview { period: all.period(), as_of: all.as_of };
                Wanted::Report(asked, format.unwrap_or(Format::Markdown))
            }
            Self::Security(all) => {
                let asked = Asked::Security { period: all.period(), as_of: all.as_of };
                Wanted::Report(asked, format.unwrap_or(Format::Markdown))
            }
        })
    }
}

impl All {
    /// The period, if one was given.
    fn period(&self) -> Option<Period> {
        let named = self.days.from.zip(self.days.until).map(|(from, until)| Period { from, until });
        let last = self.as_of.unwrap_or_else(|| clock::now().date_naive());
        named.or_else(|| self.days.days.map(|days| Period::last(days, last)))
    }
}

impl Value {
    async fn asked(&self, today: impl AsyncFn(&str) -> anyhow::Result<NaiveDate>) -> anyhow::Result<Asked> {
        let period = match (self.days.named(), self.as_of) {
            (Some(named), _) => named,
            (None, Some(last)) => Period::last(self.days.days, last),
            (None, None) => Period::last(self.days.days, today(&self.product).await?),
        };
        let against =
            match (&self.against_release, &self.against_segment, self.against_from, self.against_until) {
                (Some(release), ..) => Some(Against::Release(release.clone())),
                (_, Some(segment), ..) => Some(Against::Segment(segment.clone())),
                (_, _, Some(from), Some(until)) => Some(Against::Period(Period { from, until })),
                _ => None,
            };
        Ok(Asked::Value {
            product: self.product.clone(),
            period: Some(period),
            release: self.release.clone(),
            segment: self.segment.clone(),
            against,
            as_of: self.as_of,
        })
    }

    /// Prints the table.
    async fn print(&self, store: &Store, viewer: &crate::domain::access::Viewer) -> anyhow::Result<()> {
        let by = viewer.reports()?;
        let dimensions = store.dimensions(by.organization()).await?;
        let product = dimensions.product("--product", &self.product)?;
        let today = products::today(product, clock::now());
        let last = known_day("--as-of", self.as_of.unwrap_or(today), today)?;
        let named = self.days.named();
        let period = named.unwrap_or_else(|| Period::last(self.days.days, last));
        let (period, as_of) = Period::resolve(Some(period), self.as_of, today)?;
        let release = self.release.as_deref();
        let release = release.map(|one| dimensions.release(product.id, "--release", one)).transpose()?;
        let segment = self.segment.as_deref();
        let segment = segment.map(|one| dimensions.segment("--segment", one)).transpose()?;
        let cell = Cell {
            period,
            release: release.map(|release| release.id),
            segment: segment.map(|segment| segment.id),
            as_of,
        };
        let scores = Scores::new(store.clone());
        let (snapshot, values) = scores.value_report(by, today, product.id, cell).await?;
        let report = ValueReport::new(&snapshot, &product.name, (cell, today, named.is_none()), &values);
        print!("{}", report.table());
        Ok(())
    }
}

impl Release {
    /// Prints the verdicts: as a table, or all of them as JSON.
    async fn print(&self, store: &Store, viewer: &crate::domain::access::Viewer) -> anyhow::Result<()> {
        let by = viewer.reports()?;
        let dimensions = store.dimensions(by.organization()).await?;
        let product = dimensions.product("--product", &self.product)?;
        let today = products::today(product, clock::now());
        let releases = match &self.release {
            Some(one) => vec![dimensions.release(product.id, "--release", one)?],
            None => dimensions.releases_of(product.id),
        };
        let scores = Scores::new(store.clone());
        let mut verdicts = ReleaseVerdicts { no_release: releases.is_empty(), ..ReleaseVerdicts::default() };
        for release in releases {
            let as_of = known_day("--as-of", self.as_of.unwrap_or(today), today)?;
            let (snapshot, report) = scores.regression(by, today, release.id, as_of).await?;
            if let Some(report) = report {
                verdicts.add(&snapshot, &report);
            }
        }
        self.show(&verdicts)
    }

    /// Prints verdicts in the wanted form.
    fn show(&self, verdicts: &ReleaseVerdicts) -> anyhow::Result<()> {
        match self.output.form(true)? {
            None => print!("{}", verdicts.table()),
            Some(_) => println!("{}", verdicts.json()),
        }
        Ok(())
    }
}

impl Days {
    /// The period, if it is given by its ends.
    fn named(&self) -> Option<Period> {
        Some(Period { from: self.from?, until: self.until? })
    }
}
