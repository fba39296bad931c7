//! Standard figures, forecasts and reports, and facts that are refused.

use super::world::{CSAT, NPS, STARS, THUMBS, World};
use ballroom_analytics::forecast::ForecastQuery;
use ballroom_analytics::standard::StandardQuery;
use ballroom_analytics::value::{IncidentBasis, ReportQuery, ValueQuery};
use ballroom_analytics::{
    Error, ExposureRow, FeedbackRow, Hyperparameters, customer_days_lost, forecast, hyperparameters,
    standard, standard_series, value, value_report,
};

fn row(feature: u32, scale: u32, day: i32, level: u32, count: i64) -> FeedbackRow {
    FeedbackRow { feature, release: None, segment: 0, scale, day, level, count }
}

#[test]
fn every_scale_has_the_figure_of_its_trade() {
    let mut world = World::with_features(1);
    world.feedback.extend([row(0, CSAT, 3, 4, 6), row(0, CSAT, 4, 3, 2), row(0, CSAT, 9, 0, 2)]);
    world.feedback.extend([row(0, NPS, 3, 10, 5), row(0, NPS, 3, 7, 3), row(0, NPS, 3, 2, 2)]);
    world.feedback.extend([row(0, THUMBS, 3, 1, 3), row(0, THUMBS, 30, 0, 99)]);
    let query = StandardQuery { from: 0, until: 30, ..StandardQuery::default() };
    let figures = standard(&world.prepare(), &query).expect("sound");
    let values: Vec<_> = figures.iter().map(|f| (f.scale, f.value.round(), f.responses)).collect();
    assert_eq!(values, [(CSAT, 80.0, 10), (THUMBS, 100.0, 3), (NPS, 30.0, 10)]);
    assert_eq!(figures[0].levels, [2, 0, 0, 2, 6]);
    assert!(
        figures.iter().all(|f| f.lower.expect("an end") <= f.value && f.value <= f.upper.expect("an end"))
    );
    let nobody = StandardQuery { segment: Some(2), ..query };
    assert_eq!(standard(&world.prepare(), &nobody).expect("sound"), []);
    assert!(standard(&world.prepare(), &StandardQuery { feature: Some(9), ..query }).is_err());
}

#[test]
fn equal_ratings_are_not_certain_and_every_figure_lies_in_its_interval() {
    let figure = |scale, counts: &[(u32, i64)]| {
        let mut world = World::with_features(1);
        world.feedback.extend(counts.iter().map(|&(level, count)| row(0, scale, 3, level, count)));
        let query = StandardQuery { from: 0, until: 30, ..StandardQuery::default() };
        standard(&world.prepare(), &query).expect("sound").remove(0)
    };
    // Two responses of 5 stars: up to 1 - sqrt(.05) of all ratings may be others, at worst 1 star each.
    let two = figure(STARS, &[(4, 2)]);
    let lower = 5.0 - 4.0 * (1.0 - 0.05_f64.sqrt());
    assert_eq!((two.value, two.se, two.upper), (5.0, None, Some(5.0)));
    assert!((two.lower.expect("an end") - lower).abs() < 1e-12, "{two:?}");
    // The more there are, the surer; and a rating in the middle may be too high as well as too low.
    let many = figure(STARS, &[(2, 100)]);
    let (lower, upper) = (many.lower.expect("an end"), many.upper.expect("an end"));
    assert!((3.0 - lower - (upper - 3.0)).abs() < 1e-12 && (0.05..0.07).contains(&(upper - 3.0)), "{many:?}");
    assert_eq!(figure(STARS, &[(4, 1)]).lower, None, "one answer says nothing of the others");

    for scale in [CSAT, THUMBS, NPS, STARS] {
        for level in 0..super::world::LEVELS[scale as usize] {
            for count in [1, 2, 3, 50] {
                let figure = figure(scale, &[(level, count), (0, count / 3)]);
                let (Some(lower), Some(upper)) = (figure.lower, figure.upper) else { continue };
                assert!(lower <= figure.value && figure.value <= upper && lower < upper, "{figure:?}");
                assert!(figure.se.is_none_or(|se| se > 0.0), "{figure:?}");
            }
        }
    }
}

