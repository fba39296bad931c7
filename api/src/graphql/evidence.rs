//! What verdicts rest on besides the evidence itself: who fell before, what fell as well, and what is missing.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object, SimpleObject};
use ballroom_analytics::regression::{self, Reason, RegressionScore, ReleaseReport, Verdict};
use ballroom_entity::release_feature::FeatureChange as Change;

use super::{
    fault::Fault,
    feature::{self, Feature},
    regression::Interval,
    release::{self, Release},
    scalar::Date,
};
use crate::score::Snapshot;

/// Why a verdict is not more than it is.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_analytics::regression::Reason")]
pub(super) enum VerdictReason {
    /// There are too few answers on either side: `missingAnswers` says how many more it takes.
    FewAnswers,
    /// A change beyond that of the features that the release does not touch, in the same days, is not proven: they moved as
    /// well, or too little is known of them to tell. `commonShift` and `ownChange` say how far.
    SharedShift,
    /// It is worse (with `NO_EVIDENCE`: better) than in the 90 days before, but not than the previous release alone.
    LikePrevious,
    /// There is nothing to compare with, and a fall beyond what the feature moves by itself is not proven.
    Wanders,
    /// It fell with an earlier release already (`since`), and something speaks for a second fall with this one
    /// (`previous`), but does not prove it.
    FellBefore,
    /// The score is 30 or more, but the evidence is not enough for a verdict among all features of the release.
    Unproven,
    /// There are responses since the release, but none before to compare them with: they are on other scales or in other
    /// segments, or those on one side name their release and those on the other do not.
    NotComparable,
    /// Three incidents or more were opened since, and none was recorded before the release: whether they are more than
    /// usual cannot be said.
    NewIncidents,
}

/// Whether the cause was tested, by what happened to everything else in the same days.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_analytics::regression::Control")]
pub(super) enum Control {
    /// There is nothing to compare with: the cause is not tested. Tell which features a release touches, and the others
    /// will be compared.
    None,
    /// The change goes beyond what is not touched in the same days.
    Held,
    /// What is not touched changed as well; beyond that nothing is proven.
    Shared,
}

/// How many answers are missing until the evidence may be a verdict.
#[derive(SimpleObject)]
pub struct MissingAnswers {
    /// Before the release, 0 or more.
    before: i64,
    /// After it, 0 or more.
    after: i64,
}

impl From<(u32, u32)> for MissingAnswers {
    fn from((before, after): (u32, u32)) -> Self {
        Self { before: before.into(), after: after.into() }
    }
}

/// A fall that began before a release.
#[derive(Description)]
pub struct FallSince {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) since: regression::Since,
}

#[Object(use_type_description)]
impl FallSince {
    /// The most likely first day of the fall.
    async fn day(&self) -> Date {
        self.snapshot.date(self.since.day).into()
    }

