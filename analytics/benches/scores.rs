//! What scores cost: a value report with a weekly trend, the regression of a release, and the plain group-by that
//! nothing can be faster than. On one core: `taskset -c 0 cargo bench -p analytics`.

#![allow(missing_docs, clippy::expect_used)]

use ballroom_analytics::value::{ReportQuery, TrendQuery};
use ballroom_analytics::{
    Day, Facts, Feature, FeedbackRow, Hyperparameters, IncidentRow, MIN_ANSWERS, Prepared, Release, Scale,
    ScaleKind, frame, hyperparameters, regression, trend, value_report,
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SEGMENTS: u32 = 4;
const LEVELS: [u32; 3] = [5, 11, 2];

/// Features that a release touches and makes worse.
const TOUCHED: u32 = 5;

/// Every feature is answered about on every day in each of 4 segments on 3 scales. One release may make those worse that
/// it touches: then their verdicts are asked of all the others, on every day.
fn facts(features: u32, days: Day, guilty: Option<u32>) -> Facts {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut feedback, mut incidents) = (Vec::new(), Vec::new());
    for feature in 0..features {
        for day in 0..days {
            for segment in 0..SEGMENTS {
                for (scale, levels) in (0..).zip(LEVELS) {
                    let mut counts = vec![0; levels as usize];
                    for _ in 0..rng.random_range(1..5) {
                        let (one, other) = (rng.random_range(0..levels), rng.random_range(0..levels));
                        let worse = feature < TOUCHED && guilty.is_some_and(|k| day >= 30 * k as Day);
                        counts[if worse { one.min(other) } else { one.max(other) } as usize] += 1;
                    }
                    for (level, count) in (0..).zip(counts).filter(|(_, count)| *count > 0) {
                        let release = Some((day / 30) as u32);
                        feedback.push(FeedbackRow { feature, release, segment, scale, day, level, count });
                    }
                }
            }
            if rng.random::<f64>() < 0.1 {
                let row =
                    IncidentRow { feature, release: None, no_change: false, day, opened: 1, spoiled: 3.0 };
                incidents.push(row);
            }
        }
    }
    let scale = |min, max, kind| Scale { min, max, step: 1.0, higher_is_better: true, kind };
    let release = |k: u32| Release {
        first_day: Some(30 * k as Day),
        order: k,
        touched: if guilty == Some(k) { (0..TOUCHED).collect() } else { Default::default() },
        ..Release::default()
    };
    Facts {
        scales: vec![
            scale(1.0, 5.0, ScaleKind::Csat),
            scale(0.0, 10.0, ScaleKind::Nps),
            scale(0.0, 1.0, ScaleKind::Thumbs),
        ],
        releases: (0..=(days / 30) as u32).map(release).collect(),
        features: vec![Feature { product: 0, whole: false }; features as usize],
        segments: SEGMENTS,
        feedback: frame::feedback(&feedback).expect("sound rows"),
        incidents: frame::incidents(&incidents).expect("sound rows"),
        exposure: frame::exposure(&[]).expect("sound rows"),
        min_answers: MIN_ANSWERS,
    }
}

fn weeks(prepared: &Prepared, days: Day) -> Vec<Hyperparameters> {
    (1..=days / 7).map(|week| hyperparameters(prepared, 7 * week)).collect()
}

/// The report of the last four weeks and, for each feature, the trend of every week.
fn report(prepared: &Prepared, hyper: &[Hyperparameters]) -> f64 {
    let last = hyper.last().expect("a week");
    let features: Vec<_> = (0..prepared.features_of(0).len() as u32).collect();
    let (until, as_of) = (last.day + 1, last.day);
    let query = ReportQuery {
        features: features.clone(),
        from: until - 28,
        until,
        release: None,
        segment: None,
        as_of,
    };
    let report = value_report(prepared, last, &query).expect("known features");
    let point = |feature| {
        let query = TrendQuery { feature, days: 28, release: None, segment: None };
        trend(prepared, hyper, &query).expect("a known feature").len() as f64
    };
    report.iter().map(|value| value.score).sum::<f64>() + features.into_iter().map(point).sum::<f64>()
}

/// The least that any response from this frame takes: its sums by feature, stratum and day.
fn floor(facts: &Facts) -> usize {
    let grouped = facts.feedback.group_by(["feature", "scale", "segment", "day"]).expect("known columns");
    #[allow(deprecated, reason = "as the crate itself sums")]
    grouped.select(["count"]).sum().expect("known columns").height()
}

fn scores(c: &mut Criterion) {
    let mut group = c.benchmark_group("scores");
    group.sample_size(10);
    for (features, days) in [(50, 365), (25, 365), (100, 365), (50, 182), (50, 730)] {
        let name = format!("{features} features x {days} days");
        let release = (days / 30 - 3) as u32;
        let facts = self::facts(features, days, None);
        let prepared = facts.clone().prepare().expect("sound facts");
        let hyper = weeks(&prepared, days);
        let before = hyperparameters(&prepared, 30 * release as Day - 1);
        group.bench_function(BenchmarkId::new("group-by alone", &name), |b| b.iter(|| floor(&facts)));
        group.bench_function(BenchmarkId::new("prepare", &name), |b| b.iter(|| facts.clone().prepare()));
        group.bench_function(BenchmarkId::new("report and weekly trend", &name), |b| {
            b.iter(|| report(&prepared, &hyper));
        });
        group.bench_function(BenchmarkId::new("hyperparameters of one day", &name), |b| {
            b.iter(|| hyperparameters(&prepared, days - 1));
        });
        group.bench_function(BenchmarkId::new("regression, 90 days", &name), |b| {
            b.iter(|| regression(&prepared, &before, release, days - 1, &[]));
        });
        let prepared = self::facts(features, days, Some(release)).prepare().expect("sound facts");
        let before = hyperparameters(&prepared, 30 * release as Day - 1);
        group.bench_function(BenchmarkId::new("regression, 90 days, 5 features called", &name), |b| {
            b.iter(|| regression(&prepared, &before, release, days - 1, &[]));
        });
    }
    group.finish();
}

criterion_group!(benches, scores);
criterion_main!(benches);