#[test]
fn a_feature_without_answers_in_the_period_is_not_ranked() {
    let mut world = World::with_features(2);
    world.feedback.extend([row(0, CSAT, 3, 4, 60), row(1, CSAT, 3, 4, 60), row(1, CSAT, 31, 4, 1)]);
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 40);
    let query =
        ReportQuery { features: vec![0, 1], from: 30, until: 41, release: None, segment: None, as_of: 40 };
    let report = value_report(&prepared, &hyper, &query).expect("known features");
    let said: Vec<_> = report.iter().map(|value| (value.feature, value.responses, value.ranked)).collect();
    assert_eq!(said, [(1, 1, true), (0, 0, false)]);
}

#[test]
fn an_empty_organization_scores_seventy_and_ranks_nothing() {
    let prepared = World::with_features(2).prepare();
    let hyper = hyperparameters(&prepared, 30);
    let query =
        ReportQuery { features: vec![0, 1], from: 0, until: 31, release: None, segment: None, as_of: 30 };
    for score in value_report(&prepared, &hyper, &query).expect("known features") {
        assert!((score.score - 70.0).abs() < 1e-9 && !score.ranked && score.own_weight == 0.0);
        assert!(score.lower < 40.0 && score.upper > 90.0, "{} {}", score.lower, score.upper);
    }
    let query = ForecastQuery { feature: 0, as_of: 30, days: 14, release_day: None, exposure: Vec::new() };
    assert_eq!(forecast(&prepared, &hyper, &query).expect("known"), None);
}

#[test]
fn a_segment_nobody_ever_answered_from_has_no_value() {
    let mut world = World::with_features(1);
    world.feedback.push(row(0, CSAT, 3, 4, 6));
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 9);
    let query = ValueQuery { feature: 0, from: 0, until: 10, release: None, segment: Some(2), as_of: 9 };
    assert_eq!(value(&prepared, &hyper, &query).expect("known"), None);
}

#[test]
fn stored_parameters_that_do_not_know_a_stratum_still_serve() {
    let mut world = World::with_features(2);
    world.feedback.extend([row(0, CSAT, 3, 4, 60), row(1, THUMBS, 20, 1, 9)]);
    let prepared = world.prepare();
    let stored = serde_json::to_string(&hyperparameters(&prepared, 10)).expect("plain numbers");
    let stored: Hyperparameters = serde_json::from_str(&stored).expect("plain numbers");
    assert_eq!(stored, hyperparameters(&prepared, 10), "to the last digit");
    let query = ValueQuery { feature: 1, from: 0, until: 31, release: None, segment: None, as_of: 30 };
    let value = value(&prepared, &stored, &query).expect("known").expect("answers");
    assert_eq!(value.responses, 9);
    assert!((0.0..=100.0).contains(&value.score) && value.ranked);
}

#[test]
fn incidents_are_deducted_only_where_exposure_is_known() {
    let mut world = World::with_features(1);
    world.feedback.push(row(0, CSAT, 3, 3, 60));
    world.incident(5, None, false);
    let value = |world: &World| {
        let prepared = world.prepare();
        let query = ValueQuery { feature: 0, from: 0, until: 10, release: None, segment: None, as_of: 9 };
        value(&prepared, &hyperparameters(&prepared, 9), &query).expect("known").expect("answers")
    };
    let without = value(&world);
    assert_eq!((without.incident_basis, without.spoiled), (IncidentBasis::None, 0.0));
    world.exposure.extend((0..10).map(|day| ExposureRow { feature: 0, segment: 0, day, active: 10 }));
    let with = value(&world);
    assert_eq!(
        (with.incident_basis, with.exposure_days, with.customer_days),
        (IncidentBasis::Exposure, 10, 100.0)
    );
    assert!((with.spoiled - 0.05).abs() < 1e-12 && with.score < without.score);
}

