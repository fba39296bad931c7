//! Stories of controls: whether a change came to what a release does not touch as well, or to its own responses alone.

use super::world::{HAPPY, LESS_HAPPY, MIXED, UNHAPPY, World, report, score};
use ballroom_analytics::regression::{Control, Reason, Verdict};

/// A product of six features; the release at day 90 touches feature 0.
fn product() -> (World, u32, u32) {
    let mut world = World::with_features(6);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(90));
    world.releases[new as usize].touched = vec![0];
    for feature in 0..6 {
        world.answers_to(feature, 0..90, Some(old), HAPPY);
    }
    (world, old, new)
}

#[test]
fn a_fall_that_all_features_share_is_not_laid_at_the_release() {
    let (mut world, _, new) = product();
    for feature in 0..6 {
        world.answers_to(feature, 90..120, Some(new), MIXED);
    }
    let shared = score(&world, new, 119);
    assert!(shared.score > 90.0, "it did fall");
    assert_eq!(
        (shared.verdict, shared.reason, shared.control),
        (Verdict::Watch, Some(Reason::SharedShift), Some(Control::Shared))
    );
    assert_eq!(shared.first_flagged_day, None);
    let controlled = shared.controlled.expect("five controls");
    assert_eq!(controlled.controls.len(), 5);
    let change = shared.change.expect("answers");
    assert!((controlled.common_shift.estimate - change.estimate).abs() < 5.0, "{controlled:?}");
    let own = controlled.own_change.expect("answers");
    assert!(own.lower < 0.0 && own.upper > 0.0, "beyond the common shift nothing is left: {own:?}");
    assert!((own.estimate + controlled.common_shift.estimate - change.estimate).abs() < 1e-9);
}

#[test]
fn a_fall_of_the_touched_feature_alone_is_the_releases() {
    let (mut world, _, new) = product();
    world.answers_to(0, 90..120, Some(new), UNHAPPY);
    for feature in 1..6 {
        world.answers_to(feature, 90..120, Some(new), HAPPY);
    }
    let held = score(&world, new, 119);
    assert_eq!((held.verdict, held.control), (Verdict::Regressed, Some(Control::Held)));
    assert!(held.first_flagged_day.is_some());
    // One of the controls fell too: it is set aside.
    let (mut world, _, new) = product();
    for feature in 0..6 {
        world.answers_to(feature, 90..120, Some(new), if feature < 2 { UNHAPPY } else { HAPPY });
    }
    let held = score(&world, new, 119);
    assert_eq!((held.verdict, held.control), (Verdict::Regressed, Some(Control::Held)));
    let controls = held.controlled.expect("controls").controls;
    let weight = |feature| controls.iter().find(|c| c.feature == Some(feature)).map_or(0.0, |c| c.weight);
    assert!(weight(1) < 0.2 * weight(2), "{controls:?}");
}

#[test]
fn without_anything_to_compare_with_the_cause_is_not_tested() {
    let (mut world, _, new) = product();
    world.releases[new as usize].touched.clear();
    for feature in 0..6 {
        world.answers_to(feature, 90..120, Some(new), MIXED);
    }
    let alone = score(&world, new, 119);
    assert_eq!((alone.verdict, alone.control), (Verdict::Regressed, Some(Control::None)));
    assert!(alone.controlled.is_none());
}

#[test]
fn answers_to_the_old_release_on_the_same_days_are_a_control() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(90));
    world.answers(0..90, Some(old), HAPPY);
    world.answers(90..120, Some(old), LESS_HAPPY);
    world.answers(90..120, Some(new), LESS_HAPPY);
    let shared = score(&world, new, 119);
    assert_eq!((shared.verdict, shared.control), (Verdict::Watch, Some(Control::Shared)));
    let controls = shared.controlled.expect("a control").controls;
    assert_eq!((controls.len(), controls[0].feature), (1, None));
    // Those who stayed are as happy as ever: it is the release. (A little less could be who updates first.)
    world.feedback.retain(|row| row.day < 90);
    world.answers(90..120, Some(old), HAPPY);
    world.answers(90..120, Some(new), MIXED);
    let held = score(&world, new, 119);
    assert_eq!((held.verdict, held.control), (Verdict::Regressed, Some(Control::Held)));
    // A later release carries what this one brought: it is no control, and hides nothing.
    world.feedback.retain(|row| row.release == Some(new) || row.day < 90);
    let later = world.release("2.0.1", Some(93));
    world.answers(93..120, Some(later), MIXED);
    let held = score(&world, new, 119);
    assert_eq!((held.verdict, held.control), (Verdict::Regressed, Some(Control::None)));
}

