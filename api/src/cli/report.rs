//! `ballroom report`.

use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::settings::{Database, organization};
use crate::{
    clock,
    domain::{product as products, token},
    report::{release::ReleaseVerdicts, value::ValueReport},
    score::{Cell, Period, Scores, known_day},
};

/// Print a report.
#[derive(Subcommand)]
pub(super) enum Report {
    /// What customers value: every feature of a product.
    Value(Value),
    /// Did a release make things worse? Every release of a product, or one.
    Release(Release),
}

/// The value report.
#[derive(Args)]
pub(super) struct Value {
    /// The product, by key or id.
    #[arg(long)]
    product: String,

    /// The days whose answers count: FROM..TO, both included; or a number of days up to today. Of a period FROM..TO that is not
    /// over (today is not) the title says "so far".
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = parse_days)]
    period: Span,

    /// Only answers to this release.
    #[arg(long)]
    release: Option<String>,

    /// Only the value to this segment.
    #[arg(long)]
    segment: Option<String>,

    /// As it could be known at the end of this day.
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    output: Output,
}

/// The release report.
#[derive(Args)]
pub(super) struct Release {
    /// The product, by key or id.
    #[arg(long)]
    product: String,

    /// Only this release, by version or id.
    #[arg(long)]
    release: Option<String>,

    /// As it could be known at the end of this day.
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    output: Output,
}

/// How to print.
#[derive(Args)]
struct Output {
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// The days of a report as they are given.
#[derive(Clone, Copy)]
enum Span {
    Last(u64),
    Between(NaiveDate, NaiveDate),
}

impl Report {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let by = token::operator(organization(&store).await?.id).reports()?;
        let scores = Scores::new(store.clone());
        let dimensions = store.dimensions(by.organization()).await?;
        let (Self::Value(Value { product, .. }) | Self::Release(Release { product, .. })) = &self;
        let product = dimensions.product("--product", product)?;
        let today = products::today(product, clock::now());
        match self {
            Self::Value(value) => {
                let last = known_day("--as-of", value.as_of.unwrap_or(today), today)?;
                let period = match value.period {
                    Span::Last(days) => Period::last(days, last),
                    Span::Between(first, last) => Period {
                        from: first,
                        until: last.succ_opt().context("there is no day after the last")?,
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
            Self::Release(asked) => {
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
        anyhow::ensure!((1..=36_525).contains(&days), "a period has 1 to 36525 days");
        return Ok(Span::Last(days));
    }
    let (first, last) = text.split_once("..").context("write FROM..TO, such as 2026-01-01..2026-03-31")?;
    let day = |text: &str| {
        text.parse::<NaiveDate>().with_context(|| format!("\"{text}\" is not a day; write it as 2026-01-31"))
    };
    let (first, last) = (day(first)?, day(last)?);
    anyhow::ensure!(first <= last, "the first day lies after the last");
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
