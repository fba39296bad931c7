//! The change of everything else on the same days, and whether a feature declined by more than that (METHOD 2).
//!
//! The regression score says that the experience of a feature got worse after a release. If everything drifts
//! (a season, a price, an outage of another system), the release of that time would be blamed. Features that the release
//! does not touch, and responses on earlier releases on the same days, show what would have happened anyway: difference
//! in differences with a shrunken common shift.

use libm::lgamma;

use crate::evidence::{DROPS, Direction, MARGIN, log_mean_exp, log_sum_exp};

/// Minimum number of responses before the release, of an untouched feature that is a control.
pub(crate) const MIN_BEFORE: f64 = 20.0;
/// The same after the release; also of responses on earlier releases on the same days that can veto a verdict.
pub(crate) const MIN_AFTER: f64 = 5.0;
/// Minimum number of responses on earlier releases on the same days, each day weighted by the release's own responses, that
/// are a control.
pub(crate) const MIN_SAME_DAYS: f64 = 20.0;
/// Standard deviation of the utility of early adopters relative to others.
pub(crate) const SD_ADOPTERS: f64 = 0.05;
/// Minimum number of features with incidents for a common rate ratio.
pub(crate) const MIN_INCIDENT_CONTROLS: usize = 1;
/// Standard deviation of the log of the change that all features' incident rates share.
pub(crate) const SD_COMMON_RATE: f64 = 0.30;
/// The same of the change of one feature's rate by itself.
pub(crate) const SD_OWN_RATE: f64 = 0.15;
/// Maximum weight of a response on another release on the same day.
const MOST_WEIGHT: f64 = 20.0;
/// Degrees of freedom of the Student weights, which reduce the weight of a control that regressed itself, and the number of
/// iterations.
const NU: f64 = 4.0;
const ROUNDS: usize = 5;

/// Change of untouched features between two windows, as standard deviations of utility.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Movement {
    /// A feature by itself.
    pub own: f64,
    /// All features of a product together.
    pub common: f64,
}

impl Default for Movement {
    fn default() -> Self {
        Self { own: OWN.default, common: COMMON.default }
    }
}

/// The default of a standard deviation, its weight in pairs or blocks, and the bounds.
struct Bounded {
    default: f64,
    weight: f64,
    bounds: (f64, f64),
}

const OWN: Bounded = Bounded { default: 0.015, weight: 20.0, bounds: (0.005, 0.04) };
const COMMON: Bounded = Bounded { default: 0.04, weight: 6.0, bounds: (0.01, 0.10) };

impl Bounded {
    fn sd(&self, sum: f64, count: f64) -> f64 {
        let variance = (sum + self.weight * self.default.powi(2)) / (count + self.weight);
        variance.clamp(self.bounds.0.powi(2), self.bounds.1.powi(2)).sqrt()
    }
}

impl Movement {
    /// From pairs of consecutive blocks of a product: the shifts of its features from one to the next, each with
    /// its sampling variance. `E (d - G)^2 = (v + t^2) (1 - h)` for a feature with the share `h` in the mean `G`.
    pub fn of(blocks: impl IntoIterator<Item = Vec<Shift>>) -> Self {
        /// A feature with a larger share of the mean contains no information about its distance from the mean.
        const MOST_SHARE: f64 = 0.8;
        let (mut own, mut pairs, mut common, mut count) = (0.0, 0.0, 0.0, 0.0);
        for shifts in blocks {
            if shifts.len() < 2 {
                continue;
            }
            let moved = |s: &Shift| Shift { variance: s.variance + OWN.default.powi(2), ..*s };
            let moved: Vec<_> = shifts.iter().map(moved).collect();
            let mean = CommonShift::of(&moved, f64::INFINITY);
            for (shift, share) in shifts.iter().zip(&mean.weights).filter(|(_, share)| **share < MOST_SHARE) {
                own += (shift.shift - mean.shift).powi(2) / (1.0 - share) - shift.variance;
                pairs += 1.0;
            }
            common += mean.shift.powi(2) - mean.variance;
            count += 1.0;
        }
        Self { own: OWN.sd(own, pairs), common: COMMON.sd(common, count) }
    }
}

