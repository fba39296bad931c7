//! What verdicts are based on besides the evidence itself: earlier declines, controls, and missing data.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object, SimpleObject};
use ballroom_analytics::regression;

use super::{
    fault::Fault,
    feature::{self, Feature},
    regression::Interval,
    release::{self, Release},
    scalar::Date,
};
use crate::score::Snapshot;

/// Reason why a verdict is not stronger.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_analytics::regression::Reason")]
pub(super) enum VerdictReason {
    /// There are too few responses on either side: `missingResponses` says how many more are needed.
    #[graphql(name = "FEW_RESPONSES")]
    FewAnswers,
    /// The change is not significant compared with the features that the release does not touch on the same days: they
    /// changed as well, or there is too little data on them. See `commonShift` and `ownChange`.
    SharedShift,
    /// It is worse (with `NO_EVIDENCE`: better) than in the 90 days before, but not than the previous release alone.
    LikePrevious,
    /// There is no control, and the decline is not significant compared with the feature's own fluctuation.
    Wanders,
    /// It declined with an earlier release (`since`). There is evidence of a further decline with this release
    /// (`previous`), but it is not significant.
    FellBefore,
    /// The score is 30 or more, but the evidence is not sufficient for a verdict, given the number of features of the
    /// release.
    Unproven,
    /// There are responses after the release, but no comparable ones before: they are on other scales or in other
    /// segments, or those on one side name their release and those on the other do not.
    NotComparable,
    /// Three or more incidents were opened after the release, and none was recorded before it, so it is unknown whether
    /// this is more than usual.
    NewIncidents,
}

/// Whether the cause was tested, by comparison with everything else on the same days.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_analytics::regression::Control")]
pub(super) enum Control {
    /// There is no control, so the cause was not tested. Declare which features a release touches: the others then
    /// serve as its control.
    None,
    /// The change is significant compared with what the release does not touch on the same days.
    Held,
    /// What the release does not touch changed as well; the difference is not significant.
    Shared,
}

/// Number of responses missing before the evidence can become a verdict.
#[derive(SimpleObject)]
pub struct MissingResponses {
    /// Missing responses before the release, 0 or more.
    before: i64,
    /// Missing responses after the release, 0 or more.
    after: i64,
}

impl From<(u32, u32)> for MissingResponses {
    fn from((before, after): (u32, u32)) -> Self {
        Self { before: before.into(), after: after.into() }
    }
}

/// A decline that began before a release.
#[derive(Description)]
pub struct FallSince {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) since: regression::Since,
}

#[Object(use_type_description)]
impl FallSince {
    /// Most likely first day of the decline.
    async fn day(&self) -> Date {
        self.snapshot.date(self.since.day).into()
    }

    /// Release that most likely caused it; null: it began before any release, or came to everything else on the same days as
    /// well.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.snapshot.release_of(&self.since) {
            Some(id) => Ok(Some(release::of(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// Probability, 0 to 1, that this release caused it; null if `release` is null. If it is near 0.5, others are
    /// similarly likely: see `changePoint`.
    async fn probability(&self) -> Option<f64> {
        self.since.probability
    }
}

/// Comparison of a release with the previous one alone.
#[derive(Description)]
pub struct PreviousComparison(pub(super) regression::AgainstPrevious);

#[Object(use_type_description)]
impl PreviousComparison {
    /// Natural logarithm of the evidence (e-value) for a decline.
    async fn log_evidence(&self) -> f64 {
        self.0.log_e
    }

    /// Natural logarithm of the evidence (e-value) for an improvement.
    async fn log_evidence_improved(&self) -> f64 {
        self.0.log_e_improved
    }

    /// Probability in percent that this release is worse than the previous one, assuming that one release in ten is.
    async fn score(&self) -> f64 {
        self.0.score
    }

    /// The p-value of the decline. It remains valid however often it is checked.
    async fn p_value(&self) -> f64 {
        self.0.p
    }

    /// Change of the mean response, this release minus the previous one, in points of 100.
    async fn change(&self) -> Option<Interval> {
        self.0.change.map(Interval::from)
    }

    /// Responses on the previous release in the 90 days before this one.
    async fn baseline_responses(&self) -> i64 {
        self.0.baseline_responses
    }

    /// Responses on this release.
    async fn responses(&self) -> i64 {
        self.0.responses
    }
}

/// A control: something that the release does not touch, and its change on the same days.
#[derive(Description)]
pub struct ControlShift {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) control: regression::ControlShift,
}

#[Object(use_type_description)]
impl ControlShift {
    /// The feature; null: responses about the judged feature itself on earlier releases, on the same days.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.snapshot.feature_of(&self.control).some() {
            Some(id) => Ok(Some(feature::of(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// Its change, in points of 100.
    async fn shift(&self) -> f64 {
        self.control.shift
    }

    /// Its weight in the common shift, 0 to 1. The sum of the weights is less than 1: the rest represents no shift.
    async fn weight(&self) -> f64 {
        self.control.weight
    }

    /// Responses after the release that it is based on; if days have different weights, the effective number.
    async fn responses(&self) -> f64 {
        self.control.answers
    }
}
