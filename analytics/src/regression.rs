//! Did a release make the experience of a feature worse?

use crate::error::Result;
use crate::facts::{Day, Stratum};
use crate::prepared::Prepared;
use crate::prior::Hyperparameters;

/// What is said of one feature of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It got worse; at most one in ten such verdicts is wrong.
    Regressed,
    /// Suspicious, not proven: the score is 30 or more.
    Watch,
    /// It got better; at most one in ten such verdicts is wrong.
    Improved,
    /// Nothing speaks for a change. That is not proof that nothing changed.
    NoEvidence,
    /// Too little is known from before the release to compare with.
    NoBaseline,
}

/// What the answers before the release were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Rows of the release's declared ancestors.
    Ancestors,
    /// Rows of every other release, for it declares no ancestors.
    AnyOther,
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
    /// What the release was compared with.
    pub baseline: Baseline,
    /// Every feature of the product that has rows, in the order of the codes.
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
    /// Probability in percent that the release regressed the feature, if one in ten does.
    pub score: f64,
    /// The always-valid p-value: however often it was looked at, it falls to 0.05 in at most one of twenty
    /// releases that changed nothing.
    pub p: f64,
    /// Natural logarithm of the evidence for a drop, both channels together.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// What the answers say; none when fewer than 5 of any stratum are known from before.
    pub feedback: Option<Evidence>,
    /// What the incidents say; none when the feature is known for less than 14 days before.
    pub incidents: Option<Evidence>,
    /// The change of the mean answer in points of 100, after minus before; none without both.
    pub change: Option<Change>,
    /// The change in each stratum that has answers on either side.
    pub strata: Vec<StratumChange>,
    /// Incidents after per incidents before, per customer-day or day; none without both.
    pub rate_ratio: Option<RateRatio>,
    /// What incidents were counted against.
    pub rate_basis: RateBasis,
    /// Share of the answers after the release that lie in strata with a baseline, 0 to 1; none without answers.
    pub coverage: Option<f64>,
    /// Answers before the release.
    pub baseline_responses: i64,
    /// Answers after it.
    pub responses: i64,
    /// Incidents before the release.
    pub baseline_incidents: i64,
    /// Incidents after it.
    pub incidents_opened: i64,
    /// Days before the release on which the feature is known, at most 90.
    pub baseline_days: u32,
    /// The first day on which the verdict was [`Verdict::Regressed`]. It stays when the data recover.
    pub first_flagged_day: Option<Day>,
    /// Natural logarithm of the evidence on every day since the release.
    pub path: Vec<f64>,
}

/// The evidence of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Natural logarithm of the e-value for a drop.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// Its share of all evidence for a drop; the channels' shares add to 1.
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
    /// Answers before.
    pub baseline_responses: i64,
    /// Answers after.
    pub responses: i64,
    /// Mean before, 0 to 100.
    pub baseline_mean: Option<f64>,
    /// Mean after, 0 to 100.
    pub mean: Option<f64>,
    /// The change; none without at least 5 answers before and one after.
    pub change: Option<Change>,
    /// Its weight in the feature's change; the weights add to 1.
    pub weight: f64,
}

/// Incidents after per incidents before, with the interval that holds on all days at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRatio {
    /// 1 is no change, 2 is twice as many.
    pub estimate: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// The verdicts on a release as of the end of a day; none while it has not reached customers. `hyper` are
/// those of the day before its first day, and stay so.
pub fn regression(
    _prepared: &Prepared,
    _hyper: &Hyperparameters,
    _release: u32,
    _as_of: Day,
) -> Result<Option<ReleaseReport>> {
    Ok(None)
}
