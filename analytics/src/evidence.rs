//! The evidence of responses and incidents for a change (METHOD 5): e-values, which may be evaluated every day
//! and averaged under any dependence.

use libm::lgamma;

use crate::credibility::variance_ratio;
use crate::utility::Moments;

/// Responses before a release below which a stratum has no baseline.
pub const MIN_BASELINE: f64 = 5.0;
/// A drop of utility that is tolerated, and never a regression.
pub(crate) const MARGIN: f64 = 0.01;
/// The drops of utility, and the ratios of the incident rate, that are tested for.
pub(crate) const DROPS: [f64; 3] = [0.05, 0.10, 0.20];
const RATIOS: [f64; 3] = [1.5, 2.0, 4.0];
/// Prior probability that a release regresses a feature.
const PRIOR_REGRESSED: f64 = 0.10;
/// Share of wrong verdicts that is accepted among `regressed`, and among `improved`.
pub const FALSE_DISCOVERIES: f64 = 0.10;
/// Minimum score of a feature that is watched.
const WATCH: f64 = 30.0;
/// Error of the always-valid intervals.
const ALPHA: f64 = 0.05;
/// Expected standard deviation of a change of utility.
pub const SD_CHANGE: f64 = 0.10;
/// The same of the log rate ratio.
pub const SD_LOG_RATE_RATIO: f64 = 0.50;

/// The direction of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Worse responses, more incidents.
    Worse,
    /// Better responses, fewer incidents.
    Better,
}

impl Direction {
    pub(crate) fn sign(self) -> f64 {
        match self {
            Self::Worse => -1.0,
            Self::Better => 1.0,
        }
    }
}

/// The prediction of a stratum's responses from its baseline, with and without a change.
///
/// ```text
/// mu = (n0 y0 + 1/2) / (n0 + 1),  f = 1 / (phi rho),  A = f (n0 + 1),  S = f n1 y1,  F = f n1 (1 - y1)
/// L(q) = ln B(A q + S, A (1 - q) + F) - ln B(A q, A (1 - q))
/// ```
///
/// The beta-binomial predictive of the baseline shifted to `q`; `f` is the number of binomial trials per response.
#[derive(Clone, Copy, Debug)]
pub struct Prediction {
    trials: f64,
    /// `A q` and `A (1 - q)` at the tolerated margin, then at each drop, with their part of `L`.
    shifted: [(f64, f64, f64); 4],
}

impl Prediction {
    /// None if the baseline has fewer than 5 responses.
    pub fn of(baseline: &Moments, ratio: f64, phi: f64, direction: Direction) -> Option<Self> {
        if baseline.n < MIN_BASELINE {
            return None;
        }
        let mu = (baseline.n * baseline.mean + 0.5) / (baseline.n + 1.0);
        let trials = 1.0 / (phi * variance_ratio(baseline, mu, ratio));
        let weight = trials * (baseline.n + 1.0);
        let shifted = [MARGIN, DROPS[0], DROPS[1], DROPS[2]].map(|shift| {
            let q = (mu + direction.sign() * shift).clamp(1e-3, 1.0 - 1e-3);
            let (good, bad) = (weight * q, weight * (1.0 - q));
            (good, bad, lgamma(good) + lgamma(bad))
        });
        Some(Self { trials, shifted })
    }

    /// `L(mu - delta) - L(mu - margin)` for each drop. Common terms are omitted.
    pub fn log_ratios(&self, after: &Moments) -> [f64; 3] {
        if after.n <= 0.0 {
            return [0.0; 3];
        }
        let good = self.trials * after.n * after.mean;
        let bad = self.trials * after.n * (1.0 - after.mean);
        let [margin, drops @ ..] =
            self.shifted.map(|(a, b, before)| lgamma(a + good) + lgamma(b + bad) - before);
        drops.map(|l| l - margin)
    }
}

/// Log e-value of the responses: `E_F = mean over drops of prod over strata exp(L(mu - delta) - L(mu - margin))`.
pub fn log_e_feedback(log_ratios: impl IntoIterator<Item = [f64; 3]>) -> f64 {
    let mut total = [0.0; 3];
    for stratum in log_ratios {
        for (total, ratio) in total.iter_mut().zip(stratum) {
            *total += ratio;
        }
    }
    log_mean_exp(&total)
}

/// A number of incidents, and the customer-days or days in which they were opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// Number of incidents.
    pub incidents: f64,
    /// Customer-days, or days.
    pub exposure: f64,
}

/// Log e-value of the incidents, the same test for rates; 0 if either side has no exposure.
///
/// ```text
/// a = N0/phi + 1/2,  B = X0/phi,  k = N1/phi,  x = X1/phi
/// E_I = mean over R of R^k ((B + x) / (B + R x))^(a + k)
/// ```
pub fn log_e_incidents(before: Rate, after: Rate, phi: f64, direction: Direction) -> f64 {
    if before.exposure <= 0.0 || after.exposure <= 0.0 {
        return 0.0;
    }
    let (a, b) = (before.incidents / phi + 0.5, before.exposure / phi);
    let (k, x) = (after.incidents / phi, after.exposure / phi);
    let logs = RATIOS.map(|ratio| {
        let ratio = if direction == Direction::Worse { ratio } else { 1.0 / ratio };
        k * ratio.ln() + (a + k) * ((b + x).ln() - (b + ratio * x).ln())
    });
    log_mean_exp(&logs)
}

