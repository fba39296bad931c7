//! What happened, in reports.

use async_graphql::SimpleObject;
use ballroom_render::model;

use super::{ReportEstimate, ReportSubject};
use crate::graphql::{regression::Verdict, scalar::Date};

/// A release that shipped.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportShipped {
    /// Version.
    version: String,
    /// Title; null: none.
    title: Option<String>,
    /// First day with customers.
    released_on: Date,
    /// Whether it was withdrawn.
    withdrawn: bool,
    /// The features that it touches.
    features: Vec<ReportTouch>,
}

impl From<model::Shipped> for ReportShipped {
    fn from(of: model::Shipped) -> Self {
        Self {
            version: of.version,
            title: of.title,
            released_on: of.released_on.into(),
            withdrawn: of.withdrawn,
            features: of.features.into_iter().map(Into::into).collect(),
        }
    }
}

/// A feature that a release touches.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportTouch {
    /// The feature.
    feature: ReportSubject,
    /// How: added, changed, fixed or removed.
    change: String,
}

impl From<model::Touch> for ReportTouch {
    fn from(of: model::Touch) -> Self {
        Self { feature: of.feature.into(), change: of.change }
    }
}

/// A verdict on a feature of a release, with its evidence.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportFinding {
    /// Version of the release.
    release: String,
    /// First day of the release.
    first_day: Date,
    /// The feature.
    feature: ReportSubject,
    /// Verdict.
    verdict: Verdict,
    /// Why the verdict is not stronger; null: no reason.
    reason: Option<String>,
    /// The release with which a decline began, or the day; null: with this release, or there is no decline.
    since: Option<String>,
    /// Probability in percent that the release regressed the feature.
    score: f64,
    /// Anytime-valid p-value.
    p: f64,
    /// Change of the mean response in points of 100 with its 95 % interval; null: there is nothing to compare.
    change: Option<ReportEstimate>,
    /// Incidents before the release and after it.
    incidents: Vec<i64>,
    /// Incident rate after per incident rate before; null: cannot be compared.
    rate_ratio: Option<f64>,
    /// Responses before the release and after it; null: too few customers to be shown.
    responses: Option<Vec<i64>>,
    /// Whether the change was tested against everything else on the same days.
    cause_tested: bool,
}

impl From<model::Finding> for ReportFinding {
    fn from(of: model::Finding) -> Self {
        Self {
            release: of.release,
            first_day: of.first_day.into(),
            feature: of.feature.into(),
            verdict: of.verdict.into(),
            reason: of.reason,
            since: of.since,
            score: of.score,
            p: of.p,
            change: of.change.map(Into::into),
            incidents: of.incidents.to_vec(),
            rate_ratio: of.rate_ratio,
            responses: of.responses.map(|one| one.to_vec()),
            cause_tested: of.cause_tested,
        }
    }
}

/// News about a feature: the best or the worst.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportNews {
    /// The feature.
    feature: ReportSubject,
    /// Change of its perceived value.
    change: ReportEstimate,
    /// Value now.
    value: ReportEstimate,
    /// Responses that show it; empty for audiences that may not see single responses.
    quotes: Vec<ReportQuote>,
    /// Words that distinguish the comments from all others; empty: none, or the audience may not see them.
    words: Vec<ReportWord>,
}

impl From<model::News> for ReportNews {
    fn from(of: model::News) -> Self {
        Self {
            feature: of.feature.into(),
            change: of.change.into(),
            value: of.value.into(),
            quotes: of.quotes.into_iter().map(Into::into).collect(),
            words: of.words.into_iter().map(Into::into).collect(),
        }
    }
}

/// What a customer said.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportQuote {
    /// The comment, shortened if it is long.
    text: String,
    /// The rating in words, such as "2 of 5"; null: none.
    rating: Option<String>,
    /// Day of the response.
    day: Date,
    /// Version of the release that the response names; null: none.
    release: Option<String>,
}

impl From<model::Quote> for ReportQuote {
    fn from(of: model::Quote) -> Self {
        Self { text: of.text, rating: of.rating, day: of.day.into(), release: of.release }
    }
}

/// A word or phrase that distinguishes comments.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportWord {
    /// The word or phrase.
    text: String,
    /// Number of comments with it.
    count: i64,
    /// How much it distinguishes them: standard deviations of its log-odds ratio.
    z: f64,
}

impl From<model::Word> for ReportWord {
    fn from(of: model::Word) -> Self {
        Self { text: of.text, count: of.count, z: of.z }
    }
}

/// How well support was prepared for the releases of a period.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportAnnouncements {
    /// Number of releases that shipped.
    shipped: i64,
    /// Number of releases that were announced before they shipped.
    announced: i64,
    /// Median lead time of the announced releases in hours; null: none was announced.
    median_lead_hours: Option<f64>,
    /// Number of acknowledgements by support before the release shipped, of all releases.
    acknowledged: i64,
    /// Number of incidents attributed to a release that was not announced before it shipped.
    surprises: i64,
    /// The releases.
    releases: Vec<ReportAnnounced>,
}

impl From<model::Announcements> for ReportAnnouncements {
    fn from(of: model::Announcements) -> Self {
        Self {
            shipped: of.shipped,
            announced: of.announced,
            median_lead_hours: of.median_lead_hours,
            acknowledged: of.acknowledged,
            surprises: of.surprises,
            releases: of.releases.into_iter().map(Into::into).collect(),
        }
    }
}

/// How a release was announced.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportAnnounced {
    /// Version of the release.
    release: String,
    /// Title of the announcement; null: there was none.
    announcement: Option<String>,
    /// Lead time in hours, negative if it was announced afterwards; null: it was not announced.
    lead_hours: Option<f64>,
    /// Number of members of support who acknowledged it before the release shipped.
    acknowledged: i64,
}

impl From<model::Announced> for ReportAnnounced {
    fn from(of: model::Announced) -> Self {
        Self {
            release: of.release,
            announcement: of.announcement,
            lead_hours: of.lead_hours,
            acknowledged: of.acknowledged,
        }
    }
}

/// Requests for feedback.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportRequests {
    /// Number of customers who were asked.
    sent: i64,
    /// Number of customers who responded.
    answered: i64,
    /// Number of asked and responding customers by segment, the segment with the most asked customers first.
    segments: Vec<ReportRequestSegment>,
}

impl From<model::Requests> for ReportRequests {
    fn from(of: model::Requests) -> Self {
        Self {
            sent: of.sent,
            answered: of.answered,
            segments: of.segments.into_iter().map(Into::into).collect(),
        }
    }
}

/// Requests for feedback to the customers of a segment.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportRequestSegment {
    /// Name of the segment, or "others" for several that are too small to be shown; null: customers without one.
    segment: Option<String>,
    /// Number of customers who were asked.
    sent: i64,
    /// Number of customers who responded.
    answered: i64,
}

impl From<model::RequestSegment> for ReportRequestSegment {
    fn from(of: model::RequestSegment) -> Self {
        Self { segment: of.segment, sent: of.sent, answered: of.answered }
    }
}

/// Something that the data do not answer.
#[derive(SimpleObject)]
pub(in crate::graphql::report) struct ReportQuestion {
    /// What it is about.
    subject: String,
    /// What is not known, why, and what would help, in one or two sentences.
    text: String,
}

impl From<model::Question> for ReportQuestion {
    fn from(of: model::Question) -> Self {
        Self { subject: of.subject, text: of.text }
    }
}
