//! The release report: did it make things worse?

use ballroom_analytics::regression::{RegressionScore, ReleaseReport as Scored, Verdict};
use serde::Serialize;

use super::signed;
use crate::domain::score::Snapshot;

/// The verdicts on the releases of a product.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReleaseVerdicts {
    /// The verdicts that say something, and for a release without any the strongest.
    pub verdicts: Vec<Entry>,
}

/// The verdict on one feature of one release.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The release's version.
    pub release: String,
    /// Its first day with customers.
    pub first_day: chrono::NaiveDate,
    /// The feature's key; none: the product as a whole.
    pub feature: Option<String>,
    /// What it is called.
    pub name: String,
    /// The verdict.
    pub verdict: String,
    /// Probability in percent that the release regressed the feature.
    pub score: f64,
    /// The p-value, valid however often one looks.
    pub p: f64,
    /// Change of the mean answer in points of 100: estimate and 95 % interval.
    pub change: Option<[f64; 3]>,
    /// Incidents after per incidents before.
    pub rate_ratio: Option<f64>,
    /// Answers after the release.
    pub responses: i64,
    /// The first day on which the verdict was "regressed".
    pub first_flagged_day: Option<chrono::NaiveDate>,
}

impl ReleaseVerdicts {
    /// Adds what is to be said of a release.
    pub fn add(&mut self, snapshot: &Snapshot, report: &Scored) {
        let telling = |score: &&RegressionScore| {
            matches!(score.verdict, Verdict::Regressed | Verdict::Watch | Verdict::Improved)
        };
        let mut scores: Vec<&RegressionScore> = report.features.iter().filter(telling).collect();
        if scores.is_empty() {
            let comparable = |score: &&RegressionScore| score.verdict != Verdict::NoBaseline;
            let strongest =
                report.features.iter().filter(comparable).max_by(|a, b| a.score.total_cmp(&b.score));
            scores.extend(strongest.or(report.features.first()));
        }
        scores.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.verdicts.extend(scores.into_iter().map(|score| Entry::new(snapshot, report, score)));
    }

    /// As JSON, for programs.
    pub fn json(&self) -> String {
        super::json(self)
    }

    /// As a table, for people.
    pub fn table(&self) -> String {
        let mut table = super::table(
            ["release", "since", "feature", "verdict", "score", "p", "change (95 %)", "incidents", "answers"],
            &[4, 5, 6, 7, 8],
        );
        for entry in &self.verdicts {
            table.add_row([
                entry.release.clone(),
                entry.first_day.to_string(),
                if entry.verdict == "no evidence" { format!("({})", entry.name) } else { entry.name.clone() },
                entry.verdict.clone(),
                format!("{:.0}", entry.score),
                if entry.p < 0.001 { "< 0.001".to_owned() } else { format!("{:.3}", entry.p) },
                entry.change.map_or_else(String::new, |[estimate, lower, upper]| {
                    format!("{} ({} – {})", signed(estimate), signed(lower), signed(upper))
                }),
                entry.rate_ratio.map_or_else(String::new, |ratio| format!("× {ratio:.1}")),
                entry.responses.to_string(),
            ]);
        }
        format!(
            "Did a release make things worse? (in brackets: the feature with most evidence)\n{table}\n\
             score: probability in percent that the release regressed the feature; change in points of 100\n"
        )
    }
}

impl Entry {
    fn new(snapshot: &Snapshot, report: &Scored, score: &RegressionScore) -> Self {
        let release =
            snapshot.release_of(report.release).and_then(|id| snapshot.dimensions.releases.get(&id));
        let feature = snapshot.dimensions.features.get(&snapshot.feature_of(score.feature).1);
        Self {
            release: release.map(|release| release.version.clone()).unwrap_or_default(),
            first_day: snapshot.date(report.first_day),
            feature: feature.map(|feature| feature.key.clone()),
            name: feature.map_or_else(|| "the product as a whole".to_owned(), |feature| feature.name.clone()),
            verdict: name(score.verdict).to_owned(),
            score: score.score,
            p: score.p,
            change: score.change.map(|change| [change.estimate, change.lower, change.upper]),
            rate_ratio: score.rate_ratio.map(|ratio| ratio.estimate),
            responses: score.responses,
            first_flagged_day: score.first_flagged_day.map(|day| snapshot.date(day)),
        }
    }
}

/// A verdict in words.
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "regressed",
        Verdict::Watch => "watch",
        Verdict::Improved => "improved",
        Verdict::NoEvidence => "no evidence",
        Verdict::NoBaseline => "no baseline",
    }
}