/// A stratum before and after: responses, mean utility, over-dispersion and variance ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Responses before.
    pub n0: f64,
    /// Their mean.
    pub y0: f64,
    /// Responses after.
    pub n1: f64,
    /// Their mean.
    pub y1: f64,
    /// Over-dispersion of responses.
    pub phi: f64,
    /// Variance of a response as a share of `mu (1 - mu)`.
    pub rho: f64,
}

impl Compared {
    pub(crate) fn mu(&self) -> f64 {
        (self.n0 * self.y0 + 0.5) / (self.n0 + 1.0)
    }

    /// The variance of one response.
    pub(crate) fn variance(&self) -> f64 {
        self.phi * self.rho * self.mu() * (1.0 - self.mu())
    }
}

/// A shift with its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The shift.
    pub shift: f64,
    /// Its variance.
    pub variance: f64,
}

impl Shift {
    /// The shift of one untouched feature over its strata; `own` is the standard deviation of its change by itself.
    ///
    /// ```text
    /// d = sum n1 (y1 - mu) / sum n1,   v = sum phi rho b (n1 + n1^2/(n0 + 1)) / (sum n1)^2 + t^2
    /// ```
    pub fn of(strata: &[Compared], own: f64) -> Self {
        let (mut n, mut shift, mut variance) = (0.0, 0.0, 0.0);
        for stratum in strata {
            n += stratum.n1;
            shift += stratum.n1 * (stratum.y1 - stratum.mu());
            variance += stratum.variance() * (stratum.n1 + stratum.n1.powi(2) / (stratum.n0 + 1.0));
        }
        Self { shift: shift / n, variance: variance / (n * n) + own * own }
    }

    /// The shift of an incident rate, as the logarithm of a ratio.
    pub(crate) fn of_rate(log_ratio: f64, variance: f64) -> Self {
        Self { shift: log_ratio, variance: variance + SD_OWN_RATE * SD_OWN_RATE }
    }
}

/// The shift that the controls share.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonShift {
    /// The shift.
    pub shift: f64,
    /// Its variance.
    pub variance: f64,
    /// Each control's weight; the rest up to 1 is the weight of "no shift".
    pub weights: Vec<f64>,
}

impl CommonShift {
    /// A robust mean, shrunk to no shift; `common` is the standard deviation of the change that all share. A control that
    /// regressed itself does not hide a decline (Student weights: Lange, Little and Taylor 1989).
    ///
    /// ```text
    /// w = 1/v;   5 times: G = sum w d / (sum w + 1/s0^2), w = (1/v) 5/(4 + (d - G)^2/v);   V = 1/(sum w + 1/s0^2)
    /// ```
    pub fn of(controls: &[Shift], common: f64) -> Self {
        let prior = 1.0 / (common * common);
        let mut weights: Vec<_> = controls.iter().map(|c| 1.0 / c.variance).collect();
        let mean = |weights: &[f64]| {
            let sum: f64 = weights.iter().zip(controls).map(|(w, c)| w * c.shift).sum();
            sum / (weights.iter().sum::<f64>() + prior)
        };
        let mut shift = mean(&weights);
        for _ in 0..ROUNDS {
            for (weight, c) in weights.iter_mut().zip(controls) {
                *weight = (NU + 1.0) / (NU + (c.shift - shift).powi(2) / c.variance) / c.variance;
            }
            shift = mean(&weights);
        }
        let precision = weights.iter().sum::<f64>() + prior;
        weights.iter_mut().for_each(|weight| *weight /= precision);
        Self { shift, variance: 1.0 / precision, weights }
    }
}

