//! The recommendation for a release gate: whether a release may go on, from the verdicts on it and what an organization
//! tolerates.

use ballroom_analytics::regression::{Change, Reason, RegressionScore, ReleaseReport, Verdict};
use ballroom_entity::release_feature::FeatureChange;

use super::Snapshot;
use crate::{
    domain::{organization::GateThresholds, privacy::MinGroup},
    words::counted,
};

/// The decision of a gate, on a release or on one of its features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// There are enough data, and no evidence of harm.
    Pass,
    /// It made something worse.
    Fail,
    /// There are too few data, or a suspicion.
    CannotTell,
}

/// The decision on a release, with its reason, and those on its features.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The decision.
    pub decision: Decision,
    /// Why, as a clause.
    pub reason: String,
    /// The features that it rests on: those that the release declares, and others with a verdict.
    pub features: Vec<FeatureGate>,
}

/// The decision on a feature.
#[derive(Clone, Debug)]
pub struct FeatureGate {
    /// The decision.
    pub decision: Decision,
    /// Why, as a clause.
    pub reason: String,
    /// Its name; the product's name for the product as a whole.
    pub name: String,
    /// Its position in the report.
    pub at: usize,
}

impl Gate {
    /// The decision on a release that nobody has: there is nothing to go by.
    pub fn unreleased() -> Self {
        Self {
            decision: Decision::CannotTell,
            reason: "it has not been released".to_owned(),
            features: Vec::new(),
        }
    }

    /// The decision for a report: on the features that the release touches if it declares them, else on all. Each
    /// declared feature must have data, except removed ones; added ones have nothing to compare with, so responses
    /// after the release are sufficient.
    ///
    /// The figures in its reasons are those of `shown`: the same report, or its coarse figures for a caller who may see groups
    /// of some customers only.
    pub fn of(
        snapshot: &Snapshot,
        report: &ReleaseReport,
        shown: (&ReleaseReport, Option<MinGroup>),
        thresholds: &GateThresholds,
    ) -> Self {
        let (shown, only_groups) = shown;
        let judge = Judge { snapshot, report, shown, only_groups, thresholds };
        let standings: Vec<_> = report.features.iter().map(|score| judge.standing(score)).collect();
        let (decision, reason) = judge.decide(&standings);
        let features = report.features.iter().zip(&standings).enumerate();
        let features = features.filter(|(_, (score, standing))| {
            judge.is_declared(score) || !matches!(standing, Standing::Unknown | Standing::New)
        });
        let features = features.map(|(at, (score, standing))| judge.feature(at, score, *standing)).collect();
        Self { decision, reason, features }
    }
}

/// Whether there are incidents and no responses.
fn is_known_by_incidents(score: &RegressionScore) -> bool {
    score.baseline_responses == 0
        && score.responses == 0
        && score.baseline_incidents + score.incidents_opened > 0
}

/// Why responses of two sides are of no use for each other.
const OTHER_KIND: &str = "they are on other scales, from other segments, or only one side names a release";

/// Whether responses are left out because they name no release.
fn is_unlabelled(score: &RegressionScore) -> bool {
    score.unlabelled.is_some_and(|share| share > 0.0)
}

/// How a feature stands, the most serious first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It got worse, by more than is tolerated, or is suspected to where that is sufficient.
    Worse,
    /// Suspicious, but not significant.
    Suspicious,
    /// Incidents since the release, and none before to compare with.
    NewIncidents,
    /// Responses enough on both sides, of different customers or to different questions.
    NotComparable,
    /// Too few data for a verdict.
    Unknown,
    /// A verdict, but fewer responses than the gate demands.
    Few,
    /// It got worse, but no more than is tolerated.
    Tolerated,
    /// It is new, and has enough responses.
    New,
    /// There is no evidence that it got worse.
    Clear,
}

struct Judge<'a> {
    snapshot: &'a Snapshot,
    report: &'a ReleaseReport,
    shown: &'a ReleaseReport,
    only_groups: Option<MinGroup>,
    thresholds: &'a GateThresholds,
}

