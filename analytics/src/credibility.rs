//! The posterior of a feature's value, and how responses update it (METHOD 3).
//!
//! A two-step credibility (Bühlmann and Straub 1970; a linear Bayes update). The utilities `theta` of a
//! feature's strata are believed to be
//!
//! ```text
//! theta ~ (m, tau_a J + tau_b I)            from the organization
//! history moves it, each response discounted by its age
//! theta ~ (mu_h, P_h + tau_g (3/4 J + 1/4 I))      it may have drifted since
//! the period's responses move it
//! ```
//!
//! where J is all ones. Every covariance in this chain is a diagonal plus a common part or two, so the dense
//! solve of the textbook comes down to sums over strata: the cost grows with the strata, not their cube.

use crate::interval::beta_interval;
use crate::utility::Moments;

/// Pseudo-degrees of freedom of the organization in a cell's own variance.
pub(crate) const K_VAR: f64 = 10.0;

/// The organization's prior, per stratum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// Mean utility of each stratum.
    pub mean: Vec<f64>,
    /// Variance of its responses as a share of `mean (1 - mean)`; 1 for a two-level scale.
    pub ratio: Vec<f64>,
    /// Variance shared by a feature's strata.
    pub tau_a: f64,
    /// Variance of a feature in one stratum.
    pub tau_b: f64,
    /// Variance of the drift since the history.
    pub tau_g: f64,
    /// Over-dispersion of responses.
    pub phi: f64,
}

/// A value with its parts, in points of 100.
#[derive(Clone, Debug, PartialEq)]
pub struct Credibility {
    /// `100 mean (1 - spoiled)`.
    pub score: f64,
    /// 5 % quantile.
    pub lower: f64,
    /// 95 % quantile.
    pub upper: f64,
    /// Standard deviation before the deduction.
    pub sd: f64,
    /// The organization's average for this mix.
    pub base: f64,
    /// What the history adds.
    pub history: f64,
    /// What the cell's responses add.
    pub feedback: f64,
    /// What incidents take.
    pub incidents: f64,
    /// Points added by each stratum.
    pub by_stratum: Vec<f64>,
    /// Expected utility of each stratum after the history.
    pub expected: Vec<f64>,
    /// Share of the score that is the cell's own.
    pub own_weight: f64,
}

/// The value of a cell from its responses, its discounted history, the reference mix `weights` (summing to 1)
/// and the share of its customer-days that incidents spoiled.
pub fn credibility(
    org: &Expectation,
    weights: &[f64],
    history: &[Moments],
    cell: &[Moments],
    spoiled: f64,
) -> Credibility {
    let feature = Belief::of_organization(org).after_history(org, history);
    let (mean, variance, gain) = feature.after_cell(org, weights, cell);

    let base = dot(weights, &org.mean);
    let expected = dot(weights, &feature.mean);
    let mean = mean.clamp(0.001, 0.999);
    let variance = variance.max(1e-12).min(0.25 * mean * (1.0 - mean));
    let (lower, upper) = beta_interval(mean, variance);
    let keep = 1.0 - spoiled.clamp(0.0, 1.0);
    let by_stratum = gain
        .iter()
        .zip(cell)
        .zip(&feature.mean)
        .map(
            |((gain, cell), expected)| if cell.n > 0.0 { 100.0 * gain * (cell.mean - expected) } else { 0.0 },
        )
        .collect();
    Credibility {
        score: 100.0 * mean * keep,
        lower: 100.0 * lower * keep,
        upper: 100.0 * upper * keep,
        sd: 100.0 * variance.sqrt(),
        base: 100.0 * base,
        history: 100.0 * (expected - base),
        feedback: 100.0 * (mean - expected),
        incidents: -100.0 * mean * (1.0 - keep),
        by_stratum,
        expected: feature.mean,
        own_weight: gain.iter().sum(),
    }
}

/// Means and covariance of a feature's strata: `cov = diag(own) + common common'`.
struct Belief {
    mean: Vec<f64>,
    own: Vec<f64>,
    common: Vec<f64>,
}

impl Belief {
    fn of_organization(org: &Expectation) -> Self {
        let strata = org.mean.len();
        Self { mean: org.mean.clone(), own: vec![org.tau_b; strata], common: vec![org.tau_a.sqrt(); strata] }
    }

