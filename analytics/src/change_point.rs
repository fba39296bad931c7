//! When did the experience change, and which release is suspect?

use crate::error::Result;
use crate::facts::Day;
use crate::prepared::Prepared;
use crate::prior::Hyperparameters;

/// The day on which the experience of a feature most likely changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePoint {
    /// The feature's code.
    pub feature: u32,
    /// The first day of the new state, if there is one.
    pub day: Day,
    /// First day of the span that holds the change with 90 % probability.
    pub earliest: Day,
    /// Last day of it.
    pub latest: Day,
    /// Natural logarithm of the evidence that anything changed at all.
    pub log_bf: f64,
    /// Whether that is enough to call it: a Bayes factor of 20 or more.
    pub called: bool,
    /// The releases of the time, the most likely culprit first. Releases of one day share its probability.
    pub suspects: Vec<Suspect>,
    /// The probability of each day of the series, from `first_day` on.
    pub posterior: Vec<f64>,
    /// The first day of the series.
    pub first_day: Day,
    /// The method's version.
    pub method: &'static str,
}

/// A release that may have brought the change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspect {
    /// The release's code.
    pub release: u32,
    /// Probability that the change began between its first day and the next release, if there was one.
    pub probability: f64,
}

/// The change point of a feature in the 180 days up to `as_of`; none when fewer than two days are known.
pub fn change_point(
    _prepared: &Prepared,
    _hyper: &Hyperparameters,
    _feature: u32,
    _as_of: Day,
) -> Result<Option<ChangePoint>> {
    Ok(None)
}
