//! How far a feature moves by itself, where there is nothing to compare a release with.
//!
//! The level of a feature is taken for a random walk that nobody causes, seen through the answers of each day. What it did
//! in the year before says how fast it walks and where it stands when the release begins. A release made it worse if its
//! answers are better told by a drop on its first day than by the walk alone.

use crate::control::Shift;
use crate::evidence::{DROPS, Direction, MARGIN, log_mean_exp, log_sum_exp};
use crate::facts::Day;

/// How far a feature moves between two spans of so many days, as a standard deviation: what is reckoned with.
const SPAN: f64 = 28.0;
const PACES: [f64; 10] = [0.005, 0.007, 0.010, 0.014, 0.020, 0.028, 0.040, 0.056, 0.080, 0.113];
/// What is usual ([`Movement`](crate::control::Movement)), and how many pairs of spans that is worth.
const USUAL: f64 = 0.015;
const USUAL_PAIRS: f64 = 2.0;
/// How far the level may lie from the mean before anything is seen.
const UNKNOWN: f64 = 0.25;

/// How the answers of one day lie from their usual level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deviation {
    pub(crate) day: Day,
    pub(crate) shift: Shift,
}

/// The walk of a feature up to the day before a release, at each pace.
#[derive(Clone, Debug)]
pub(crate) struct Wander {
    /// The walks with the logarithm of the probability of their pace.
    walks: Vec<(Walk, f64)>,
}

/// A level that walks, as it is known from the answers so far (Kalman 1960).
#[derive(Clone, Copy, Debug)]
struct Walk {
    /// Variance that a day adds.
    pace: f64,
    day: Day,
    level: f64,
    variance: f64,
    log_likelihood: f64,
}

impl Walk {
    fn new(pace: f64, day: Day) -> Self {
        Self { pace, day, level: 0.0, variance: UNKNOWN * UNKNOWN, log_likelihood: 0.0 }
    }

    /// ```text
    /// P += q days;   e = d - level,  S = P + v;   ln L -= (ln S + e^2/S)/2;   level += e P/S,  P *= v/S
    /// ```
    fn see(&mut self, seen: &Deviation, change: f64) {
        self.variance += self.pace * f64::from(seen.day - self.day);
        self.day = seen.day;
        let error = seen.shift.shift - change - self.level;
        let spread = self.variance + seen.shift.variance;
        self.log_likelihood -= 0.5 * (spread.ln() + error * error / spread);
        self.level += error * self.variance / spread;
        self.variance *= seen.shift.variance / spread;
    }
}

impl Wander {
    /// From all that shows how the feature moves (`history`), and from what the release is compared with (`baseline`), both in
    /// the order of the days.
    pub(crate) fn of(history: &[Deviation], baseline: &[Deviation]) -> Self {
        let walk = |sd: &f64| {
            // The means of two spans of a walk differ by a variance of 2/3 span days.
            let pace = sd * sd * 1.5 / SPAN;
            let along = |seen: &[Deviation]| {
                let mut walk = Walk::new(pace, seen.first().map_or(0, |first| first.day));
                seen.iter().for_each(|seen| walk.see(seen, 0.0));
                walk
            };
            let usual = -USUAL_PAIRS * (sd.ln() + (USUAL / sd).powi(2) / 2.0);
            (Walk { log_likelihood: 0.0, ..along(baseline) }, usual + along(history).log_likelihood)
        };
        let mut walks: Vec<_> = PACES.iter().map(walk).collect();
        let all = log_sum_exp(&walks.iter().map(|(_, log)| *log).collect::<Vec<_>>());
        walks.iter_mut().for_each(|(_, log)| *log -= all);
        Self { walks }
    }

    /// Log e-value of a change on the first day of these, over all paces.
    ///
    /// ```text
    /// M(delta) = ln sum over paces of P(pace | before) P(answers | pace, drop of delta)
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
        let pace = 0.0004;
        let mut walk = Walk::new(pace, days[0].0);
        seen(&days).iter().for_each(|day| walk.see(day, 0.03));
        // The same from the covariance of all five days at once.
        let covariance = nalgebra::DMatrix::from_fn(5, 5, |i, j| {
            let together = f64::from(days[i].0.min(days[j].0) - days[0].0);
            UNKNOWN * UNKNOWN + pace * together + if i == j { days[i].2 } else { 0.0 }
        });
        let errors = nalgebra::DVector::from_fn(5, |i, _| days[i].1 - 0.03);
        let inverse = covariance.clone().try_inverse().expect("it is definite");
        let exact = -0.5 * (covariance.determinant().ln() + (errors.transpose() * inverse * &errors)[0]);
        assert!((walk.log_likelihood - exact).abs() < 1e-10, "{} {exact}", walk.log_likelihood);
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
