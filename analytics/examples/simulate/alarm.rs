//! One feature, looked at every day for 90 days: how often does nothing look like something?

use ballroom_analytics::evidence::{self, Direction, Prediction, SD_CHANGE, feedback_change, log_e_feedback};
use ballroom_analytics::utility::Moments;

use super::profile::{Profile, Sums, poisson, profiles};
use super::row::{Bar, Row, Share};
use super::{chance, runs};

const DAYS: u32 = 90;

pub(crate) fn feedback(size: f64) -> Vec<Row> {
    let (mut worse, mut margin, mut better, mut z) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rng = chance(1);
    for profile in profiles() {
        let at_margin = profile.shifted(-0.01);
        for before in [10, 30, 100, 1000] {
            for daily in [0.5, 3.0, 20.0] {
                let (mut w, mut m, mut b, mut rival) = <(Share, Share, Share, Share)>::default();
                for _ in 0..runs(1500, size) {
                    let found = Watched::run(&profile, &profile, before, daily, &mut rng);
                    w.add(found.worse);
                    b.add(found.better);
                    rival.add(found.z);
                    m.add(Watched::run(&profile, &at_margin, before, daily, &mut rng).worse);
                }
                worse.push(w);
                margin.push(m);
                better.push(b);
                z.push(rival);
            }
        }
    }
    vec![
        Row::share(6, "false alarm, daily peeking, E >= 20: mean", Share::all(&worse), Bar::None),
        Row::share(6, "... worst of 72 settings", Share::highest(&worse), Bar::AtMost(0.05)),
        Row::share(
            7,
            "... when the true drop equals the margin: worst",
            Share::highest(&margin),
            Bar::AtMost(0.055),
        ),
        Row::share(8, "... improvement: worst", Share::highest(&better), Bar::AtMost(0.05)),
        Row::share(9, "same peeking, z-test: mean", Share::all(&z), Bar::None),
        Row::share(
            10,
            "unhappy segment doubles its share, nobody changed: false alarm",
            mix_shift(size),
            Bar::AtMost(0.05),
        ),
    ]
}

/// What was seen on any of the days.
struct Watched {
    worse: bool,
    better: bool,
    z: bool,
}

impl Watched {
    fn run(before: &Profile, after: &Profile, n: u32, daily: f64, rng: &mut rand_chacha::ChaCha8Rng) -> Self {
        let mut baseline = Sums::default();
        before.answer(n, &mut baseline, rng);
        let baseline = baseline.moments();
        let predict = |direction| Prediction::of(&baseline, before.ratio(), 1.0, direction);
        let (worse, better) = (predict(Direction::Worse), predict(Direction::Better));
        let mut seen = Self { worse: false, better: false, z: false };
        let mut sums = Sums::default();
        for _ in 0..DAYS {
            let answers = poisson(daily, rng);
            if answers == 0 {
                continue;
            }
            after.answer(answers, &mut sums, rng);
            let moments = sums.moments();
            let enough =
                |p: Option<Prediction>| log_e_feedback(p.map(|p| p.log_ratios(&moments))) >= 20_f64.ln();
            seen.worse = seen.worse || enough(worse);
            seen.better = seen.better || enough(better);
            seen.z = seen.z || z(&baseline, &moments) < -1.645;
        }
        seen
    }
}

/// What a test for two means says that is meant to be looked at once.
fn z(before: &Moments, after: &Moments) -> f64 {
    let variance = |m: &Moments| m.ssw / (m.n - 1.0).max(1.0) / m.n;
    let sd = (variance(before) + variance(after)).sqrt();
    if before.n < 2.0 || after.n < 2.0 || sd <= 0.0 { 0.0 } else { (after.mean - before.mean) / sd }
}

/// Two segments on two scales; the share of the unhappy one goes from 0.3 to 0.6.
fn mix_shift(size: f64) -> Share {
    let mut rng = chance(10);
    let all = profiles();
    let strata = [all[0].clone(), all[0].shifted(-0.25), all[4].clone(), all[4].shifted(-0.25)];
    let (before, after) = ([0.35, 0.15, 0.35, 0.15], [0.2, 0.3, 0.2, 0.3]);
    let mut alarms = Share::default();
    for _ in 0..runs(3000, size) {
        let mut baseline = [Sums::default(); 4];
        for s in 0..4 {
            strata[s].answer(poisson(300.0 * before[s], &mut rng), &mut baseline[s], &mut rng);
        }
        let predict =
            |s: usize| Prediction::of(&baseline[s].moments(), strata[s].ratio(), 1.0, Direction::Worse);
        let predictions: Vec<_> = (0..4).map(predict).collect();
        let mut sums = [Sums::default(); 4];
        let mut alarm = false;
        for _ in 0..DAYS {
            for s in 0..4 {
                strata[s].answer(poisson(5.0 * after[s], &mut rng), &mut sums[s], &mut rng);
            }
            let logs =
                predictions.iter().zip(&sums).filter_map(|(p, s)| Some(p.as_ref()?.log_ratios(&s.moments())));
            alarm = alarm || log_e_feedback(logs) >= 20_f64.ln();
        }
        alarms.add(alarm);
    }
    alarms
}

/// Does the interval of a change hold the truth on all days?
fn change_interval_of(before: &Profile, drop: f64, n: u32, daily: f64, count: u32, seed: u64) -> Share {
    let mut rng = chance(seed);
    let after = before.shifted(-drop);
    let truth = after.mean() - before.mean();
    let mut covered = Share::default();
    for _ in 0..count {
        let (mut baseline, mut sums) = (Sums::default(), Sums::default());
        before.answer(n, &mut baseline, &mut rng);
        let mut held = true;
        for _ in 0..DAYS {
            after.answer(poisson(daily, &mut rng), &mut sums, &mut rng);
            let change = feedback_change(&[(baseline.moments(), sums.moments(), before.ratio())], 1.0);
            let interval = change
                .and_then(|(estimate, variance)| evidence::change_interval(estimate, variance, SD_CHANGE));
            held = held && interval.is_none_or(|(lower, upper)| lower <= truth && truth <= upper);
        }
        covered.add(held);
    }
    covered
}

pub(crate) fn change_interval(size: f64) -> Vec<Row> {
    let mut shares = Vec::new();
    let all = profiles();
    for profile in [&all[0], &all[1], &all[5], &all[4]] {
        for (n, daily) in [(30, 0.5), (100, 3.0), (1000, 20.0)] {
            for drop in [0.0, 0.10] {
                let seed = 150 + shares.len() as u64;
                shares.push(change_interval_of(profile, drop, n, daily, runs(1500, size), seed));
            }
        }
    }
    vec![
        Row::share(
            15,
            "always-valid 95% change interval, all 90 days at once: mean",
            Share::all(&shares),
            Bar::AtLeast(0.95),
        ),
        Row::share(15, "... worst of 24 settings", Share::lowest(&shares), Bar::AtLeast(0.90)),
    ]
}
