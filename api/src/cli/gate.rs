//! `ballroom gate`.

mod format;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    client::{Client, Server},
    organization::Tenant,
    settings::Database,
};

const QUERY: &str = "query ReleaseGate($release: Reference!, $product: Reference, $asOf: Date, $thresholds: GateThresholdsInput) {
  release(release: $release, product: $product) { version product { key name } }
  gate: releaseGate(release: $release, product: $product, asOf: $asOf, thresholds: $thresholds) {
    outcome reason
    thresholds { failOnWatch maxDecline minResponses }
    features { name outcome reason regression { feature { key } verdict score pValue responses baselineResponses } }
    regression { verdict firstDay through method }
  }
}";

/// Decide whether a release may proceed: whether it made anything worse for customers.
///
/// The exit status is 0 for PASS, 1 for FAIL, and 2 for CANNOT_TELL (too few data, or a suspicion), for wrong arguments, and
/// if nothing could be found out.
#[derive(Args)]
pub(super) struct Gate {
    /// Version or ID of the release.
    #[arg(long)]
    release: String,

    /// Key or ID of the product; needed if several products have a release of this version.
    #[arg(long)]
    product: Option<String>,

    /// Decide with the data known at the end of this day; default: all data.
    #[arg(long, value_name = "DAY", conflicts_with = "wait")]
    as_of: Option<NaiveDate>,

    /// Ask again until it can be decided, at most for this time, for example 30m or "1h 30m".
    #[arg(long, value_name = "TIME", value_parser = time)]
    wait: Option<Duration>,

    /// Time between two attempts.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    every: Duration,

    /// Exit with status 0 also for CANNOT_TELL.
    #[arg(long)]
    allow_cannot_tell: bool,

    #[command(flatten)]
    thresholds: Thresholds,

    /// What to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    /// Also write the result to this file as JUnit XML, for the test report of a CI system.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Also append the result to this file as Markdown, for example to $GITHUB_STEP_SUMMARY.
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,

    #[command(flatten)]
    server: Server,

    #[command(flatten)]
    tenant: Tenant,
}

/// Thresholds; those that are omitted are the organization's.
#[derive(Args)]
#[command(next_help_heading = "Thresholds (default: those of the organization)")]
struct Thresholds {
    /// Fail also on a suspicion (the verdict WATCH).
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    fail_on_watch: Option<bool>,

    /// Largest decline of the mean rating that does not fail, in points of 100.
    #[arg(long, value_name = "POINTS")]
    max_decline: Option<f64>,

    /// Number of responses since the release that each feature needs before the gate passes.
    #[arg(long, value_name = "NUMBER")]
    min_responses: Option<i32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Lines of text.
    Text,
    /// JSON, for programs.
    Json,
    /// JUnit XML.
    Junit,
    /// Markdown as GitHub and GitLab show it.
    Markdown,
}

/// The answer.
#[derive(Deserialize, Serialize)]
struct Answer {
    release: Release,
    gate: Decided,
}

#[derive(Deserialize, Serialize)]
struct Release {
    version: String,
    product: Product,
}

#[derive(Deserialize, Serialize)]
struct Product {
    key: String,
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Outcome {
    Pass,
    Fail,
    CannotTell,
}

/// The decision, with what else the query selects.
#[derive(Deserialize, Serialize)]
struct Decided {
    outcome: Outcome,
    reason: String,
    features: Vec<Feature>,
    thresholds: Value,
    regression: Value,
}

#[derive(Deserialize, Serialize)]
struct Feature {
    name: String,
    outcome: Outcome,
    reason: String,
    regression: Value,
}

impl Gate {
    pub(super) async fn run(self, database: &Database) -> ExitCode {
        match self.decided(database).await {
            Ok(code) => code,
            Err(error) => {
                eprintln!("ballroom: {error:#}");
                ExitCode::from(2)
            }
        }
    }

    async fn decided(self, database: &Database) -> anyhow::Result<ExitCode> {
        let client = self.server.clone().client(database, &self.tenant).await?;
        let began = Instant::now();
        let answer = self.answer(&client).await;
        client.close().await?;
        let answer = answer?;
        let took = began.elapsed();
        match self.format {
            Format::Text => print!("{}", format::text(&answer)),
            Format::Json => println!("{}", serde_json::to_string_pretty(&answer)?),
            Format::Junit => print!("{}", format::junit(&answer, took)?),
            Format::Markdown => print!("{}", format::markdown(&answer)),
        }
        if let Some(file) = &self.junit {
            std::fs::write(file, format::junit(&answer, took)?).with_context(|| unwritten(file))?;
        }
        if let Some(file) = &self.summary {
            let open = std::fs::OpenOptions::new().create(true).append(true).open(file);
            let written = open.and_then(|mut file| file.write_all(format::markdown(&answer).as_bytes()));
            written.with_context(|| unwritten(file))?;
        }
        Ok(match answer.gate.outcome {
            Outcome::Pass => ExitCode::SUCCESS,
            Outcome::Fail => ExitCode::FAILURE,
            Outcome::CannotTell if self.allow_cannot_tell => ExitCode::SUCCESS,
            Outcome::CannotTell => ExitCode::from(2),
        })
    }

    /// The decision; after waiting for it, if that is wanted.
    async fn answer(&self, client: &Client) -> anyhow::Result<Answer> {
        let ends = self.wait.map(|wait| Instant::now() + wait);
        let mut told = String::new();
        loop {
            let asked = client.ask(QUERY, self.variables()).await;
            let left = ends.map(|ends| ends.saturating_duration_since(Instant::now()));
            let goes_on = left.is_some_and(|left| !left.is_zero());
            let why = match asked {
                Ok(data) => {
                    let answer: Answer =
                        serde_json::from_value(data).context("the response is unexpected")?;
                    if answer.gate.outcome != Outcome::CannotTell || !goes_on {
                        return Ok(answer);
                    }
                    format!("cannot tell yet: {}", answer.gate.reason)
                }
                Err(unanswered) if unanswered.is_temporary && goes_on => unanswered.to_string(),
                Err(unanswered) => return Err(unanswered.into()),
            };
            if why != told {
                eprintln!("ballroom: {why}; waiting");
                told = why;
            }
            tokio::time::sleep(self.every.min(left.unwrap_or_default())).await;
        }
    }

    fn variables(&self) -> Value {
        let Thresholds { fail_on_watch, max_decline, min_responses } = &self.thresholds;
        let given = [
            ("failOnWatch", fail_on_watch.map(Value::from)),
            ("maxDecline", max_decline.map(Value::from)),
            ("minResponses", min_responses.map(Value::from)),
        ];
        let thresholds: serde_json::Map<_, _> =
            given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        json!({
            "release": self.release,
            "product": self.product,
            "asOf": self.as_of,
            "thresholds": thresholds,
        })
    }
}

fn unwritten(file: &Path) -> String {
    format!("cannot write {}", file.display())
}

/// A time such as 30m. Longer than a year is a mistake.
fn time(text: &str) -> Result<Duration, String> {
    let most = Duration::from_secs(366 * 86_400);
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() && time <= most => Ok(time),
        Ok(_) => Err("write a time above 0 and of at most a year, for example 30m".to_owned()),
        Err(error) => Err(format!("{error}; write a number and a unit, for example 30s, 30m or 2h")),
    }
}
