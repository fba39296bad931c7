//! Incidents that come in bursts, looked at every day for 90 days.

use ballroom_analytics::dispersion::IncidentDispersion;
use ballroom_analytics::evidence::{
    Direction, Rate, SD_LOG_RATE_RATIO, change_interval, incident_change, log_e_incidents,
};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use super::profile::poisson;
use super::row::{Bar, Row, Share};
use super::{chance, runs};

/// Baseline, and watch.
const BEFORE: usize = 91;
const DAYS: usize = 90;
/// Features whose weeks tell the dispersion.
const FEATURES: usize = 20;

pub(crate) fn rates(size: f64) -> Vec<Row> {
    let mut rng = chance(11);
    let (mut estimated, mut ignored) = (Vec::new(), Vec::new());
    for rate in [0.05, 0.3, 2.0] {
        for phi in [1.0, 2.0, 4.0] {
            for weekly in [false, true] {
                let (mut with, mut without) = <(Share, Share)>::default();
                for _ in 0..runs(1000, size) {
                    let days = bursts(rate, phi, weekly, BEFORE + DAYS, &mut rng);
                    let measured = dispersion(rate, phi, weekly, &mut rng);
                    with.add(alarm(&days, measured));
                    without.add(alarm(&days, 1.0));
                }
                estimated.push(with);
                ignored.push(without);
            }
        }
    }
    let mut covered = Vec::new();
    for rate in [0.05, 0.3, 2.0] {
        for ratio in [1.0, 3.0] {
            let mut share = Share::default();
            for _ in 0..runs(2000, size) {
                share.add(is_covered(rate, ratio, &mut rng));
            }
            covered.push(share);
        }
    }
    vec![
        Row::share(
            11,
            "incident false alarm, phi 1 to 4, daily or weekly bursts: worst",
            Share::highest(&estimated),
            Bar::AtMost(0.05),
        ),
        Row::share(11, "... without phi: worst", Share::highest(&ignored), Bar::None),
        Row::share(16, "always-valid log rate ratio: worst", Share::lowest(&covered), Bar::AtLeast(0.95)),
    ]
}

/// Daily counts whose sums vary `phi` times as much as Poisson's; weekly bursts last a week.
pub(crate) fn bursts(rate: f64, phi: f64, weekly: bool, days: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let span = if weekly { 7 } else { 1 };
    let mut counts = Vec::with_capacity(days + span);
    while counts.len() < days {
        let mean = rate * span as f64;
        let burst = Gamma::new(mean / (phi - 1.0), phi - 1.0).map_or(mean, |gamma| gamma.sample(rng));
        counts.extend((0..span).map(|_| f64::from(poisson(burst / span as f64, rng))));
    }
    counts.truncate(days);
    counts
}

fn dispersion(rate: f64, phi: f64, weekly: bool, rng: &mut ChaCha8Rng) -> f64 {
    let mut dispersion = IncidentDispersion::default();
    for _ in 0..FEATURES {
        let days = bursts(rate, phi, weekly, 182, rng);
        let weeks: Vec<_> = days.chunks(7).map(|week| (week.iter().sum(), 7.0)).collect();
        dispersion.add(&weeks);
    }
    dispersion.phi()
}

fn alarm(days: &[f64], phi: f64) -> bool {
    let before = Rate { incidents: days[..BEFORE].iter().sum(), exposure: BEFORE as f64 };
    let mut after = Rate::default();
    days[BEFORE..].iter().any(|incidents| {
        after = Rate { incidents: after.incidents + incidents, exposure: after.exposure + 1.0 };
        log_e_incidents(before, after, phi, Direction::Worse) >= 20_f64.ln()
    })
}

fn is_covered(rate: f64, ratio: f64, rng: &mut ChaCha8Rng) -> bool {
    let incidents = (0..BEFORE).map(|_| f64::from(poisson(rate, rng))).sum();
    let before = Rate { incidents, exposure: BEFORE as f64 };
    let mut after = Rate::default();
    (0..DAYS).all(|_| {
        let incidents = after.incidents + f64::from(poisson(rate * ratio, rng));
        after = Rate { incidents, exposure: after.exposure + 1.0 };
        let interval = incident_change(before, after, 1.0)
            .and_then(|(estimate, variance)| change_interval(estimate, variance, SD_LOG_RATE_RATIO));
        interval.is_none_or(|(lower, upper)| lower <= ratio.ln() && ratio.ln() <= upper)
    })
}
