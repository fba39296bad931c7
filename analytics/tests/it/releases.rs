//! Stories of releases: what they are compared with, and what happens when they come late, twice or go again.

use super::world::World;
use ballroom_analytics::regression::{Baseline, Reason, ReleaseReport, Verdict};
use ballroom_analytics::{Day, Earlier, change_point, hyperparameters, regression, value};

const HAPPY: [i64; 5] = [0, 0, 1, 3, 6];
const UNHAPPY: [i64; 5] = [5, 3, 1, 1, 0];

fn report(world: &World, release: u32, as_of: Day) -> ReleaseReport {
    let prepared = world.prepare();
    let first_day = world.releases[release as usize].first_day.expect("released");
    let hyper = hyperparameters(&prepared, first_day - 1);
    regression(&prepared, &hyper, release, as_of, &[]).expect("a known release").expect("it is out")
}

#[test]
fn a_release_that_pleases_less_regressed_and_is_the_suspect() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let bad = world.release("2.0", Some(60));
    world.answers(0..60, None, HAPPY);
    world.answers(60..80, None, UNHAPPY);
    let report = report(&world, bad, 79);
    let score = &report.features[0];
    assert_eq!(score.verdict, Verdict::Regressed);
    assert!(score.p < 0.01 && score.score > 99.0);
    assert_eq!(score.first_flagged_day, Some(60), "so many answers tell on the first day");
    assert_eq!((score.baseline_responses, score.responses), (600, 200));
    let change = score.change.expect("answers on both sides");
    assert!(change.lower < change.estimate && change.estimate < change.upper && change.upper < -40.0);
    assert_eq!(score.coverage, Some(1.0));
    let shares = score.feedback.map_or(0.0, |c| c.share) + score.incidents.map_or(0.0, |c| c.share);
    assert!((shares - 1.0).abs() < 1e-12);

    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 79);
    let change = change_point(&prepared, &hyper, 0, 79).expect("a known feature").expect("days enough");
    assert!(change.called);
    assert_eq!((change.day, change.suspects[0].release), (60, bad));
    assert!(change.suspects[0].probability > 0.99);
}

/// An old line that lives on beside the new one, with customers who rate differently, must not fake a regression.
#[test]
fn a_release_with_ancestors_is_compared_with_them_only() {
    let mut world = World::with_features(1);
    let old_line = world.release("7.9", Some(0));
    let parent = world.release("8.0", Some(10));
    let child = world.release("8.1", Some(60));
    world.answers(10..90, Some(old_line), HAPPY);
    world.answers(10..60, Some(parent), UNHAPPY);
    world.answers(60..90, Some(child), UNHAPPY);
    let against_any = report(&world, child, 89).features.swap_remove(0);
    assert!(against_any.score > 90.0, "against any other release it looks worse");
    assert_eq!((against_any.verdict, against_any.reason), (Verdict::Watch, Some(Reason::LikePrevious)));

    world.releases[child as usize].ancestors = Some(vec![parent]);
    let report = report(&world, child, 89);
    assert_eq!(report.baseline, Baseline::Ancestors);
    assert_eq!(report.features[0].verdict, Verdict::NoEvidence);
    assert_eq!(report.features[0].baseline_responses, 500);
}

#[test]
fn a_backport_is_compared_with_its_own_line() {
    let mut world = World::with_features(1);
    let old = world.release("7.9", Some(0));
    let new = world.release("8.0", Some(10));
    let backport = world.release("7.10", Some(60));
    world.releases[backport as usize].ancestors = Some(vec![old]);
    world.releases[new as usize].ancestors = Some(vec![old]);
    world.answers(0..60, Some(old), HAPPY);
    world.answers(10..90, Some(new), UNHAPPY);
    world.answers(60..90, Some(backport), UNHAPPY);
    let score = &report(&world, backport, 89).features[0];
    assert_eq!(score.verdict, Verdict::Regressed);
    assert_eq!((score.baseline_responses, score.responses), (600, 300));
}

#[test]
fn a_withdrawn_release_keeps_its_regression_score() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let bad = world.release("2.0", Some(60));
    world.answers(0..60, None, HAPPY);
    world.answers(60..65, None, UNHAPPY);
    world.answers(65..150, None, HAPPY);
    world.releases[bad as usize].withdrawn = Some(65);
    let (soon, late) = (report(&world, bad, 65), report(&world, bad, 149));
    assert_eq!(late.features, soon.features);
    assert_eq!(late.features[0].verdict, Verdict::Regressed);
    assert_eq!(late.features[0].responses, 50, "unlabelled answers after it belong to the release before");
    assert_eq!(late.through, 65);
}

