//! The release report: whether a release made things worse.

use ballroom_analytics::regression::{
    Baseline, Change, Control, RegressionScore, ReleaseReport as Scored, Verdict,
};
use ballroom_entity::id::ReleaseId;
use serde::Serialize;

use super::{NO_BREAK, signed};
use crate::{report::finding, score::Snapshot};

/// The verdicts on the releases of a product.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseVerdicts {
    /// The conclusive verdicts, and for a release without any the strongest.
    pub verdicts: Vec<Entry>,
    /// Whether the product has no release.
    #[serde(skip)]
    pub no_release: bool,
}

/// The verdict on one feature of one release.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The release's version.
    pub release: String,
    /// Its first day with customers.
    pub first_day: chrono::NaiveDate,
    /// The feature's key; none: the product as a whole.
    pub feature: Option<String>,
    /// Its name.
    pub name: String,
    /// The verdict.
    pub verdict: String,
    /// The baseline: the release's ancestors, any other release, or the previous release alone.
    pub baseline: &'static str,
    /// The previous release, if it is the baseline.
    pub previous: Option<String>,
    /// The reason for a weak verdict, in words.
    pub reason: Option<String>,
    /// The release with which a decline began, if it was before this one.
    pub since: Option<String>,
    /// Whether the cause was tested by the change of everything else on the same days.
    pub control: Option<&'static str>,
    /// Change of everything else on the same days, in points of 100.
    pub common_shift: Option<f64>,
    /// Probability in percent that the release regressed the feature.
    pub score: f64,
    /// The anytime-valid p-value.
    pub p: f64,
    /// Change of the mean response in points of 100: estimate and 95 % interval.
    pub change: Option<[f64; 3]>,
    /// Incidents after per incidents before.
    pub rate_ratio: Option<f64>,
    /// Incidents before and after.
    pub incidents: [i64; 2],
    /// Responses before and after the release that the figures rest on.
    pub baseline_responses: i64,
    /// Responses after the release.
    pub responses: i64,
    /// Share of the feature's responses on the compared days that name no release and so belong to neither side.
    pub unlabelled: Option<f64>,
    /// The first day on which the verdict was "regressed".
    pub first_flagged_day: Option<chrono::NaiveDate>,
    /// The verdict, by which entries are chosen.
    #[serde(skip)]
    pub(crate) of: Verdict,
    /// The score by which they are ordered: that of the release's baseline.
    #[serde(skip)]
    pub(crate) rank: f64,
    /// Responses after the release, whatever the verdict is based on.
    #[serde(skip)]
    pub(crate) heard: i64,
}

impl ReleaseVerdicts {
    /// Adds the verdicts on a release.
    pub fn add(&mut self, snapshot: &Snapshot, report: &Scored) {
        self.add_entries(report.features.iter().map(|score| Entry::new(snapshot, report, score)).collect());
    }

    /// Adds the verdicts on the features of a release.
    pub(crate) fn add_entries(&mut self, mut all: Vec<Entry>) {
        let at = |wanted: Option<&Entry>| {
            let wanted = wanted?;
            all.iter().position(|entry| std::ptr::eq(entry, wanted))
        };
        if !all.iter().any(|entry| finding::tells(entry.of)) {
            // A verdict with enough data comes before one without any, whose score is only the prior.
            let known = |entry: &Entry| entry.of == Verdict::NoEvidence;
            let comparable = all.iter().filter(|entry| entry.of != Verdict::NoBaseline);
            let strongest = comparable.max_by(|a, b| known(a).cmp(&known(b)).then(a.rank.total_cmp(&b.rank)));
            let strongest = at(strongest.or(all.iter().rev().max_by_key(|entry| entry.heard)));
            self.verdicts.extend(strongest.map(|at| all.swap_remove(at)));
            return;
        }
        all.retain(|entry| finding::tells(entry.of));
        all.sort_by(|a, b| b.rank.total_cmp(&a.rank));
        self.verdicts.extend(all);
    }

    /// As JSON, for programs.
    pub fn json(&self) -> String {
        super::json(self)
    }