impl Judge<'_> {
    fn change(&self, score: &RegressionScore) -> Option<FeatureChange> {
        self.snapshot.change_of(self.report, score)
    }

    /// Whether the release declares that it touches the feature, and does not remove it.
    fn is_declared(&self, score: &RegressionScore) -> bool {
        self.change(score).is_some_and(|change| change != FeatureChange::Removed)
    }

    /// The responses since the release that are enough for a new feature.
    fn enough(&self) -> i64 {
        let demanded = self.thresholds.min_responses.unwrap_or(0);
        i64::from(self.report.min_answers).max(demanded.into())
    }

    fn standing(&self, score: &RegressionScore) -> Standing {
        let is_new = self.change(score) == Some(FeatureChange::Added) && score.verdict == Verdict::NoBaseline;
        match score.verdict {
            Verdict::Regressed if self.is_tolerated(score) => Standing::Tolerated,
            Verdict::Regressed => Standing::Worse,
            Verdict::Watch if self.thresholds.fail_on_watch && !self.is_tolerated(score) => Standing::Worse,
            Verdict::Watch => Standing::Suspicious,
            _ if score.reason == Some(Reason::NewIncidents) => Standing::NewIncidents,
            Verdict::CannotTell | Verdict::NoBaseline if score.reason == Some(Reason::NotComparable) => {
                Standing::NotComparable
            }
            Verdict::NoBaseline if is_new && score.responses >= self.enough() => Standing::New,
            Verdict::CannotTell | Verdict::NoBaseline => Standing::Unknown,
            _ if self.thresholds.min_responses.is_some_and(|demanded| score.responses < demanded.into()) => {
                Standing::Few
            }
            _ => Standing::Clear,
        }
    }

    /// Whether the decline is within what is tolerated, and nothing says that incidents increased.
    fn is_tolerated(&self, score: &RegressionScore) -> bool {
        let declined =
            score.change.is_some_and(|change| change.estimate >= -self.thresholds.max_decline.max(0.0));
        let more_incidents = score.rate_ratio.is_some_and(|ratio| ratio.lower > 1.0);
        self.thresholds.max_decline > 0.0 && declined && !more_incidents
    }

    fn decide(&self, standings: &[Standing]) -> (Decision, String) {
        let all = || self.report.features.iter().zip(standings);
        let named = |wanted: Standing| {
            let some = all().filter(|(_, standing)| **standing == wanted);
            some.map(|(score, _)| self.snapshot.feature_name(score)).collect::<Vec<_>>().join(", ")
        };
        let worse = named(Standing::Worse);
        if !worse.is_empty() {
            return (Decision::Fail, format!("worse since this release: {worse}"));
        }
        if let Some(day) = self.report.withdrawn {
            return (Decision::CannotTell, format!("it was withdrawn on {}", self.snapshot.date(day)));
        }
        let suspicious = named(Standing::Suspicious);
        if !suspicious.is_empty() {
            let reason = format!("suspicious, but not significant: {suspicious}; check again later");
            return (Decision::CannotTell, reason);
        }
        let new = named(Standing::NewIncidents);
        if !new.is_empty() {
            let reason = format!(
                "incidents after the release, but none recorded before: {new}; it is unknown whether they are more than usual"
            );
            return (Decision::CannotTell, reason);
        }
        let other = named(Standing::NotComparable);
        if !other.is_empty() {
            let reason = format!(
                "responses before and after the release cannot be compared for {other}: {OTHER_KIND}"
            );
            return (Decision::CannotTell, reason);
        }
        let declared = || all().filter(|(score, _)| self.is_declared(score));
        let unknown = declared().filter(|(_, standing)| **standing == Standing::Unknown);
        let unknown: Vec<_> = unknown.map(|(score, _)| score).collect();
        let needed = self.report.min_answers;
        if !unknown.is_empty() {
            let names: Vec<_> = unknown.iter().map(|score| self.snapshot.feature_name(*score)).collect();
            let names = names.join(", ");
            let reason = if unknown.iter().all(|score| is_known_by_incidents(score)) {
                format!(
                    "too few incidents for {names}, which nobody rated: a verdict needs 3 in the time since the release, or as many expected"
                )
            } else {
                let which = if unknown.iter().any(|score| is_unlabelled(score)) {
                    " that name a release"
                } else {
                    ""
                };
                format!(
                    "too few responses{which} for {names}: a verdict needs {needed} before and after the release"
                )
            };
            return (Decision::CannotTell, reason);
        }
        // An undeclared release passes on any feature with a verdict, and needs the responses on all of them together.
        let few = declared().filter(|(_, standing)| **standing == Standing::Few);
        let few: Vec<_> = few.map(|(score, _)| self.snapshot.feature_name(score)).collect();
        let declares = declared().next().is_some();
        let is_known =
            |standing: &Standing| matches!(standing, Standing::Clear | Standing::Few | Standing::Tolerated);
        let responses: i64 =
            all().filter(|(_, standing)| is_known(standing)).map(|(score, _)| score.responses).sum();
        if let Some(demanded) = self.thresholds.min_responses {
            if !few.is_empty() {
                let reason = format!(
                    "too few responses for {}: the gate needs {demanded} since the release",
                    few.join(", ")
                );
                return (Decision::CannotTell, reason);
            }
            if !declares && responses < demanded.into() {
                let found = self.count(self.shown_sum(standings, is_known));
                let reason =
                    format!("too few responses: {found} since the release, the gate needs {demanded}");
                return (Decision::CannotTell, reason);
            }
        }
        let known = match declares {
            true => declared().any(|(_, standing)| is_known(standing)),
            false => all().any(|(_, standing)| is_known(standing)),
        };
        if known {
            let tolerated = named(Standing::Tolerated);
            let reason = match tolerated.is_empty() {
                true => "there is no evidence that this release made anything worse".to_owned(),
                false => format!(
                    "worse, but by no more than the tolerated {} points: {tolerated}",
                    self.thresholds.max_decline
                ),
            };
            return (Decision::Pass, reason);
        }
        let reason = match declares {
            false => format!("too few responses: no feature has {needed} before and after the release"),
            true => "there is nothing to compare with: all features that it touches are new".to_owned(),
        };
        (Decision::CannotTell, reason)
    }

    /// The responses since the release on features that stand in a way, as far as they are shown.
    fn shown_sum(&self, standings: &[Standing], is_known: impl Fn(&Standing) -> bool) -> i64 {
        let features = self.shown.features.iter().zip(standings);
        features.filter(|(_, standing)| is_known(standing)).map(|(score, _)| score.responses).sum()
    }

    /// A number of responses as it is shown.
    fn count(&self, responses: i64) -> String {
        match self.only_groups.filter(|_| responses == 0) {
            Some(group) => format!("fewer than {}", group.number()),
            None => responses.to_string(),
        }
    }

    /// A number of responses with its noun.
    fn responses(&self, responses: i64) -> String {
        match self.only_groups.filter(|_| responses == 0) {
            Some(group) => format!("fewer than {} responses", group.number()),
            None => counted(responses.unsigned_abs(), "response"),
        }
    }

    fn feature(&self, at: usize, score: &RegressionScore, standing: Standing) -> FeatureGate {
        let score = self.shown.features.get(at).unwrap_or(score);
        let (decision, reason) = match standing {
            Standing::Worse if score.verdict == Verdict::Watch => {
                (Decision::Fail, format!("suspected to be worse: {}", self.evidence(score)))
            }
            Standing::Worse => (Decision::Fail, format!("worse: {}", self.evidence(score))),
            Standing::Tolerated => {
                let most = self.thresholds.max_decline;
                (
                    Decision::Pass,
                    format!("worse by no more than the tolerated {most} points: {}", self.evidence(score)),
                )
            }
            Standing::Suspicious => {
                (Decision::CannotTell, format!("suspicious, but not significant: {}", self.evidence(score)))
            }
            Standing::NewIncidents => {
                let incidents = counted(score.incidents_opened.unsigned_abs(), "incident");
                (Decision::CannotTell, format!("{incidents} since the release, none recorded before"))
            }
            Standing::Unknown if is_known_by_incidents(score) => {
                let (before, after) = (score.baseline_incidents, score.incidents_opened);
                let reason = format!(
                    "too few: {before} incidents before and {after} since the release, and no responses"
                );
                (Decision::CannotTell, reason)
            }
            Standing::Unknown => {
                let (before, after) = (self.count(score.baseline_responses), self.count(score.responses));
                let needed = self.report.min_answers;
                let which = if is_unlabelled(score) { " that name a release" } else { "" };
                let found = format!("{before} responses before and {after} since the release{which}");
                (Decision::CannotTell, format!("too few: {found}, a verdict needs {needed} each"))
            }
            Standing::NotComparable => {
                (Decision::CannotTell, format!("before and after cannot be compared: {OTHER_KIND}"))
            }
            Standing::Few => {
                let demanded = self.thresholds.min_responses.unwrap_or(0);
                let found = self.responses(score.responses);
                (
                    Decision::CannotTell,
                    format!("too few: {found} since the release, the gate needs {demanded}"),
                )
            }
            Standing::New => {
                let found = self.responses(score.responses);
                (Decision::Pass, format!("new, with {found} and nothing to compare with"))
            }
            Standing::Clear => {
                (Decision::Pass, format!("no evidence that it got worse: {}", self.evidence(score)))
            }
        };
        FeatureGate { decision, reason, name: self.snapshot.feature_name(score).to_owned(), at }
    }

    /// The figures that a verdict rests on, in words.
    fn evidence(&self, score: &RegressionScore) -> String {
        let mut figures = Vec::new();
        if let Some(change) = score.change.map(Change::within_scale) {
            let (estimate, lower, upper) = (change.estimate, change.lower, change.upper);
            figures.push(format!("ratings {estimate:+.1} points ({lower:+.1} to {upper:+.1})"));
        }
        if let Some(ratio) = score.rate_ratio {
            let (before, after) = (score.baseline_incidents, score.incidents_opened);
            figures.push(match before {
                0 => format!("{after} incidents, none before"),
                // A ratio of nothing would be one of the prior.
                _ if after == 0 => format!("no incidents since, {before} before"),
                _ => format!("incidents × {:.1} ({before} before, {after} since)", ratio.estimate),
            });
        }
        let (before, after) = (self.count(score.baseline_responses), self.count(score.responses));
        figures.push(format!("{before} responses before, {after} since"));
        figures.join("; ")
    }
}
