//! The content of the page of a release.

use async_graphql::SimpleObject;
use ballroom_render::model;

use super::{
    ReportAnnounced, ReportEstimate, ReportFinding, ReportIncidents, ReportKnownErrors, ReportMark,
    ReportQuestion, ReportSubject, ReportTouch, ReportTrendPoint,
};
use crate::graphql::{regression::Verdict, scalar::Date};

/// One page about one release.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportRelease {
    /// Version.
    version: String,
    /// Title; null: none.
    title: Option<String>,
    /// First day with customers; null: not shipped yet.
    released_on: Option<Date>,
    /// Day of the withdrawal; null: not withdrawn.
    withdrawn_on: Option<Date>,
    /// Version of the previous release; null: none is known.
    previous: Option<String>,
    /// The strongest verdict on its features.
    verdict: Verdict,
    /// The verdict in a sentence.
    verdict_text: String,
    /// The features that it touches.
    features: Vec<ReportTouch>,
    /// The verdicts on the features, the strongest first.
    findings: Vec<ReportFinding>,
    /// Value before and after it.
    values: Vec<ReportBeforeAfter>,
    /// Trend of the feature with the strongest verdict; null: there is none.
    trend_of: Option<ReportSubject>,
    /// Value of the feature in `trendOf` as of each of several days.
    trend: Vec<ReportTrendPoint>,
    /// Incidents attributed to it, and others that began since.
    incidents: ReportIncidents,
    /// How it was announced.
    announcement: Option<ReportAnnounced>,
    /// Known errors that it introduced or fixed; null: they are not recorded.
    known_errors: Option<ReportKnownErrors>,
    /// Incidents that were expected, beside those that happened.
    forecasts: Vec<ReportForecast>,
    /// How it came into use.
    adoption: Vec<ReportAdoption>,
    /// What the data do not answer.
    questions: Vec<ReportQuestion>,
    /// Releases and incidents on the time axis of the trend.
    marks: Vec<ReportMark>,
}

impl From<model::Release> for ReportRelease {
    fn from(of: model::Release) -> Self {
        Self {
            version: of.version,
            title: of.title,
            released_on: of.released_on.map(Into::into),
            withdrawn_on: of.withdrawn_on.map(Into::into),
            previous: of.previous,
            verdict: of.verdict.into(),
            verdict_text: of.verdict_text,
            features: of.features.into_iter().map(Into::into).collect(),
            findings: of.findings.into_iter().map(Into::into).collect(),
            values: of.values.into_iter().map(Into::into).collect(),
            trend_of: of.trend_of.map(Into::into),
            trend: of.trend.into_iter().map(Into::into).collect(),
            incidents: of.incidents.into(),
            announcement: of.announcement.map(Into::into),
            known_errors: of.known_errors.map(Into::into),
            forecasts: of.forecasts.into_iter().map(Into::into).collect(),
            adoption: of.adoption.into_iter().map(Into::into).collect(),
            questions: of.questions.into_iter().map(Into::into).collect(),
            marks: of.marks.into_iter().map(Into::into).collect(),
        }
    }
}

/// A value before and after.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportBeforeAfter {
    /// The feature.
    feature: ReportSubject,
    /// Value before.
    before: ReportEstimate,
    /// Value after.
    after: ReportEstimate,
    /// The difference.
    difference: ReportEstimate,
    /// Number of responses before and after; null: too few customers to be shown.
    responses: Option<Vec<i64>>,
}

impl From<model::BeforeAfter> for ReportBeforeAfter {
    fn from(of: model::BeforeAfter) -> Self {
        Self {
            feature: of.feature.into(),
            before: of.before.into(),
            after: of.after.into(),
            difference: of.difference.into(),
            responses: of.responses.map(|one| one.to_vec()),
        }
    }
}

/// A forecast and what happened.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportForecast {
    /// The feature.
    feature: ReportSubject,
    /// Number of days.
    days: i32,
    /// Expected number of incidents on the days of the forecast, with its 90 % interval.
    expected: ReportEstimate,
    /// Number of incidents that began on the days of the forecast.
    actual: i64,
}

impl From<model::Forecast> for ReportForecast {
    fn from(of: model::Forecast) -> Self {
        Self {
            feature: of.feature.into(),
            days: i32::try_from(of.days).unwrap_or(i32::MAX),
            expected: of.expected.into(),
            actual: of.actual,
        }
    }
}

/// Adoption of a release in a week.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportAdoption {
    /// First day of the week since the release.
    from: Date,
    /// Share of the responses that name a release which name this one, 0 to 1; null: too few responses.
    share: Option<f64>,
    /// Number of responses that name a release; null: too few to be shown.
    responses: Option<i64>,
}

impl From<model::Adoption> for ReportAdoption {
    fn from(of: model::Adoption) -> Self {
        Self { from: of.from.into(), share: of.share, responses: of.responses }
    }
}