    /// Given what the strata share (`a`, of variance 1 here), they are independent: so `a` is learnt from all
    /// of them first, and then each stratum's own part from what `a` leaves unexplained.
    fn after_history(self, org: &Expectation, history: &[Moments]) -> Self {
        let noise: Vec<_> = noises(org, &org.mean, history);
        let (mut precision, mut pull) = (1.0, 0.0);
        for s in 0..noise.len() {
            if let Some(v) = noise[s] {
                precision += self.common[s] * self.common[s] / (self.own[s] + v);
                pull += self.common[s] * (history[s].mean - self.mean[s]) / (self.own[s] + v);
            }
        }
        let (shared, left) = (pull / precision, precision.sqrt().recip());
        let mut after = self;
        for s in 0..noise.len() {
            let Some(v) = noise[s] else {
                after.mean[s] += after.common[s] * shared;
                after.common[s] *= left;
                continue;
            };
            let own = after.own[s] / (after.own[s] + v);
            let surprise = history[s].mean - after.mean[s];
            after.mean[s] += (1.0 - own) * after.common[s] * shared + own * surprise;
            after.own[s] *= 1.0 - own;
            after.common[s] *= (1.0 - own) * left;
        }
        after
    }

    /// The weighted mean after the cell's responses, its variance, and the weight of each stratum's responses in
    /// it: `z = A^-1 q`, where `A` is the covariance of the responses' means and `q` theirs with the weighted mean.
    fn after_cell(&self, org: &Expectation, weights: &[f64], cell: &[Moments]) -> (f64, f64, Vec<f64>) {
        let noise = noises(org, &self.mean, cell);
        let own: Vec<_> = self.own.iter().map(|own| own + 0.25 * org.tau_g).collect();
        // Common factors: what the history left open, and the shared part of the drift.
        let drift = (0.75 * org.tau_g).sqrt();
        let weighted = [dot(weights, &self.common), drift * weights.iter().sum::<f64>()];

        // Woodbury: (B + C C')^-1 q = B^-1 (q - C x) with (I + C' B^-1 C) x = C' B^-1 q, and B diagonal.
        let mut q = vec![0.0; weights.len()];
        let (mut m, mut rhs) = ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]);
        for s in 0..weights.len() {
            let Some(v) = noise[s] else { continue };
            let (b, c) = (own[s] + v, [self.common[s], drift]);
            q[s] = weights[s] * own[s] + c[0] * weighted[0] + c[1] * weighted[1];
            for i in 0..2 {
                rhs[i] += c[i] * q[s] / b;
                for j in 0..2 {
                    m[i][j] += c[i] * c[j] / b;
                }
            }
        }
        let det = m[0][0] * m[1][1] - m[0][1] * m[1][0];
        let x = [(m[1][1] * rhs[0] - m[0][1] * rhs[1]) / det, (m[0][0] * rhs[1] - m[1][0] * rhs[0]) / det];

        let mut mean = dot(weights, &self.mean);
        let mut variance = weighted[0] * weighted[0] + weighted[1] * weighted[1];
        let mut gain = vec![0.0; weights.len()];
        for s in 0..weights.len() {
            variance += weights[s] * weights[s] * own[s];
            let Some(v) = noise[s] else { continue };
            gain[s] = (q[s] - self.common[s] * x[0] - drift * x[1]) / (own[s] + v);
            mean += gain[s] * (cell[s].mean - self.mean[s]);
            variance -= gain[s] * q[s];
        }
        (mean, variance, gain)
    }
}

/// Sampling variances of the strata's means around the predicted means; none without responses.
fn noises(org: &Expectation, mean: &[f64], cell: &[Moments]) -> Vec<Option<f64>> {
    let noise = |s: usize| {
        let b = mean[s].clamp(0.02, 0.98);
        let ratio = variance_ratio(&cell[s], b, org.ratio[s]);
        (cell[s].n > 0.0).then(|| org.phi * ratio * b * (1.0 - b) / cell[s].n)
    };
    (0..mean.len()).map(noise).collect()
}

/// The variance within a cell as a share of `mean (1 - mean)`: its own, shrunk to the organization's `ratio`.
///
/// Never below half of the organization's, so that equal ratings do not look certain, and never above 1, which
/// is exact for two levels.
pub fn variance_ratio(cell: &Moments, mean: f64, ratio: f64) -> f64 {
    if ratio >= 1.0 {
        return 1.0;
    }
    let own = (cell.ssw / (mean * (1.0 - mean)) + K_VAR * ratio) / ((cell.n - 1.0).max(0.0) + K_VAR);
    own.clamp(ratio / 2.0, 1.0)
}