impl CommonShift {
    /// The shift in one window of a product whose features usually share changes of `common`, for a feature that changed by `own`. A
    /// quiet year does not show the effect of an outage or a price: if the controls show more than usual, `common` is raised up to its
    /// default; if they moved as the feature did, up to its upper bound, or to the feature's own change. With less, a great fall of the
    /// only control would be an outlier beside the mean that it is shrunk to, and the release blamed for what happened to all.
    pub(crate) fn of_window(controls: &[Shift], common: f64, own: f64) -> Self {
        let shown = Self::of(controls, f64::INFINITY).shift;
        let most = if shown * own > 0.0 { COMMON.bounds.1.max(own.abs()) } else { COMMON.default };
        Self::of(controls, common.max(shown.abs().min(most)))
    }

    /// The same of incident rates, for a feature whose own log ratio is `own`.
    pub(crate) fn of_rates(controls: &[Shift], own: f64) -> Self {
        let shown = Self::of(controls, f64::INFINITY).shift;
        let usual = SD_COMMON_RATE;
        Self::of(controls, if shown * own > 0.0 { usual.max(shown.abs().min(own.abs())) } else { usual })
    }
}

/// The responses on a release on one day, and those on other releases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SameDay {
    /// The release's own.
    pub own: f64,
    /// Responses on others.
    pub others: f64,
    /// The mean of the others.
    pub mean: f64,
}

/// The shift of the responses on other releases on the days of a release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concurrent {
    /// The shift.
    pub shift: Shift,
    /// Effective number of responses.
    pub answers: f64,
}

impl Concurrent {
    /// The shift of a stratum, each day weighted by the release's own responses (concurrent controls of platform trials:
    /// Bofill Roig et al. 2022). Without others it is 0 with an infinite variance.
    ///
    /// ```text
    /// a = min(m/k, 20),  y = sum a k x / sum a k,  n = (sum a k)^2 / sum a^2 k
    /// d = y - mu,  v = phi rho b (1/n + 1/(n0 + 1)) + ta^2
    /// ```
    pub fn of(baseline: &Compared, days: &[SameDay], adopters: f64) -> Self {
        let (mut sum, mut weight, mut squares) = (0.0, 0.0, 0.0);
        for day in days.iter().filter(|day| day.others > 0.0) {
            let a = (day.own / day.others).min(MOST_WEIGHT);
            sum += a * day.others * day.mean;
            weight += a * day.others;
            squares += a * a * day.others;
        }
        if weight <= 0.0 {
            return Self { shift: Shift { shift: 0.0, variance: f64::INFINITY }, answers: 0.0 };
        }
        let answers = weight * weight / squares;
        let variance = baseline.variance() * (1.0 / answers + 1.0 / (baseline.n0 + 1.0));
        Self {
            shift: Shift { shift: sum / weight - baseline.mu(), variance: variance + adopters * adopters },
            answers,
        }
    }

    /// The mean of several strata, weighted by the release's own responses.
    pub(crate) fn together(strata: &[(f64, Self)]) -> Option<Self> {
        let heard = strata.iter().filter(|(own, one)| *own > 0.0 && one.answers > 0.0);
        let total: f64 = heard.clone().map(|(own, _)| own).sum();
        if total <= 0.0 {
            return None;
        }
        let (mut shift, mut variance, mut answers) = (0.0, 0.0, 0.0);
        for (own, one) in heard {
            shift += own / total * one.shift.shift;
            variance += (own / total).powi(2) * one.shift.variance;
            answers += one.answers;
        }
        variance += SD_ADOPTERS * SD_ADOPTERS;
        Some(Self { shift: Shift { shift, variance }, answers })
    }
}

/// Gauss-Hermite nodes and weights for a standard normal distribution, from the center outwards (11 points; both signs).
const NODES: [(f64, f64); 6] = [
    (0.0, 0.369_408_369_408_369_4),
    (0.928_868_997_381_064, 0.242_240_299_873_969_97),
    (1.876_035_020_154_846, 0.066_138_746_071_057_78),
    (2.865_123_160_643_645, 0.006_720_285_235_537_271),
    (3.936_166_607_129_977, 0.000_195_671_930_271_223_6),
    (5.188_001_224_374_870_5, 8.121_849_790_214_909e-7),
];

