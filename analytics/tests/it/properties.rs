//! What holds for any counts.

use super::world::{LEVELS, SEGMENTS, THUMBS, World};
use ballroom_analytics::regression::RegressionScore;
use ballroom_analytics::value::{ReportQuery, TrendQuery, ValueQuery, ValueScore};
use ballroom_analytics::{
    ExposureRow, FeedbackRow, IncidentRow, hyperparameters, regression, trend, value, value_report,
};
use proptest::collection::vec;
use proptest::prelude::*;

const FEATURES: u32 = 4;
const DAYS: i32 = 200;
const RELEASE: u32 = 2;

fn answer() -> impl Strategy<Value = FeedbackRow> {
    let counts = prop_oneof![8 => 0_i64..6, 1 => 0_i64..100_000];
    let release = prop_oneof![3 => Just(None), 1 => (0_u32..3).prop_map(Some)];
    (0..FEATURES, release, 0..SEGMENTS, 0_u32..3, 0..DAYS, 0_u32..11, counts).prop_map(
        |(feature, release, segment, scale, day, level, count)| {
            let level = level % LEVELS[scale as usize];
            FeedbackRow { feature, release, segment, scale, day, level, count }
        },
    )
}

fn incident() -> impl Strategy<Value = IncidentRow> {
    (0..FEATURES, 0..DAYS, 0_i64..20, 0.0_f64..500.0, any::<bool>()).prop_map(
        |(feature, day, opened, spoiled, no_change)| IncidentRow {
            feature,
            release: None,
            no_change,
            day,
            opened,
            spoiled,
        },
    )
}

fn exposure() -> impl Strategy<Value = ExposureRow> {
    (0..FEATURES, 0..SEGMENTS, 0..DAYS, 0_i64..1000).prop_map(|(feature, segment, day, active)| ExposureRow {
        feature,
        segment,
        day,
        active,
    })
}

prop_compose! {
    fn any_world()(
        feedback in vec(answer(), 0..150),
        incidents in vec(incident(), 0..30),
        exposure in vec(exposure(), 0..60),
    ) -> World {
        let mut world = World { feedback, incidents, exposure, ..World::with_features(FEATURES) };
        for (version, day) in [("1", 0), ("2", 60), ("3", 120)] {
            world.release(version, Some(day));
        }
        world
    }
}

fn values(world: &World) -> Vec<ValueScore> {
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, DAYS - 1);
    let query = ReportQuery {
        features: (0..FEATURES).collect(),
        from: 150,
        until: DAYS,
        release: None,
        segment: None,
        as_of: DAYS - 1,
    };
    value_report(&prepared, &hyper, &query).expect("known features")
}

