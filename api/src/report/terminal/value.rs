//! The value report: the perceived value of features.

use ballroom_analytics::value::{IncidentBasis, ValueScore};
use serde::Serialize;

use super::signed;
use crate::score::{Cell, Snapshot};

/// The value of every feature of a product.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueReport {
    /// The product's name.
    pub product: String,
    /// First day of the period.
    pub from: chrono::NaiveDate,
    /// The day after the last.
    pub until: chrono::NaiveDate,
    /// The last day whose data were known.
    pub as_of: chrono::NaiveDate,
    /// Whether every day of the period is known and over; if not, the figures are provisional.
    pub complete: bool,
    /// Whether the period is a number of days up to the last known one: it moves on and is never over.
    #[serde(skip)]
    pub(crate) rolling: bool,
    /// The version of the release; none: all.
    pub release: Option<String>,
    /// The segment; none: all.
    pub segment: Option<String>,
    /// The ranked features from the highest value down, then those with not enough responses.
    pub features: Vec<Entry>,
    /// The version of the method.
    pub method: String,
}

/// A feature in the report. Scores and parts are in points of 100; the parts add up to the score.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Rank, from 1; none: not enough responses.
    pub rank: Option<usize>,
    /// The feature's key; none: the product as a whole.
    pub feature: Option<String>,
    /// Its name.
    pub name: String,
    /// The perceived value.
    pub score: f64,
    /// Lower end of its 90 % interval.
    pub lower: f64,
    /// Upper end of its 90 % interval.
    pub upper: f64,
    /// What an average feature would score.
    pub base: f64,
    /// Contribution of the feature's history.
    pub history_contribution: f64,
    /// Contribution of the period's responses.
    pub feedback_contribution: f64,
    /// Contribution of incidents.
    pub incident_contribution: f64,
    /// Whether incidents could be related to active customers.
    pub exposure_known: bool,
    /// Responses in the period.
    pub responses: i64,
    /// Weight of the period's own responses, 0 to 1.
    pub own_weight: f64,
}

impl ValueReport {
    /// The report of some scores.
    pub fn new(
        snapshot: &Snapshot,
        product: &str,
        (cell, today, rolling): (Cell, chrono::NaiveDate, bool),
        values: &[ValueScore],
    ) -> Self {
        let dimensions = &snapshot.dimensions;
        Self {
            product: product.to_owned(),
            from: cell.period.from,
            until: cell.period.until,
            as_of: cell.as_of,
            complete: cell.complete(today),
            rolling,
            release: cell.release.and_then(|id| Some(dimensions.releases.get(&id)?.version.clone())),
            segment: cell.segment.and_then(|id| Some(dimensions.segments.get(&id)?.name.clone())),
            features: values.iter().enumerate().map(|(at, value)| Entry::new(snapshot, at, value)).collect(),
            method: ballroom_analytics::METHOD.to_owned(),
        }
    }

    /// As JSON, for programs.
    pub fn json(&self) -> String {
        super::json(self)
    }

    /// As a table, for people.
    pub fn table(&self) -> String {
        let mut table = super::table(
            [
                "#",
                "feature",
                "value",
                "90 % interval",
                "base",
                "history",
                "feedback",
                "incidents",
                "responses",
            ],
            &[0, 2, 3, 4, 5, 6, 7, 8],
        );
        for entry in &self.features {
            table.add_row([
                entry.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string()),
                entry.name.clone(),
                format!("{:.1}", entry.score),
                format!("{:.1} – {:.1}", entry.lower, entry.upper).replace(' ', super::NO_BREAK),
                format!("{:.1}", entry.base),
                signed(entry.history_contribution),
                signed(entry.feedback_contribution),
                if entry.exposure_known { signed(entry.incident_contribution) } else { "unknown".to_owned() },
                entry.responses.to_string(),
            ]);
        }
        let last = self.until.pred_opt().unwrap_or(self.until);
        let mut title = format!("Perceived value of {}, {} to {last}", self.product, self.from);
        for only in [&self.release, &self.segment].into_iter().flatten() {
            title.push_str(&format!(", {only} only"));
        }
        if self.as_of < self.from {
            title.push_str(" (not begun yet)");
        } else if !self.complete && !self.rolling {
            title.push_str(&format!(", so far (to {})", self.as_of));
        }
        let mut text = format!("{}{table}\n", super::line(&title));
        if self.features.is_empty() {
            text.push_str("There are no features yet.\n");
        } else if self.features.iter().all(|entry| entry.responses == 0) {
            text.push_str(&super::line(
                "– no responses in this period: each value is the expectation from earlier responses",
            ));
        } else if self.features.iter().any(|entry| entry.rank.is_none()) {
            text.push_str(&super::line("– not enough responses to rank"));
        }
        if self.features.iter().any(|entry| !entry.exposure_known) {
            text.push_str(&super::line(
                "incidents unknown: the number of active customers (exposure) was not recorded",
            ));
        }
        text
    }
}

impl Entry {
    fn new(snapshot: &Snapshot, at: usize, value: &ValueScore) -> Self {
        let feature = snapshot.dimensions.features.get(&snapshot.feature_of(value));
        Self {
            rank: value.ranked.then_some(at + 1),
            feature: feature.map(|feature| feature.key.clone()),
            name: match feature {
                Some(feature) => feature.name.clone(),
                None => "(the product as a whole)".to_owned(),
            },
            score: value.score,
            lower: value.lower,
            upper: value.upper,
            base: value.base,
            history_contribution: value.history,
            feedback_contribution: value.feedback,
            incident_contribution: value.incidents,
            exposure_known: value.incident_basis == IncidentBasis::Exposure,
            responses: value.responses,
            own_weight: value.own_weight,
        }
    }
}
