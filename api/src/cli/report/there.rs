//! Reports of a server: the model as JSON, which is rendered here, and the tables for terminals from the figures of the API. So the
//! output is the same as on the database.

mod verdicts;

use anyhow::Context;
use ballroom_render as render;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use verdicts::verdicts;

use super::output::Output;
use crate::{
    cli::client::Client,
    report::{
        Against, Asked, Which,
        terminal::value::{Entry as Valued, ValueReport},
    },
    score::Period,
};

const REPORT: &str = "query Report($of: ReportInput!) { report(of: $of) { file(format: JSON) { text } } }";

const TODAY: &str =
    "query Today($product: Reference!) { product(product: $product) { valueReport { asOf } } }";

const VALUES: &str = "query Values($product: Reference!, $period: PeriodInput, $release: Reference, $segment: Reference, $asOf: Date) {
  product(product: $product) {
    name
    valueReport(period: $period, release: $release, segment: $segment, asOf: $asOf) {
      period { from until } asOf complete release { version } segment { name }
      entries {
        rank feature { key name }
        value {
          score lower upper base historyContribution feedbackContribution incidentContribution incidentBasis responses ownWeight
          method
        }
      }
    }
  }
}";

/// The model of a report.
pub(super) async fn model(client: &Client, asked: &Asked, output: &Output) -> anyhow::Result<render::Report> {
    let answer = client.ask(REPORT, json!({ "of": input(asked, output) })).await?;
    let text = answer["report"]["file"]["text"].as_str().context("the server sent no report")?;
    serde_json::from_str(text).context("the server is of another version: its report cannot be read")
}

/// The input of the report.
fn input(asked: &Asked, output: &Output) -> Value {
    let days = |period: &Period| json!({ "from": period.from, "until": period.until });
    let mut of = match asked {
        Asked::Iteration { product, iteration, as_of } => json!({
            "kind": "ITERATION",
            "product": product,
            "iteration": match iteration {
                Which::Last => None,
                Which::Current => Some("current"),
                Which::Named(name) => Some(name.as_str()),
            },
            "asOf": as_of,
        }),
        Asked::Value { product, period, release, segment, against, as_of } => {
            let mut of = json!({
                "kind": "VALUE", "product": product, "period": period.as_ref().map(days), "release": release,
                "segment": segment, "asOf": as_of,
            });
            match against {
                Some(Against::Release(other)) => of["againstRelease"] = json!(other),
                Some(Against::Segment(other)) => of["againstSegment"] = json!(other),
                Some(Against::Period(other)) => of["againstPeriod"] = days(other),
                None => {}
            }
            of
        }
        Asked::Release { product, release, as_of } => {
            json!({ "kind": "RELEASE", "product": product, "release": release, "asOf": as_of })
        }
        Asked::Overview { period, as_of } => {
            json!({ "kind": "OVERVIEW", "period": period.as_ref().map(days), "asOf": as_of })
        }
        Asked::Security { period, as_of } => {
            json!({ "kind": "SECURITY", "period": period.as_ref().map(days), "asOf": as_of })
        }
    };
    if let Value::Object(fields) = &mut of {
        fields.retain(|_, value| !value.is_null());
    }
    of["audience"] = json!(format!("{:?}", output.audience()).to_uppercase());
    of["vocabulary"] = json!(output.words().map(|words| format!("{words:?}").to_uppercase()));
    of
}

/// Today in the time zone of a product.
pub(super) async fn today(client: &Client, product: &str) -> anyhow::Result<NaiveDate> {
    let mut answer = client.ask(TODAY, json!({ "product": product })).await?;
    Ok(serde_json::from_value(answer["product"]["valueReport"]["asOf"].take())?)
}

#[derive(Deserialize)]
struct Days {
    from: NaiveDate,
    until: NaiveDate,
}

#[derive(Deserialize)]
struct Named {
    key: String,
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

#[derive(Deserialize)]
struct SegmentName {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    period: Days,
    as_of: NaiveDate,
    complete: bool,
    release: Option<Version>,
    segment: Option<SegmentName>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    rank: Option<usize>,
    feature: Option<Named>,
    value: Figures,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    score: f64,
    lower: f64,
    upper: f64,
    base: f64,
    history_contribution: f64,
    feedback_contribution: f64,
    incident_contribution: f64,
    incident_basis: String,
    responses: i64,
    own_weight: f64,
    method: String,
}

/// The table of values. `rolling`: the period is a number of days up to the last known one.
pub(super) async fn values(client: &Client, asked: &Asked, rolling: bool) -> anyhow::Result<ValueReport> {
    let Asked::Value { product, period, release, segment, as_of, .. } = asked else {
        anyhow::bail!("the report is no value report");
    };
    let period = period.map(|period| json!({ "from": period.from, "until": period.until }));
    let variables = json!({
        "product": product, "period": period, "release": release, "segment": segment, "asOf": as_of,
    });
    let mut answer = client.ask(VALUES, variables).await?;
    let name = answer["product"]["name"].as_str().unwrap_or_default().to_owned();
    let report: Report = serde_json::from_value(answer["product"]["valueReport"].take())?;
    let method = report.entries.first().map(|entry| entry.value.method.clone());
    let entry = |Entry { rank, feature, value }: Entry| Valued {
        rank,
        name: match &feature {
            Some(feature) => feature.name.clone(),
            None => "(the product as a whole)".to_owned(),
        },
        feature: feature.map(|feature| feature.key),
        score: value.score,
        lower: value.lower,
        upper: value.upper,
        base: value.base,
        history_contribution: value.history_contribution,
        feedback_contribution: value.feedback_contribution,
        incident_contribution: value.incident_contribution,
        exposure_known: value.incident_basis == "EXPOSURE",
        responses: value.responses,
        own_weight: value.own_weight,
    };
    Ok(ValueReport {
        product: name,
        from: report.period.from,
        until: report.period.until,
        as_of: report.as_of,
        complete: report.complete,
        rolling,
        release: report.release.map(|release| release.version),
        segment: report.segment.map(|segment| segment.name),
        features: report.entries.into_iter().map(entry).collect(),
        method: method.unwrap_or_default(),
    })
}
