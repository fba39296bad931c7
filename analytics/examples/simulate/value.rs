//! Organisations whose features have a true value: does the interval hold it, does the ranking find it?
//!
//! A customer's response is a normal deviate around what the feature is to that stratum, cut at fixed thresholds.
//! Features differ by a t-distributed part that their four strata share and a normal part of each; both move
//! from one four weeks to the next. Who responses changes at random, so that a plain mean measures the mix.

use ballroom_analytics::credibility::{Expectation, credibility};
use ballroom_analytics::prior::{Components, Means};
use ballroom_analytics::utility::Moments;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal, StudentT};

use super::profile::{Profile, Sums, profiles};
use super::row::{Bar, Row, Share};
use super::{chance, runs};

const STRATA: usize = 4;
/// Four-week spans of history before the cell.
const BLOCKS: usize = 5;
const MIX: [f64; STRATA] = [0.35, 0.25, 0.25, 0.15];
const BASE: [f64; STRATA] = [0.10, -0.10, 0.15, -0.15];
const SIZES: [(f64, f64); 6] =
    [(0.0, 0.0), (1.0, 3.0), (4.0, 10.0), (11.0, 30.0), (31.0, 100.0), (101.0, f64::MAX)];

#[derive(Clone, Copy)]
struct World {
    features: usize,
    drift: f64,
    spread: f64,
    heavy_tails: bool,
}

const USUAL: World = World { features: 60, drift: 1.0, spread: 0.45, heavy_tails: true };

pub(crate) fn coverage(size: f64) -> Vec<Row> {
    let mut rng = chance(21);
    let mut usual = Vec::new();
    for _ in 0..runs(120, size) {
        usual.extend(USUAL.organization(&mut rng));
    }
    let share = |cells: &mut dyn Iterator<Item = &Cell>| {
        let mut share = Share::default();
        cells.for_each(|cell| share.add(cell.is_covered()));
        share
    };
    let classes = SIZES.map(|(least, most)| share(&mut usual.iter().filter(|c| least <= c.n && c.n <= most)));

    let world = |features, drift, spread, heavy_tails| World { features, drift, spread, heavy_tails };
    let others = [
        (world(60, 0.0, 0.45, true), 60),
        (world(60, 1.0, 0.45, true), 60),
        (world(60, 2.0, 0.45, true), 60),
        (world(60, 1.0, 0.20, true), 60),
        (world(60, 1.0, 0.80, false), 60),
        (world(3, 1.0, 0.45, false), 800),
        (world(10, 1.0, 0.45, true), 240),
        (world(250, 1.0, 0.45, false), 14),
    ];
    let worlds = others.map(|(world, organizations)| {
        let mut covered = Share::default();
        for _ in 0..runs(organizations, size) {
            world.organization(&mut rng).iter().for_each(|cell| covered.add(cell.is_covered()));
        }
        covered
    });
    vec![
        Row::share(
            1,
            "90% interval of the value score, all cells",
            share(&mut usual.iter()),
            Bar::Within(0.87, 0.93),
        ),
        Row::share(2, "... worst size class", Share::lowest(&classes), Bar::AtLeast(0.86)),
        Row::share(3, "... worst of 8 worlds", Share::lowest(&worlds), Bar::AtLeast(0.86)),
    ]
}

