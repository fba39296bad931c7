//! The page of a release.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Announced, Difference, Estimate, Finding, Incidents, KnownErrors, Mark, Question, Subject, Touch,
    TrendPoint, Verdict,
};

/// One page about one release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Version.
    pub version: String,
    /// Title; null: none.
    pub title: Option<String>,
    /// First day with customers; null: not shipped yet.
    pub released_on: Option<NaiveDate>,
    /// Day of the withdrawal; null: not withdrawn.
    pub withdrawn_on: Option<NaiveDate>,
    /// Version of the previous release; null: none is known.
    pub previous: Option<String>,
    /// The strongest verdict on its features.
    pub verdict: Verdict,
    /// The verdict in a sentence.
    pub verdict_text: String,
    /// The features that it touches.
    pub features: Vec<Touch>,
    /// The verdicts on the features, the strongest first.
    pub findings: Vec<Finding>,
    /// Value before and after it.
    pub values: Vec<BeforeAfter>,
    /// Trend of the feature with the strongest verdict; null: there is none.
    pub trend_of: Option<Subject>,
    /// Value of the feature in `trendOf` as of each of several days.
    pub trend: Vec<TrendPoint>,
    /// Incidents attributed to it, and others that began since.
    pub incidents: Incidents,
    /// How it was announced.
    pub announcement: Option<Announced>,
    /// Known errors that it introduced or fixed; null: they are not recorded.
    pub known_errors: Option<KnownErrors>,
    /// Incidents that were expected, beside those that happened.
    pub forecasts: Vec<Forecast>,
    /// How it came into use.
    pub adoption: Vec<Adoption>,
    /// What the data do not answer.
    pub questions: Vec<Question>,
    /// Releases and incidents on the time axis of the trend.
    pub marks: Vec<Mark>,
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BeforeAfter {
    /// The feature.
    pub feature: Subject,
    /// Value before.
    pub before: Estimate,
    /// Value after.
    pub after: Estimate,
    /// The difference.
    pub difference: Difference,
    /// Number of responses before and after; null: too few customers to be shown.
    pub responses: Option<[i64; 2]>,
}

/// A forecast and what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// The feature.
    pub feature: Subject,
    /// Number of days.
    pub days: u32,
    /// Expected number of incidents on the days of the forecast, with its 90 % interval.
    pub expected: Estimate,
    /// Number of incidents that began on the days of the forecast.
    pub actual: i64,
}

/// Adoption of a release in a week.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Adoption {
    /// First day of the week since the release.
    pub from: NaiveDate,
    /// Share of the responses that name a release which name this one, 0 to 1; null: too few responses.
    pub share: Option<f64>,
    /// Number of responses that name a release; null: too few to be shown.
    pub responses: Option<i64>,
}
