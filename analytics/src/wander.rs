//! The fluctuation of a feature without any release, for releases that have nothing to be compared with.
//!
//! The level of a feature is modeled as a random walk, observed through the responses of each day. The year before the
//! release determines its speed, whether it returns to its mean, and its level on the eve of the release. The release made
//! the feature worse if a drop on its first day predicts its responses better than the walk alone.

use crate::control::Shift;
use crate::evidence::{DROPS, Direction, MARGIN, log_mean_exp, log_sum_exp};
use crate::facts::Day;

/// The standard deviations that are considered for the change of a feature between two consecutive spans of so many days.
const SPAN: f64 = 28.0;
const PACES: [f64; 8] = [0.005, 0.008, 0.0125, 0.02, 0.03, 0.045, 0.07, 0.11];
/// Half-lives in days of its distance from the mean that are considered; infinite: it never returns.
const HALFWAY: [f64; 3] = [f64::INFINITY, 60.0, 15.0];
/// The usual standard deviation ([`Movement`](crate::control::Movement)), and its weight in pairs of spans.
const USUAL: f64 = 0.015;
const USUAL_PAIRS: f64 = 2.0;
/// Standard deviation of the mean before any observation.
const UNKNOWN: f64 = 0.25;

/// The deviation of one day's responses from the baseline's mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deviation {
    pub(crate) day: Day,
    pub(crate) shift: Shift,
}

/// The state of a feature's walk on the day before a release, for each kind of walk.
#[derive(Clone, Debug)]
pub(crate) struct Wander {
    /// The walks with the logarithm of the probability of their kind.
    walks: Vec<(Walk, f64)>,
}

/// A level that walks around a mean, as estimated from the observations so far (Kalman 1960).
#[derive(Clone, Copy, Debug)]
struct Walk {
    kind: Kind,
    day: Day,
    mean: f64,
    /// Distance of the level from the mean.
    away: f64,
    /// Variances of the mean and the distance, and their covariance.
    of_mean: f64,
    of_away: f64,
    of_both: f64,
    log_likelihood: f64,
}

#[derive(Clone, Copy, Debug)]
struct Kind {
    /// Variance added per day.
    pace: f64,
    /// Factor of the distance from the mean after a day.
    left: f64,
}

impl Kind {
    fn of(sd: f64, halfway: f64) -> Self {
        // The means of two consecutive spans of a walk differ with a variance of 2/3 of a span's days.
        Self { pace: sd * sd * 1.5 / SPAN, left: (-std::f64::consts::LN_2 / halfway).exp() }
    }

    /// The factor of the distance after some days, and the variance that they add.
    fn after(self, days: Day) -> (f64, f64) {
        if self.left >= 1.0 {
            return (1.0, self.pace * f64::from(days));
        }
        let left = self.left.powi(days);
        (left, self.pace * (1.0 - left * left) / (1.0 - self.left * self.left))
    }

    /// Stationary variance of the distance; 0 for a walk that never returns.
    fn anywhere(self) -> f64 {
        if self.left >= 1.0 { 0.0 } else { self.pace / (1.0 - self.left * self.left) }
    }
}

impl Walk {
    fn new(kind: Kind, day: Day) -> Self {
        Self {
            kind,
            day,
            mean: 0.0,
            away: 0.0,
            of_mean: UNKNOWN * UNKNOWN,
            of_away: kind.anywhere(),
            of_both: 0.0,
            log_likelihood: 0.0,
        }
    }

    /// ```text
    /// z = a z,  P_z = a^2 P_z + q,  P_mz = a P_mz                            a day
    /// e = d - m - z,  S = P_m + 2 P_mz + P_z + v;   ln L -= (ln S + e^2/S)/2;   (m, z) += K e,  P -= K K' S
    /// K = (P_m + P_mz, P_mz + P_z)/S                                         an observation
    /// ```
    fn see(&mut self, seen: &Deviation, change: f64) {
        let (left, added) = self.kind.after(seen.day - self.day);
        self.day = seen.day;
        self.away *= left;
        self.of_away = left * left * self.of_away + added;
        self.of_both *= left;
        let error = seen.shift.shift - change - self.mean - self.away;
        let (mean, away) = (self.of_mean + self.of_both, self.of_both + self.of_away);
        let spread = mean + away + seen.shift.variance;
        self.log_likelihood -= 0.5 * (spread.ln() + error * error / spread);
        self.mean += error * mean / spread;
        self.away += error * away / spread;
        self.of_mean -= mean * mean / spread;
        self.of_away -= away * away / spread;
        self.of_both -= mean * away / spread;
    }
}

