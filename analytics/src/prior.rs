//! The prior of a feature without responses, from the organization's own past (METHOD 2).

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::control::{Compared, MIN_BEFORE, Movement, Shift};
use crate::credibility::{Expectation, K_VAR, variance_ratio};
use crate::dispersion::{Dispersion, IncidentDispersion};
use crate::facts::{Day, Stratum};
use crate::prepared::{FeatureCounts, KnownStratum, Prepared, StratumCounts};
use crate::utility::Moments;

/// Number of days from which the organization's average is estimated.
pub(crate) const YEAR: Day = 365;
/// Number of days from which the dispersion of responses is estimated.
const QUARTER: Day = 90;
/// Length in days of the blocks between which drift is estimated, and their number.
const BLOCK: Day = 28;
const BLOCKS: usize = 13;
/// Number of weeks from which the dispersion of incidents is estimated.
const WEEKS: Day = 26;

/// Pseudo-responses in the weight of a feature in the organization's mean.
const K_MEAN: f64 = 10.0;
/// Utility that is assumed for an organization without data.
const ORGANIZATION_MEAN: f64 = 0.70;
/// Variance components that are assumed for an organization without data, and their weights.
const TAU_A: f64 = 0.0120;
const TAU_B: f64 = 0.0040;
const TAU_G: f64 = 0.0016;
const W_TAU: f64 = 5.0;
const W_DRIFT: f64 = 2.0;

/// Everything that is estimated from the organization as a whole, as of one day. Computed nightly and stored,
/// so that a score as of a past day can be reproduced to the last digit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyperparameters {
    /// The last day whose counts were used.
    pub day: Day,
    /// The strata that had responses in the year up to `day`.
    pub strata: Vec<StratumPrior>,
    /// The mean utility of all strata, 0 to 1; it stands in for a stratum not listed.
    pub mean: f64,
    /// Variance of the part of a feature's value that all its strata share.
    pub tau_a: f64,
    /// Variance of the part that belongs to one stratum of the feature.
    pub tau_b: f64,
    /// Variance by which a feature's value drifts from its history.
    pub tau_g: f64,
    /// Over-dispersion of responses, by day. At least 1.
    pub phi: f64,
    /// Over-dispersion of incidents. At least 1.
    pub phi_incidents: f64,
    /// Standard deviations of the features' changes, by themselves and together, between two windows.
    pub movement: Movement,
    /// How many features had responses in the year up to `day`.
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
    /// The variance of its responses as a share of `mean (1 - mean)`; 1 on a two-level scale.
    pub ratio: f64,
}

/// The hyperparameters as of the end of a day. Later rows have no influence.
pub fn hyperparameters(prepared: &Prepared, as_of: Day) -> Hyperparameters {
    let until = as_of + 1;
    let features: Vec<Vec<_>> = prepared.features.iter().map(|f| cells(prepared, f, until)).collect();
    let two_level: Vec<_> = prepared.strata.iter().map(|s| s.ruler.two_level).collect();
    let means = Means::of(&features, &two_level);
    let phi = feedback_dispersion(prepared, &means.ratio, until);
    let blocks = prepared.features.iter().flat_map(|f| blocks(prepared, f, until));
    let components = Components::of(&means, &features, blocks, phi);

    let known = |(index, stratum): (usize, &KnownStratum)| {
        let has_answers = features.iter().flatten().any(|(s, _)| *s == index);
        has_answers.then(|| StratumPrior {
            stratum: stratum.stratum,
            mean: means.mean[index],
            ratio: means.ratio[index],
        })
    };
    Hyperparameters {
        day: as_of,
        strata: prepared.strata.iter().enumerate().filter_map(known).collect(),
        mean: means.all,
        tau_a: components.tau_a,
        tau_b: components.tau_b,
        tau_g: components.tau_g,
        phi,
        phi_incidents: incident_dispersion(prepared, until),
        movement: movement(prepared, &means.ratio, phi, until),
        features: features.iter().filter(|f| !f.is_empty()).count() as u32,
        method: crate::METHOD.to_owned(),
    }
}

impl Hyperparameters {
    /// What is expected of each of `strata`. One that had no responses yet is expected to be like all others.
    pub(crate) fn expectation<'a>(&self, strata: impl Iterator<Item = &'a KnownStratum>) -> Expectation {
        let (mean, ratio) = strata.map(|s| self.stratum(s)).unzip();
        let Self { tau_a, tau_b, tau_g, phi, .. } = *self;
        Expectation { mean, ratio, tau_a, tau_b, tau_g, phi }
    }

    /// The expectation without any responses: one average stratum.
    pub(crate) fn unheard(&self) -> Expectation {
        let Self { mean, tau_a, tau_b, tau_g, phi, .. } = *self;
        Expectation { mean: vec![mean], ratio: vec![1.0], tau_a, tau_b, tau_g, phi }
    }

    /// Mean and variance ratio of a stratum.
    pub(crate) fn stratum(&self, known: &KnownStratum) -> (f64, f64) {
        let ratio = if known.ruler.two_level { 1.0 } else { 0.5 };
        let stored = self.strata.iter().find(|s| s.stratum == known.stratum);
        stored.map_or((self.mean, ratio), |s| (s.mean, s.ratio))
    }
}