    /// The release that is most likely to have brought it; null: it began before any.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.since.release.and_then(|code| self.snapshot.release_of(code)) {
            Some(id) => Ok(Some(release::of(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// Probability, 0 to 1, that this release brought it; null where `release` is null. Near 0.5, others are as likely: see
    /// `changePoint`.
    async fn probability(&self) -> Option<f64> {
        self.since.probability
    }
}

/// A release compared with the one before it alone.
#[derive(Description)]
pub struct PreviousComparison(pub(super) regression::AgainstPrevious);

#[Object(use_type_description)]
impl PreviousComparison {
    /// Natural logarithm of the evidence (e-value) for a drop.
    async fn log_evidence(&self) -> f64 {
        self.0.log_e
    }

    /// Natural logarithm of the evidence (e-value) for an improvement.
    async fn log_evidence_improved(&self) -> f64 {
        self.0.log_e_improved
    }

    /// Probability in percent that this release is worse than the previous one, if one in ten is.
    async fn score(&self) -> f64 {
        self.0.score
    }

    /// The always-valid p-value of that: however often it was looked at.
    async fn p_value(&self) -> f64 {
        self.0.p
    }

    /// The change of the mean answer, this release minus the previous one, in points of 100.
    async fn change(&self) -> Option<Interval> {
        self.0.change.map(Interval::from)
    }

    /// Answers to the previous release in the 90 days before this one.
    async fn baseline_responses(&self) -> i64 {
        self.0.baseline_responses
    }

    /// Answers to this release.
    async fn responses(&self) -> i64 {
        self.0.responses
    }
}

/// Something that the release does not touch, and how far it moved in the same days.
#[derive(Description)]
pub struct ControlShift {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) control: regression::ControlShift,
}

#[Object(use_type_description)]
impl ControlShift {
    /// The feature; null: answers about the judged feature itself to earlier releases, on the same days.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        let feature = self.control.feature.and_then(|code| self.snapshot.feature_of(code).1.some());
        match feature {
            Some(id) => Ok(Some(feature::of(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// How far it moved, in points of 100.
    async fn shift(&self) -> f64 {
        self.control.shift
    }

    /// Its weight in the common shift, 0 to 1. They add to less than 1: the rest stands for no shift at all.
    async fn weight(&self) -> f64 {
        self.control.weight
    }

    /// The answers since the release that it rests on; where days weigh differently, as many as are worth the same.
    async fn responses(&self) -> f64 {
        self.control.answers
    }
}

/// What a release gate should do.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GateOutcome {
    /// There are answers or incidents enough, of every feature that the release names, and none says that it got worse.
    Pass,
    /// Something got worse with this release.
    Fail,
    /// Too little is known, or there is a suspicion: ask again later. Or it was withdrawn, and nothing worse is known.
    CannotTell,
}

/// A release gate's decision, in one word and one sentence.
#[derive(SimpleObject)]
pub struct Gate {
    /// The word.
    outcome: GateOutcome,
    /// The sentence.
    reason: String,
}

impl Gate {
    /// Of a report: of the features that the release touches if it names them, else of all. Each that it names must be
    /// known, but for those that it takes away; of one that came with it there is nothing to compare with, so that
    /// answers since are enough.
    pub(super) fn of(report: &ReleaseReport, snapshot: &Snapshot) -> Self {
        let named = |verdicts: &[Verdict]| {
            let features = report.features.iter().filter(|score| verdicts.contains(&score.verdict));
            features.map(|score| snapshot.feature_name(score.feature)).collect::<Vec<_>>()
        };
        let answer = |outcome, reason: String| Self { outcome, reason };
        let (worse, suspicious) = (named(&[Verdict::Regressed]), named(&[Verdict::Watch]));
        if !worse.is_empty() {
            return answer(GateOutcome::Fail, format!("worse since this release: {}", worse.join(", ")));
        }
        if let Some(day) = report.withdrawn {
            let reason = format!("it was withdrawn on {}", snapshot.date(day));
            return answer(GateOutcome::CannotTell, reason);
        }
        if !suspicious.is_empty() {
            let reason = format!("suspicious, but not proven: {}; ask again later", suspicious.join(", "));
            return answer(GateOutcome::CannotTell, reason);
        }
        let new: Vec<_> =
            report.features.iter().filter(|score| score.reason == Some(Reason::NewIncidents)).collect();
        if !new.is_empty() {
            let names: Vec<_> = new.iter().map(|score| snapshot.feature_name(score.feature)).collect();
            let reason = format!(
                "incidents since, and none recorded before: {}; whether they are more than usual cannot be said",
                names.join(", ")
            );
            return answer(GateOutcome::CannotTell, reason);
        }
        let change = |score: &RegressionScore| snapshot.change_of(report.release, score.feature);
        let known =
            |score: &RegressionScore| !matches!(score.verdict, Verdict::CannotTell | Verdict::NoBaseline);
        let enough = i64::from(report.min_answers);
        let named =
            report.features.iter().filter(|score| change(score).is_some_and(|c| c != Change::Removed));
        let named: Vec<_> = named.collect();
        let is_new = |score: &RegressionScore| {
            change(score) == Some(Change::Added)
                && score.verdict == Verdict::NoBaseline
                && score.responses >= enough
        };
        let unknown = named.iter().filter(|score| !known(score) && !is_new(score));
        let unknown: Vec<_> = unknown.map(|score| snapshot.feature_name(score.feature)).collect();
        if !unknown.is_empty() {
            let reason = format!(
                "too little is known of {}: a verdict needs {enough} answers before and since",
                unknown.join(", ")
            );
            return answer(GateOutcome::CannotTell, reason);
        }
        let all = || report.features.iter().any(known);
        if named.iter().any(|score| known(score)) || (named.is_empty() && all()) {
            return answer(
                GateOutcome::Pass,
                "nothing says that this release made anything worse".to_owned(),
            );
        }
        let reason = if named.is_empty() {
            format!("too little is known: no feature has {enough} answers before and since")
        } else {
            "there is nothing to compare with: what it touches came with it".to_owned()
        };
        answer(GateOutcome::CannotTell, reason)
    }
}
