//! `ballroom report`.

use anyhow::Context;
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

    /// Days to report on: FROM..TO, both included, or a number of days up to today (1 to 36525). If the period
    /// is not over yet (today is not), the title says "so far".
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = parse_days)]
    period: Span,

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

/// The period of a report as given on the command line.
#[derive(Clone, Copy)]
enum Span {
    Last(u64),
    Between(NaiveDate, NaiveDate),
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
                let period = match value.period {
                    Span::Last(days) => Period::last(days, last),
                    Span::Between(first, last) => Period {
                        from: first,
                        until: last.succ_opt().context("the last day of the period is out of range")?,
                    },
                };
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
                let rolling = matches!(value.period, Span::Last(_));
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

impl Output {
    fn print(&self, table: impl FnOnce() -> String, json: impl FnOnce() -> String) {
        match self.format {
            Format::Table => print!("{}", table()),
            Format::Json => println!("{}", json()),
        }
    }
}

fn parse_days(text: &str) -> anyhow::Result<Span> {
    if let Ok(days) = text.parse() {
        anyhow::ensure!(
            (1..=36_525).contains(&days),
            "a period cannot have {days} days; write a number from 1 to 36525"
        );
        return Ok(Span::Last(days));
    }
    let (first, last) = text.split_once("..").with_context(|| {
        format!("\"{text}\" is not a period; write FROM..TO, for example 2026-01-01..2026-03-31")
    })?;
    let day = |text: &str| {
        text.parse::<NaiveDate>().with_context(|| {
            format!("\"{text}\" is not a date; write it as YYYY-MM-DD, for example 2026-01-31")
        })
    };
    let (first, last) = (day(first)?, day(last)?);
    anyhow::ensure!(first <= last, "the first day {first} is after the last day {last}; swap them");
    Ok(Span::Between(first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_number_of_days_or_two_days() {
        assert!(matches!(parse_days("30"), Ok(Span::Last(30))));
        assert!(matches!(parse_days("2026-01-01..2026-01-31"), Ok(Span::Between(..))));
        for bad in ["0", "2026-01-31", "2026-02-01..2026-01-01", "x..y", "-3"] {
            assert!(parse_days(bad).is_err(), "{bad}");
        }
    }
}
