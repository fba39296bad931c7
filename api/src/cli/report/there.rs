//! Reports of a server: the model as JSON, which is rendered here, and the tables for terminals from the figures of the API. So the
//! output is the same as on the database.

use anyhow::Context;
use ballroom_analytics::regression::{Reason, Verdict};
use ballroom_render as render;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::output::Output;
use crate::{
    cli::client::Client,
    report::{
        Against, Asked, Which, finding,
        terminal::{
            release::{Entry as Judged, ReleaseVerdicts},
            value::{Entry as Valued, ValueReport},
        },
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

const VERDICTS: &str = "fragment Verdicts on Release {
  version
  regression(asOf: $asOf) {
    firstDay
    previous { version }
    features {
      feature { key name } verdict baseline reason missingResponses { before after } control commonShift { estimate }
      since { day release { version } } score pValue change { estimate lower upper } rateRatio { estimate } baselineIncidents
      incidents baselineResponses responses unlabelledShare firstFlaggedDay
      previous { score pValue change { estimate lower upper } baselineResponses }
    }
  }
}";

const ONE: &str = "query Release($product: Reference!, $release: Reference!, $asOf: Date) {
  release(product: $product, release: $release) { ...Verdicts }
}";

const ALL: &str = "query Releases($product: Reference!, $after: String, $asOf: Date) {
  product(product: $product) {
    releases(first: 10, after: $after, orderBy: { field: VERSION, direction: ASC }) {
      totalCount pageInfo { hasNextPage endCursor } nodes { ...Verdicts }
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

#[derive(Deserialize)]
struct Released {
    version: String,
    regression: Option<Regression>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Regression {
    first_day: NaiveDate,
    previous: Option<Version>,
    features: Vec<Scored>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scored {
    feature: Option<Named>,
    verdict: String,
    baseline: String,
    reason: Option<String>,
    missing_responses: Option<Missing>,
    control: Option<String>,
    common_shift: Option<Estimated>,
    since: Option<Since>,
    score: f64,
    p_value: f64,
    change: Option<Interval>,
    rate_ratio: Option<Estimated>,
    baseline_incidents: i64,
    incidents: i64,
    baseline_responses: i64,
    responses: i64,
    unlabelled_share: Option<f64>,
    first_flagged_day: Option<NaiveDate>,
    previous: Option<Previous>,
}

#[derive(Deserialize)]
struct Missing {
    before: u32,
    after: u32,
}

#[derive(Deserialize)]
struct Estimated {
    estimate: f64,
}

#[derive(Deserialize)]
struct Interval {
    estimate: f64,
    lower: Option<f64>,
    upper: Option<f64>,
}

#[derive(Deserialize)]
struct Since {
    day: NaiveDate,
    release: Option<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Previous {
    score: f64,
    p_value: f64,
    change: Option<Interval>,
    baseline_responses: i64,
}

/// The table of verdicts: on one release, or on all of a product.
pub(super) async fn verdicts(
    client: &Client,
    product: &str,
    release: Option<&str>,
    as_of: Option<NaiveDate>,
) -> anyhow::Result<ReleaseVerdicts> {
    let mut releases: Vec<Released> = Vec::new();
    let mut verdicts = ReleaseVerdicts::default();
    match release {
        Some(release) => {
            let variables = json!({ "product": product, "release": release, "asOf": as_of });
            let mut answer = client.ask(&format!("{ONE}\n{VERDICTS}"), variables).await?;
            releases.push(serde_json::from_value(answer["release"].take())?);
        }
        None => {
            let mut after = Value::Null;
            loop {
                let variables = json!({ "product": product, "after": after, "asOf": as_of });
                let mut answer = client.ask(&format!("{ALL}\n{VERDICTS}"), variables).await?;
                let mut page = answer["product"]["releases"].take();
                verdicts.no_release = page["totalCount"] == 0;
                releases.extend(serde_json::from_value::<Vec<Released>>(page["nodes"].take())?);
                if page["pageInfo"]["hasNextPage"] != true {
                    break;
                }
                after = page["pageInfo"]["endCursor"].take();
            }
        }
    }
    releases.sort_by_key(|one| one.regression.as_ref().map(|regression| regression.first_day));
    for Released { version, regression } in releases {
        let Some(Regression { first_day, previous, features }) = regression else { continue };
        let entry = |scored| judged((&version, first_day, previous.as_ref()), scored);
        verdicts.add_entries(features.into_iter().map(entry).collect::<anyhow::Result<_>>()?);
    }
    Ok(verdicts)
}

/// The verdict on a feature in a release.
fn judged(
    (version, first_day, previous): (&str, NaiveDate, Option<&Version>),
    of: Scored,
) -> anyhow::Result<Judged> {
    let verdict = verdict(&of.verdict)?;
    let reason = of.reason.as_deref().map(reason).transpose()?;
    let missing = of.missing_responses.map(|missing| (missing.before, missing.after));
    let shift = of.common_shift.map(|shift| shift.estimate);
    let change = of.change.as_ref().map_or(0.0, |change| change.estimate);
    // The figures are those that the verdict is based on.
    let alone = of.previous.as_ref().filter(|_| of.baseline == "PREVIOUS");
    let interval = |of: &Interval| [of.estimate, of.lower.unwrap_or(-100.0), of.upper.unwrap_or(100.0)];
    Ok(Judged {
        release: version.to_owned(),
        first_day,
        name: match &of.feature {
            Some(feature) => feature.name.clone(),
            None => "the product as a whole".to_owned(),
        },
        feature: of.feature.map(|feature| feature.key),
        verdict: finding::name(verdict).to_owned(),
        baseline: match of.baseline.as_str() {
            "ANCESTORS" => "ancestors",
            "PREVIOUS" => "previous release",
            _ => "any other release",
        },
        previous: alone.and(previous).map(|previous| previous.version.clone()),
        reason: reason.map(|reason| finding::reason_of(reason, missing, shift.unwrap_or_default(), change)),
        since: of.since.map(|since| since.release.map_or(since.day.to_string(), |release| release.version)),
        control: of.control.map(|control| match control.as_str() {
            "HELD" => "held",
            "SHARED" => "shared",
            _ => "none",
        }),
        common_shift: shift,
        score: alone.map_or(of.score, |alone| alone.score),
        p: alone.map_or(of.p_value, |alone| alone.p_value),
        change: alone.map_or(of.change.as_ref(), |alone| alone.change.as_ref()).map(interval),
        rate_ratio: of.rate_ratio.map(|ratio| ratio.estimate),
        incidents: [of.baseline_incidents, of.incidents],
        baseline_responses: alone.map_or(of.baseline_responses, |alone| alone.baseline_responses),
        responses: of.responses,
        unlabelled: of.unlabelled_share,
        first_flagged_day: of.first_flagged_day,
        of: verdict,
        rank: of.score,
        heard: of.responses,
    })
}

fn verdict(name: &str) -> anyhow::Result<Verdict> {
    Ok(match name {
        "REGRESSED" => Verdict::Regressed,
        "WATCH" => Verdict::Watch,
        "SINCE" => Verdict::Since,
        "RECOVERED" => Verdict::Recovered,
        "IMPROVED" => Verdict::Improved,
        "NO_EVIDENCE" => Verdict::NoEvidence,
        "CANNOT_TELL" => Verdict::CannotTell,
        "NO_BASELINE" => Verdict::NoBaseline,
        other => anyhow::bail!("the server is of another version: it sent the verdict {other}"),
    })
}

fn reason(name: &str) -> anyhow::Result<Reason> {
    Ok(match name {
        "FEW_RESPONSES" => Reason::FewAnswers,
        "SHARED_SHIFT" => Reason::SharedShift,
        "LIKE_PREVIOUS" => Reason::LikePrevious,
        "WANDERS" => Reason::Wanders,
        "FELL_BEFORE" => Reason::FellBefore,
        "UNPROVEN" => Reason::Unproven,
        "NOT_COMPARABLE" => Reason::NotComparable,
        "NEW_INCIDENTS" => Reason::NewIncidents,
        other => anyhow::bail!("the server is of another version: it sent the reason {other}"),
    })
}