/// Mean and variance ratio of every stratum over the features.
#[derive(Clone, Debug, PartialEq)]
pub struct Means {
    /// Mean over all strata.
    pub all: f64,
    /// Mean of each stratum.
    pub mean: Vec<f64>,
    /// Variance ratio of each stratum.
    pub ratio: Vec<f64>,
}

impl Means {
    /// Of each feature the strata with responses (as an index into `two_level`).
    ///
    /// ```text
    /// m_s = (sum_f g y + m_all) / (sum_f g + 1),  g = n / (n + 10)
    /// r_s = clip((sum SSW / (m (1 - m)) + 10/2) / (sum (n - 1)+ + 10), 0.05, 1);  1 for two levels
    /// ```
    pub fn of(features: &[Vec<(usize, Moments)>], two_level: &[bool]) -> Self {
        let mut weight = vec![0.0; two_level.len()];
        let mut sum = vec![0.0; two_level.len()];
        let mut ssw = vec![0.0; two_level.len()];
        let mut df = vec![0.0; two_level.len()];
        for (s, cell) in features.iter().flatten() {
            let g = cell.n / (cell.n + K_MEAN);
            weight[*s] += g;
            sum[*s] += g * cell.mean;
            ssw[*s] += cell.ssw;
            df[*s] += (cell.n - 1.0).max(0.0);
        }
        let all = (sum.iter().sum::<f64>() + ORGANIZATION_MEAN) / (weight.iter().sum::<f64>() + 1.0);
        let mean: Vec<_> = sum.iter().zip(&weight).map(|(sum, g)| (sum + all) / (g + 1.0)).collect();
        let ratio = |s: usize| {
            // If all responses are at one end of the scale, there is no spread to estimate.
            let spread = (mean[s] * (1.0 - mean[s])).max(f64::MIN_POSITIVE);
            let ratio = (ssw[s] / spread + K_VAR * 0.5) / (df[s] + K_VAR);
            if two_level[s] { 1.0 } else { ratio.clamp(0.05, 1.0) }
        };
        Self { all, ratio: (0..two_level.len()).map(ratio).collect(), mean }
    }

    fn variance(&self, s: usize) -> f64 {
        self.ratio[s] * self.mean[s] * (1.0 - self.mean[s])
    }
}

/// Variances between features, and of their drift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Components {
    /// Variance shared by a feature's strata.
    pub tau_a: f64,
    /// Variance of a feature in one stratum.
    pub tau_b: f64,
    /// Variance of the drift.
    pub tau_g: f64,
}

impl Components {
    /// Moment estimates, each shrunk to its default. The shared part comes from pairs of different strata of
    /// one feature: their errors are independent, so that no correction is needed. `blocks` are responses of
    /// one feature's stratum in two consecutive spans of 28 days.
    pub fn of(
        means: &Means,
        features: &[Vec<(usize, Moments)>],
        blocks: impl IntoIterator<Item = (usize, Moments, Moments)>,
        phi: f64,
    ) -> Self {
        let default = TAU_A + TAU_B;
        let (mut total, mut total_weight) = (W_TAU * default, W_TAU);
        let (mut pairs, mut pairs_weight) = (0.0, W_TAU);
        for cells in features {
            let (mut sum, mut squares, mut weight, mut weight_squares) = (0.0, 0.0, 0.0, 0.0);
            for (s, cell) in cells {
                let noise = phi * means.variance(*s) / cell.n;
                let (d, omega) = (cell.mean - means.mean[*s], default / (default + noise));
                total += omega * omega * (d * d - noise);
                total_weight += omega * omega;
                sum += omega * d;
                squares += (omega * d).powi(2);
                weight += omega;
                weight_squares += omega * omega;
            }
            pairs += sum * sum - squares;
            pairs_weight += weight * weight - weight_squares;
        }
        let total = (total / total_weight).max(0.1 * default);
        let shared = (pairs + W_TAU * TAU_A / default * total) / pairs_weight;
        let shared = shared.clamp(0.2 * total, 0.95 * total);

        let (mut drift, mut drift_weight) = (W_DRIFT * TAU_G, W_DRIFT);
        for (s, before, after) in blocks {
            let noise = phi * means.variance(s) * (1.0 / before.n + 1.0 / after.n);
            let weight = (TAU_G / (TAU_G + noise)).powi(2);
            drift += weight * ((after.mean - before.mean).powi(2) - noise);
            drift_weight += weight;
        }
        let drift = (drift / drift_weight).max(0.25 * TAU_G);

        // For the estimation error of the components themselves.
        let with_answers = features.iter().filter(|cells| !cells.is_empty()).count();
        let safety = 1.2 + 4.0 / with_answers.max(1) as f64;
        Self { tau_a: safety * shared, tau_b: safety * (total - shared), tau_g: safety * drift }
    }
}

