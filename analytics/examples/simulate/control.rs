//! Whose fault was it? Six features with 20 responses a day each for 90 days before and 90 after a release that touches
//! the first of them: how often is it blamed for what it did not do, and found for what it did?

use ballroom_analytics::control::{CommonShift, Compared, Movement, Shift, log_e_controlled};
use ballroom_analytics::evidence::{Direction, Prediction, log_e_feedback};
use ballroom_analytics::utility::Moments;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, Normal};

use super::row::{Bar, Row, Share};
use super::{chance, runs};

const DAYS: usize = 90;
const FEATURES: usize = 6;
const MEAN: f64 = 0.7;

/// What happens in a world besides the release.
#[derive(Clone, Copy)]
enum Drift {
    None,
    /// A random walk that all features share, with this standard deviation over 90 days.
    Walk(f64),
    /// All fall on the day of the release, by as much as a normal deviate of this size.
    Step(f64),
    /// Each feature walks by itself.
    Own(f64),
}

struct World {
    drift: Drift,
    daily: u64,
    /// What the release takes from the feature that it touches, and from one of the others.
    drop: [f64; 2],
}

pub(crate) fn controlled(size: f64) -> Vec<Row> {
    let mut rng = chance(23);
    let mut rows = Vec::new();
    let worlds = [
        ("nothing happens", Drift::None, 20, 0.05),
        ("all walk together, sd .03", Drift::Walk(0.03), 20, 0.05),
        ("all walk together, sd .05", Drift::Walk(0.05), 20, 0.05),
        ("all fall by a step, sd .05", Drift::Step(0.05), 20, 0.05),
        ("... with 100 responses a day", Drift::Step(0.05), 100, 0.05),
        ("each walks by itself, sd .03", Drift::Own(0.03), 20, 0.05),
        ("... with 100 responses a day", Drift::Own(0.03), 100, 0.07),
    ];
    for (what, drift, daily, bar) in worlds {
        let found = World { drift, daily, drop: [0.0; 2] }.share(300, size, &mut rng);
        rows.push(Row::share(23, format!("falsely blamed: {what}"), found.verdict, Bar::AtMost(bar)));
        rows.push(Row::share(23, "... without control", found.plain, Bar::None));
    }
    for (number, what, drift, drop, bar) in [
        (24, "a drop of .10 is found", Drift::None, [0.10, 0.0], 0.90),
        (24, "... while all walk together, sd .05", Drift::Walk(0.05), [0.10, 0.0], 0.90),
        (25, "... while one of the controls dropped too", Drift::None, [0.10, 0.10], 0.85),
    ] {
        let found = World { drift, daily: 20, drop }.share(300, size, &mut rng);
        rows.push(Row::share(number, what, found.beyond, Bar::AtLeast(bar)));
        rows.push(Row::share(number, "... without control", found.plain, Bar::None));
        rows.push(Row::share(number, "... by both, as a verdict needs", found.verdict, Bar::None));
    }
    rows
}

/// How often the feature is called on any day.
#[derive(Default)]
struct Found {
    /// By its own evidence, without control.
    plain: Share,
    /// By the evidence beyond the common shift.
    beyond: Share,
    /// By both, as a verdict needs.
    verdict: Share,
}

impl World {
    fn share(&self, times: u32, size: f64, rng: &mut ChaCha8Rng) -> Found {
        let mut found = Found::default();
        for _ in 0..runs(times, size) {
            let [plain, beyond, verdict] = self.run(rng);
            found.plain.add(plain);
            found.beyond.add(beyond);
            found.verdict.add(verdict);
        }
        found
    }

    /// Whether the feature is called on any day: without control, beyond the common shift, and by both on one day.
    fn run(&self, rng: &mut ChaCha8Rng) -> [bool; 3] {
        let levels = self.levels(rng);
        let mut answer = |level: f64| {
            let good = Binomial::new(self.daily, level.clamp(0.01, 0.99)).map_or(0, |good| good.sample(rng));
            (self.daily as f64, good as f64)
        };
        let mut sums = [[(0.0, 0.0); 2]; FEATURES];
        let (mut plain, mut beyond, mut verdict) = (false, false, false);
        for day in 0..2 * DAYS {
            for (sum, level) in sums.iter_mut().zip(&levels) {
                let (n, good) = answer(level[day]);
                let side = &mut sum[usize::from(day >= DAYS)];
                *side = (side.0 + n, side.1 + good);
            }
            if day >= DAYS && !verdict {
                let [first, others @ ..] = sums.map(compared);
                let now = [log_e(&first), log_e_beyond(&first, &others)].map(|log_e| log_e >= 20_f64.ln());
                plain |= now[0];
                beyond |= now[1];
                verdict = now[0] && now[1];
            }
        }
        [plain, beyond, verdict]
    }

    /// The level of each feature on each day.
    fn levels(&self, rng: &mut ChaCha8Rng) -> [Vec<f64>; FEATURES] {
        let mut normal = |sd: f64| Normal::new(0.0, sd).map_or(0.0, |normal| normal.sample(rng));
        let daily = |sd: f64| sd / (DAYS as f64).sqrt();
        let mut walk = |sd: f64| {
            let mut at = 0.0;
            (0..2 * DAYS)
                .map(|_| {
                    at += normal(daily(sd));
                    at
                })
                .collect::<Vec<f64>>()
        };
        let shared = match self.drift {
            Drift::Walk(sd) => walk(sd),
            Drift::Step(sd) => {
                let step = walk(sd * (DAYS as f64).sqrt())[0].abs();
                (0..2 * DAYS).map(|day| if day < DAYS { 0.0 } else { -step }).collect()
            }
            _ => vec![0.0; 2 * DAYS],
        };
        std::array::from_fn(|feature| {
            let own = match self.drift {
                Drift::Own(sd) => walk(sd),
                _ => vec![0.0; 2 * DAYS],
            };
            let drop = self.drop.get(feature).copied().unwrap_or(0.0);
            let level = |day: usize| MEAN + shared[day] + own[day] - if day < DAYS { 0.0 } else { drop };
            (0..2 * DAYS).map(level).collect()
        })
    }
}

fn compared([before, after]: [(f64, f64); 2]) -> Compared {
    let mean = |(n, good): (f64, f64)| if n > 0.0 { good / n } else { 0.0 };
    Compared { n0: before.0, y0: mean(before), n1: after.0, y1: mean(after), phi: 1.0, rho: 1.0 }
}

fn log_e(feature: &Compared) -> f64 {
    let moments = |n: f64, mean: f64| Moments { n, mean, ssw: n * mean * (1.0 - mean) };
    let baseline = moments(feature.n0, feature.y0);
    let prediction = Prediction::of(&baseline, 1.0, 1.0, Direction::Worse);
    log_e_feedback(prediction.map(|p| p.log_ratios(&moments(feature.n1, feature.y1))))
}

fn log_e_beyond(feature: &Compared, others: &[Compared]) -> f64 {
    let Movement { own, common } = Movement::default();
    let shifts: Vec<_> = others.iter().map(|other| Shift::of(std::slice::from_ref(other), own)).collect();
    let shared = CommonShift::of(&shifts, common);
    let variance = shared.variance + own * own;
    log_e_controlled(std::slice::from_ref(feature), shared.shift, variance, Direction::Worse)
}
