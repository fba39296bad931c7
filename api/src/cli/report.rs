//! `ballroom report`.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::{organization::Tenant, settings::Database};
use crate::{
    clock,
    domain::{product as products, token},
    report::{release::ReleaseVerdicts, value::ValueReport},
    score::{Cell, Period, Scores, known_day},
};

/// Print a report.
#[derive(Args)]
pub(super) struct Report {
    #[command(flatten)]
    tenant: Tenant,

    #[command(subcommand)]
    which: ReportKind,
}

#[derive(Subcommand)]
enum ReportKind {
    /// Value report: the perceived value of every feature of a product.
    Value(Value),
    /// Release report: whether a release made things worse, for every release of a product or one.
    Release(Release),
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

    /// Only this release, given by version or ID.
    #[arg(long)]
    release: Option<String>,

    /// Report with the data known at the end of this day; default: all data.
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    output: Output,
}

/// Output format.
#[derive(Args)]
struct Output {
    /// Output format.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
}

impl Report {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let by = token::operator(self.tenant.find(&store).await?.id).reports()?;
        let scores = Scores::new(store.clone());
        let dimensions = store.dimensions(by.organization()).await?;
        let (ReportKind::Value(Value { product, .. }) | ReportKind::Release(Release { product, .. })) =
            &self.which;
        let product = dimensions.product("--product", product)?;
        let today = products::today(product, clock::now());
        match self.which {
            ReportKind::Value(value) => {
                let last = known_day("--as-of", value.as_of.unwrap_or(today), today)?;
                let named = value.days.named();
                let period = named.unwrap_or_else(|| Period::last(value.days.days, last));
                let (period, as_of) = Period::resolve(Some(period), value.as_of, today)?;
                let release = value.release.as_deref();
                let release =
                    release.map(|one| dimensions.release(product.id, "--release", one)).transpose()?;
                let segment = value.segment.as_deref();
                let segment = segment.map(|one| dimensions.segment("--segment", one)).transpose()?;
                let cell = Cell {
                    period,
                    release: release.map(|release| release.id),
                    segment: segment.map(|segment| segment.id),
                    as_of,
                };
                let (snapshot, values) = scores.value_report(by, today, product.id, cell).await?;
                let rolling = named.is_none();
                let report = ValueReport::new(&snapshot, &product.name, (cell, today, rolling), &values);
                value.output.print(|| report.table(), || report.json());
            }
            ReportKind::Release(asked) => {
                let releases = match &asked.release {
                    Some(one) => vec![dimensions.release(product.id, "--release", one)?],
                    None => dimensions.releases_of(product.id),
                };
                let mut verdicts =
                    ReleaseVerdicts { no_release: releases.is_empty(), ..ReleaseVerdicts::default() };
                for release in releases {
                    let as_of = known_day("--as-of", asked.as_of.unwrap_or(today), today)?;
                    let (snapshot, report) = scores.regression(by, today, release.id, as_of).await?;
                    if let Some(report) = report {
                        verdicts.add(&snapshot, &report);
                    }
                }
                asked.output.print(|| verdicts.table(), || verdicts.json());
            }
        }
        store.close().await?;
        Ok(())
    }
}

impl Days {
    /// The period, if it is given by its ends.
    fn named(&self) -> Option<Period> {
        Some(Period { from: self.from?, until: self.until? })
    }
}

impl Output {
    fn print(&self, table: impl FnOnce() -> String, json: impl FnOnce() -> String) {
        match self.format {
            Format::Table => print!("{}", table()),
            Format::Json => println!("{}", json()),
        }
    }
}
