//! The report of an iteration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Announcements, BeforeAfter, FeatureValue, Finding, Incidents, KnownErrors, Mark, News, Question,
    Requests, Shipped,
};

/// What an iteration achieved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Iteration {
    /// Name.
    pub name: String,
    /// Goal; null: none was set.
    pub goal: Option<String>,
    /// The releases that shipped, the earliest first.
    pub shipped: Vec<Shipped>,
    /// Deployments.
    pub deployments: Deployments,
    /// Perceived value of the features that the releases touched: those that they name, and those of the incidents attributed to
    /// them; for a release that names none, also those of the responses that name it.
    pub features: Vec<FeatureValue>,
    /// Other features whose value changed clearly, from the greatest loss to the greatest gain.
    #[serde(default)]
    pub elsewhere: Vec<BeforeAfter>,
    /// The feature whose value rose most; null: none rose clearly.
    pub best: Option<News>,
    /// The feature whose value fell most; null: none fell clearly.
    pub worst: Option<News>,
    /// Verdicts on the releases that shipped, and those on earlier ones that still stand.
    pub findings: Vec<Finding>,
    /// Incidents that began.
    pub incidents: Incidents,
    /// How well support was prepared.
    pub announcements: Announcements,
    /// Known errors; null: they are not recorded.
    pub known_errors: Option<KnownErrors>,
    /// Requests for feedback; null: nobody was asked.
    pub requests: Option<Requests>,
    /// What the data do not answer.
    pub questions: Vec<Question>,
    /// Releases and incidents on the time axis of the trends.
    pub marks: Vec<Mark>,
}

/// Deployments of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deployments {
    /// Number of successful deployments.
    pub succeeded: i64,
    /// Number of failed deployments.
    pub failed: i64,
    /// Number of deployments that were rolled back.
    pub rolled_back: i64,
}