pub(crate) fn ranking(size: f64) -> Vec<Row> {
    let mut rng = chance(24);
    let organizations = runs(120, size);
    let (mut ours, mut raw) = ((0.0, 0.0), (0.0, 0.0));
    for _ in 0..organizations {
        let cells = USUAL.organization(&mut rng);
        let truth: Vec<_> = cells.iter().map(|c| c.truth).collect();
        let add = |sum: &mut (f64, f64), by: Vec<f64>| {
            sum.0 += ndcg(&truth, &by);
            sum.1 += spearman(&truth, &by);
        };
        add(&mut ours, cells.iter().map(|c| c.score).collect());
        add(&mut raw, cells.iter().map(|c| c.raw).collect());
    }
    let n = f64::from(organizations);
    let noise = 0.08 / n.sqrt();
    let mut rows = vec![
        Row::figure(4, "ranking NDCG@10", ours.0 / n, noise, Bar::AtLeast(0.87)),
        Row::figure(4, "... Spearman", ours.1 / n, noise, Bar::AtLeast(0.77)),
        Row::figure(4, "... NDCG@10 of the raw mean", raw.0 / n, noise, Bar::None),
        Row::figure(4, "... Spearman of the raw mean", raw.1 / n, noise, Bar::None),
    ];
    for (features, organizations) in [(5, 300), (15, 120), (60, 60)] {
        let (mut ours, mut raw) = <(Share, Share)>::default();
        for _ in 0..runs(organizations, size) {
            let cells = World { features, ..USUAL }.organization(&mut rng);
            let ranked = cells.iter().filter(|c| c.n + c.history >= 5.0);
            let best = ranked.max_by(|a, b| a.score.total_cmp(&b.score));
            ours.add(best.is_some_and(|c| c.ever <= 3.0));
            raw.add(cells.iter().max_by(|a, b| a.raw.total_cmp(&b.raw)).is_some_and(|c| c.ever <= 3.0));
        }
        rows.push(Row::share(
            5,
            format!("best-ranked cell has at most 3 responses ever ({features} features)"),
            ours,
            Bar::AtMost(0.0),
        ));
        rows.push(Row::share(5, format!("... by raw mean ({features} features)"), raw, Bar::None));
    }
    rows
}

/// One feature's cell: what is true and what was told.
struct Cell {
    truth: f64,
    score: f64,
    lower: f64,
    upper: f64,
    raw: f64,
    n: f64,
    history: f64,
    ever: f64,
}

impl Cell {
    fn is_covered(&self) -> bool {
        self.lower <= self.truth && self.truth <= self.upper
    }
}

/// A feature's responses in each block (the cell is block 0) and stratum.
struct Feature {
    truth: f64,
    blocks: Vec<[Sums; STRATA]>,
}

impl World {
    fn organization(&self, rng: &mut ChaCha8Rng) -> Vec<Cell> {
        let all = profiles();
        let (csat, nps) = (Scale::of(&all[0]), Scale::of(&all[3]));
        let scales = [&csat, &csat, &nps, &nps];
        let features: Vec<_> = (0..self.features).map(|_| self.feature(&scales, rng)).collect();

        let year: Vec<_> =
            features.iter().map(|f| with_answers(|s| f.sum(s, 0..BLOCKS + 1, |_| 1.0))).collect();
        let means = Means::of(&year, &[false; STRATA]);
        let pairs = features.iter().flat_map(|f| {
            let pair = |b: usize, s: usize| (s, f.blocks[b][s].moments(), f.blocks[b - 1][s].moments());
            (1..f.blocks.len()).flat_map(move |b| (0..STRATA).map(move |s| pair(b, s)))
        });
        let pairs = pairs.filter(|(_, before, after)| before.n > 0.0 && after.n > 0.0);
        let Components { tau_a, tau_b, tau_g } = Components::of(&means, &year, pairs, 1.0);
        let org = Expectation { mean: means.mean, ratio: means.ratio, tau_a, tau_b, tau_g, phi: 1.0 };
        features.iter().map(|f| f.cell(&org)).collect()
    }

    fn feature(&self, scales: &[&Scale; STRATA], rng: &mut ChaCha8Rng) -> Feature {
        let normal = |rng: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(rng) };
        let effect: f64 = if self.heavy_tails {
            StudentT::new(5.0).map_or(0.0, |t: StudentT<f64>| t.sample(rng))
        } else {
            normal(rng)
        };
        let own: [f64; STRATA] = std::array::from_fn(|_| 0.45 * self.spread * normal(rng));
        let is_new = rng.random::<f64>() < 0.4;
        let volume = (12_f64.ln() + 1.3 * normal(rng)).exp();
        let mut truth = 0.0;
        let blocks = (0..=if is_new { 0 } else { BLOCKS }).map(|block| {
            let moved = 0.20 * self.drift * normal(rng);
            let mix: [f64; STRATA] = std::array::from_fn(|_| Exp1.sample(rng));
            let answers = (volume * (1.1 * normal(rng)).exp()).floor();
            let mut sums = [Sums::default(); STRATA];
            for s in 0..STRATA {
                let eta = BASE[s] + self.spread * effect + own[s] + moved + 0.12 * self.drift * normal(rng);
                let profile = scales[s].at(eta);
                if block == 0 {
                    truth += MIX[s] * profile.mean();
                }
                let n = (answers * mix[s] / mix.iter().sum::<f64>()).round();
                profile.answer(n as u32, &mut sums[s], rng);
            }
            sums
        });
        let blocks = blocks.collect();
        Feature { truth: 100.0 * truth, blocks }
    }
}