    /// As a table, for people.
    pub fn table(&self) -> String {
        let title = super::line(
            "Did a release make things worse? (in parentheses: the feature with the most evidence)",
        );
        if self.verdicts.is_empty() {
            let nothing = match self.no_release {
                true => "There are no releases yet.",
                false => "No verdicts yet: no release has shipped, or too few responses name one.",
            };
            return format!("{title}{nothing}\n");
        }
        let mut table = super::table(
            [
                "release",
                "since",
                "feature",
                "verdict",
                "score",
                "p",
                "change (95 %)",
                "incidents",
                "responses",
            ],
            &[4, 5, 6, 7, 8],
        );
        for entry in &self.verdicts {
            table.add_row([
                entry.release.clone(),
                entry.first_day.to_string(),
                if !finding::tells(entry.of) { format!("({})", entry.name) } else { entry.name.clone() },
                entry.in_words(),
                if entry.is_compared() { format!("{:.0}", entry.score) } else { String::new() },
                match entry.p {
                    _ if !entry.is_compared() => String::new(),
                    p if p < 0.001 => format!("<{NO_BREAK}0.001"),
                    p => format!("{p:.3}"),
                },
                entry.change.map_or_else(String::new, |[estimate, lower, upper]| {
                    let interval = format!("({} – {})", signed(lower), signed(upper)).replace(' ', NO_BREAK);
                    format!("{} {interval}", signed(estimate))
                }),
                match (entry.rate_ratio, entry.incidents) {
                    (None, _) => String::new(),
                    // A ratio to zero would say more than is known.
                    (_, [0, after]) => format!("0{NO_BREAK}→{NO_BREAK}{after}"),
                    (Some(ratio), _) => format!("×{NO_BREAK}{ratio:.1}"),
                },
                entry.responses.to_string(),
            ]);
        }
        let foot = super::line(
            "score: probability in percent that the release regressed the feature; change in points of 100",
        );
        format!("{title}{table}\n{foot}")
    }
}

impl Entry {
    fn new(snapshot: &Snapshot, report: &Scored, score: &RegressionScore) -> Self {
        let version = |release: Option<ReleaseId>| {
            let release = release.and_then(|id| snapshot.dimensions.releases.get(&id));
            release.map(|release| release.version.clone()).unwrap_or_default()
        };
        // The figures are those that the verdict is based on.
        let alone = score.previous.filter(|_| score.baseline == Baseline::Previous);
        let feature = snapshot.dimensions.features.get(&snapshot.feature_of(score));
        Self {
            release: version(snapshot.release_of(report)),
            first_day: snapshot.date(report.first_day),
            feature: feature.map(|feature| feature.key.clone()),
            name: feature.map_or_else(|| "the product as a whole".to_owned(), |feature| feature.name.clone()),
            verdict: finding::name(score.verdict).to_owned(),
            reason: score.reason.map(|reason| finding::reason_of_score(score, reason)),
            since: score.since.map(|since| match snapshot.release_of(&since) {
                Some(release) => version(Some(release)),
                None => snapshot.date(since.day).to_string(),
            }),
            control: score.control.map(|control| match control {
                Control::None => "none",
                Control::Held => "held",
                Control::Shared => "shared",
            }),
            common_shift: score.controlled.as_ref().map(|controlled| controlled.common_shift.estimate),
            baseline: match score.baseline {
                Baseline::Ancestors => "ancestors",
                Baseline::AnyOther => "any other release",
                Baseline::Previous => "previous release",
            },
            previous: alone.and(report.previous).map(|_| version(snapshot.previous_of(report))),
            score: alone.map_or(score.score, |alone| alone.score),
            p: alone.map_or(score.p, |alone| alone.p),
            change: alone
                .map_or(score.change, |alone| alone.change)
                .map(Change::within_scale)
                .map(|change| [change.estimate, change.lower, change.upper]),
            rate_ratio: score.rate_ratio.map(|ratio| ratio.estimate),
            incidents: [score.baseline_incidents, score.incidents_opened],
            baseline_responses: alone.map_or(score.baseline_responses, |alone| alone.baseline_responses),
            responses: score.responses,
            unlabelled: score.unlabelled,
            first_flagged_day: score.first_flagged_day.map(|day| snapshot.date(day)),
            of: score.verdict,
            rank: score.score,
            heard: score.responses,
        }
    }

    fn is_compared(&self) -> bool {
        self.of != Verdict::NoBaseline
    }

    /// The verdict with its context, in words.
    fn in_words(&self) -> String {
        let mut words = self.verdict.clone();
        if let Some(since) = &self.since {
            let joint = if self.reason.is_some() { ", worse since" } else { "" };
            words = format!("{words}{joint} {since}");
        }
        if let Some(previous) = &self.previous {
            words = format!("{words} against {previous}");
        }
        match &self.reason {
            Some(reason) => format!("{words}: {reason}"),
            // Nothing else changed on the same days, or nothing else is known: only the former identifies the cause.
            None if self.control == Some("none") => format!("{words} (cause not tested)"),
            None => words,
        }
    }
}
