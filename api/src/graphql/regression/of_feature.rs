//! The verdict on one feature, and its evidence.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object, SimpleObject};
use ballroom_analytics::regression::{self, RateBasis as Counted, RegressionScore, ReleaseReport};
use ballroom_entity::id::ReleaseId;
use chrono::NaiveDate;

use super::{
    Baseline, Verdict,
    suspects::{ChangePoint, Suspect},
};
use crate::{
    graphql::{
        ContextExt, coarse,
        evidence::{Control, ControlShift, FallSince, MissingResponses, PreviousComparison, VerdictReason},
        fault::Fault,
        feature::{self, Feature},
        scalar::Date,
        scale::{self, Scale},
        segment::{self, Segment},
    },
    score::Snapshot,
};

/// Unit of exposure of incidents.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum RateBasis {
    /// Customer-days, known both before and after.
    Exposure,
    /// Calendar days.
    Days,
}

/// Effect of a release on one feature, with the evidence.
#[derive(Clone, Description)]
pub struct FeatureRegression {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) report: Arc<ReleaseReport>,
    pub(crate) release: ReleaseId,
    pub(crate) today: NaiveDate,
    pub(crate) score: RegressionScore,
}

impl FeatureRegression {
    /// The same with the figures that the caller may see.
    pub(crate) async fn seen_by(mut self, ctx: &Context<'_>) -> Result<Self, Fault> {
        let at = self.report.features.iter().position(|score| score.feature == self.score.feature);
        if let (Some(coarse), Some(at)) = (coarse(ctx).await?, at) {
            let product = self.snapshot.product_of(&self.score);
            let shown = coarse.verdicts(&self.snapshot, product, self.release, &self.report).await?;
            self.score = shown.features[at].clone();
            self.report = Arc::new(shown);
        }
        Ok(self)
    }
}

#[Object(use_type_description)]
impl FeatureRegression {
    /// The feature; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.snapshot.feature_of(&self.score).some() {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Verdict, adjusted for the number of features of the release.
    async fn verdict(&self) -> Verdict {
        self.score.verdict.into()
    }

    /// Baseline of the verdict. All figures of this object refer to the release's `baseline`; those of the comparison
    /// with the previous release alone are in `previous`.
    async fn baseline(&self) -> Baseline {
        self.score.baseline.into()
    }

    /// Reason why the verdict is not stronger; null: none.
    async fn reason(&self) -> Option<VerdictReason> {
        self.score.reason.map(VerdictReason::from)
    }

    /// Number of responses missing on either side before the evidence can become a verdict; null if none is missing.
    async fn missing_responses(&self) -> Option<MissingResponses> {
        self.score.missing.map(MissingResponses::from)
    }

    /// Whether the cause was tested; null if there is no evidence of a change.
    async fn control(&self) -> Option<Control> {
        self.score.control.map(Control::from)
    }

    /// Common shift of the controls: features that the release does not touch, and responses on earlier releases on the
    /// same days. In points of 100, plus or minus twice its standard deviation; null without controls.
    async fn common_shift(&self) -> Option<Interval> {
        self.score.controlled.as_ref().map(|controlled| controlled.common_shift.into())
    }

    /// Change of the feature beyond the common shift, in points of 100; null without controls.
    async fn own_change(&self) -> Option<Interval> {
        self.score.controlled.as_ref()?.own_change.map(Interval::from)
    }

    /// Natural logarithm of the evidence (e-value) for a decline beyond the common shift; null without controls.
    async fn log_evidence_controlled(&self) -> Option<f64> {
        self.score.controlled.as_ref().map(|controlled| controlled.log_e)
    }

    /// Natural logarithm of the evidence (e-value) for an improvement beyond the common shift; null without controls.
    async fn log_evidence_improved_controlled(&self) -> Option<f64> {
        self.score.controlled.as_ref().map(|controlled| controlled.log_e_improved)
    }

    /// Ratio of the incidents of the controls after the release to those before, shrunk toward 1: the expected factor
    /// for this feature. Null if too few controls have incidents.
    async fn common_rate_ratio(&self) -> Option<f64> {
        self.score.controlled.as_ref()?.common_rate_ratio
    }

    /// Controls that the common shift is based on.
    async fn controls(&self) -> Vec<ControlShift> {
        let one = |control: &regression::ControlShift| ControlShift {
            snapshot: self.snapshot.clone(),
            control: *control,
        };
        self.score.controlled.iter().flat_map(|controlled| &controlled.controls).map(one).collect()
    }