fn with_answers(of: impl Fn(usize) -> Moments) -> Vec<(usize, Moments)> {
    (0..STRATA).map(|s| (s, of(s))).filter(|(_, moments)| moments.n > 0.0).collect()
}

impl Feature {
    fn sum(&self, stratum: usize, blocks: std::ops::Range<usize>, weight: impl Fn(usize) -> f64) -> Moments {
        let mut sum = Sums::default();
        for b in blocks.start..blocks.end.min(self.blocks.len()) {
            let (add, weight) = (self.blocks[b][stratum], weight(b));
            sum.n += weight * add.n;
            sum.sum += weight * add.sum;
            sum.squares += weight * add.squares;
        }
        sum.moments()
    }

    fn cell(&self, org: &Expectation) -> Cell {
        let age = |b: usize| 0.5_f64.powf((28.0 * b as f64 - 14.0) / 90.0);
        let history: Vec<_> = (0..STRATA).map(|s| self.sum(s, 1..BLOCKS + 1, age)).collect();
        let cell: Vec<_> = (0..STRATA).map(|s| self.sum(s, 0..1, |_| 1.0)).collect();
        let told = credibility(org, &MIX, &history, &cell, 0.0);
        let n: f64 = cell.iter().map(|c| c.n).sum();
        let sum: f64 = cell.iter().map(|c| c.n * c.mean).sum();
        let ever = (0..STRATA).map(|s| self.sum(s, 0..BLOCKS + 1, |_| 1.0).n).sum();
        Cell {
            truth: self.truth,
            score: told.score,
            lower: told.lower,
            upper: told.upper,
            raw: if n > 0.0 { sum / n } else { org.mean.iter().sum::<f64>() / STRATA as f64 },
            n,
            history: history.iter().map(|h| h.n).sum(),
            ever,
        }
    }
}

/// Thresholds that cut a standard normal deviate into a profile's levels.
struct Scale {
    name: &'static str,
    thresholds: Vec<f64>,
}

impl Scale {
    fn of(profile: &Profile) -> Self {
        let mut below = 0.0;
        let cumulated = profile.shares.iter().take(profile.shares.len() - 1).map(|share| {
            below += share;
            normal_quantile(below)
        });
        Self { name: profile.name, thresholds: cumulated.collect() }
    }

    fn at(&self, eta: f64) -> Profile {
        let mut below = 0.0;
        let upper = self.thresholds.iter().map(|t| normal_cdf(t - eta)).chain([1.0]);
        let shares = upper.map(|upper| {
            let share = upper - below;
            below = upper;
            share
        });
        Profile { name: self.name, shares: shares.collect() }
    }
}

fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    while high - low > 1e-12 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < p { low = middle } else { high = middle }
    }
    low
}

/// Discounted gain of the first ten; the gain grows by a factor of e for each standard deviation of the truth.
fn ndcg(truth: &[f64], by: &[f64]) -> f64 {
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let sd = (truth.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / truth.len() as f64).sqrt();
    let gained = |by: &[f64]| {
        let places = order(by).into_iter().take(10).enumerate();
        places.map(|(place, f)| ((truth[f] - mean) / sd).exp() / (place as f64 + 2.0).log2()).sum::<f64>()
    };
    gained(by) / gained(truth)
}

fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |x: &[f64]| {
        let mut ranks = vec![0.0; x.len()];
        for (rank, i) in order(x).into_iter().enumerate() {
            ranks[i] = rank as f64;
        }
        ranks
    };
    let n = a.len() as f64;
    let squares: f64 = ranks(a).iter().zip(ranks(b)).map(|(a, b)| (a - b).powi(2)).sum();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

/// From the highest down.
fn order(by: &[f64]) -> Vec<usize> {
    let mut order: Vec<_> = (0..by.len()).collect();
    order.sort_by(|a, b| by[*b].total_cmp(&by[*a]));
    order
}