/// The average of e-values, in logarithms: the only admissible merge under unknown dependence (Vovk and Wang 2021;
/// Wang 2024). 0 without values.
pub fn combine(log_es: &[f64]) -> f64 {
    if log_es.is_empty() { 0.0 } else { log_mean_exp(log_es) }
}

/// The probability in percent that the release regressed the feature, if one in ten does: `100 E / (E + 9)`.
pub fn regression_score(log_e: f64) -> f64 {
    // One in ten: the odds against it are 9.
    100.0 / (1.0 + (1.0 - PRIOR_REGRESSED) / PRIOR_REGRESSED * (-log_e).exp())
}

/// The always-valid p-value: `min(1, 1 / max E)` over the days so far.
pub fn always_valid_p(path: &[f64]) -> f64 {
    (-path.iter().copied().fold(0.0, f64::max)).exp()
}

/// e-BH (Wang and Ramdas 2022): the indexes of the significant e-values, with a false discovery rate of at most `q`.
pub fn e_bh(log_es: &[f64], q: f64) -> Vec<usize> {
    let mut order: Vec<_> = (0..log_es.len()).collect();
    order.sort_by(|a, b| log_es[*b].total_cmp(&log_es[*a]));
    let family = log_es.len() as f64;
    let enough = |k: usize| log_es[order[k]] >= (family / (q * (k + 1) as f64)).ln();
    let called = (0..log_es.len()).rev().find(|k| enough(*k)).map_or(0, |k| k + 1);
    order.truncate(called);
    order.sort_unstable();
    order
}

/// Whether a score is high enough to be watched.
pub(crate) fn is_watched(log_e: f64) -> bool {
    regression_score(log_e) >= WATCH
}

/// Precision-weighted change of the mean over strata (before, after, variance ratio) with its variance; none
/// if no stratum has 5 responses before and one after.
pub fn feedback_change(strata: &[(Moments, Moments, f64)], phi: f64) -> Option<(f64, f64)> {
    let (mut sum, mut precision) = (0.0, 0.0);
    for (before, after, ratio) in strata {
        if let Some((change, variance)) = stratum_change(before, after, *ratio, phi) {
            sum += change / variance;
            precision += 1.0 / variance;
        }
    }
    (precision > 0.0).then(|| (sum / precision, 1.0 / precision))
}

/// The change of one stratum; its variance is computed with one best and one worst response added to each mean
/// (Agresti and Caffo 2000).
pub(crate) fn stratum_change(before: &Moments, after: &Moments, ratio: f64, phi: f64) -> Option<(f64, f64)> {
    if before.n < MIN_BASELINE || after.n <= 0.0 {
        return None;
    }
    let variance = |cell: &Moments| {
        let mu = (cell.n * cell.mean + 1.0) / (cell.n + 2.0);
        phi * variance_ratio(cell, mu, ratio) * mu * (1.0 - mu) / cell.n
    };
    Some((after.mean - before.mean, variance(before) + variance(after)))
}

/// Log rate ratio, after to before, with its variance; half a count is added to each side.
pub fn incident_change(before: Rate, after: Rate, phi: f64) -> Option<(f64, f64)> {
    if before.exposure <= 0.0 || after.exposure <= 0.0 {
        return None;
    }
    let (n0, n1) = (before.incidents + 0.5, after.incidents + 0.5);
    let ratio = (n1 / after.exposure).ln() - (n0 / before.exposure).ln();
    Some((ratio, phi * (1.0 / n1 + 1.0 / n0)))
}

/// The 95 % interval of an estimate that holds on all days at once (Robbins 1970); `sd` is the expected change.
///
/// `est +- sqrt((I + R) ln((I + R) / (R alpha^2))) / I` with `I = 1/var`, `R = 1/sd^2`.
pub fn change_interval(estimate: f64, variance: f64, sd: f64) -> Option<(f64, f64)> {
    if !variance.is_finite() || variance <= 0.0 {
        return None;
    }
    let (i, r) = (1.0 / variance, 1.0 / (sd * sd));
    let half = ((i + r) * ((i + r) / (r * ALPHA * ALPHA)).ln()).sqrt() / i;
    Some((estimate - half, estimate + half))
}

/// `ln(mean(exp(x)))` that neither over- nor underflows.
pub(crate) fn log_mean_exp(logs: &[f64]) -> f64 {
    log_sum_exp(logs) - (logs.len() as f64).ln()
}

pub(crate) fn log_sum_exp(logs: &[f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + logs.iter().map(|l| (l - top).exp()).sum::<f64>().ln()
}
