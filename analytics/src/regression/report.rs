//! What is said of a release and of each of its features.

use crate::evidence::{SD_CHANGE, change_interval};
use crate::facts::{Day, Stratum};

/// What is said of one feature of a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It got worse, by more than everything else on the same days; at most one in ten such verdicts is wrong.
    Regressed,
    /// The score is 30 or more, but the evidence is not sufficient, or the [`Reason`] prevents a stronger verdict.
    Watch,
    /// It is worse than in the 90 days before, but the decline began with an earlier release, and there is no evidence
    /// of a further decline.
    Since,
    /// An earlier release made it worse, and this one restored the level, fully or partly.
    Recovered,
    /// It got better; at most one in ten such verdicts is wrong.
    Improved,
    /// There is no evidence of a change. This is not proof that nothing changed.
    NoEvidence,
    /// There are too few responses since the release.
    CannotTell,
    /// There are too few responses before the release to compare with.
    #[default]
    NoBaseline,
}

/// Why a verdict is not stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is evidence, but from too few responses ([`RegressionScore::missing`]).
    FewAnswers,
    /// The change is not significant compared with the change of everything else on the same days.
    SharedShift,
    /// It differs from the 90 days before, but not from the previous release alone.
    LikePrevious,
    /// There is no control, and the change is not significant beyond the feature's own fluctuation.
    Wanders,
    /// The decline began with an earlier release ([`RegressionScore::since`]), and there is some evidence of a second
    /// decline with this one.
    FellBefore,
    /// The score is 30 or more, but the evidence is not enough for a verdict among all features of the release.
    Unproven,
    /// The responses since the release are on scales or in segments without a baseline, or the responses of only one side
    /// name their release: the two sides are different customers, or different questions.
    NotComparable,
    /// Incidents were opened since, and none was recorded before: the usual number is unknown.
    NewIncidents,
}

/// Whether the cause was tested against everything else on the same days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// There is nothing to compare with, so the cause was not tested.
    None,
    /// The change exceeds that of the controls.
    Held,
    /// The controls changed as well; the rest is not significant.
    Shared,
}

/// Which responses the release is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Rows of the release's declared ancestors in the 90 days before.
    Ancestors,
    /// Rows of every other release in the 90 days before, because it declares no ancestors.
    AnyOther,
    /// Rows of the previous release alone.
    Previous,
}

/// What incidents were counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateBasis {
    /// Customer-days, known both before and after.
    Exposure,
    /// Calendar days.
    Days,
}

/// The verdicts on one release.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseReport {
    /// The release's code.
    pub release: u32,
    /// Its first day.
    pub first_day: Day,
    /// The last day that was looked at: `as_of`, or the 90th day of the release, or the day it was withdrawn.
    pub through: Day,
    /// The day on which it was withdrawn, if not after `as_of`.
    pub withdrawn: Option<Day>,
    /// What the release was compared with primarily.
    pub baseline: Baseline,
    /// The previous release; it was compared with that alone as well.
    pub previous: Option<u32>,
    /// Number of responses that a verdict needs on each side.
    pub min_answers: u32,
    /// Every feature of the product, in the order of the codes.
    pub features: Vec<RegressionScore>,
    /// Over-dispersion of answers that was assumed.
    pub phi: f64,
    /// Over-dispersion of incidents that was assumed.
    pub phi_incidents: f64,
    /// The method's version.
    pub method: &'static str,
}

/// How much a release hurt one feature, with the reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionScore {
    /// The feature's code.
    pub feature: u32,
    /// The verdict, the same whether one feature is asked for or all.
    pub verdict: Verdict,
    /// The baseline that the verdict is based on. All figures here are relative to the report's baseline; those relative to
    /// the previous release alone are in [`previous`](Self::previous).
    pub baseline: Baseline,
    /// Why it is not stronger.
    pub reason: Option<Reason>,
    /// Numbers of responses before and after that are missing for a verdict.
    pub missing: Option<(u32, u32)>,
    /// Whether the cause was tested; none without evidence of a change.
    pub control: Option<Control>,
    /// The comparison with the controls.
    pub controlled: Option<Controlled>,
    /// When the decline began, and with which release, if that was before this release.
    pub since: Option<Since>,
    /// Share of the earlier decline that this release restored, with [`Verdict::Recovered`].
    pub recovery: Option<f64>,
    /// The comparison with the previous release alone; none if either side has too few responses.
    pub previous: Option<AgainstPrevious>,
    /// Probability in percent that the release regressed the feature, if one in ten does.
    pub score: f64,
    /// The always-valid p-value: with any number of looks, it falls to 0.05 for at most one in twenty releases
    /// that changed nothing.
    pub p: f64,
    /// Natural logarithm of the evidence of a drop, both channels together.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// Evidence of the responses; none if no stratum has at least 5 responses before.
    pub feedback: Option<Evidence>,
    /// Evidence of the incidents; none if the feature was known for less than 14 days before, or the product had no
    /// incident by then: if incidents are not recorded, their absence has no meaning.
    pub incidents: Option<Evidence>,
    /// The change of the mean response in points of 100, after minus before; none without both.
    pub change: Option<Change>,
    /// The change in each stratum with responses on either side.
    pub strata: Vec<StratumChange>,
    /// Ratio of the incident rates after and before, per customer-day or day; none without incidents, or if they cannot be
    /// compared.
    pub rate_ratio: Option<RateRatio>,
    /// What incidents were counted against.
    pub rate_basis: RateBasis,
    /// Share of the responses after the release in strata with a baseline, 0 to 1; none without responses.
    pub coverage: Option<f64>,
    /// Share of the feature's responses on the days compared that name no release and so belong to neither side, 0 to 1;
    /// none without responses.
    pub unlabelled: Option<f64>,
    /// Responses before the release.
    pub baseline_responses: i64,
    /// Responses after it.
    pub responses: i64,
    /// Incidents before the release.
    pub baseline_incidents: i64,
    /// Incidents after it.
    pub incidents_opened: i64,
    /// Days before the release on which the feature is known, at most 90.
    pub baseline_days: u32,
    /// The first day on which the verdict was [`Verdict::Regressed`]. It remains if the data recover.
    pub first_flagged_day: Option<Day>,
    /// Natural logarithm of the evidence at the end of each day since the release.
    pub path: Vec<f64>,
}