/// The reference mix: each segment's share of the exposure (else of the responses), split by its scales'
/// shares of the responses. `segments` tells the segment of each stratum; `exposure` gives that of a segment.
pub fn stratum_weights(
    responses: &[f64],
    segments: &[u32],
    exposure: Option<&dyn Fn(u32) -> f64>,
) -> Vec<f64> {
    let total: f64 = responses.iter().sum();
    let mut known: Vec<u32> = segments.to_vec();
    known.sort_unstable();
    known.dedup();
    let exposed: f64 = exposure.map_or(0.0, |of| known.iter().map(|g| of(*g)).sum());
    let mut weights = vec![0.0; responses.len()];
    for segment in known {
        let mine: Vec<_> = (0..segments.len()).filter(|s| segments[*s] == segment).collect();
        let answers: f64 = mine.iter().map(|s| responses[*s]).sum();
        let share = match exposure {
            Some(of) if exposed > 0.0 => of(segment) / exposed,
            _ if total > 0.0 => answers / total,
            _ => mine.len() as f64 / segments.len() as f64,
        };
        for s in &mine {
            let split = if answers > 0.0 { responses[*s] / answers } else { 1.0 / mine.len() as f64 };
            weights[*s] = share * split;
        }
    }
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

/// The share of customer-days that incidents spoiled: no day can lose more than its exposure. 0 where the
/// exposure is unknown.
pub fn spoiled_share(days: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let (lost, exposed) = days.into_iter().fold((0.0, 0.0), |(lost, exposed), (spoiled, active)| {
        (lost + spoiled.min(active), exposed + active)
    });
    if exposed > 0.0 { lost / exposed } else { 0.0 }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};
    use proptest::prelude::*;

    use super::*;

    /// The textbook's update with dense matrices, on the strata with responses.
    fn dense(
        mean: &DVector<f64>,
        cov: &DMatrix<f64>,
        cell: &[Moments],
        org: &Expectation,
    ) -> (DVector<f64>, DMatrix<f64>) {
        let heard: Vec<_> = (0..cell.len()).filter(|s| cell[*s].n > 0.0).collect();
        let noise = noises(org, mean.as_slice(), cell);
        let part = cov.select_rows(&heard);
        let mut a = part.select_columns(&heard);
        for (i, s) in heard.iter().enumerate() {
            a[(i, i)] += noise[*s].unwrap_or_default();
        }
        let surprise = DVector::from_iterator(heard.len(), heard.iter().map(|s| cell[*s].mean - mean[*s]));
        let solve = a.try_inverse().unwrap_or_else(|| DMatrix::zeros(0, 0));
        let gain = part.transpose() * solve;
        (mean + &gain * surprise, cov - &gain * part)
    }

    fn cell() -> impl Strategy<Value = Moments> {
        (prop_oneof![Just(0.0), 1.0..2000.0_f64], 0.0..1.0_f64, 0.0..1.0_f64)
            .prop_map(|(n, mean, spread)| Moments { n, mean, ssw: spread * n * mean * (1.0 - mean) })
    }

    proptest! {
        #[test]
        fn sums_over_strata_solve_the_dense_equations(
            (history, answers, means, weights) in (1_usize..9).prop_flat_map(|strata| {
                use proptest::collection::vec;
                (vec(cell(), strata), vec(cell(), strata), vec(0.05..0.95_f64, strata), vec(0.01..1.0_f64, strata))
            }),
            tau in (0.001..0.05_f64, 0.0005..0.02_f64, 0.0004..0.01_f64),
        ) {
            let strata = means.len();
            let total: f64 = weights.iter().sum();
            let weights: Vec<_> = weights.iter().map(|w| w / total).collect();
            let org = Expectation {
                mean: means, ratio: vec![0.4; strata], tau_a: tau.0, tau_b: tau.1, tau_g: tau.2, phi: 1.3,
            };
            let ones = DMatrix::from_element(strata, strata, 1.0);
            let unit = DMatrix::<f64>::identity(strata, strata);
            let prior = DVector::from_column_slice(&org.mean);
            let (mean, cov) = dense(&prior, &(&ones * org.tau_a + &unit * org.tau_b), &history, &org);
            let cov = cov + (ones * 0.75 + unit * 0.25) * org.tau_g;
            let (after, cov) = dense(&mean, &cov, &answers, &org);
            let w = DVector::from_column_slice(&weights);

            let belief = Belief::of_organization(&org).after_history(&org, &history);
            let (got, variance, _) = belief.after_cell(&org, &weights, &answers);
            prop_assert!((got - w.dot(&after)).abs() < 1e-10, "{got} {}", w.dot(&after));
            prop_assert!((variance - w.dot(&(&cov * &w))).abs() < 1e-10);
            for s in 0..strata {
                prop_assert!((belief.mean[s] - mean[s]).abs() < 1e-10);
            }
        }
    }
}
