//! The contents of the kinds of reports.

use async_graphql::SimpleObject;
use ballroom_render::model;

use super::{
    ReportAnnouncements, ReportBeforeAfter, ReportEstimate, ReportFeatureValue, ReportFinding,
    ReportIncident, ReportIncidents, ReportKnownError, ReportKnownErrors, ReportMark, ReportNews,
    ReportQuestion, ReportRequests, ReportShipped, ReportSubject,
};
use crate::graphql::scalar::Date;

/// What an iteration achieved.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportIteration {
    /// Name of the iteration.
    name: String,
    /// Goal; null: none was set.
    goal: Option<String>,
    /// The releases that shipped, the earliest first.
    shipped: Vec<ReportShipped>,
    /// Deployments.
    deployments: ReportDeployments,
    /// Perceived value of the features that the releases touched: those that they name, and those of the incidents attributed to
    /// them; for a release that names none, also those of the responses that name it.
    features: Vec<ReportFeatureValue>,
    /// Other features whose value changed clearly, from the greatest loss to the greatest gain.
    elsewhere: Vec<ReportBeforeAfter>,
    /// The feature whose value rose most; null: none rose clearly.
    best: Option<ReportNews>,
    /// The feature whose value fell most; null: none fell clearly.
    worst: Option<ReportNews>,
    /// Verdicts on the releases that shipped, and those on earlier ones that still stand.
    findings: Vec<ReportFinding>,
    /// Incidents that began.
    incidents: ReportIncidents,
    /// How well support was prepared.
    announcements: ReportAnnouncements,
    /// Known errors; null: they are not recorded.
    known_errors: Option<ReportKnownErrors>,
    /// Requests for feedback; null: nobody was asked.
    requests: Option<ReportRequests>,
    /// What the data do not answer.
    questions: Vec<ReportQuestion>,
    /// Releases and incidents on the time axis of the trends.
    marks: Vec<ReportMark>,
}

impl From<model::Iteration> for ReportIteration {
    fn from(of: model::Iteration) -> Self {
        Self {
            name: of.name,
            goal: of.goal,
            shipped: of.shipped.into_iter().map(Into::into).collect(),
            deployments: of.deployments.into(),
            features: of.features.into_iter().map(Into::into).collect(),
            elsewhere: of.elsewhere.into_iter().map(Into::into).collect(),
            best: of.best.map(Into::into),
            worst: of.worst.map(Into::into),
            findings: of.findings.into_iter().map(Into::into).collect(),
            incidents: of.incidents.into(),
            announcements: of.announcements.into(),
            known_errors: of.known_errors.map(Into::into),
            requests: of.requests.map(Into::into),
            questions: of.questions.into_iter().map(Into::into).collect(),
            marks: of.marks.into_iter().map(Into::into).collect(),
        }
    }
}

/// Deployments of a period.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportDeployments {
    /// Number of successful deployments.
    succeeded: i64,
    /// Number of failed deployments.
    failed: i64,
    /// Number of deployments that were rolled back.
    rolled_back: i64,
}

impl From<model::Deployments> for ReportDeployments {
    fn from(of: model::Deployments) -> Self {
        Self { succeeded: of.succeeded, failed: of.failed, rolled_back: of.rolled_back }
    }
}

/// Perceived value of the features of a product.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportValues {
    /// Only responses on the release with this version; null: all.
    release: Option<String>,
    /// Only the value to this segment; null: all.
    segment: Option<String>,
    /// The ranked features from the highest value down, then those with too few responses.
    features: Vec<ReportFeatureValue>,
    /// Comparison with another release, segment or period; null: none was requested.
    comparison: Option<ReportComparison>,
    /// What the data do not answer.
    questions: Vec<ReportQuestion>,
    /// Releases and incidents on the time axis of the trends.
    marks: Vec<ReportMark>,
}

impl From<model::Value> for ReportValues {
    fn from(of: model::Value) -> Self {
        Self {
            release: of.release,
            segment: of.segment,
            features: of.features.into_iter().map(Into::into).collect(),
            comparison: of.comparison.map(Into::into),
            questions: of.questions.into_iter().map(Into::into).collect(),
            marks: of.marks.into_iter().map(Into::into).collect(),
        }
    }
}

/// Comparison of the values of two releases, segments or periods.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportComparison {
    /// What the values are compared with.
    before: String,
    /// What is compared.
    after: String,
    /// The features, from the greatest loss to the greatest gain.
    features: Vec<ReportBeforeAfter>,
}