/// Log e-value of a change beyond the common shift. The baseline may have moved by `g ~ Normal(shift, variance)`, the same
/// for all strata of the feature; `variance` includes that of the common shift and of the feature's change by itself.
///
/// ```text
/// M(delta) = ln E_g prod_strata B(A q + S, A(1-q) + F) / B(A q, A(1-q)),   q = clip(mu + g - delta, .001, .999)
/// E_c      = mean over delta of exp(M(delta) - M(.01))
/// ```
pub fn log_e_controlled(strata: &[Compared], shift: f64, variance: f64, direction: Direction) -> f64 {
    let sd = variance.sqrt();
    let marginal = |delta: f64| {
        let change = direction.sign() * delta;
        let mut logs = [0.0; 2 * NODES.len() - 1];
        let nodes = NODES.iter().flat_map(|(x, w)| [(*x, *w), (-*x, *w)]).skip(1);
        for (log, (x, weight)) in logs.iter_mut().zip(nodes) {
            let moved = shift + x * sd + change;
            *log = weight.ln() + strata.iter().map(|s| log_likelihood(s, moved)).sum::<f64>();
        }
        log_sum_exp(&logs)
    };
    let margin = marginal(MARGIN);
    log_mean_exp(&DROPS.map(|drop| marginal(drop) - margin))
}

/// Log likelihood of the beta-binomial prediction of a shifted baseline, without the terms that do not depend on the shift.
fn log_likelihood(stratum: &Compared, moved: f64) -> f64 {
    let trials = 1.0 / (stratum.phi * stratum.rho);
    let q = (stratum.mu() + moved).clamp(1e-3, 1.0 - 1e-3);
    let weight = trials * (stratum.n0 + 1.0);
    let (a, b) = (weight * q, weight * (1.0 - q));
    let (good, bad) = (trials * stratum.n1 * stratum.y1, trials * stratum.n1 * (1.0 - stratum.y1));
    lgamma(a + good) + lgamma(b + bad) - lgamma(a) - lgamma(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nodes_integrate_polynomials_exactly() {
        let moment = |power: i32| {
            NODES.iter().map(|(x, w)| if *x == 0.0 { 0.0 } else { 2.0 * w * x.powi(power) }).sum::<f64>()
        };
        let total: f64 = NODES[0].1 + NODES[1..].iter().map(|(_, w)| 2.0 * w).sum::<f64>();
        assert!((total - 1.0).abs() < 1e-14);
        let mut exact = 1.0;
        for power in (2..=20).step_by(2) {
            exact *= f64::from(power - 1);
            assert!((moment(power) / exact - 1.0).abs() < 1e-11, "moment {power}");
        }
    }

    #[test]
    fn movement_is_found_where_there_is_some_and_bounded_where_there_is_none() {
        // Deterministic shifts with the wanted variances: +-own around a common one.
        let blocks = |own: f64, common: f64| {
            (0..200).map(move |block| {
                let g = if block % 2 == 0 { common } else { -common };
                let shift = |f: usize| Shift {
                    shift: g + if f.is_multiple_of(2) { own } else { -own },
                    variance: 1e-8,
                };
                (0..10).map(shift).collect::<Vec<_>>()
            })
        };
        let found = Movement::of(blocks(0.03, 0.08));
        assert!((found.own - 0.03).abs() < 0.002 && (found.common - 0.08).abs() < 0.003, "{found:?}");
        let still = Movement::of(blocks(0.0, 0.0));
        assert!(still.own < 0.0051 && still.common < 0.0101, "{still:?}");
        assert_eq!(Movement::of([]), Movement::default());
    }
}
