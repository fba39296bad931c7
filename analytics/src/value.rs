//! The perceived value of a feature over a period: what its answers, its history and the organisation say.

use crate::error::Result;
use crate::facts::{Day, Stratum};
use crate::prepared::Prepared;
use crate::prior::Hyperparameters;

/// Which value is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueQuery {
    /// The feature's code.
    pub feature: u32,
    /// The first day of the period.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
    /// Only answers and incidents of this release. The history is that of the feature all the same.
    pub release: Option<u32>,
    /// Only the value to this segment. What the others say still informs it.
    pub segment: Option<u32>,
    /// The last day whose rows may be known. Usually `until - 1`.
    pub as_of: Day,
}

/// How the customers' lost days were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentBasis {
    /// Against the active customers of the period.
    Exposure,
    /// Not at all, for nobody told how many customers were active: the score holds no deduction.
    None,
}

/// The perceived value, 0 to 100, with its reasons: `base + history + feedback + incidents = score`.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueScore {
    /// The feature's code.
    pub feature: u32,
    /// The perceived value, 0 to 100.
    pub score: f64,
    /// Lower end of the interval that holds the value with 90 % probability.
    pub lower: f64,
    /// Upper end of it.
    pub upper: f64,
    /// Standard deviation of the value before the deduction for incidents.
    pub sd: f64,
    /// What an average feature of the organisation would score in this mix of segments and scales.
    pub base: f64,
    /// What this feature usually adds to that, from its answers before the period.
    pub history: f64,
    /// What the answers of the period add.
    pub feedback: f64,
    /// What incidents took away: zero or less.
    pub incidents: f64,
    /// The strata, in the order of their codes; those with no weight and no answers are left out.
    pub strata: Vec<StratumValue>,
    /// How much of the score is this period's own answers: 0 none of it, 1 all.
    pub own_weight: f64,
    /// Answers of the period, in the segment asked for.
    pub responses: i64,
    /// Answers before the period in the segment asked for, each counted the less the older it is.
    pub history_responses: f64,
    /// False when there are fewer than 5 answers, with the history: such a score is listed after the ranked
    /// ones as "not enough answers".
    pub ranked: bool,
    /// Whether incidents could be counted at all.
    pub incident_basis: IncidentBasis,
    /// Share of the period's customer-days that incidents spoiled, 0 to 1.
    pub spoiled: f64,
    /// Days of the period with known exposure.
    pub exposure_days: u32,
    /// Sum of the active customers over those days.
    pub customer_days: f64,
    /// Over-dispersion of answers that was assumed.
    pub phi: f64,
    /// The last day whose rows were looked at.
    pub as_of: Day,
    /// The method's version.
    pub method: &'static str,
}

/// One stratum's part in a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratumValue {
    /// The stratum.
    pub stratum: Stratum,
    /// Its share in the reference mix; the shares add to 1.
    pub weight: f64,
    /// Answers of the period.
    pub responses: i64,
    /// Answers before the period, discounted by age.
    pub history_responses: f64,
    /// Their mean, 0 to 100; none without answers.
    pub mean: Option<f64>,
    /// What the feature's history let expect here, 0 to 100.
    pub expected: f64,
    /// Points that this stratum's answers add to the score; over all strata they add to
    /// [`ValueScore::feedback`] (but for scores pressed against 0 or 100).
    pub contribution: f64,
}

/// Which trend is asked for: a period of fixed length that ends on each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendQuery {
    /// The feature's code.
    pub feature: u32,
    /// Length of the period in days, at least 1.
    pub days: u32,
    /// Only answers and incidents of this release.
    pub release: Option<u32>,
    /// Only the value to this segment.
    pub segment: Option<u32>,
}

/// A point of a trend.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPoint {
    /// The last day of its period, and the day as of which it is told.
    pub day: Day,
    /// The value; none where the segment asked for has no answers anywhere.
    pub value: Option<ValueScore>,
}

/// Which values a report holds: those of `features`, over one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportQuery {
    /// The features' codes; [`Prepared::features_of`] gives those of a product.
    pub features: Vec<u32>,
    /// The first day of the period.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
    /// Only answers and incidents of this release.
    pub release: Option<u32>,
    /// Only the value to this segment.
    pub segment: Option<u32>,
    /// The last day whose rows may be known.
    pub as_of: Day,
}

/// The perceived value of one feature. None when the segment asked for has no answers anywhere.
pub fn value(
    _prepared: &Prepared,
    _hyper: &Hyperparameters,
    _query: &ValueQuery,
) -> Result<Option<ValueScore>> {
    Ok(None)
}

/// The values of several features: the ranked ones from the highest score down, then those with not enough
/// answers.
pub fn value_report(
    _prepared: &Prepared,
    _hyper: &Hyperparameters,
    _query: &ReportQuery,
) -> Result<Vec<ValueScore>> {
    Ok(Vec::new())
}

/// The value as of the day of each of `hyper`, in their order.
pub fn trend(
    _prepared: &Prepared,
    _hyper: &[Hyperparameters],
    _query: &TrendQuery,
) -> Result<Vec<TrendPoint>> {
    Ok(Vec::new())
}