impl Wander {
    /// `history` determines the probabilities of the kinds, `baseline` the level on the eve of the release; both in the order
    /// of the days.
    pub(crate) fn of(history: &[Deviation], baseline: &[Deviation]) -> Self {
        let kinds = HALFWAY.iter().flat_map(|halfway| PACES.iter().map(move |sd| (*sd, *halfway)));
        let walk = |(sd, halfway): (f64, f64)| {
            let along = |seen: &[Deviation]| {
                let mut walk = Walk::new(Kind::of(sd, halfway), seen.first().map_or(0, |first| first.day));
                seen.iter().for_each(|seen| walk.see(seen, 0.0));
                walk
            };
            let usual = -USUAL_PAIRS * (sd.ln() + (USUAL / sd).powi(2) / 2.0);
            (Walk { log_likelihood: 0.0, ..along(baseline) }, usual + along(history).log_likelihood)
        };
        let mut walks: Vec<_> = kinds.map(walk).collect();
        let all = log_sum_exp(&walks.iter().map(|(_, log)| *log).collect::<Vec<_>>());
        walks.iter_mut().for_each(|(_, log)| *log -= all);
        Self { walks }
    }

    /// Log e-value of a change on the first day of these observations, over all kinds of walks.
    ///
    /// ```text
    /// M(delta) = ln sum over kinds of P(kind | before) P(responses | kind, drop of delta)
    /// E_w      = mean over delta of exp(M(delta) - M(.01))
    /// ```
    pub(crate) fn log_e(&self, watched: &[Deviation], direction: Direction) -> f64 {
        let marginal = |delta: f64| {
            let one = |(walk, log): &(Walk, f64)| {
                let mut walk = *walk;
                watched.iter().for_each(|seen| walk.see(seen, direction.sign() * delta));
                log + walk.log_likelihood
            };
            log_sum_exp(&self.walks.iter().map(one).collect::<Vec<_>>())
        };
        let margin = marginal(MARGIN);
        log_mean_exp(&DROPS.map(|drop| marginal(drop) - margin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(days: &[(Day, f64, f64)]) -> Vec<Deviation> {
        let seen = |(day, shift, variance): &(Day, f64, f64)| Deviation {
            day: *day,
            shift: Shift { shift: *shift, variance: *variance },
        };
        days.iter().map(seen).collect()
    }

    #[test]
    fn the_walk_is_the_normal_distribution_that_it_stands_for() {
        let days = [(3, 0.05, 0.01), (4, -0.10, 0.02), (9, 0.02, 0.005), (10, 0.11, 0.04), (30, -0.2, 0.01)];
        for halfway in [f64::INFINITY, 10.0] {
            let kind = Kind::of(0.08, halfway);
            let mut walk = Walk::new(kind, days[0].0);
            seen(&days).iter().for_each(|day| walk.see(day, 0.03));
            // The same from the covariance of all five days at once.
            let covariance = nalgebra::DMatrix::from_fn(5, 5, |i, j| {
                let (earlier, later) = (days[i].0.min(days[j].0), days[i].0.max(days[j].0));
                let walked = if halfway.is_finite() {
                    kind.anywhere() * 0.5_f64.powf(f64::from(later - earlier) / halfway)
                } else {
                    kind.pace * f64::from(earlier - days[0].0)
                };
                UNKNOWN * UNKNOWN + walked + if i == j { days[i].2 } else { 0.0 }
            });
            let errors = nalgebra::DVector::from_fn(5, |i, _| days[i].1 - 0.03);
            let inverse = covariance.clone().try_inverse().expect("it is definite");
            let exact = -0.5 * (covariance.determinant().ln() + (errors.transpose() * inverse * &errors)[0]);
            assert!((walk.log_likelihood - exact).abs() < 1e-10, "{} {exact}", walk.log_likelihood);
        }
    }

    #[test]
    fn a_feature_that_stood_still_is_blamed_sooner_than_one_that_moved() {
        let noise = |day: Day| 0.01 * f64::from((day * 7).rem_euclid(5) - 2);
        let year = |sd: f64| {
            let wave = move |day: Day| sd * (f64::from(day) / 20.0).sin();
            (-365..0).map(move |day| (day, wave(day) - wave(-1) + noise(day), 0.005)).collect::<Vec<_>>()
        };
        let fallen: Vec<_> = (0..30).map(|day| (day, -0.08 + noise(day), 0.005)).collect();
        let log_e = |sd| {
            let year = seen(&year(sd));
            Wander::of(&year, &year).log_e(&seen(&fallen), Direction::Worse)
        };
        let (still, moved) = (log_e(0.0), log_e(0.15));
        assert!(still > 10_f64.ln() && moved < 0.5 * still, "{still} {moved}");
        let year = seen(&year(0.0));
        let better = Wander::of(&year, &year).log_e(&seen(&fallen), Direction::Better);
        assert!(better < 0.0, "{better}");
    }
}
