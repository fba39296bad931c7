//! The verdicts on releases, as a server says them.

use ballroom_analytics::regression::{Reason, Verdict};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Named, Version};
use crate::{
    cli::client::Client,
    report::{
        finding,
        terminal::release::{Entry as Judged, ReleaseVerdicts},
    },
};

const VERDICTS: &str = "fragment Verdicts on Release {
  version
  regression(asOf: $asOf) {
    firstDay
    previous { version }
    features {
      feature { key name } verdict baseline reason missingResponses { before after } control commonShift { estimate }
      since { day release { version } } score pValue change { estimate lower upper } rateRatio { estimate } baselineIncidents
      incidents baselineResponses responses unlabeledShare firstFlaggedDay
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
    unlabeled_share: Option<f64>,
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
pub(in crate::cli::report) async fn verdicts(
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
        unlabelled: of.unlabeled_share,
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
