//! What happened: releases, verdicts, incidents, announcements, and what is not known.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Estimate, Subject};

/// A release that shipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shipped {
    /// Version.
    pub version: String,
    /// Title; null: none.
    pub title: Option<String>,
    /// First day with customers.
    pub released_on: NaiveDate,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// The features that it touches.
    pub features: Vec<Touch>,
}

/// A feature that a release touches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Touch {
    /// The feature.
    pub feature: Subject,
    /// How: added, changed, fixed or removed.
    pub change: String,
}

/// What is said of a feature of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// It got worse.
    Regressed,
    /// There is a suspicion, but not enough evidence.
    Watch,
    /// It is worse than before, but the decline began with an earlier release.
    Since,
    /// It restored what an earlier release made worse.
    Recovered,
    /// It got better.
    Improved,
    /// There is no evidence of a change.
    NoEvidence,
    /// There are too few responses since the release.
    CannotTell,
    /// There are too few responses before the release.
    NoBaseline,
}

/// A verdict on a feature of a release, with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Version of the release.
    pub release: String,
    /// First day of the release.
    pub first_day: NaiveDate,
    /// The feature.
    pub feature: Subject,
    /// Verdict.
    pub verdict: Verdict,
    /// Why the verdict is not stronger; null: no reason.
    pub reason: Option<String>,
    /// The release with which a decline began, or the day; null: with this release, or there is no decline.
    pub since: Option<String>,
    /// Probability in percent that the release regressed the feature.
    pub score: f64,
    /// Anytime-valid p-value.
    pub p: f64,
    /// Change of the mean response in points of 100 with its 95 % interval; null: there is nothing to compare.
    pub change: Option<Estimate>,
    /// Incidents before the release and after it.
    pub incidents: [i64; 2],
    /// Incident rate after per incident rate before; null: cannot be compared.
    pub rate_ratio: Option<f64>,
    /// Responses before the release and after it; null: too few customers to be shown.
    pub responses: Option<[i64; 2]>,
    /// Whether the change was tested against everything else on the same days.
    pub cause_tested: bool,
}

/// News about a feature: the best or the worst.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct News {
    /// The feature.
    pub feature: Subject,
    /// Change of its perceived value.
    pub change: Estimate,
    /// Value now.
    pub value: Estimate,
    /// Responses that show it; empty for audiences that may not see single responses.
    pub quotes: Vec<Quote>,
    /// Words that distinguish the comments from all others; empty: none, or the audience may not see them.
    pub words: Vec<Word>,
}

/// What a customer said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// The comment, shortened if it is long.
    pub text: String,
    /// The rating in words, such as "2 of 5"; null: none.
    pub rating: Option<String>,
    /// Day.
    pub day: NaiveDate,
    /// Version of the release that the response names; null: none.
    pub release: Option<String>,
}

/// A word or phrase that distinguishes comments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Word {
    /// The word or phrase.
    pub text: String,
    /// Number of comments with it.
    pub count: i64,
    /// How much it distinguishes them: standard deviations of its log-odds ratio.
    pub z: f64,
}

/// Incidents that began in a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Incidents {
    /// Number of incidents that began.
    pub opened: i64,
    /// Number of incidents that began, by severity: critical, major, moderate, minor.
    pub by_severity: [i64; 4],
    /// Number of incidents that began and are still open.
    pub open: i64,
    /// Median time to restore in hours, of the incidents that ended; null: none ended.
    pub median_hours_to_restore: Option<f64>,
    /// Number of incidents attributed to a release.
    pub attributed: i64,
    /// Number of incidents that no change caused.
    pub not_caused_by_change: i64,
    /// Number of incidents whose cause is not known.
    pub unattributed: i64,
    /// Customer-hours lost to incidents in the period, weighted by severity; null: unknown.
    pub customer_hours_lost: Option<f64>,
    /// The most severe incidents; empty for audiences that may not see single incidents.
    pub worst: Vec<Incident>,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// ID.
    pub id: String,
    /// Title.
    pub title: String,
    /// 1 (critical) to 4 (minor).
    pub severity: u8,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// Hours until it ended; null: it is open.
    pub hours_to_restore: Option<f64>,
    /// Affected features; empty: the product as a whole.
    pub features: Vec<String>,
    /// Number of affected customers; null: unknown.
    pub customers: Option<i64>,
    /// Where it comes from; null: unknown.
    pub attribution: Option<Attribution>,
}

/// Where an incident comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attribution {
    /// Version of the release; null: it was not caused by a change.
    pub release: Option<String>,
    /// Who says so: explicit, confirmed, inferred.
    pub basis: String,
    /// Probability, 0 to 1; null: it was stated, not inferred.
    pub confidence: Option<f64>,
}

/// How well support was prepared for the releases of a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Announcements {
    /// Number of releases that shipped.
    pub shipped: i64,
    /// Number of releases that were announced before they shipped.
    pub announced: i64,
    /// Median lead time of the announced releases in hours; null: none was announced.
    pub median_lead_hours: Option<f64>,
    /// Number of acknowledgements by support before the release shipped, of all releases.
    pub acknowledged: i64,
    /// Number of incidents attributed to a release that was not announced before it shipped.
    pub surprises: i64,
    /// The releases.
    pub releases: Vec<Announced>,
}

/// How a release was announced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Announced {
    /// Version of the release.
    pub release: String,
    /// Title of the announcement; null: there was none.
    pub announcement: Option<String>,
    /// Lead time in hours, negative if it was announced afterwards; null: it was not announced.
    pub lead_hours: Option<f64>,
    /// Number of members of support who acknowledged it before the release shipped.
    pub acknowledged: i64,
}

/// Known errors of a period or release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownErrors {
    /// Number of known errors that became known.
    pub opened: i64,
    /// Number of known errors that were fixed.
    pub fixed: i64,
    /// Number of known errors that are still open.
    pub open: i64,
    /// The open known errors.
    pub list: Vec<KnownError>,
    /// Known errors that were fixed in the period.
    #[serde(default)]
    pub fixes: Vec<KnownError>,
}

/// A known error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownError {
    /// ID.
    pub id: String,
    /// What customers notice.
    pub symptom: String,
    /// What customers can do meanwhile; null: nothing known.
    pub workaround: Option<String>,
    /// Version of the release that introduced it; null: unknown.
    pub introduced_in: Option<String>,
    /// Version of the release that fixed it; null: it is open.
    pub fixed_in: Option<String>,
}

/// Requests for feedback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Requests {
    /// Number of customers who were asked.
    pub sent: i64,
    /// Number of customers who responded.
    pub answered: i64,
    /// Number of asked and responding customers by segment, the segment with the most asked customers first.
    #[serde(default)]
    pub segments: Vec<RequestSegment>,
}

/// Requests for feedback to the customers of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestSegment {
    /// Name of the segment, or "others" for several that are too small to be shown; null: customers without one.
    pub segment: Option<String>,
    /// Number of customers who were asked.
    pub sent: i64,
    /// Number of customers who responded.
    pub answered: i64,
}

/// Something that the data do not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// What it is about.
    pub subject: String,
    /// What is not known, why, and what would help, in one or two sentences.
    pub text: String,
}