    /// Change of the responses about this feature on earlier releases, on the days of this release; null if there are
    /// fewer than 20. It is one of the controls.
    async fn concurrent(&self) -> Option<ControlShift> {
        let mut controls = self.score.controlled.iter().flat_map(|controlled| &controlled.controls);
        let control = *controls.find(|control| control.feature.is_none())?;
        Some(ControlShift { snapshot: self.snapshot.clone(), control })
    }

    /// Beginning of a decline that this release inherited; null unless the verdict is SINCE.
    async fn since(&self) -> Option<FallSince> {
        self.score.since.map(|since| FallSince { snapshot: self.snapshot.clone(), since })
    }

    /// Share of the earlier decline that this release restored; 1 is all of it, more than 1 is better than before the
    /// decline. Null unless the verdict is RECOVERED.
    async fn recovery(&self) -> Option<f64> {
        self.score.recovery
    }

    /// Comparison with the previous release alone; null if either side has too few responses.
    async fn previous(&self) -> Option<PreviousComparison> {
        self.score.previous.map(PreviousComparison)
    }

    /// Share, 0 to 1, of the feature's responses of the compared days that name no release. They count for the value of
    /// the feature, but for neither side of the verdict. Null without responses.
    async fn unlabeled_share(&self) -> Option<f64> {
        self.score.unlabelled
    }

    /// Former name of `unlabeledShare`.
    #[graphql(deprecation = "Use `unlabeledShare`, which has the same value.")]
    async fn unlabelled_share(&self) -> Option<f64> {
        self.score.unlabelled
    }

    /// Probability in percent, 0 to 100, that the release made the feature worse, assuming that one release in ten
    /// does.
    async fn score(&self) -> f64 {
        self.score.score
    }

    /// The p-value, valid however often it is checked: it falls to 0.05 or below in at most one of twenty releases that
    /// changed nothing.
    async fn p_value(&self) -> f64 {
        self.score.p
    }

    /// Natural logarithm of the evidence (e-value) for a decline; 3 is strong, below 0 is evidence against it.
    async fn log_evidence(&self) -> f64 {
        self.score.log_e
    }

    /// Natural logarithm of the evidence (e-value) for an improvement.
    async fn log_evidence_improved(&self) -> f64 {
        self.score.log_e_improved
    }

    /// Evidence of the responses; null if there are too few before the release.
    async fn feedback_evidence(&self) -> Option<Evidence> {
        self.score.feedback.map(Evidence::from)
    }

    /// Evidence of the incidents; null if the feature is known for less than 14 days before the release, or if no
    /// incident of the product had been recorded by then: where none are recorded, their absence proves nothing.
    async fn incident_evidence(&self) -> Option<Evidence> {
        self.score.incidents.map(Evidence::from)
    }

    /// Change of the mean response, after minus before, in points of 100; null without both.
    async fn change(&self) -> Option<Interval> {
        self.score.change.map(Interval::from)
    }

    /// Change in each group of customers, by scale and segment.
    async fn strata(&self) -> Vec<RegressionStratum> {
        let one = |stratum: &regression::StratumChange| RegressionStratum {
            snapshot: self.snapshot.clone(),
            stratum: *stratum,
        };
        self.score.strata.iter().map(one).collect()
    }

    /// Ratio of the incidents after the release to those before, for the same exposure: 1 is no change; null without
    /// incidents on either side, or if none was recorded before the release.
    async fn rate_ratio(&self) -> Option<Interval> {
        let ratio = self.score.rate_ratio?;
        Some(Interval { estimate: ratio.estimate, lower: finite(ratio.lower), upper: finite(ratio.upper) })
    }

    /// Unit of exposure of incidents.
    async fn rate_basis(&self) -> RateBasis {
        match self.score.rate_basis {
            Counted::Exposure => RateBasis::Exposure,
            Counted::Days => RateBasis::Days,
        }
    }

    /// Share, 0 to 1, of the responses after the release that can be compared with responses before; null without
    /// responses.
    async fn coverage(&self) -> Option<f64> {
        self.score.coverage
    }

    /// Responses before the release.
    async fn baseline_responses(&self) -> i64 {
        self.score.baseline_responses
    }

    /// Responses after the release.
    async fn responses(&self) -> i64 {
        self.score.responses
    }

    /// Incidents before the release.
    async fn baseline_incidents(&self) -> i64 {
        self.score.baseline_incidents
    }

    /// Incidents after the release.
    async fn incidents(&self) -> i64 {
        self.score.incidents_opened
    }