#[test]
fn a_release_that_came_again_is_judged_by_its_second_time() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let again = world.release("2.0", Some(80));
    world.releases[again as usize].earlier = vec![Earlier { first_day: 60, withdrawn: 62, order: 1 }];
    world.answers(0..60, None, HAPPY);
    world.incident(3, None, false);
    world.incident(61, None, false);
    world.answers(62..80, None, HAPPY);
    world.answers(80..100, None, HAPPY);
    // Whether its responses name it or are given to it as the newest of their days.
    for label in [Some(again), None] {
        let mut world = world.clone();
        world.answers(60..62, label, UNHAPPY);
        let score = &report(&world, again, 99).features[0];
        assert_eq!((score.verdict, score.since), (Verdict::NoEvidence, None));
        let sides = (score.baseline_responses, score.responses);
        assert_eq!(sides, (780, 200), "its first time is on neither side");
        let incidents = (score.baseline_incidents, score.incidents_opened, score.baseline_days);
        assert_eq!(incidents, (1, 0, 78), "nor are the incidents and days of it");
    }
}

#[test]
fn what_was_said_of_a_release_before_it_came_again_can_be_said_again() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let again = world.release("2.0", Some(60));
    world.releases[again as usize].withdrawn = Some(70);
    world.answers(0..80, Some(old), HAPPY);
    world.answers(60..70, Some(again), UNHAPPY);
    let said = |world: &World, as_of: Day| {
        let prepared = world.prepare();
        let first_day = prepared.release_first_day_as_of(again, as_of).expect("it is out");
        let hyper = hyperparameters(&prepared, first_day - 1);
        let report = regression(&prepared, &hyper, again, as_of, &[]).expect("a known release");
        report.expect("it is out")
    };
    let then = [65, 75].map(|day| said(&world, day));
    assert_eq!(then[1].features[0].verdict, Verdict::Regressed);
    // It is mended and comes again: what was known by then is still the same.
    world.releases[again as usize].earlier = vec![Earlier { first_day: 60, withdrawn: 70, order: 1 }];
    (world.releases[again as usize].first_day, world.releases[again as usize].withdrawn) = (Some(80), None);
    world.answers(80..90, Some(again), HAPPY);
    assert_eq!([65, 75].map(|day| said(&world, day)), then);
    let now = said(&world, 89);
    assert_eq!((now.first_day, now.features[0].responses), (80, 100));
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 59);
    assert_eq!(regression(&prepared, &hyper, again, 59, &[]).expect("a known release"), None, "not out yet");
}

#[test]
fn the_first_time_of_a_release_that_came_again_is_a_baseline_for_others() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let again = world.release("2.0", Some(90));
    let next = world.release("3.0", Some(70));
    world.releases[again as usize].earlier = vec![Earlier { first_day: 60, withdrawn: 62, order: 1 }];
    world.releases[again as usize].order = 3;
    world.answers(0..60, None, HAPPY);
    world.answers(60..62, None, UNHAPPY);
    world.answers(62..80, None, HAPPY);
    let report = report(&world, next, 79);
    assert_eq!(report.previous, Some(again), "the newest that began before, whatever became of it");
    assert_eq!(report.features[0].baseline_responses, 700, "all that was before");
    let prepared = world.prepare();
    let change =
        change_point(&prepared, &hyperparameters(&prepared, 79), 0, 79).expect("known").expect("days");
    assert_eq!(change.suspects[0].release, again, "its first time is what the fall began with");
}

#[test]
fn of_two_releases_of_one_day_the_earlier_one_is_the_previous() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let morning = world.release("1.9", Some(60));
    let evening = world.release("1.10", Some(60));
    world.answers(0..80, None, HAPPY);
    let prepared = world.prepare();
    assert_eq!((prepared.previous(evening), prepared.previous(morning)), (Some(morning), Some(0)));
}

