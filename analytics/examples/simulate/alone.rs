//! A feature with nothing beside it to compare with: a year, then a release that is watched for 90 days. How often is it blamed
//! for what moves by itself, and found for what it did?

use ballroom_analytics::{
    Day, Error, Facts, Feature, FeedbackRow, Release, Scale, ScaleKind, frame, hyperparameters, regression,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, Normal};

use super::row::{Bar, Row, Share};
use super::{chance, runs};

const YEAR: Day = 365;
const WATCHED: Day = 90;
const MEAN: f64 = 0.7;
/// Days from one release to the next.
const APART: Day = 73;

#[derive(Clone, Copy)]
struct World {
    daily: u64,
    /// How far a random walk goes in 90 days, as a standard deviation.
    walk: f64,
    /// How far it falls on a day that no release has, within 60 days of the release, as a normal deviate of this size.
    step: f64,
    /// What the release takes.
    drop: f64,
}

const PLAIN: World = World { daily: 20, walk: 0.0, step: 0.0, drop: 0.0 };

pub(crate) fn feature(size: f64) -> Vec<Row> {
    let mut rng = chance(26);
    let blamed = [
        ("nothing happens", PLAIN, Bar::AtMost(0.05)),
        ("it walks, sd .03", World { walk: 0.03, ..PLAIN }, Bar::AtMost(0.05)),
        ("... with 100 answers a day", World { walk: 0.03, daily: 100, ..PLAIN }, Bar::AtMost(0.05)),
        ("it walks, sd .05", World { walk: 0.05, ..PLAIN }, Bar::AtMost(0.05)),
        ("... with 5 answers a day", World { walk: 0.05, daily: 5, ..PLAIN }, Bar::AtMost(0.05)),
        ("it falls by a step, sd .05, at another day", World { step: 0.05, ..PLAIN }, Bar::None),
    ];
    let found = [
        ("a drop of .10", World { drop: 0.10, ..PLAIN }, Bar::AtLeast(0.90)),
        ("... with 5 answers a day", World { drop: 0.10, daily: 5, ..PLAIN }, Bar::None),
        ("... while it walks, sd .03", World { drop: 0.10, walk: 0.03, ..PLAIN }, Bar::None),
        ("... while it walks, sd .05", World { drop: 0.10, walk: 0.05, ..PLAIN }, Bar::None),
    ];
    let mut rows = Vec::new();
    let names = [(26, "nothing to compare with, falsely blamed"), (27, "nothing to compare with, found")];
    let worlds =
        blamed.map(|world| (names[0], world)).into_iter().chain(found.map(|world| (names[1], world)));
    for ((number, kind), (what, world, bar)) in worlds {
        let (mut called, mut plain) = <(Share, Share)>::default();
        for _ in 0..runs(300, size) {
            let [ever, evident] = world.run(&mut rng).unwrap_or_default();
            called.add(ever);
            plain.add(evident);
        }
        rows.push(Row::share(number, format!("{kind}: {what}"), called, bar));
        rows.push(Row::share(number, "... by the evidence alone", plain, Bar::None));
    }
    rows
}

impl World {
    /// Whether the release is called on any day, and would be by the evidence alone.
    fn run(&self, rng: &mut ChaCha8Rng) -> Result<[bool; 2], Error> {
        let mut normal = |sd: f64| Normal::new(0.0, sd).map_or(0.0, |normal| normal.sample(rng));
        let daily = self.walk / f64::from(WATCHED).sqrt();
        let mut at = 0.0;
        let mut levels: Vec<_> = (0..YEAR + WATCHED)
            .map(|_| {
                at += normal(daily);
                at
            })
            .collect();
        let step = normal(self.step).abs();
        let stepped = rng.random_range(YEAR - 60..YEAR + 60);
        let mut rows = Vec::new();
        for (day, level) in (0..).zip(&mut levels) {
            *level += MEAN - if day >= stepped { step } else { 0.0 };
            *level -= if day >= YEAR { self.drop } else { 0.0 };
            let good = Binomial::new(self.daily, level.clamp(0.01, 0.99)).map_or(0, |good| good.sample(rng));
            let release = Some((day / APART) as u32).map(|release| release.min((YEAR / APART) as u32));
            let row = |level, count: u64| FeedbackRow {
                feature: 0,
                release,
                segment: 0,
                scale: 0,
                day,
                level,
                count: count as i64,
            };
            rows.extend([row(0, self.daily - good), row(1, good)]);
        }
        let release =
            |code: Day| Release { first_day: Some(code * APART), order: code as u32, ..Release::default() };
        let judged = (YEAR / APART) as u32;
        let prepared = Facts {
            scales: vec![Scale {
                min: 0.0,
                max: 1.0,
                step: 1.0,
                higher_is_better: true,
                kind: ScaleKind::Thumbs,
            }],
            releases: (0..=YEAR / APART).map(release).collect(),
            features: vec![Feature { product: 0, whole: true }],
            segments: 1,
            feedback: frame::feedback(&rows)?,
            incidents: frame::incidents(&[])?,
            exposure: frame::exposure(&[])?,
            min_answers: ballroom_analytics::MIN_ANSWERS,
        }
        .prepare()?;
        let hyper = hyperparameters(&prepared, YEAR - 1);
        let report = regression(&prepared, &hyper, judged, YEAR + WATCHED - 1, &[])?;
        let score = report.and_then(|report| report.features.into_iter().next());
        let evident = |score: &_| {
            let ballroom_analytics::regression::RegressionScore { path, .. } = score;
            path.iter().any(|log_e| *log_e >= 10_f64.ln())
        };
        Ok(score.map_or([false; 2], |score| [score.first_flagged_day.is_some(), evident(&score)]))
    }
}