    /// Days before the release with data on the feature, 0 to 90.
    async fn baseline_days(&self) -> i64 {
        self.score.baseline_days.into()
    }

    /// Evidence at the end of each day since the release.
    async fn path(&self) -> Vec<EvidencePoint> {
        let point = |(day, log_evidence): (i32, &f64)| EvidencePoint {
            as_of: self.snapshot.date(self.report.first_day + day).into(),
            log_evidence: *log_evidence,
        };
        (0..).zip(&self.score.path).map(point).collect()
    }

    /// Time at which the experience changed, according to the data of this verdict: those of the release and of the
    /// releases that it descends from, or of all if its predecessor is not declared. Null if fewer than two days have
    /// data.
    async fn change_point(&self, ctx: &Context<'_>) -> Result<Option<ChangePoint>, Fault> {
        let (scores, through) = (&ctx.services().scores, self.snapshot.date(self.report.through));
        let feature = self.snapshot.feature_of(&self.score);
        let found = scores.suspects(ctx.reports()?, self.today, self.release, feature, through).await?;
        Ok(found.map(|found| ChangePoint { snapshot: self.snapshot.clone(), found }))
    }

    /// Releases that may have caused the change, the most likely first: those with 1 % or more, at most ten. Empty if
    /// `changePoint.detected` is false, or if there are too few data.
    async fn suspects(&self, ctx: &Context<'_>) -> Result<Vec<Suspect>, Fault> {
        let change = self.change_point(ctx).await?;
        Ok(change.map(|change| change.named()).unwrap_or_default())
    }

    /// First day on which the verdict was REGRESSED, also after a recovery; null: never.
    async fn first_flagged_day(&self) -> Option<Date> {
        self.score.first_flagged_day.map(|day| self.snapshot.date(day)).map(Into::into)
    }
}

/// Evidence at the end of a day.
#[derive(SimpleObject)]
pub struct EvidencePoint {
    /// The day.
    as_of: Date,
    /// Natural logarithm of the evidence (e-value) for a decline, from responses and incidents together.
    log_evidence: f64,
}

/// Evidence of one kind of data.
#[derive(SimpleObject)]
pub struct Evidence {
    /// Natural logarithm of the evidence (e-value) for a decline.
    log_evidence: f64,
    /// Natural logarithm of the evidence (e-value) for an improvement.
    log_evidence_improved: f64,
    /// Its share of all evidence for a decline, 0 to 1; the shares of responses and incidents add to 1.
    share: f64,
}

impl From<regression::Evidence> for Evidence {
    fn from(evidence: regression::Evidence) -> Self {
        Self {
            log_evidence: evidence.log_e,
            log_evidence_improved: evidence.log_e_improved,
            share: evidence.share,
        }
    }
}

/// An estimate with a 95 % interval that is valid on all days at once.
#[derive(SimpleObject)]
pub struct Interval {
    /// The estimate.
    estimate: f64,
    /// Lower end; null: unbounded.
    lower: Option<f64>,
    /// Upper end; null: unbounded.
    upper: Option<f64>,
}

impl From<regression::Change> for Interval {
    fn from(change: regression::Change) -> Self {
        let change = change.within_scale();
        Self { estimate: change.estimate, lower: finite(change.lower), upper: finite(change.upper) }
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Change in one scale and segment.
#[derive(Description)]
pub struct RegressionStratum {
    snapshot: Arc<Snapshot>,
    stratum: regression::StratumChange,
}

#[Object(use_type_description)]
impl RegressionStratum {
    /// Scale of these customers' responses.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        scale::of(ctx, self.snapshot.scale_of(&self.stratum.stratum)).await
    }

    /// Their segment; null: none.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.snapshot.segment_of(&self.stratum.stratum)).await
    }

    /// Responses before.
    async fn baseline_responses(&self) -> i64 {
        self.stratum.baseline_responses
    }

    /// Responses after.
    async fn responses(&self) -> i64 {
        self.stratum.responses
    }

    /// Mean before, 0 (worst) to 100 (best); null without responses.
    async fn baseline_mean(&self) -> Option<f64> {
        self.stratum.baseline_mean
    }

    /// Mean after, 0 (worst) to 100 (best); null without responses.
    async fn mean(&self) -> Option<f64> {
        self.stratum.mean
    }

    /// Change in points of 100; null without at least 5 responses before and one after.
    async fn change(&self) -> Option<Interval> {
        self.stratum.change.map(Interval::from)
    }

    /// Its weight in the feature's change, 0 to 1; the weights add to 1.
    async fn weight(&self) -> f64 {
        self.stratum.weight
    }
}
