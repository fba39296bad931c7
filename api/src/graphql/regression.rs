//! Regression: did a release make things worse, for which features, and why we think so.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object, SimpleObject};
use ballroom_analytics::{
    change_point::{ChangePoint as Found, Suspect as Suspected},
    regression::{self, Baseline as Compared, RateBasis as Counted, RegressionScore, ReleaseReport},
};
use ballroom_entity::{
    id::{FeatureId, ReleaseId, ScaleId, SegmentId},
    product,
};
use chrono::NaiveDate;

use super::{
    Asking,
    evidence::{Control, ControlShift, FallSince, Gate, MissingResponses, PreviousComparison, VerdictReason},
    fault::Fault,
    feature::{self, Feature},
    load::VerdictsOn,
    release::{self, Release},
    scalar::Date,
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::{
    domain::product as products,
    score::{Snapshot, known_day},
};

/// The verdicts on a release.
#[derive(Description)]
pub struct Regression {
    snapshot: Arc<Snapshot>,
    report: Arc<ReleaseReport>,
    release: ReleaseId,
    today: NaiveDate,
}

/// What is said of a feature in a release.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_analytics::regression::Verdict")]
pub(super) enum Verdict {
    /// It got worse, by more than what the release does not touch. At most one in ten such verdicts is wrong.
    Regressed,
    /// Suspicious, not proven: look at it. `reason` says what keeps it from being more.
    Watch,
    /// It is worse than in the 90 days before, but the fall began before this release, as `since` says, and nothing says
    /// that this one made it worse again.
    Since,
    /// A release before it made it worse, and this one brought the level back, wholly or in part: see `recovery`.
    Recovered,
    /// It got better. At most one in ten such verdicts is wrong.
    Improved,
    /// Nothing speaks for a change. That is not proof that nothing changed.
    NoEvidence,
    /// Too little is known since the release to say anything.
    CannotTell,
    /// Too little is known from before the release to compare with.
    NoBaseline,
}

/// What a release is compared with.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum Baseline {
    /// The releases that it was made from.
    Ancestors,
    /// Every other release, because it names none that it was made from.
    AnyOther,
    /// The previous release alone.
    Previous,
}

impl From<Compared> for Baseline {
    fn from(baseline: Compared) -> Self {
        match baseline {
            Compared::Ancestors => Self::Ancestors,
            Compared::AnyOther => Self::AnyOther,
            Compared::Previous => Self::Previous,
        }
    }
}

/// What incidents are counted against.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum RateBasis {
    /// Customer-days, known both before and after.
    Exposure,
    /// Calendar days.
    Days,
}

