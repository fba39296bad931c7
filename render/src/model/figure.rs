//! Figures: values with their intervals, and what they are made of. Values are points of 100.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower end of its interval.
    pub lower: f64,
    /// Upper end of its interval.
    pub upper: f64,
}

impl Estimate {
    /// The difference to an earlier estimate, with its interval: the squares of the distances to the ends of both are added
    /// (the method of variance estimates recovery), as for independent estimates.
    pub fn since(&self, before: &Estimate) -> Difference {
        let value = self.value - before.value;
        let down = (self.value - self.lower).hypot(before.upper - before.value);
        let up = (self.upper - self.value).hypot(before.value - before.lower);
        Self { value, lower: value - down, upper: value + up }
    }

    /// Whether the interval of a difference does not contain zero.
    pub fn is_clear(&self) -> bool {
        self.lower > 0.0 || self.upper < 0.0
    }
}

/// The difference of two values: 90 % interval. The two are treated as independent, which makes the interval too wide rather
/// than too narrow, because they share their history.
pub type Difference = Estimate;

/// A feature, product, or other object with a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Key; null: the product as a whole.
    pub key: Option<String>,
    /// Name.
    pub name: String,
}

/// The perceived value of a feature, with what it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureValue {
    /// Rank, from 1; null: too few responses.
    pub rank: Option<u32>,
    /// The feature.
    pub feature: Subject,
    /// Names of the team that owns it; null: none.
    pub team: Option<String>,
    /// Perceived value, 0 to 100, with its 90 % interval.
    pub value: Estimate,
    /// The value in the period before, which is as long.
    pub before: Option<Estimate>,
    /// Change of the value since the period before.
    pub change: Option<Difference>,
    /// What the value is made of.
    pub contributions: Contributions,
    /// How many customers use it, responded, and like it.
    pub reach: Reach,
    /// Value as of each of several days.
    pub trend: Vec<TrendPoint>,
    /// Number of responses at each rating, one entry for each scale.
    pub ratings: Vec<Rating>,
    /// Value to each segment.
    pub segments: Vec<SegmentValue>,
}

/// What a value is made of: the parts add to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contributions {
    /// Expected value of an average feature for this mix of customers.
    pub base: f64,
    /// Contribution of the responses before the period.
    pub history: f64,
    /// Contribution of the responses of the period.
    pub feedback: f64,
    /// Deduction for incidents, 0 or less; null: the number of active customers is unknown, so nothing is deducted.
    pub incidents: Option<f64>,
    /// Weight of the responses of the period, 0 (the value is all expectation) to 1.
    pub own_weight: f64,
}

/// How many customers use something, responded, and like it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    /// Active customers per day, on average; null: unknown.
    pub exposed: Option<f64>,
    /// Number of responses; null: too few customers to be shown.
    pub responses: Option<i64>,
    /// Number of different customers who responded, of those who are known; null: too few to be shown.
    pub customers: Option<i64>,
    /// Share of the responses in the upper quarter of their scale, 0 to 1; null: no responses, or too few customers to be shown.
    pub liked: Option<f64>,
}

/// A value as of a day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendPoint {
    /// The day.
    pub day: NaiveDate,
    /// Value in the period that ends on it.
    pub value: Estimate,
}

/// Number of responses at each rating of a scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    /// Name of the scale.
    pub scale: String,
    /// Lowest rating.
    pub min: f64,
    /// Difference between neighboring ratings.
    pub step: f64,
    /// Whether a higher rating is better.
    pub higher_is_better: bool,
    /// Number of responses at each rating, from the lowest up.
    pub responses: Vec<i64>,
}

/// Value to a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SegmentValue {
    /// Name of the segment.
    pub segment: String,
    /// Value; null: too few customers to be shown.
    pub value: Option<Estimate>,
    /// Number of responses; null: too few customers to be shown.
    pub responses: Option<i64>,
}

/// Something on the time axis of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// The day.
    pub day: NaiveDate,
    /// Kind.
    pub kind: MarkKind,
    /// Label: the version of a release, or the severity of an incident.
    pub label: String,
    /// Number of incidents of this severity on the day; 1 for a release.
    pub count: i64,
}

/// Kind of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MarkKind {
    /// A release.
    Release,
    /// Incidents.
    Incident,
}
