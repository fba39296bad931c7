//! How many incidents are to be expected after a planned release?

use crate::error::Result;
use crate::facts::Day;
use crate::prepared::Prepared;
use crate::prior::Hyperparameters;

/// What is to be forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastQuery {
    /// The feature's code.
    pub feature: u32,
    /// The last day whose rows may be known; the forecast begins the day after.
    pub as_of: Day,
    /// How many days.
    pub days: u32,
    /// The day of the planned release; none when none is planned.
    pub release_day: Option<Day>,
    /// Active customers expected on each of the days; empty: as many as in the last 28 days.
    pub exposure: Vec<f64>,
}

/// The incidents to expect.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The feature's code.
    pub feature: u32,
    /// Expected incidents over all the days.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
    /// For each share of [`QUANTILES`], the number of incidents that is not exceeded with that probability.
    pub quantiles: Vec<Quantile>,
    /// What the organisation's releases do to incidents 0-1, 2-6 and 7-13 days after: 1 is nothing.
    pub release_effect: [f64; 3],
    /// Incidents of the feature that the forecast rests on.
    pub incidents: i64,
    /// The method's version.
    pub method: &'static str,
}

/// A point of the distribution of incidents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// Probability, 0 to 1.
    pub share: f64,
    /// Incidents.
    pub incidents: f64,
}

/// The shares of a forecast.
pub const QUANTILES: [f64; 7] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95];

/// The forecast of a feature's incidents.
pub fn forecast(
    _prepared: &Prepared,
    _hyper: &Hyperparameters,
    _query: &ForecastQuery,
) -> Result<Option<Forecast>> {
    Ok(None)
}