/// The change of everything else on the same days (METHOD 2).
#[derive(Clone, Debug, PartialEq)]
pub struct Controlled {
    /// Natural logarithm of the evidence of a drop beyond the common shift.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// The shift that the controls share, in points of 100, plus and minus two standard deviations.
    pub common_shift: Change,
    /// The change of the feature beyond it.
    pub own_change: Option<Change>,
    /// Ratio of the controls' incident rates after and before, shrunken toward 1, by which the feature's expected incidents
    /// are multiplied; none if too few of them have incidents.
    pub common_rate_ratio: Option<f64>,
    /// The controls.
    pub controls: Vec<ControlShift>,
}

/// The shift of one control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlShift {
    /// The feature; none: responses about the judged feature on earlier releases, on the same days.
    pub feature: Option<u32>,
    /// Its shift in points of 100.
    pub shift: f64,
    /// Its weight in the common shift. The weights add to less than 1; the rest is the weight of no shift.
    pub weight: f64,
    /// Number of its responses after the release.
    pub answers: f64,
}

/// A decline that began before a release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Since {
    /// Its first day.
    pub day: Day,
    /// The release that most likely caused it; none: it began before any release, or came to everything else on the same
    /// days as well.
    pub release: Option<u32>,
    /// Probability, 0 to 1, that it was this release.
    pub probability: Option<f64>,
}

/// The comparison of a release with the previous one alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgainstPrevious {
    /// Natural logarithm of the evidence of a drop.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// Probability in percent that the release is worse than the previous one, if one in ten is.
    pub score: f64,
    /// The always-valid p-value.
    pub p: f64,
    /// The change of the mean response in points of 100.
    pub change: Option<Change>,
    /// Responses on the previous release.
    pub baseline_responses: i64,
    /// Responses on this one.
    pub responses: i64,
}

/// The evidence of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Natural logarithm of the e-value for a drop.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// Its share of all evidence of a drop; the channels' shares add to 1.
    pub share: f64,
}

/// A change with the interval that holds on all days at once, with 95 % probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Points of 100, after minus before.
    pub estimate: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// The change in one stratum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratumChange {
    /// The stratum.
    pub stratum: Stratum,
    /// Responses before.
    pub baseline_responses: i64,
    /// Responses after.
    pub responses: i64,
    /// Mean before, 0 to 100.
    pub baseline_mean: Option<f64>,
    /// Mean after, 0 to 100.
    pub mean: Option<f64>,
    /// The change; none without at least 5 responses before and one after.
    pub change: Option<Change>,
    /// Its weight in the feature's change; the weights add to 1.
    pub weight: f64,
}

/// Ratio of the incident rates after and before, with the interval that holds on all days at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRatio {
    /// 1 is no change, 2 is twice as many.
    pub estimate: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

impl Change {
    pub(super) fn of(estimate: f64, variance: f64) -> Option<Self> {
        let (lower, upper) = change_interval(estimate, variance, SD_CHANGE)?;
        Some(Self { estimate: 100.0 * estimate, lower: 100.0 * lower, upper: 100.0 * upper })
    }

    /// With its interval limited to the scale: no mean can change by more than 100 points.
    pub fn within_scale(self) -> Self {
        let cut = |points: f64| points.clamp(-100.0, 100.0);
        Self { estimate: cut(self.estimate), lower: cut(self.lower), upper: cut(self.upper) }
    }
}

impl RegressionScore {
    /// Whether there is a baseline to compare with.
    pub fn has_baseline(&self) -> bool {
        self.feedback.is_some() || self.incidents.is_some()
    }
}