#[test]
fn a_release_registered_late_gets_its_answers_all_the_same() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    world.answers(0..60, None, HAPPY);
    world.answers(60..80, None, UNHAPPY);
    let mut in_time = World::with_features(1);
    in_time.releases = world.releases.clone();
    let bad = in_time.release("2.0", Some(60));
    in_time.feedback = world.feedback.clone();
    // Registered only now, after all its responses came in.
    assert_eq!(world.release("2.0", Some(60)), bad);
    assert_eq!(report(&world, bad, 79), report(&in_time, bad, 79));
    assert_eq!(report(&world, bad, 79).features[0].verdict, Verdict::Regressed);
}

#[test]
fn answers_that_arrive_late_count_as_if_in_time() {
    let mut in_time = World::with_features(1);
    in_time.release("1.0", Some(0));
    let release = in_time.release("2.0", Some(60));
    in_time.answers(0..60, None, HAPPY);
    in_time.answers(60..70, None, UNHAPPY);
    in_time.answers(70..80, None, HAPPY);
    let mut late = in_time.clone();
    late.feedback.rotate_left(317);
    assert_eq!(report(&late, release, 79), report(&in_time, release, 79));
}

#[test]
fn a_release_is_not_judged_before_it_is_out() {
    let mut world = World::with_features(1);
    let planned = world.release("2.0", None);
    let later = world.release("1.0", Some(60));
    world.answers(0..60, None, HAPPY);
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 59);
    for release in [planned, later] {
        assert_eq!(regression(&prepared, &hyper, release, 59, &[]).expect("known"), None);
    }
    assert!(regression(&prepared, &hyper, 7, 59, &[]).is_err());
}

#[test]
fn a_feature_that_came_with_the_release_has_no_baseline() {
    let mut world = World::with_features(2);
    let first = world.release("1.0", Some(60));
    world.answers(60..80, None, UNHAPPY);
    for score in report(&world, first, 79).features {
        assert_eq!((score.verdict, score.p), (Verdict::NoBaseline, 1.0));
        assert!((score.score - 10.0).abs() < 1e-9, "one release in ten regresses a feature");
    }
}

#[test]
fn an_incident_that_no_change_caused_is_on_neither_side() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let release = world.release("2.0", Some(60));
    world.answers(0..80, None, HAPPY);
    world.incident(3, None, false);
    for day in 60..80 {
        world.incident(day, Some(release), true);
    }
    let score = &report(&world, release, 79).features[0];
    assert_eq!((score.incidents_opened, score.verdict), (0, Verdict::NoEvidence));
    for incident in &mut world.incidents {
        incident.no_change = false;
    }
    let score = &report(&world, release, 79).features[0];
    assert_eq!((score.incidents_opened, score.verdict), (20, Verdict::Regressed));
}

/// Nothing that happened after the day asked for may be seen in its score.
#[test]
fn a_score_as_of_a_past_day_does_not_know_the_future() {
    let mut past = World::with_features(2);
    past.release("1.0", Some(0));
    let release = past.release("2.0", Some(60));
    past.answers(0..60, None, HAPPY);
    past.answers(60..70, None, UNHAPPY);
    past.incident(61, None, false);
    past.exposure.extend((0..70).map(|day| exposed(0, day)));
    let mut now = past.clone();
    now.answers(70..120, None, UNHAPPY);
    now.feedback.extend(now.feedback.clone().iter().map(|r| ballroom_analytics::FeedbackRow {
        feature: 1,
        segment: 2,
        day: r.day + 75,
        ..*r
    }));
    now.incident(72, None, false);
    now.exposure.extend((70..120).map(|day| exposed(2, day)));

    assert_eq!(report(&now, release, 69), report(&past, release, 69));
    let value = |world: &World| {
        let prepared = world.prepare();
        let hyper = hyperparameters(&prepared, 69);
        let query =
            value::ValueQuery { feature: 0, from: 50, until: 80, release: None, segment: None, as_of: 69 };
        let value = ballroom_analytics::value(&prepared, &hyper, &query).expect("known").expect("answers");
        let change = change_point(&prepared, &hyper, 0, 69).expect("known");
        (value, change, serde_json::to_string(&hyper).expect("plain numbers"))
    };
    assert_eq!(value(&now), value(&past));
}

fn exposed(segment: u32, day: Day) -> ballroom_analytics::ExposureRow {
    ballroom_analytics::ExposureRow { feature: 0, segment, day, active: 100 }
}
