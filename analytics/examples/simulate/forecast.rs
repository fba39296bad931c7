//! Incidents of the 14 days after a planned release, from half a year of bursts and releases.

use ballroom_analytics::forecast::{ForecastQuery, QUANTILES};
use ballroom_analytics::{Day, Facts, Feature, IncidentRow, MIN_ANSWERS, Release, frame, hyperparameters};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use super::incident::bursts;
use super::row::{Bar, Row, Share};
use super::{chance, runs};

const FEATURES: usize = 40;
const PAST: Day = 182;
const AHEAD: Day = 14;

pub(crate) fn incidents(size: f64) -> Vec<Row> {
    let mut rng = chance(19);
    let (mut ours, mut empirical, mut poisson) = (0.0, 0.0, 0.0);
    let (mut wide, mut narrow) = <(Share, Share)>::default();
    let worlds = runs(120, size);
    for _ in 0..worlds {
        let world = World::draw(&mut rng);
        let Ok(told) = world.forecast() else { continue };
        for (days, told) in world.days.iter().zip(told) {
            let truth: f64 = days[PAST as usize..].iter().sum();
            ours += pinball(truth, |share| told.quantile(share));
            empirical += pinball(truth, |share| past_quantile(&days[..PAST as usize], share));
            let recent: f64 = days[PAST as usize - 28..PAST as usize].iter().sum();
            poisson += pinball(truth, |share| poisson_quantile(recent / 2.0, share));
            let below = if truth > 0.0 { told.cdf(truth - 1.0) } else { 0.0 };
            let pit = below + rng.random::<f64>() * (told.cdf(truth) - below);
            wide.add((0.05..=0.95).contains(&pit));
            narrow.add((0.25..=0.75).contains(&pit));
        }
    }
    let n = f64::from(worlds) * FEATURES as f64;
    let (ours, empirical, poisson) = (ours / n, empirical / n, poisson / n);
    let noise = 0.6 / n.sqrt();
    vec![
        Row::figure(19, "14-day incident forecast, mean pinball", ours, noise, Bar::AtMost(0.49)),
        Row::figure(19, "... of empirical 14-day quantiles", empirical, noise, Bar::None),
        Row::figure(19, "... of Poisson at the rate of the last 28 days", poisson, noise, Bar::None),
        Row::figure(
            19,
            "... share by which it is under empirical quantiles",
            1.0 - ours / empirical,
            2.0 * noise,
            Bar::AtLeast(0.08),
        ),
        Row::share(20, "... randomized PIT inside 5-95%", wide, Bar::Within(0.88, 0.92)),
        Row::share(20, "... inside 25-75%", narrow, Bar::Within(0.47, 0.53)),
    ]
}

struct World {
    releases: Vec<Day>,
    /// Incidents of each feature on each day, past and to come.
    days: Vec<Vec<f64>>,
}

impl World {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let mut releases = Vec::new();
        let mut day = rng.random_range(5..25);
        while day < PAST - 14 {
            releases.push(day);
            day += rng.random_range(18..40);
        }
        releases.push(PAST);
        let feature = |rng: &mut ChaCha8Rng| {
            let rate = Gamma::new(1.0, 0.15).map_or(0.15, |gamma| gamma.sample(rng));
            let quiet = bursts(rate, 1.5, false, (PAST + AHEAD) as usize, rng);
            let day = |(day, quiet): (Day, f64)| {
                let age = releases.iter().filter(|r| **r <= day).max().map(|r| day - r);
                let effect = match age {
                    Some(0..2) => 3.0,
                    Some(2..7) => 1.8,
                    Some(7..14) => 1.2,
                    _ => 1.0,
                };
                quiet + bursts(rate * (effect - 1.0), 1.5, false, 1, rng)[0]
            };
            (0..).zip(quiet).map(day).collect()
        };
        let days = (0..FEATURES).map(|_| feature(rng)).collect();
        Self { releases, days }
    }

    fn forecast(&self) -> Result<Vec<ballroom_analytics::forecast::Spread>, ballroom_analytics::Error> {
        let row = |feature: usize, day: Day| IncidentRow {
            feature: feature as u32,
            release: None,
            no_change: false,
            day,
            opened: self.days[feature][day as usize] as i64,
            spoiled: 0.0,
        };
        let rows: Vec<_> = (0..FEATURES).flat_map(|f| (0..PAST).map(move |day| row(f, day))).collect();
        let past = self.releases.iter().filter(|day| **day < PAST);
        let prepared = Facts {
            scales: Vec::new(),
            releases: past.map(|day| Release { first_day: Some(*day), ..Release::default() }).collect(),
            features: vec![Feature { product: 0, whole: false }; FEATURES],
            segments: 1,
            feedback: frame::feedback(&[])?,
            incidents: frame::incidents(&rows)?,
            exposure: frame::exposure(&[])?,
            min_answers: MIN_ANSWERS,
        }
        .prepare()?;
        let hyper = hyperparameters(&prepared, PAST - 1);
        let query = |feature: usize| ForecastQuery {
            feature: feature as u32,
            as_of: PAST - 1,
            days: AHEAD as u32,
            release_day: Some(PAST),
            exposure: Vec::new(),
        };
        let each = (0..FEATURES).map(|f| ballroom_analytics::forecast(&prepared, &hyper, &query(f)));
        let told = each.collect::<Result<Vec<_>, _>>()?;
        Ok(told.into_iter().flatten().map(|forecast| forecast.distribution).collect())
    }
}

fn pinball(truth: f64, quantile: impl Fn(f64) -> f64) -> f64 {
    let loss = |share: f64| {
        let over = truth - quantile(share);
        if over > 0.0 { share * over } else { (share - 1.0) * over }
    };
    QUANTILES.iter().map(|share| loss(*share)).sum::<f64>() / QUANTILES.len() as f64
}

fn past_quantile(days: &[f64], share: f64) -> f64 {
    let mut sums: Vec<f64> = days.windows(AHEAD as usize).map(|window| window.iter().sum()).collect();
    sums.sort_by(f64::total_cmp);
    sums[((sums.len() - 1) as f64 * share).round() as usize]
}

fn poisson_quantile(mean: f64, share: f64) -> f64 {
    let (mut term, mut below, mut k) = ((-mean).exp(), (-mean).exp(), 0.0);
    while below < share && k < 1e4 {
        k += 1.0;
        term *= mean / k;
        below += term;
    }
    k
}
