//! Worlds that the method was not made for: how far do its error rates go?

use ballroom_analytics::dispersion::Dispersion;
use ballroom_analytics::evidence::{Direction, Prediction, log_e_feedback};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::profile::{Profile, Sums, poisson, profiles};
use super::row::{Bar, Row, Share};
use super::{chance, runs};

const DAYS: usize = 90;

/// A neutral release: what differs from the plain world.
#[derive(Clone, Copy)]
struct Stress {
    what: &'static str,
    /// Responses before, in all, and after, each day.
    before: f64,
    daily: f64,
    /// Utility by which all responses of a day move together, as a standard deviation.
    day_sd: f64,
    /// Utility by which weekends are worse.
    weekend: f64,
    /// The organization's variance ratio as a part of the true one.
    ratio: Option<f64>,
    /// Utility by which the truth drifts during the 90 days, as a standard deviation: the experience really does
    /// change, only not by the release.
    drift: f64,
    profile: usize,
    ignore_phi: bool,
}

const PLAIN: Stress = Stress {
    what: "",
    before: 300.0,
    daily: 3.0,
    day_sd: 0.0,
    weekend: 0.0,
    ratio: None,
    drift: 0.0,
    profile: 0,
    ignore_phi: false,
};

pub(crate) fn feedback(size: f64) -> Vec<Row> {
    let worlds = [
        Stress { what: "rare responses: 6 before, one in ten days", before: 6.0, daily: 0.1, ..PLAIN },
        Stress { what: "many responses: 20000 before, 200 a day", before: 20_000.0, daily: 200.0, ..PLAIN },
        Stress {
            what: "days move together, sd .10, 20 a day",
            before: 1800.0,
            daily: 20.0,
            day_sd: 0.10,
            ..PLAIN
        },
        Stress {
            what: "days move together, sd .20, 20 a day",
            before: 1800.0,
            daily: 20.0,
            day_sd: 0.20,
            ..PLAIN
        },
        Stress {
            what: "... without phi",
            before: 1800.0,
            daily: 20.0,
            day_sd: 0.20,
            ignore_phi: true,
            ..PLAIN
        },
        Stress { what: "weekends .15 worse, 20 a day", before: 1800.0, daily: 20.0, weekend: 0.15, ..PLAIN },
        Stress {
            what: "weekends .15 worse, 200 a day",
            before: 18_000.0,
            daily: 200.0,
            weekend: 0.15,
            ..PLAIN
        },
        Stress {
            what: "organization's ratio half the true one, 10 before",
            before: 10.0,
            ratio: Some(0.5),
            ..PLAIN
        },
        Stress {
            what: "polarized, ratio half the true one",
            before: 10.0,
            ratio: Some(0.5),
            profile: 2,
            ..PLAIN
        },
        Stress {
            what: "truth drifts by itself, sd .03, 20 a day",
            before: 1800.0,
            daily: 20.0,
            drift: 0.03,
            ..PLAIN
        },
    ];
    let mut rng = chance(99);
    let row = |world: &Stress| {
        let mut alarms = Share::default();
        for _ in 0..runs(1000, size) {
            alarms.add(world.alarms(&mut rng));
        }
        Row::share(90, format!("false alarm, {}", world.what), alarms, Bar::None)
    };
    worlds.iter().map(row).collect()
}

impl Stress {
    fn alarms(&self, rng: &mut ChaCha8Rng) -> bool {
        let profile = &profiles()[self.profile];
        let normal = |rng: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(rng) };
        let ratio = profile.ratio() * self.ratio.unwrap_or(1.0);
        let mut baseline = Sums::default();
        let mut days = Vec::with_capacity(DAYS);
        for day in 0..DAYS {
            let today = self.answers(profile, day, self.before / DAYS as f64, 0.0, rng);
            baseline.n += today.n;
            baseline.sum += today.sum;
            baseline.squares += today.squares;
            days.push((today.n, today.moments().mean));
        }
        let mean = (baseline.sum + 0.5) / (baseline.n + 1.0);
        let mut dispersion = Dispersion::default();
        dispersion.add(days.into_iter().filter(|(n, _)| *n > 0.0), ratio * mean * (1.0 - mean));
        let phi = if self.ignore_phi { 1.0 } else { dispersion.phi() };
        let prediction = Prediction::of(&baseline.moments(), ratio, phi, Direction::Worse);
        let end = self.drift * normal(rng);
        let mut sums = Sums::default();
        (DAYS..2 * DAYS).any(|day| {
            let drifted = end * (day - DAYS) as f64 / DAYS as f64;
            let today = self.answers(profile, day, self.daily, drifted, rng);
            sums.n += today.n;
            sums.sum += today.sum;
            sums.squares += today.squares;
            log_e_feedback(prediction.map(|p| p.log_ratios(&sums.moments()))) >= 20_f64.ln()
        })
    }

    fn answers(&self, profile: &Profile, day: usize, mean: f64, shift: f64, rng: &mut ChaCha8Rng) -> Sums {
        let mut sums = Sums::default();
        let n = poisson(mean, rng);
        if n == 0 {
            return sums;
        }
        let noise: f64 = StandardNormal.sample(rng);
        let weekend = if day % 7 >= 5 { -self.weekend } else { 0.0 };
        let shift = shift + weekend + self.day_sd * noise;
        let today = if shift == 0.0 { profile.clone() } else { profile.shifted(shift) };
        today.answer(n, &mut sums, rng);
        sums
    }
}