fn scores(world: &World) -> Vec<RegressionScore> {
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 119);
    regression(&prepared, &hyper, RELEASE, DAYS - 1, &[])
        .expect("a known release")
        .expect("it is out")
        .features
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_add_up_to_the_score(world in any_world()) {
        for value in values(&world) {
            prop_assert!(close(value.base + value.history + value.feedback + value.incidents, value.score));
            let strata: f64 = value.strata.iter().map(|s| s.contribution).sum();
            let mean = value.score - value.incidents;
            let pressed = !(0.2..=99.8).contains(&mean);
            prop_assert!(pressed || close(strata, value.feedback), "{strata} {value:?}");
            let weights: f64 = value.strata.iter().map(|s| s.weight).sum();
            prop_assert!(value.strata.is_empty() || close(weights, 1.0));
        }
    }

    #[test]
    fn scores_lie_within_their_interval_and_their_scale(world in any_world()) {
        for v in values(&world) {
            let inside = 0.0 <= v.lower && v.lower <= v.score && v.score <= v.upper && v.upper <= 100.0;
            prop_assert!(inside, "{} {} {}", v.lower, v.score, v.upper);
            prop_assert!((0.0..=1.0).contains(&v.spoiled) && v.sd.is_finite() && v.own_weight.is_finite());
        }
        for s in scores(&world) {
            prop_assert!((0.0..=100.0).contains(&s.score) && (0.0..=1.0).contains(&s.p));
            prop_assert!(s.path.iter().all(|e| e.is_finite()) && s.log_e_improved.is_finite());
            let ends = s.change.map(|c| [c.lower, c.estimate, c.upper]);
            let ratios = s.rate_ratio.map(|c| [c.lower, c.estimate, c.upper]);
            for [lower, estimate, upper] in ends.into_iter().chain(ratios) {
                prop_assert!(lower <= estimate && estimate <= upper && upper.is_finite());
            }
        }
    }

    /// Rows may come in any order, and be cut into any parts: the scores are the same to the last digit.
    #[test]
    fn order_and_partition_of_the_rows_do_not_matter(world in any_world(), by in 0_usize..100) {
        let mut other = world.clone();
        let split = |row: &FeedbackRow| {
            let half = row.count / 2;
            [FeedbackRow { count: half, ..*row }, FeedbackRow { count: row.count - half, ..*row }]
        };
        other.feedback = world.feedback.iter().rev().flat_map(split).collect();
        let middle = by % other.feedback.len().max(1);
        other.feedback.rotate_left(middle);
        other.exposure.reverse();
        prop_assert_eq!(values(&world), values(&other));
        // Spoiled customer-days are real numbers: another order may change their last digit.
        other.incidents.reverse();
        prop_assert_eq!(scores(&world), scores(&other));
        for (a, b) in values(&world).iter().zip(&values(&other)) {
            prop_assert!(close(a.score, b.score) && a.feature == b.feature);
        }
    }

    /// On a two-level scale whatever was answered before. On others a response unlike its neighbours also says
    /// that they agree less than they seemed to, so there the period's responses are good ones only.
    #[test]
    fn more_good_answers_never_lower_the_value(world in any_world(), more in vec(1_i64..50, 6), scale in 0_u32..3) {
        let mut world = world;
        world.exposure.clear();
        world.feedback.retain(|r| r.feature != 0 || (r.scale, r.segment) == (scale, 1));
        if scale != THUMBS {
            world.feedback.retain(|r| r.feature != 0 || r.day < 150);
        }
        let hyper = hyperparameters(&world.prepare(), DAYS - 1);
        let query =
            ValueQuery { feature: 0, from: 150, until: DAYS, release: None, segment: None, as_of: DAYS - 1 };
        let mut scores = Vec::new();
        for (day, count) in (190..).zip(more) {
            let level = LEVELS[scale as usize] - 1;
            world.feedback.push(FeedbackRow { feature: 0, release: None, segment: 1, scale, day, level, count });
            let value = value(&world.prepare(), &hyper, &query).expect("known").expect("answers");
            scores.push(value.score);
        }
        prop_assert!(scores.is_sorted_by(|a, b| *b >= a - 1e-9), "{scores:?}");
    }

    #[test]
    fn a_feature_with_one_answer_never_ranks(world in any_world(), level in 0_u32..5) {
        let mut world = world;
        world.feedback.retain(|r| r.feature != 0);
        world.feedback.push(FeedbackRow { feature: 0, release: None, segment: 0, scale: 0, day: 180, level, count: 1 });
        let report = values(&world);
        let place = report.iter().position(|v| v.feature == 0).expect("it is listed");
        prop_assert!(!report[place].ranked);
        prop_assert!(report[place..].iter().all(|v| !v.ranked), "and stands after all that do");
    }

    #[test]
    fn scaling_the_exposure_leaves_rate_ratios_as_they_are(world in any_world(), by in 2_i64..1000) {
        let mut scaled = world.clone();
        for row in &mut scaled.exposure {
            row.active *= by;
        }
        for (a, b) in scores(&world).iter().zip(&scores(&scaled)) {
            let estimate = |s: &RegressionScore| s.rate_ratio.map_or(1.0, |r| r.estimate);
            prop_assert!(close(estimate(a).ln(), estimate(b).ln()));
            prop_assert!(close(a.log_e, b.log_e));
        }
    }

    #[test]
    fn a_point_of_a_trend_is_the_value_as_of_its_day(world in any_world()) {
        let prepared = world.prepare();
        let hyper: Vec<_> = (1..7).map(|week| hyperparameters(&prepared, 150 + 7 * week)).collect();
        let points = trend(&prepared, &hyper, &TrendQuery { feature: 1, days: 28, release: None, segment: None });
        for (point, hyper) in points.expect("known").into_iter().zip(&hyper) {
            let (until, as_of) = (hyper.day + 1, hyper.day);
            let query = ValueQuery { feature: 1, from: until - 28, until, release: None, segment: None, as_of };
            prop_assert_eq!(point.value, value(&prepared, hyper, &query).expect("known"));
        }
    }
}