#[test]
fn incidents_that_came_to_all_features_are_expected() {
    let (mut world, old, new) = product();
    for feature in 0..6 {
        world.answers_to(feature, 90..120, Some(new), HAPPY);
        let mut open = |day, release| {
            world.incidents.push(ballroom_analytics::IncidentRow {
                feature,
                release: Some(release),
                no_change: false,
                day,
                opened: 1,
                spoiled: 1.0,
            });
        };
        (0..90).step_by(9).for_each(|day| open(day, old));
        (90..120).for_each(|day| open(day, new));
    }
    let shared = score(&world, new, 119);
    assert_eq!((shared.verdict, shared.control), (Verdict::Watch, Some(Control::Shared)));
    for incident in &mut world.incidents {
        incident.opened = i64::from(incident.feature == 0 || incident.day < 90 || incident.day % 9 == 0);
    }
    let held = score(&world, new, 119);
    assert_eq!((held.verdict, held.control), (Verdict::Regressed, Some(Control::Held)));
}

/// Outages of everything: incidents of 2 to 6 features, with ratings at rest or without any.
#[test]
fn incidents_that_multiplied_for_all_features_are_not_blamed() {
    for (features, times, rated) in
        [(2, 4, true), (2, 8, false), (3, 4, false), (3, 8, true), (4, 8, false), (6, 8, true)]
    {
        let mut world = World::with_features(features);
        let old = world.release("1.0", Some(0));
        let new = world.release("2.0", Some(90));
        world.releases[new as usize].touched = vec![0];
        let open = |feature: u32, day: i32, release: u32| ballroom_analytics::IncidentRow {
            feature,
            release: Some(release),
            no_change: false,
            day,
            opened: if day < 90 { 1 } else { times },
            spoiled: 1.0,
        };
        for feature in 0..features {
            if rated {
                world.answers_to(feature, 0..90, Some(old), HAPPY);
                world.answers_to(feature, 90..120, Some(new), HAPPY);
            }
            // Each on days of its own.
            let days = (0..120).filter(|day| (day + feature as i32) % 3 == 0);
            let rows: Vec<_> = days.map(|day| open(feature, day, if day < 90 { old } else { new })).collect();
            world.incidents.extend(rows);
        }
        for score in report(&world, new, 119).features {
            assert_ne!(score.verdict, Verdict::Regressed, "{features} x {times}: {score:#?}");
        }
        // Those of one feature alone are found.
        for incident in &mut world.incidents {
            incident.opened = if incident.feature == 0 && incident.day >= 90 { times } else { 1 };
        }
        assert_eq!(score(&world, new, 119).verdict, Verdict::Regressed, "{features} x {times}");
    }
}

#[test]
fn a_fall_of_all_is_believed_after_a_year_in_which_nothing_moved() {
    let mut world = World::with_features(6);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(380));
    world.releases[new as usize].touched = vec![0];
    for feature in 0..6 {
        world.answers_to(feature, 0..380, Some(old), HAPPY);
        world.answers_to(feature, 380..400, Some(new), MIXED);
    }
    let shared = score(&world, new, 399);
    let controlled = shared.controlled.as_ref().expect("five controls");
    assert!(controlled.common_shift.estimate < -12.0, "{controlled:?}");
    assert_eq!((shared.verdict, shared.reason), (Verdict::Watch, Some(Reason::SharedShift)));
    assert_eq!(shared.first_flagged_day, None);
}

#[test]
fn an_improvement_that_all_features_share_is_not_the_releases() {
    let (mut world, _, new) = product();
    world.feedback.clear();
    for feature in 0..6 {
        world.answers_to(feature, 0..90, Some(0), MIXED);
        world.answers_to(feature, 90..120, Some(new), HAPPY);
    }
    let shared = score(&world, new, 119);
    assert_eq!(
        (shared.verdict, shared.reason, shared.control),
        (Verdict::NoEvidence, Some(Reason::SharedShift), Some(Control::Shared))
    );
}

#[test]
fn a_great_fall_of_the_old_release_on_the_same_days_is_not_the_new_one_s() {
    // A staged rollout: half of the customers have the new release when something breaks for all of them.
    let mut world = World::with_features(2);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(90));
    world.answers(0..90, Some(old), HAPPY);
    world.answers_to(1, 0..120, Some(old), HAPPY);
    for release in [old, new] {
        world.answers(90..120, Some(release), MIXED);
    }
    let shared = score(&world, new, 119);
    assert_eq!((shared.verdict, shared.control), (Verdict::Watch, Some(Control::Shared)));
    assert!(shared.first_flagged_day.is_none() && shared.score > 99.0, "{shared:#?}");
    // Nor do features at rest excuse it that this feature fell for all: they say less about it than its other responses.
    world.releases[new as usize].touched = vec![0];
    world.answers_to(1, 90..120, Some(new), HAPPY);
    let shared = score(&world, new, 119);
    assert_eq!((shared.verdict, shared.control), (Verdict::Watch, Some(Control::Shared)));
    assert_eq!(shared.controlled.expect("controls").controls.len(), 2);
}