#[Object(use_type_description)]
impl Regression {
    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.release).await
    }

    /// The gravest verdict over all features: REGRESSED if any is, else WATCH, SINCE, RECOVERED, IMPROVED, NO_EVIDENCE,
    /// CANNOT_TELL, and NO_BASELINE where no feature can be compared.
    async fn verdict(&self) -> Verdict {
        let gravity = |verdict| match verdict {
            regression::Verdict::Regressed => 7,
            regression::Verdict::Watch => 6,
            regression::Verdict::Since => 5,
            regression::Verdict::Recovered => 4,
            regression::Verdict::Improved => 3,
            regression::Verdict::NoEvidence => 2,
            regression::Verdict::CannotTell => 1,
            regression::Verdict::NoBaseline => 0,
        };
        let verdicts = self.report.features.iter().map(|feature| feature.verdict);
        verdicts.max_by_key(|verdict| gravity(*verdict)).unwrap_or(regression::Verdict::NoBaseline).into()
    }

    /// The release's first day with customers.
    async fn first_day(&self) -> Date {
        self.snapshot.date(self.report.first_day).into()
    }

    /// The last day that was looked at: the day asked for, at most the 90th of the release.
    async fn through(&self) -> Date {
        self.snapshot.date(self.report.through).into()
    }

    /// What the release is compared with, in the 90 days before its first.
    async fn baseline(&self) -> Baseline {
        self.report.baseline.into()
    }

    /// The release with which alone it is compared as well: the one that it was made from, else the one that began
    /// before it; null where there is none.
    async fn previous(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.report.previous.and_then(|code| self.snapshot.release_of(code)) {
            Some(id) => Ok(Some(release::of(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// Number of responses that a verdict needs before the release and after it, as set by the organization.
    async fn min_responses(&self) -> i64 {
        self.report.min_answers.into()
    }

    /// What a release gate should do with it.
    async fn gate(&self) -> Gate {
        Gate::of(&self.report, &self.snapshot)
    }

    /// The verdict on every feature of the product that has data.
    async fn features(&self) -> Vec<FeatureRegression> {
        let one = |score: &RegressionScore| FeatureRegression {
            snapshot: self.snapshot.clone(),
            report: self.report.clone(),
            release: self.release,
            today: self.today,
            score: score.clone(),
        };
        self.report.features.iter().map(one).collect()
    }

    /// How much answers of one day move together: 1 if not at all. Counts are divided by it.
    async fn overdispersion(&self) -> f64 {
        self.report.phi
    }

    /// How much incidents come in bursts: 1 if not at all. Counts are divided by it.
    async fn incident_overdispersion(&self) -> f64 {
        self.report.phi_incidents
    }

    /// The version of the method.
    async fn method(&self) -> &str {
        self.report.method
    }
}

/// How much a release hurt one feature, with the reasons.
#[derive(Description)]
pub struct FeatureRegression {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) report: Arc<ReleaseReport>,
    pub(super) release: ReleaseId,
    pub(super) today: NaiveDate,
    pub(super) score: RegressionScore,
}

#[Object(use_type_description)]
impl FeatureRegression {
    /// The feature; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.snapshot.feature_of(self.score.feature).1.some() {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// The verdict; it accounts for all features of the release having been looked at.
    async fn verdict(&self) -> Verdict {
        self.score.verdict.into()
    }

    /// What the verdict rests on. All figures of this object are against the release's `baseline`; those against the
    /// previous release alone stand in `previous`.
    async fn baseline(&self) -> Baseline {
        self.score.baseline.into()
    }

    /// Why the verdict is not more than it is; null: nothing stands in its way.
    async fn reason(&self) -> Option<VerdictReason> {
        self.score.reason.map(VerdictReason::from)
    }

    /// Number of responses that are missing on either side until the evidence may become a verdict; null if none is.
    async fn missing_responses(&self) -> Option<MissingResponses> {
        self.score.missing.map(MissingResponses::from)
    }

    /// Whether the cause was tested; null where there is no evidence for a change.
    async fn control(&self) -> Option<Control> {
        self.score.control.map(Control::from)
    }

    /// The shift that everything else shares: features that the release does not touch, and answers to earlier releases
    /// on the same days. In points of 100, with twice its standard deviation on either side; null where there is
    /// nothing to compare with.
    async fn common_shift(&self) -> Option<Interval> {
        self.score.controlled.as_ref().map(|controlled| controlled.common_shift.into())
    }

    /// The change of the feature beyond the common shift, in points of 100; null where there is nothing to compare with.
    async fn own_change(&self) -> Option<Interval> {
        self.score.controlled.as_ref()?.own_change.map(Interval::from)
    }

    /// Natural logarithm of the evidence (e-value) for a drop beyond the common shift; null where there is nothing to
    /// compare with.
    async fn log_evidence_controlled(&self) -> Option<f64> {
        self.score.controlled.as_ref().map(|controlled| controlled.log_e)
    }

    /// Natural logarithm of the evidence (e-value) for an improvement beyond the common shift; null where there is
    /// nothing to compare with.
    async fn log_evidence_improved_controlled(&self) -> Option<f64> {
        self.score.controlled.as_ref().map(|controlled| controlled.log_e_improved)
    }

    /// Incidents of what the release does not touch, after per incidents before, shrunken toward 1: so many times as many
    /// are expected of this feature. Null where too few of the others have incidents.
    async fn common_rate_ratio(&self) -> Option<f64> {
        self.score.controlled.as_ref()?.common_rate_ratio
    }

    /// What the common shift rests on.
    async fn controls(&self) -> Vec<ControlShift> {
        let one = |control: &regression::ControlShift| ControlShift {
            snapshot: self.snapshot.clone(),
            control: *control,
        };
        self.score.controlled.iter().flat_map(|controlled| &controlled.controls).map(one).collect()
    }

    /// How far answers about this feature to earlier releases moved on the days of this one; null where there are fewer
    /// than 20. It is one of the controls.
    async fn concurrent(&self) -> Option<ControlShift> {
        let mut controls = self.score.controlled.iter().flat_map(|controlled| &controlled.controls);
        let control = *controls.find(|control| control.feature.is_none())?;
        Some(ControlShift { snapshot: self.snapshot.clone(), control })
    }

    /// When a fall began that this release only inherited; null unless the verdict is SINCE.
    async fn since(&self) -> Option<FallSince> {
        self.score.since.map(|since| FallSince { snapshot: self.snapshot.clone(), since })
    }

    /// The share of the fall before that this release made good; 1 is all of it, more than 1 is better than before the
    /// fall. Null unless the verdict is RECOVERED.
    async fn recovery(&self) -> Option<f64> {
        self.score.recovery
    }

    /// The comparison with the previous release alone; null where either side has too few answers.
    async fn previous(&self) -> Option<PreviousComparison> {
        self.score.previous.map(PreviousComparison)
    }

    /// Share, 0 to 1, of the feature's answers of the days compared that name no release. They count for the value of
    /// the feature, and stand on neither side of the verdict. Null without answers.
    async fn unlabelled_share(&self) -> Option<f64> {
        self.score.unlabelled
    }

    /// Probability in percent, 0 to 100, that the release regressed the feature, if one release in ten does.
    async fn score(&self) -> f64 {
        self.score.score
    }

    /// The p-value, valid however often it is looked at: it falls to 0.05 in at most one of twenty releases that
    /// changed nothing.
    async fn p_value(&self) -> f64 {
        self.score.p
    }

    /// Natural logarithm of the evidence (e-value) for a drop; 3 is strong, below 0 speaks against it.
    async fn log_evidence(&self) -> f64 {
        self.score.log_e
    }

    /// Natural logarithm of the evidence (e-value) for an improvement.
    async fn log_evidence_improved(&self) -> f64 {
        self.score.log_e_improved
    }

    /// What the answers say; null when too few are known from before.
    async fn feedback_evidence(&self) -> Option<Evidence> {
        self.score.feedback.map(Evidence::from)
    }

    /// What the incidents say; null when the feature is known for less than 14 days before, or no incident of the product
    /// was recorded by then: where nobody records them, their absence says nothing.
    async fn incident_evidence(&self) -> Option<Evidence> {
        self.score.incidents.map(Evidence::from)
    }

    /// The change of the mean answer, after minus before, in points of 100; null without both.
    async fn change(&self) -> Option<Interval> {
        self.score.change.map(Interval::from)
    }

    /// The change in each group of customers, by scale and segment.
    async fn strata(&self) -> Vec<RegressionStratum> {
        let one = |stratum: &regression::StratumChange| RegressionStratum {
            snapshot: self.snapshot.clone(),
            stratum: *stratum,
        };
        self.score.strata.iter().map(one).collect()
    }

    /// Incidents after the release per incidents before, against the same exposure: 1 is no change; null without any
    /// incident on either side, and where none was recorded before the release.
    async fn rate_ratio(&self) -> Option<Interval> {
        let ratio = self.score.rate_ratio?;
        Some(Interval { estimate: ratio.estimate, lower: finite(ratio.lower), upper: finite(ratio.upper) })
    }

    /// What incidents are counted against.
    async fn rate_basis(&self) -> RateBasis {
        match self.score.rate_basis {
            Counted::Exposure => RateBasis::Exposure,
            Counted::Days => RateBasis::Days,
        }
    }

    /// Share, 0 to 1, of the answers after the release that can be compared with answers before; null without
    /// answers.
    async fn coverage(&self) -> Option<f64> {
        self.score.coverage
    }

    /// Answers before the release.
    async fn baseline_responses(&self) -> i64 {
        self.score.baseline_responses
    }

    /// Answers after it.
    async fn responses(&self) -> i64 {
        self.score.responses
    }

    /// Incidents before the release.
    async fn baseline_incidents(&self) -> i64 {
        self.score.baseline_incidents
    }

    /// Incidents after it.
    async fn incidents(&self) -> i64 {
        self.score.incidents_opened
    }

    /// Days before the release on which the feature is known, 0 to 90.
    async fn baseline_days(&self) -> i64 {
        self.score.baseline_days.into()
    }

    /// The evidence as it stood at the end of each day since the release.
    async fn path(&self) -> Vec<EvidencePoint> {
        let point = |(day, log_evidence): (i32, &f64)| EvidencePoint {
            as_of: self.snapshot.date(self.report.first_day + day).into(),
            log_evidence: *log_evidence,
        };
        (0..).zip(&self.score.path).map(point).collect()
    }

    /// When the experience changed, looked for in the rows that this verdict compares: those of the release and of
    /// the releases that it was made from, or all where it names none. Null when fewer than two days are known.
    async fn change_point(&self, ctx: &Context<'_>) -> Result<Option<ChangePoint>, Fault> {
        let (scores, through) = (&ctx.services().scores, self.snapshot.date(self.report.through));
        let found =
            scores.suspects(ctx.reports()?, self.today, self.release, self.score.feature, through).await?;
        Ok(found.map(|found| ChangePoint { snapshot: self.snapshot.clone(), found }))
    }

    /// The releases that may have brought the change, the most likely first: those of 1 % or more, at most ten. Empty
    /// where `changePoint.detected` is false, and when too little is known.
    async fn suspects(&self, ctx: &Context<'_>) -> Result<Vec<Suspect>, Fault> {
        let change = self.change_point(ctx).await?;
        Ok(change.map(|change| change.named()).unwrap_or_default())
    }

    /// The first day on which the verdict was REGRESSED; it stays when things recover. Null if it never was.
    async fn first_flagged_day(&self) -> Option<Date> {
        self.score.first_flagged_day.map(|day| self.snapshot.date(day)).map(Into::into)
    }
}

/// The evidence at the end of a day.
#[derive(SimpleObject)]
pub struct EvidencePoint {
    /// The day.
    as_of: Date,
    /// Natural logarithm of the evidence (e-value) for a drop, answers and incidents together.
    log_evidence: f64,
}

/// What one kind of data says.
#[derive(SimpleObject)]
pub struct Evidence {
    /// Natural logarithm of the evidence (e-value) for a drop.
    log_evidence: f64,
    /// Natural logarithm of the evidence (e-value) for an improvement.
    log_evidence_improved: f64,
    /// Its share of all evidence for a drop, 0 to 1; the shares of answers and incidents add to 1.
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

/// An estimate with the interval that holds on all days at once, with 95 % probability.
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

/// The change in one scale and segment.
#[derive(Description)]
pub struct RegressionStratum {
    snapshot: Arc<Snapshot>,
    stratum: regression::StratumChange,
}

#[Object(use_type_description)]
impl RegressionStratum {
    /// The scale on which these customers answered.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        let id = self.snapshot.codes.scales.id(self.stratum.stratum.scale).unwrap_or(ScaleId::NONE);
        scale::of(ctx, id).await
    }

    /// Their segment; null: none.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        let id = self.snapshot.codes.segments.id(self.stratum.stratum.segment).unwrap_or(SegmentId::NONE);
        segment::of(ctx, id.some()).await
    }

    /// Answers before.
    async fn baseline_responses(&self) -> i64 {
        self.stratum.baseline_responses
    }

    /// Answers after.
    async fn responses(&self) -> i64 {
        self.stratum.responses
    }

    /// Mean before, 0 (worst) to 100 (best); null without answers.
    async fn baseline_mean(&self) -> Option<f64> {
        self.stratum.baseline_mean
    }

    /// Mean after, 0 (worst) to 100 (best); null without answers.
    async fn mean(&self) -> Option<f64> {
        self.stratum.mean
    }

    /// The change in points of 100; null without at least 5 answers before and one after.
    async fn change(&self) -> Option<Interval> {
        self.stratum.change.map(Interval::from)
    }

    /// Its weight in the feature's change, 0 to 1; the weights add to 1.
    async fn weight(&self) -> f64 {
        self.stratum.weight
    }
}

/// When the experience of a feature changed.
#[derive(Description)]
pub struct ChangePoint {
    snapshot: Arc<Snapshot>,
    found: Found,
}

impl ChangePoint {
    fn named(&self) -> Vec<Suspect> {
        let suspect = |one: &Suspected| {
            Some(Suspect { release: self.snapshot.release_of(one.release)?, probability: one.probability })
        };
        self.found.listed().iter().filter_map(suspect).collect()
    }
}

#[Object(use_type_description)]
impl ChangePoint {
    /// Whether a change was detected: the evidence for one is 20 to 1 or more. If false, the rest says little.
    async fn detected(&self) -> bool {
        self.found.called
    }

    /// Natural logarithm of the evidence (Bayes factor) that anything changed.
    async fn log_bayes_factor(&self) -> f64 {
        self.found.log_bf
    }

    /// The most likely first day of the new state.
    async fn day(&self) -> Date {
        self.snapshot.date(self.found.day).into()
    }

    /// First day of the span that holds the change with 90 % probability.
    async fn earliest(&self) -> Date {
        self.snapshot.date(self.found.earliest).into()
    }

    /// Last day of the span that holds the change with 90 % probability.
    async fn latest(&self) -> Date {
        self.snapshot.date(self.found.latest).into()
    }

    /// The releases that may have brought the change, the most likely culprit first: those of 1 % or more, at most ten.
    /// Empty where `detected` is false.
    async fn suspects(&self) -> Vec<Suspect> {
        self.named()
    }

    /// Probability, 0 to 1, of all else: of releases that `suspects` leaves out, and of days before any release of the
    /// time. With the probabilities of `suspects` it adds to 1.
    async fn other_probability(&self) -> f64 {
        self.found.other_probability()
    }

    /// The version of the method.
    async fn method(&self) -> &str {
        self.found.method
    }
}

/// A release that may have brought a change.
#[derive(Description)]
pub struct Suspect {
    release: ReleaseId,
    probability: f64,
}

#[Object(use_type_description)]
impl Suspect {
    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.release).await
    }

    /// Probability, 0 to 1, that the change began between its first day and the next release.
    async fn probability(&self) -> f64 {
        self.probability
    }
}

/// The verdicts on a release; none while it is planned.
pub(super) async fn of_release(
    ctx: &Context<'_>,
    product: &product::Model,
    release: ReleaseId,
    as_of: Option<Date>,
) -> Result<Option<Regression>, Fault> {
    let today = products::today(product, ctx.now());
    let as_of = day(as_of, today)?;
    let loaded = ctx.load().load_one(VerdictsOn { release, today, as_of }).await?;
    Ok(loaded.map(|(snapshot, report)| Regression { snapshot, report, release, today }))
}

/// When the experience of a feature changed; none when too little is known.
pub(super) async fn change_point(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    as_of: Option<Date>,
) -> Result<Option<ChangePoint>, Fault> {
    let today = products::today(product, ctx.now());
    let as_of = day(as_of, today)?;
    let scores = &ctx.services().scores;
    let (snapshot, found) = scores.change_point(ctx.reports()?, today, product.id, feature, as_of).await?;
    Ok(found.map(|found| ChangePoint { snapshot, found }))
}

fn day(given: Option<Date>, today: NaiveDate) -> Result<NaiveDate, Fault> {
    Ok(known_day("asOf", given.map_or(today, Into::into), today)?)
}
