//! Incidents and known errors in reports.

use async_graphql::SimpleObject;
use ballroom_render::model;

use crate::graphql::scalar::DateTime;

/// Incidents that began in a period.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportIncidents {
    /// Number of incidents that began.
    opened: i64,
    /// Number of incidents that began, by severity: critical, major, moderate, minor.
    by_severity: Vec<i64>,
    /// Number of incidents that began and are still open.
    open: i64,
    /// Median time to restore in hours, of the incidents that ended; null: none ended.
    median_hours_to_restore: Option<f64>,
    /// Number of incidents attributed to a release.
    attributed: i64,
    /// Number of incidents that no change caused.
    not_caused_by_change: i64,
    /// Number of incidents whose cause is not known.
    unattributed: i64,
    /// Customer-hours lost to incidents in the period, weighted by severity; null: unknown.
    customer_hours_lost: Option<f64>,
    /// The most severe incidents; empty for audiences that may not see single incidents.
    worst: Vec<ReportIncident>,
}

impl From<model::Incidents> for ReportIncidents {
    fn from(of: model::Incidents) -> Self {
        Self {
            opened: of.opened,
            by_severity: of.by_severity.to_vec(),
            open: of.open,
            median_hours_to_restore: of.median_hours_to_restore,
            attributed: of.attributed,
            not_caused_by_change: of.not_caused_by_change,
            unattributed: of.unattributed,
            customer_hours_lost: of.customer_hours_lost,
            worst: of.worst.into_iter().map(Into::into).collect(),
        }
    }
}

/// An incident.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportIncident {
    /// Global ID of it, as long as it exists.
    reference: String,
    /// Title.
    title: String,
    /// 1 (critical) to 4 (minor).
    severity: i32,
    /// When it began.
    opened_at: DateTime,
    /// Hours until it ended; null: it is open.
    hours_to_restore: Option<f64>,
    /// Affected features; empty: the product as a whole.
    features: Vec<String>,
    /// Number of affected customers; null: unknown.
    customers: Option<i64>,
    /// Where it comes from; null: unknown.
    attribution: Option<ReportAttribution>,
}

impl From<model::Incident> for ReportIncident {
    fn from(of: model::Incident) -> Self {
        Self {
            reference: of.id,
            title: of.title,
            severity: i32::from(of.severity),
            opened_at: of.opened_at.into(),
            hours_to_restore: of.hours_to_restore,
            features: of.features,
            customers: of.customers,
            attribution: of.attribution.map(Into::into),
        }
    }
}

/// Where an incident comes from.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportAttribution {
    /// Version of the release; null: it was not caused by a change.
    release: Option<String>,
    /// Who says so: explicit, confirmed, inferred.
    basis: String,
    /// Probability, 0 to 1; null: it was stated, not inferred.
    confidence: Option<f64>,
}

impl From<model::Attribution> for ReportAttribution {
    fn from(of: model::Attribution) -> Self {
        Self { release: of.release, basis: of.basis, confidence: of.confidence }
    }
}

/// Known errors of a period or release.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportKnownErrors {
    /// Number of known errors that became known.
    opened: i64,
    /// Number of known errors that were fixed.
    fixed: i64,
    /// Number of known errors that are still open.
    open: i64,
    /// The open known errors.
    list: Vec<ReportKnownError>,
    /// Known errors that were fixed in the period.
    fixes: Vec<ReportKnownError>,
}

impl From<model::KnownErrors> for ReportKnownErrors {
    fn from(of: model::KnownErrors) -> Self {
        Self {
            opened: of.opened,
            fixed: of.fixed,
            open: of.open,
            list: of.list.into_iter().map(Into::into).collect(),
            fixes: of.fixes.into_iter().map(Into::into).collect(),
        }
    }
}

/// A known error.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportKnownError {
    /// Global ID of it, as long as it exists.
    reference: String,
    /// What customers notice.
    symptom: String,
    /// What customers can do meanwhile; null: nothing known.
    workaround: Option<String>,
    /// Version of the release that introduced it; null: unknown.
    introduced_in: Option<String>,
    /// Version of the release that fixed it; null: it is open.
    fixed_in: Option<String>,
}

impl From<model::KnownError> for ReportKnownError {
    fn from(of: model::KnownError) -> Self {
        Self {
            reference: of.id,
            symptom: of.symptom,
            workaround: of.workaround,
            introduced_in: of.introduced_in,
            fixed_in: of.fixed_in,
        }
    }
}
