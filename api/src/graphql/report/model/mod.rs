//! The models of reports as types of the schema: what the JSON of a report has, typed.

mod figure;
mod kinds;
mod news;
mod release;
mod trouble;

use async_graphql::Enum;
use ballroom_render::model;

use crate::graphql::regression::Verdict;

use figure::{ReportEstimate, ReportFeatureValue, ReportMark, ReportSubject, ReportTrendPoint};
pub(super) use kinds::{ReportIteration, ReportOverview, ReportSecurity, ReportValues};
use news::{
    ReportAnnounced, ReportAnnouncements, ReportFinding, ReportNews, ReportQuestion, ReportRequests,
    ReportShipped, ReportTouch,
};
use release::ReportBeforeAfter;
pub(super) use release::ReportRelease;
use trouble::{ReportIncident, ReportIncidents, ReportKnownError, ReportKnownErrors};

/// Kind of a mark on the time axis of a report.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_render::model::MarkKind")]
pub(super) enum ReportMarkKind {
    /// A release.
    Release,
    /// Incidents.
    Incident,
}

impl From<model::Verdict> for Verdict {
    fn from(verdict: model::Verdict) -> Self {
        match verdict {
            model::Verdict::Regressed => Self::Regressed,
            model::Verdict::Watch => Self::Watch,
            model::Verdict::Since => Self::Since,
            model::Verdict::Recovered => Self::Recovered,
            model::Verdict::Improved => Self::Improved,
            model::Verdict::NoEvidence => Self::NoEvidence,
            model::Verdict::CannotTell => Self::CannotTell,
            model::Verdict::NoBaseline => Self::NoBaseline,
        }
    }
}