impl From<model::Comparison> for ReportComparison {
    fn from(of: model::Comparison) -> Self {
        Self {
            before: of.before,
            after: of.after,
            features: of.features.into_iter().map(Into::into).collect(),
        }
    }
}

/// All products at a glance.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportOverview {
    /// The products: the ranked ones from the highest value down, then the others.
    products: Vec<ReportProduct>,
    /// What the data do not answer.
    questions: Vec<ReportQuestion>,
}

impl From<model::Overview> for ReportOverview {
    fn from(of: model::Overview) -> Self {
        Self {
            products: of.products.into_iter().map(Into::into).collect(),
            questions: of.questions.into_iter().map(Into::into).collect(),
        }
    }
}

/// A product in the overview.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportProduct {
    /// The product.
    product: ReportSubject,
    /// Perceived value: of the product as a whole, else the mean of its features, weighted by their responses; null: no
    /// responses.
    value: Option<ReportEstimate>,
    /// Whether the value is the mean of the features, because there are no responses about the product as a whole.
    of_features: bool,
    /// Change since the period before; null: no responses.
    change: Option<ReportEstimate>,
    /// Number of responses; null: too few customers to be shown.
    responses: Option<i64>,
    /// Number of releases that shipped.
    releases: i64,
    /// Regressions.
    regressions: Vec<ReportFinding>,
    /// Number of incidents that began.
    incidents: i64,
    /// Customer-hours lost to incidents, weighted by severity; null: unknown.
    customer_hours_lost: Option<f64>,
    /// Median lead time of announcements in hours; null: none was announced.
    median_lead_hours: Option<f64>,
    /// Number of incidents of releases that were not announced.
    surprises: i64,
}

impl From<model::ProductLine> for ReportProduct {
    fn from(of: model::ProductLine) -> Self {
        Self {
            product: of.product.into(),
            value: of.value.map(Into::into),
            of_features: of.of_features,
            change: of.change.map(Into::into),
            responses: of.responses,
            releases: of.releases,
            regressions: of.regressions.into_iter().map(Into::into).collect(),
            incidents: of.incidents,
            customer_hours_lost: of.customer_hours_lost,
            median_lead_hours: of.median_lead_hours,
            surprises: of.surprises,
        }
    }
}

/// Releases with security-relevant incidents or known errors.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportSecurity {
    /// The releases with a risk: those with open incidents first, then the latest.
    releases: Vec<ReportRisk>,
    /// Security-relevant incidents that are open, or began in the period and are attributed to no release.
    unattributed: Vec<ReportIncident>,
    /// Number of security-relevant incidents that are open.
    open: i64,
    /// Customers affected by open incidents, as far as known: an incident without a number counts 0.
    exposed_customers: i64,
    /// How incidents are recognized as security-relevant.
    basis: String,
    /// What the data do not answer.
    questions: Vec<ReportQuestion>,
}

impl From<model::Security> for ReportSecurity {
    fn from(of: model::Security) -> Self {
        Self {
            releases: of.releases.into_iter().map(Into::into).collect(),
            unattributed: of.unattributed.into_iter().map(Into::into).collect(),
            open: of.open,
            exposed_customers: of.exposed_customers,
            basis: of.basis,
            questions: of.questions.into_iter().map(Into::into).collect(),
        }
    }
}

/// The risk that a release carries.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportRisk {
    /// The product.
    product: ReportSubject,
    /// Version of the release.
    release: String,
    /// First day with customers; null: not shipped yet.
    released_on: Option<Date>,
    /// Whether it is with customers.
    live: bool,
    /// Security-relevant incidents.
    incidents: Vec<ReportIncident>,
    /// Number of security-relevant incidents that are open.
    open: i64,
    /// Customers affected by open security-relevant incidents, as far as known.
    exposed_customers: i64,
    /// Security-relevant known errors.
    known_errors: Vec<ReportKnownError>,
}

impl From<model::Risk> for ReportRisk {
    fn from(of: model::Risk) -> Self {
        Self {
            product: of.product.into(),
            release: of.release,
            released_on: of.released_on.map(Into::into),
            live: of.live,
            incidents: of.incidents.into_iter().map(Into::into).collect(),
            open: of.open,
            exposed_customers: of.exposed_customers,
            known_errors: of.known_errors.into_iter().map(Into::into).collect(),
        }
    }
}
