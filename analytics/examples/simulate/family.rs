//! One release of 50 features: three lose 5 to 20 points, two get 2 to 4 times the incidents.

use ballroom_analytics::evidence::{
    Direction, FALSE_DISCOVERIES, Prediction, Rate, combine, e_bh, log_e_feedback, log_e_incidents,
    regression_score,
};
use ballroom_analytics::regression::{Verdict, verdicts};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};

use super::profile::{Profile, Sums, poisson, profiles};
use super::row::{Bar, Row, Share};
use super::{chance, runs};

const FEATURES: usize = 50;
const DAYS: usize = 90;

pub(crate) fn release(size: f64) -> Vec<Row> {
    let mut rng = chance(12);
    let (mut fdr, mut fdr_ever, mut found, mut watched, mut brier) =
        (0.0, 0.0, Share::default(), Share::default(), 0.0);
    let releases = runs(100, size);
    for _ in 0..releases {
        let features: Vec<_> = (0..FEATURES).map(|f| Feature::draw(f, &mut rng)).collect();
        let ever = ever_flagged(&features);
        let last: Vec<_> = features.iter().map(|f| f.path[DAYS - 1]).collect();
        let verdicts = verdicts(&last, &vec![-10.0; FEATURES]);
        let flagged: Vec<_> = (0..FEATURES).filter(|f| verdicts[*f] == Verdict::Regressed).collect();
        fdr += false_share(&flagged);
        fdr_ever += false_share(&ever);
        for (f, verdict) in verdicts.iter().enumerate() {
            if is_worse(f) {
                found.add(*verdict == Verdict::Regressed);
                watched.add(matches!(verdict, Verdict::Regressed | Verdict::Watch));
            }
            let truth = f64::from(u8::from(is_worse(f)));
            brier += (regression_score(last[f]) / 100.0 - truth).powi(2) / FEATURES as f64;
        }
    }
    let releases = f64::from(releases);
    let noise = (0.02 / releases).sqrt();
    vec![
        Row::figure(
            12,
            "50 features, 5 truly worse: FDR of `regressed` at day 90",
            fdr / releases,
            noise,
            Bar::AtMost(0.10),
        ),
        Row::figure(12, "... ever flagged on any day", fdr_ever / releases, noise, Bar::AtMost(0.10)),
        Row::share(13, "... truly worse found: regressed, day 90", found, Bar::AtLeast(0.42)),
        Row::share(13, "... watch or regressed, day 90", watched, Bar::AtLeast(0.65)),
        Row::figure(
            14,
            "regression score, Brier",
            brier / releases,
            0.01 / releases.sqrt(),
            Bar::AtMost(0.05),
        ),
    ]
}

fn is_worse(feature: usize) -> bool {
    feature < 5
}

fn false_share(flagged: &[usize]) -> f64 {
    let wrong = flagged.iter().filter(|f| !is_worse(**f)).count();
    wrong as f64 / flagged.len().max(1) as f64
}

fn ever_flagged(features: &[Feature]) -> Vec<usize> {
    let mut ever: Vec<usize> = (0..DAYS)
        .flat_map(|day| e_bh(&features.iter().map(|f| f.path[day]).collect::<Vec<_>>(), FALSE_DISCOVERIES))
        .collect();
    ever.sort_unstable();
    ever.dedup();
    ever
}

/// A feature's evidence on each day.
struct Feature {
    path: Vec<f64>,
}

impl Feature {
    fn draw(index: usize, rng: &mut ChaCha8Rng) -> Self {
        let volume = log_normal(2.0, rng);
        let incidents = log_normal(0.2, rng);
        let all = profiles();
        let profile = &all[rng.random_range(0..all.len())];
        let drop = if index < 3 { rng.random_range(0.05..0.20) } else { 0.0 };
        let ratio = if (3..5).contains(&index) { rng.random_range(2.0..4.0) } else { 1.0 };
        Self { path: path(profile, drop, volume, incidents, ratio, rng) }
    }
}

fn path(profile: &Profile, drop: f64, volume: f64, rate: f64, ratio: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut baseline = Sums::default();
    profile.answer(poisson(volume * DAYS as f64, rng), &mut baseline, rng);
    let prediction = Prediction::of(&baseline.moments(), profile.ratio(), 1.0, Direction::Worse);
    let before = Rate { incidents: f64::from(poisson(rate * DAYS as f64, rng)), exposure: DAYS as f64 };
    let after = profile.shifted(-drop);
    let (mut sums, mut opened) = (Sums::default(), Rate::default());
    let day = |_| {
        after.answer(poisson(volume, rng), &mut sums, rng);
        opened.incidents += f64::from(poisson(rate * ratio, rng));
        opened.exposure += 1.0;
        let rates = log_e_incidents(before, opened, 1.0, Direction::Worse);
        let answers = prediction.map(|p| log_e_feedback([p.log_ratios(&sums.moments())]));
        answers.map_or(rates, |answers| combine(&[answers, rates]))
    };
    (0..DAYS).map(day).collect()
}

fn log_normal(median: f64, rng: &mut ChaCha8Rng) -> f64 {
    LogNormal::new(f64::ln(median), 1.0).map_or(median, |d| d.sample(rng))
}
