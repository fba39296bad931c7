//! Figures of reports.

use async_graphql::SimpleObject;
use ballroom_render::model;

use super::ReportMarkKind;
use crate::graphql::scalar::Date;

/// An estimate with its interval.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportEstimate {
    /// The estimate.
    value: f64,
    /// Lower end of its interval.
    lower: f64,
    /// Upper end of its interval.
    upper: f64,
}

impl From<model::Estimate> for ReportEstimate {
    fn from(of: model::Estimate) -> Self {
        Self { value: of.value, lower: of.lower, upper: of.upper }
    }
}

/// A feature, product, or other object with a key.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportSubject {
    /// Key; null: the product as a whole.
    key: Option<String>,
    /// Display name.
    name: String,
}

impl From<model::Subject> for ReportSubject {
    fn from(of: model::Subject) -> Self {
        Self { key: of.key, name: of.name }
    }
}

/// The perceived value of a feature, with what it is made of.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportFeatureValue {
    /// Rank, from 1; null: too few responses.
    rank: Option<i32>,
    /// The feature.
    feature: ReportSubject,
    /// Names of the team that owns it; null: none.
    team: Option<String>,
    /// Perceived value, 0 to 100, with its 90 % interval.
    value: ReportEstimate,
    /// The value in the period before, which is as long.
    before: Option<ReportEstimate>,
    /// Change of the value since the period before.
    change: Option<ReportEstimate>,
    /// What the value is made of.
    contributions: ReportContributions,
    /// How many customers use it, responded, and like it.
    reach: ReportReach,
    /// Value as of each of several days.
    trend: Vec<ReportTrendPoint>,
    /// Number of responses at each rating, one entry for each scale.
    ratings: Vec<ReportRating>,
    /// Value to each segment.
    segments: Vec<ReportSegmentValue>,
}

impl From<model::FeatureValue> for ReportFeatureValue {
    fn from(of: model::FeatureValue) -> Self {
        Self {
            rank: of.rank.map(|one| i32::try_from(one).unwrap_or(i32::MAX)),
            feature: of.feature.into(),
            team: of.team,
            value: of.value.into(),
            before: of.before.map(Into::into),
            change: of.change.map(Into::into),
            contributions: of.contributions.into(),
            reach: of.reach.into(),
            trend: of.trend.into_iter().map(Into::into).collect(),
            ratings: of.ratings.into_iter().map(Into::into).collect(),
            segments: of.segments.into_iter().map(Into::into).collect(),
        }
    }
}

/// What a value is made of: the parts add to it.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportContributions {
    /// Expected value of an average feature for this mix of customers.
    base: f64,
    /// Contribution of the responses before the period.
    history: f64,
    /// Contribution of the responses of the period.
    feedback: f64,
    /// Deduction for incidents, 0 or less; null: the number of active customers is unknown, so nothing is deducted.
    incidents: Option<f64>,
    /// Weight of the responses of the period, 0 (the value is all expectation) to 1.
    own_weight: f64,
}

impl From<model::Contributions> for ReportContributions {
    fn from(of: model::Contributions) -> Self {
        Self {
            base: of.base,
            history: of.history,
            feedback: of.feedback,
            incidents: of.incidents,
            own_weight: of.own_weight,
        }
    }
}

/// How many customers use something, responded, and like it.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportReach {
    /// Active customers per day, on average; null: unknown.
    exposed: Option<f64>,
    /// Number of responses; null: too few customers to be shown.
    responses: Option<i64>,
    /// Number of different customers who responded, of those who are known; null: too few to be shown.
    customers: Option<i64>,
    /// Share of the responses in the upper quarter of their scale, 0 to 1; null: no responses, or too few customers to be shown.
    liked: Option<f64>,
}

impl From<model::Reach> for ReportReach {
    fn from(of: model::Reach) -> Self {
        Self { exposed: of.exposed, responses: of.responses, customers: of.customers, liked: of.liked }
    }
}

/// A value as of a day.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportTrendPoint {
    /// The day.
    day: Date,
    /// Value in the period that ends on it.
    value: ReportEstimate,
}

impl From<model::TrendPoint> for ReportTrendPoint {
    fn from(of: model::TrendPoint) -> Self {
        Self { day: of.day.into(), value: of.value.into() }
    }
}

/// Number of responses at each rating of a scale.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportRating {
    /// Name of the scale.
    scale: String,
    /// Lowest rating.
    min: f64,
    /// Difference between neighboring ratings.
    step: f64,
    /// Whether a higher rating is better.
    higher_is_better: bool,
    /// Number of responses at each rating, from the lowest up.
    responses: Vec<i64>,
}

impl From<model::Rating> for ReportRating {
    fn from(of: model::Rating) -> Self {
        Self {
            scale: of.scale,
            min: of.min,
            step: of.step,
            higher_is_better: of.higher_is_better,
            responses: of.responses,
        }
    }
}

/// Value to a segment.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportSegmentValue {
    /// Name of the segment.
    segment: String,
    /// Value; null: too few customers to be shown.
    value: Option<ReportEstimate>,
    /// Number of responses; null: too few customers to be shown.
    responses: Option<i64>,
}

impl From<model::SegmentValue> for ReportSegmentValue {
    fn from(of: model::SegmentValue) -> Self {
        Self { segment: of.segment, value: of.value.map(Into::into), responses: of.responses }
    }
}

/// A mark on the time axis of a chart.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportMark {
    /// The day.
    day: Date,
    /// What happened on it.
    kind: ReportMarkKind,
    /// Label: the version of a release, or the severity of an incident.
    label: String,
    /// Number of incidents of this severity on the day; 1 for a release.
    count: i64,
}

impl From<model::Mark> for ReportMark {
    fn from(of: model::Mark) -> Self {
        Self { day: of.day.into(), kind: of.kind.into(), label: of.label, count: of.count }
    }
}