/// While only few of the customers have the new release, or only few of them still the old one.
#[test]
fn a_few_responses_to_the_old_release_are_a_control() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(90));
    world.answers(0..90, Some(old), HAPPY);
    world.answers(90..120, Some(new), MIXED);
    // Ten responses to the old release on two days.
    world.answers(92..93, Some(old), MIXED);
    let shared = score(&world, new, 119);
    assert_eq!((shared.verdict, shared.control), (Verdict::Watch, Some(Control::Shared)));
    let controlled = shared.controlled.expect("a control");
    assert_eq!(controlled.controls.len(), 1);
    assert!(controlled.common_shift.estimate < -5.0, "{controlled:?}");
    world.feedback.retain(|row| row.release != Some(old) || row.day < 90);
    world.answers(92..93, Some(old), HAPPY);
    assert_eq!(score(&world, new, 119).verdict, Verdict::Regressed);
}

#[test]
fn a_great_fall_of_the_only_control_is_no_outlier() {
    let mut world = World::with_features(2);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(90));
    world.releases[new as usize].touched = vec![0];
    for feature in 0..2 {
        world.answers_to(feature, 0..90, Some(old), HAPPY);
        world.answers_to(feature, 90..120, Some(new), MIXED);
    }
    let shared = score(&world, new, 119);
    assert_eq!((shared.verdict, shared.control), (Verdict::Watch, Some(Control::Shared)));
    let shift = shared.controlled.expect("a control").common_shift.estimate;
    assert!(shift < -15.0, "{shift}");
    // Nor is the untouched one a side effect of the release, whose only control is the touched one.
    let untouched = report(&world, new, 119).features.swap_remove(1);
    assert_eq!((untouched.verdict, untouched.control), (Verdict::Watch, Some(Control::Shared)));
    assert_eq!(untouched.first_flagged_day, None);
    // The control at rest blames.
    world.feedback.retain(|row| row.feature == 0 || row.day < 90);
    world.answers_to(1, 90..120, Some(new), HAPPY);
    assert_eq!(score(&world, new, 119).verdict, Verdict::Regressed);
    // A fall of the untouched one alone is a side effect, seen by the touched one at rest.
    world.feedback.retain(|row| row.day < 90);
    world.answers_to(0, 90..120, Some(new), HAPPY);
    world.answers_to(1, 90..120, Some(new), MIXED);
    let side_effect = report(&world, new, 119).features.swap_remove(1);
    assert_eq!((side_effect.verdict, side_effect.control), (Verdict::Regressed, Some(Control::Held)));
}

#[test]
fn untouched_features_that_fall_with_the_touched_one_are_not_blamed() {
    for features in 2..5 {
        for after in [LESS_HAPPY, MIXED, UNHAPPY] {
            let mut world = World::with_features(features);
            let old = world.release("1.0", Some(0));
            let new = world.release("2.0", Some(90));
            world.releases[new as usize].touched = vec![0];
            for feature in 0..features {
                world.answers_to(feature, 0..90, Some(old), HAPPY);
                world.answers_to(feature, 90..120, Some(new), after);
            }
            for score in report(&world, new, 119).features {
                let said = (score.verdict, score.first_flagged_day);
                assert_ne!(said.0, Verdict::Regressed, "feature {} of {features}", score.feature);
                assert_eq!(said.1, None, "feature {} of {features}", score.feature);
            }
        }
    }
}

#[test]
fn a_release_of_the_day_of_a_common_fall_is_not_named_as_its_beginning() {
    let (mut world, _, new) = product();
    let later = world.release("2.1", Some(120));
    world.releases[later as usize].touched = vec![0];
    for feature in 0..6 {
        world.answers_to(feature, 90..120, Some(new), MIXED);
        world.answers_to(feature, 120..150, Some(later), MIXED);
    }
    let shared = score(&world, later, 149);
    assert_ne!(shared.verdict, Verdict::Regressed);
    assert!(shared.since.is_none_or(|since| since.release.is_none()), "{:?}", shared.since);
    // The feature fell alone: the release is named.
    world.feedback.retain(|row| row.feature == 0 || row.day < 90);
    for feature in 1..6 {
        world.answers_to(feature, 90..120, Some(new), HAPPY);
        world.answers_to(feature, 120..150, Some(later), HAPPY);
    }
    let own = score(&world, later, 149);
    assert_eq!((own.verdict, own.since.and_then(|since| since.release)), (Verdict::Since, Some(new)));
}