/// The strata of a feature with responses in the year before `until`.
fn cells(prepared: &Prepared, feature: &FeatureCounts, until: Day) -> Vec<(usize, Moments)> {
    let year = |s| (prepared.moments(s, until - YEAR, until), s.stratum);
    let cells = feature.answers.iter().map(year).filter(|(moments, _)| moments.n > 0.0);
    cells.map(|(moments, stratum)| (stratum, moments)).collect()
}

/// The pairs of consecutive blocks of a feature's strata that both have responses.
fn blocks(
    prepared: &Prepared,
    feature: &FeatureCounts,
    until: Day,
) -> impl Iterator<Item = (usize, Moments, Moments)> {
    feature.answers.iter().flat_map(move |s| {
        let block = |b: usize| {
            let end = until - BLOCK * b as Day;
            prepared.moments(s, end - BLOCK, end)
        };
        let blocks: [Moments; BLOCKS] = std::array::from_fn(block);
        let pairs = (1..BLOCKS).map(move |b| (s.stratum, blocks[b], blocks[b - 1]));
        pairs.filter(|(_, before, after)| before.n > 0.0 && after.n > 0.0)
    })
}

/// The shifts of untouched features from one block to the next. A feature is left out if a release that touches it
/// began within the two.
fn movement(prepared: &Prepared, ratio: &[f64], phi: f64, until: Day) -> Movement {
    let mut products: BTreeMap<u32, Vec<(u32, &FeatureCounts)>> = BTreeMap::new();
    for (code, feature) in (0..).zip(&prepared.features).filter(|(_, f)| !f.whole) {
        products.entry(feature.product).or_default().push((code, feature));
    }
    let shift = |feature: &FeatureCounts, middle: Day| {
        let compared = |s: &StratumCounts| {
            let (before, after) =
                (prepared.moments(s, middle - BLOCK, middle), prepared.moments(s, middle, middle + BLOCK));
            let mu = (before.n * before.mean + 0.5) / (before.n + 1.0);
            let rho = variance_ratio(&before, mu, ratio[s.stratum]);
            (before.n > 0.0 && after.n > 0.0).then_some(Compared {
                n0: before.n,
                y0: before.mean,
                n1: after.n,
                y1: after.mean,
                phi,
                rho,
            })
        };
        let strata: Vec<_> = feature.answers.iter().filter_map(compared).collect();
        let enough = |side: fn(&Compared) -> f64| strata.iter().map(side).sum::<f64>() >= MIN_BEFORE;
        (enough(|s| s.n0) && enough(|s| s.n1)).then(|| Shift::of(&strata, 0.0))
    };
    let mut touches: HashMap<u32, Vec<Day>> = HashMap::new();
    for release in prepared.releases.iter() {
        release
            .touched
            .iter()
            .for_each(|feature| touches.entry(*feature).or_default().extend(release.starts()));
    }
    let mut blocks = Vec::new();
    for features in products.values() {
        for block in 1..BLOCKS as Day {
            let middle = until - BLOCK * block;
            let touched = |code| {
                let days = touches.get(code).map(Vec::as_slice).unwrap_or_default();
                days.iter().any(|day| (day - middle).abs() < BLOCK)
            };
            let untouched = features.iter().filter(|(code, _)| !touched(code));
            blocks.push(untouched.filter_map(|(_, feature)| shift(feature, middle)).collect());
        }
    }
    Movement::of(blocks)
}

fn feedback_dispersion(prepared: &Prepared, ratio: &[f64], until: Day) -> f64 {
    let mut dispersion = Dispersion::default();
    for counts in prepared.features.iter().flat_map(|f| &f.answers) {
        let all = prepared.moments(counts, until - QUARTER, until);
        let mu = (all.n * all.mean + 0.5) / (all.n + 1.0);
        let ruler = prepared.strata[counts.stratum].ruler;
        let days =
            counts.all.daily(until - QUARTER, until).map(move |(_, [n, levels, _])| ruler.mean(n, levels));
        dispersion.add(days, ratio[counts.stratum] * mu * (1.0 - mu));
    }
    dispersion.phi()
}

fn incident_dispersion(prepared: &Prepared, until: Day) -> f64 {
    let from = until - 7 * WEEKS;
    let mut dispersion = IncidentDispersion::default();
    for feature in &prepared.features {
        let (incidents, Some(first)) = (feature.incidents(from, until), feature.first_day) else { continue };
        if incidents.iter().all(|i| i.no_change || i.opened == 0) {
            continue;
        }
        let exposed = feature.exposure.between(from, until) > 0.0;
        let mut weeks = [(0.0, 0.0); WEEKS as usize];
        for (week, (_, x)) in (0..).zip(&mut weeks) {
            let end = until - 7 * week;
            let days = (end - first).clamp(0, 7);
            *x = if exposed { feature.exposure.between(end - 7, end) } else { f64::from(days) };
        }
        for incident in incidents.iter().filter(|i| !i.no_change) {
            weeks[((until - 1 - incident.day) / 7) as usize].0 += incident.opened as f64;
        }
        dispersion.add(&weeks);
    }
    dispersion.phi()
}