#[test]
fn a_series_has_the_figures_of_each_of_its_periods() {
    let mut world = World::with_features(2);
    world.answers(0..10, None, [0, 1, 0, 0, 1]);
    world.answers_to(1, 12..20, None, [0, 0, 0, 0, 2]);
    let prepared = world.prepare();
    let query = StandardQuery { from: 0, until: 21, ..StandardQuery::default() };
    let series = standard_series(&prepared, &query, &[0, 7, 14]).expect("known");
    for (figures, (from, until)) in series.iter().zip([(0, 7), (7, 14), (14, 21)]) {
        let alone = standard(&prepared, &StandardQuery { from, until, ..query }).expect("known");
        assert_eq!(*figures, alone);
    }
    let responses: Vec<_> = series.iter().map(|figures| figures[0].responses).collect();
    assert_eq!(responses, [14, 10, 12]);
    let of_one = StandardQuery { feature: Some(0), ..query };
    let series = standard_series(&prepared, &of_one, &[0, 10, 14]).expect("known");
    assert_eq!(series.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 0]);
}

#[test]
fn customer_days_are_lost_up_to_those_who_were_there() {
    let mut world = World::with_features(2);
    world.incident(5, None, false);
    world.incident(5, None, false);
    world.incident(9, None, false);
    let lost = |world: &World, features: &[u32]| {
        customer_days_lost(&world.prepare(), features, &[0, 7, 14], 21).expect("known")
    };
    assert_eq!(lost(&world, &[0]), [Some(10.0), Some(5.0), None]);
    assert_eq!(lost(&world, &[1]), [None, None, None]);
    world.exposure.extend([(5, 8), (9, 100), (15, 3)].map(|(day, active)| ExposureRow {
        feature: 0,
        segment: 0,
        day,
        active,
    }));
    assert_eq!(lost(&world, &[0, 1]), [Some(8.0), Some(5.0), Some(0.0)]);
    assert!(customer_days_lost(&world.prepare(), &[2], &[0], 1).is_err());
}

#[test]
fn more_incidents_are_expected_after_a_release() {
    let mut world = World::with_features(1);
    for day in (0..150).step_by(30) {
        world.release("r", Some(day));
        for age in [0, 0, 1, 1, 1, 20] {
            world.incident(day + age, None, false);
        }
    }
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 149);
    let query = ForecastQuery { feature: 0, as_of: 149, days: 2, release_day: None, exposure: Vec::new() };
    let calm = forecast(&prepared, &hyper, &query).expect("known").expect("a past");
    let query = ForecastQuery { release_day: Some(150), ..query };
    let after = forecast(&prepared, &hyper, &query).expect("known").expect("a past");
    assert!(after.release_effect[0] > 2.0 && after.mean > 2.0 * calm.mean);
    assert!(after.quantiles.is_sorted_by(|a, b| a.incidents <= b.incidents));
    assert!(forecast(&prepared, &hyper, &ForecastQuery { days: 0, ..query }).is_err());
}

#[test]
fn unsound_facts_are_refused_with_their_reason() {
    type Spoil = fn(&mut World);
    let spoils: [(Spoil, &str); 7] = [
        (|w| w.feedback[0].level = 5, "level 5 does not exist; there are 5"),
        (|w| w.feedback[0].feature = 7, "feature 7 does not exist; there are 1"),
        (|w| w.feedback[0].release = Some(3), "release 3 does not exist; there are 1"),
        (|w| w.feedback[0].count = -1, "count must not be negative or null"),
        (|w| w.feedback[0].day = 20_260_101, "day must be between 1950 and 2150"),
        (|w| w.incidents[0].spoiled = f64::NAN, "spoiled must be a number and not negative"),
        (|w| w.releases[0].ancestors = Some(vec![1]), "ancestors 1 does not exist; there are 1"),
    ];
    for (spoil, reason) in spoils {
        let mut world = World::with_features(1);
        world.release("1", Some(0));
        world.feedback.push(row(0, CSAT, 3, 3, 60));
        world.incident(5, None, false);
        assert!(world.try_prepare().is_ok());
        spoil(&mut world);
        let refused: Result<_, Error> = world.try_prepare();
        assert_eq!(refused.err().map(|e| e.to_string()).as_deref(), Some(reason));
    }
}
