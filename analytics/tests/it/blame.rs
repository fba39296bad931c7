//! Stories of blame and praise: which release brought a change, and which ones inherited it.

use super::world::{HAPPY, MIXED, UNHAPPY, World, report, score};
use ballroom_analytics::regression::{Baseline, Reason, Verdict};
use ballroom_analytics::{change_point_of_release, hyperparameters};

/// 1.11.1 is the guilty one; 1.12 and 1.13 inherit; 1.14 mends it.
fn line() -> (World, [u32; 4]) {
    let mut world = World::with_features(1);
    let good = world.release("1.11", Some(0));
    let guilty = world.release("1.11.1", Some(50));
    let heir = world.release("1.12", Some(80));
    let third = world.release("1.13", Some(110));
    let mended = world.release("1.14", Some(140));
    world.answers(0..50, Some(good), HAPPY);
    world.answers(50..80, Some(guilty), UNHAPPY);
    world.answers(80..110, Some(heir), UNHAPPY);
    world.answers(110..140, Some(third), UNHAPPY);
    world.answers(140..170, Some(mended), HAPPY);
    (world, [guilty, heir, third, mended])
}

#[test]
fn a_fall_is_laid_at_the_door_of_the_release_that_brought_it() {
    let (world, [guilty, heir, third, _]) = line();
    let first = score(&world, guilty, 79);
    assert_eq!((first.verdict, first.baseline, first.since), (Verdict::Regressed, Baseline::AnyOther, None));
    assert_eq!(first.first_flagged_day, Some(50));
    for (release, as_of) in [(heir, 109), (third, 130)] {
        let inherited = score(&world, release, as_of);
        assert_eq!(inherited.verdict, Verdict::Since, "{release}");
        let since = inherited.since.expect("it began before");
        assert_eq!((since.day, since.release), (50, Some(guilty)));
        assert_eq!(inherited.first_flagged_day, None, "it never was its fault");
        assert!(inherited.previous.expect("answers enough").log_e < 0.0);
    }
}

#[test]
fn a_release_that_makes_it_worse_again_is_not_excused() {
    let mut world = World::with_features(1);
    let good = world.release("1.11", Some(0));
    let guilty = world.release("1.11.1", Some(50));
    let heir = world.release("1.12", Some(80));
    world.answers(0..50, Some(good), HAPPY);
    world.answers(50..80, Some(guilty), MIXED);
    world.answers(80..110, Some(heir), UNHAPPY);
    let worse = score(&world, heir, 109);
    assert_eq!((worse.verdict, worse.since), (Verdict::Regressed, None));
}

#[test]
fn a_fall_that_only_the_previous_release_shows_is_seen() {
    let mut world = World::with_features(1);
    let bad = world.release("1.0", Some(0));
    let good = world.release("1.1", Some(80));
    let again = world.release("1.2", Some(90));
    world.answers(0..80, Some(bad), MIXED);
    world.answers(80..90, Some(good), HAPPY);
    world.answers(90..120, Some(again), MIXED);
    let fallen = score(&world, again, 119);
    assert_eq!((fallen.verdict, fallen.baseline), (Verdict::Regressed, Baseline::Previous));
    let previous = fallen.previous.expect("answers enough");
    assert_eq!((previous.baseline_responses, previous.responses), (100, 300));
    assert!(previous.log_e > fallen.log_e);
}

#[test]
fn a_release_that_mends_a_fall_has_recovered() {
    let (world, [.., third, mended]) = line();
    let report = report(&world, mended, 169);
    assert_eq!(report.previous, Some(third));
    let score = &report.features[0];
    assert_eq!((score.verdict, score.baseline), (Verdict::Recovered, Baseline::Previous));
    assert!((score.recovery.expect("a share") - 1.0).abs() < 1e-9, "{:?}", score.recovery);
}

/// Between the guilty release and the one that mends, there is a hotfix that hardly anybody rated, or nobody.
#[test]
fn a_release_that_mends_a_fall_has_recovered_also_after_a_hotfix() {
    for answers in [0, 1, 3] {
        for each in [1, 2, 4] {
            let mut world = World::with_features(1);
            let good = world.release("1.0", Some(0));
            let guilty = world.release("1.1", Some(60));
            let hotfix = world.release("1.2", Some(90));
            let mended = world.release("1.3", Some(93));
            world.answers(0..60, Some(good), HAPPY);
            world.answers(60..90, Some(guilty), UNHAPPY);
            world.answers(90..90 + answers, Some(hotfix), [each, each, 1, 0, 0]);
            world.answers(93..120, Some(mended), HAPPY);
            let score = score(&world, mended, 119);
            assert_eq!(score.verdict, Verdict::Recovered, "{answers}: {score:#?}");
            assert!(score.recovery.is_some_and(|share| share > 0.9), "{answers}: {:?}", score.recovery);
            // One that stays as bad restores nothing.
            world.feedback.retain(|row| row.release != Some(mended));
            world.answers(93..120, Some(mended), UNHAPPY);
            let score = super::world::score(&world, mended, 119);
            assert_eq!((score.verdict, score.recovery), (Verdict::Since, None), "{answers}");
        }
    }
}

#[test]
fn a_second_fall_is_not_laid_at_the_door_of_the_first() {
    let mut world = World::with_features(1);
    let falls = [(0..70, [0, 0, 1, 3, 4]), (70..95, [0, 1, 2, 3, 2]), (95..120, [0, 1, 2, 3, 2])];
    let releases: Vec<_> = falls
        .into_iter()
        .map(|(days, level)| {
            let release = world.release("1.x", Some(days.start));
            world.answers(days, Some(release), level);
            release
        })
        .collect();
    let second = world.release("1.3", Some(120));
    world.answers(120..150, Some(second), [0, 1, 4, 2, 1]);
    let score = score(&world, second, 149);
    assert_eq!((score.verdict, score.reason), (Verdict::Watch, Some(Reason::FellBefore)), "{score:#?}");
    assert_eq!(score.since.and_then(|since| since.release), Some(releases[1]));
    let previous = score.previous.expect("there are answers enough");
    assert!(previous.p < 0.2 && previous.score > 30.0, "{previous:?}");
}

/// On, off, and on again: what the second release restored is not where the decline of the third began.
#[test]
fn a_decline_that_was_restored_excuses_no_later_one() {
    let mut world = World::with_features(3);
    let levels = [(0..60, HAPPY), (60..90, MIXED), (90..120, HAPPY), (120..140, MIXED)];
    let releases = levels.map(|(days, level)| {
        let release = world.release("1.x", Some(days.start));
        world.answers(days.clone(), Some(release), level);
        (1..3).for_each(|feature| world.answers_to(feature, days.clone(), Some(release), HAPPY));
        release
    });
    assert_eq!(score(&world, releases[2], 119).verdict, Verdict::Recovered);
    for touched in [vec![], vec![0]] {
        releases.iter().for_each(|release| world.releases[*release as usize].touched = touched.clone());
        for as_of in [130, 139] {
            let again = score(&world, releases[3], as_of);
            assert_eq!((again.verdict, again.since), (Verdict::Regressed, None), "{as_of}: {again:#?}");
            assert!(again.first_flagged_day.is_some());
        }
    }
    // A short recovery, and most responses to the bad release before it.
    world.feedback.retain(|row| row.day < 90);
    world.releases[releases[2] as usize].first_day = Some(90);
    world.releases[releases[3] as usize].first_day = Some(105);
    world.answers(60..90, Some(releases[1]), MIXED);
    world.answers(90..105, Some(releases[2]), HAPPY);
    world.answers(105..135, Some(releases[3]), MIXED);
    for feature in 1..3 {
        world.answers_to(feature, 90..105, Some(releases[2]), HAPPY);
        world.answers_to(feature, 105..135, Some(releases[3]), HAPPY);
    }
    releases.iter().for_each(|release| world.releases[*release as usize].touched.clear());
    let again = score(&world, releases[3], 134);
    assert_eq!(again.since, None, "{again:#?}");
}

/// The release before is a hotfix that hardly anybody rated: the decline before it does not excuse what follows.
#[test]
fn a_second_fall_after_a_hotfix_is_the_release_s_own() {
    let mut world = World::with_features(1);
    let good = world.release("1.0", Some(0));
    let guilty = world.release("1.1", Some(150));
    let hotfix = world.release("1.2", Some(195));
    let ruinous = world.release("1.3", Some(200));
    world.answers(0..150, Some(good), [0, 0, 1, 4, 5]);
    world.answers(150..200, Some(guilty), [0, 1, 3, 3, 3]);
    world.answers(195..200, Some(hotfix), [0, 0, 0, 1, 0]);
    world.answers(200..205, Some(ruinous), [2, 1, 1, 0, 0]);
    for as_of in [206, 229, 279] {
        let fallen = score(&world, ruinous, as_of);
        assert_eq!((fallen.verdict, fallen.reason), (Verdict::Regressed, None), "{as_of}: {fallen:#?}");
        assert_eq!(fallen.since.and_then(|since| since.release), Some(guilty), "the first decline is told");
        assert!(fallen.first_flagged_day.is_some_and(|day| day <= 204), "{:?}", fallen.first_flagged_day);
    }
    // Where it is like the time since the first decline, it is not blamed.
    world.feedback.retain(|row| row.release != Some(ruinous));
    world.answers(200..230, Some(ruinous), [0, 1, 3, 3, 3]);
    let alike = score(&world, ruinous, 229);
    assert_eq!((alike.verdict, alike.first_flagged_day), (Verdict::Since, None));
}

/// What responses to a release say cannot have been caused by a later one.
#[test]
fn no_later_release_is_a_suspect_of_a_verdict() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let judged = world.release("1.1", Some(60));
    let later = world.release("1.2", Some(80));
    world.answers(0..60, Some(old), HAPPY);
    world.answers(60..80, Some(judged), HAPPY);
    world.answers(80..120, Some(judged), UNHAPPY);
    world.answers(80..120, Some(later), UNHAPPY);
    let prepared = world.prepare();
    let hyper = hyperparameters(&prepared, 59);
    let found = change_point_of_release(&prepared, &hyper, 0, judged, 119).unwrap().unwrap();
    let listed: Vec<_> = found.listed().iter().map(|suspect| suspect.release).collect();
    assert_eq!((found.day, listed), (80, vec![judged]), "{found:#?}");
}

#[test]
fn a_fall_that_sets_in_days_before_a_release_is_not_laid_at_its_door() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("1.1", Some(90));
    world.answers(0..87, Some(old), HAPPY);
    world.answers(87..90, Some(old), UNHAPPY);
    world.answers(90..120, Some(new), UNHAPPY);
    let inherited = score(&world, new, 119);
    assert_eq!((inherited.verdict, inherited.first_flagged_day), (Verdict::Since, None), "{inherited:#?}");
    let since = inherited.since.expect("it began before");
    assert_eq!((since.day, since.release), (87, Some(old)));
    // A second fall is the release's own.
    let mut again = World::with_features(1);
    let old = again.release("1.0", Some(0));
    let new = again.release("1.1", Some(90));
    again.answers(0..80, Some(old), HAPPY);
    again.answers(80..90, Some(old), [0, 1, 3, 4, 2]);
    again.answers(90..120, Some(new), [1, 2, 4, 2, 1]);
    let worse = score(&again, new, 119);
    assert_eq!((worse.verdict, worse.reason), (Verdict::Regressed, None), "{worse:#?}");
    assert_eq!(worse.since.map(|since| since.day), Some(80));
    // And what falls with the release is the release's, be it the only one that the previous release's days show.
    world.feedback.retain(|row| row.day < 87 || row.day >= 90);
    world.answers(87..90, Some(0), HAPPY);
    assert_eq!(score(&world, 1, 119).verdict, Verdict::Regressed);
}

#[test]
fn a_fall_among_the_early_responses_of_a_release_is_its_own() {
    for early in [1, 2, 7] {
        let mut world = World::with_features(1);
        let old = world.release("1.0", Some(0));
        let new = world.release("2.0", Some(60));
        world.answers(0..60 - early, Some(old), HAPPY);
        world.answers(60 - early..90, Some(new), UNHAPPY);
        let score = score(&world, new, 89);
        assert_eq!(
            (score.verdict, score.since),
            (Verdict::Regressed, None),
            "{early} days early: {score:#?}"
        );
    }
    // A single early response among many of the release before explains no fall of theirs.
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..53, Some(old), HAPPY);
    world.answers(53..60, Some(old), UNHAPPY);
    world.answers(58..59, Some(new), [1, 0, 0, 0, 0]);
    world.answers(60..90, Some(new), UNHAPPY);
    assert_eq!(score(&world, new, 89).verdict, Verdict::Since);
}

#[test]
fn what_got_better_is_not_worse_since() {
    let mut world = World::with_features(1);
    let past = [HAPPY, MIXED, HAPPY, UNHAPPY, MIXED, UNHAPPY];
    for (number, level) in (0..).zip(past) {
        let release = world.release("0.x", Some(28 * number));
        world.answers(28 * number..28 * number + 28, Some(release), level);
    }
    for (number, level) in (6..).zip([[0, 1, 2, 1, 0], [0, 0, 0, 3, 1], [0, 0, 0, 2, 2]]) {
        let release = world.release("1.x", Some(28 * number));
        world.answers(28 * number..28 * number + 28, Some(release), level);
        let score = score(&world, release, 28 * number + 27);
        assert_ne!(score.verdict, Verdict::Since, "{number}: {score:#?}");
        assert!(score.since.is_none(), "{number}");
    }
}

// ---- praise ----

#[test]
fn an_improvement_is_praised_once() {
    let mut world = World::with_features(1);
    let bad = world.release("1.0", Some(0));
    let better = world.release("1.1", Some(60));
    let heir = world.release("1.2", Some(90));
    world.answers(0..60, Some(bad), UNHAPPY);
    world.answers(60..90, Some(better), HAPPY);
    world.answers(90..120, Some(heir), HAPPY);
    assert_eq!(score(&world, better, 89).verdict, Verdict::Improved);
    let inherited = score(&world, heir, 119);
    assert_eq!((inherited.verdict, inherited.reason), (Verdict::NoEvidence, Some(Reason::LikePrevious)));
}

#[test]
fn where_nothing_fell_nothing_recovers() {
    let mut world = World::with_features(2);
    let first = world.release("1.0", Some(0));
    let unlucky = world.release("1.1", Some(60));
    let next = world.release("1.2", Some(66));
    world.answers(0..60, Some(first), HAPPY);
    world.answers_to(1, 0..66, Some(first), HAPPY);
    // Fewer happy responses than usual for a week, by chance: not enough among two features.
    world.answers(60..66, Some(unlucky), [0, 0, 1, 1, 1]);
    world.answers(66..156, Some(next), [0, 0, 0, 3, 9]);
    let before = score(&world, unlucky, 65);
    assert!(before.first_flagged_day.is_none() && before.p < 0.1, "{before:#?}");
    let after = score(&world, next, 155);
    assert_ne!(after.verdict, Verdict::Recovered, "{after:#?}");
}

#[test]
fn a_decline_begins_in_the_time_of_the_release_that_it_came_with() {
    let mut since_any = 0;
    for bad in 0..=32 {
        let mut world = World::with_features(1);
        let releases = [0, 60, 68, 80].map(|first_day| world.release("1.x", Some(first_day)));
        world.answers(0..60, Some(releases[0]), HAPPY);
        // Of the 32 responses of these days, so many are bad: from none to all.
        for day in 0..8 {
            let worst = (day + 1) * bad / 8 - day * bad / 8;
            let days = 60 + day as i32..61 + day as i32;
            world.answers(days, Some(releases[1]), [worst, 0, 0, 0, 4 - worst]);
        }
        world.answers(68..80, Some(releases[2]), UNHAPPY);
        world.answers(80..100, Some(releases[3]), UNHAPPY);
        let Some(since) = score(&world, releases[3], 99).since else { continue };
        since_any += 1;
        let release = since.release.expect("one of them");
        let time = [0..60, 60..68, 68..80, 80..100][release as usize].clone();
        assert!(time.contains(&since.day), "{bad}: {since:?}");
    }
    assert!(since_any > 10, "{since_any}");
}

// ---- features that are known by their incidents alone ----

/// Incidents at these rates a day, evenly spread, while each of the releases is the newest: 1.0 from day 0 on, 1.1 from 90, 1.2 from 120
/// and 1.3 from 150.
fn incidents(rates: [f64; 4]) -> (World, [u32; 4]) {
    let mut world = World::with_features(1);
    let starts = [0, 90, 120, 150, 180];
    let releases = [0, 1, 2, 3].map(|at| world.release("1.x", Some(starts[at])));
    for at in 0..4 {
        let mut due = 0.5;
        for day in starts[at]..starts[at + 1] {
            due += rates[at];
            while due >= 1.0 {
                world.incident(day, Some(releases[at]), false);
                due -= 1.0;
            }
        }
    }
    (world, releases)
}

#[test]
fn incidents_alone_show_inherited_blame_a_second_fall_and_a_recovery() {
    let (inherited, [_, guilty, heir, _]) = incidents([0.1, 0.8, 0.8, 0.8]);
    assert_eq!(score(&inherited, guilty, 119).verdict, Verdict::Regressed);
    let heir = score(&inherited, heir, 149);
    assert_eq!((heir.verdict, heir.first_flagged_day), (Verdict::Since, None), "{heir:#?}");

    let (again, [.., third]) = incidents([0.1, 0.6, 0.6, 2.4]);
    let again = score(&again, third, 179);
    assert_eq!(again.verdict, Verdict::Regressed, "{again:#?}");
    assert!(again.first_flagged_day.is_some());

    let (mended, [_, _, mending, _]) = incidents([0.1, 0.8, 0.1, 0.1]);
    let mended = score(&mended, mending, 149);
    assert_eq!(mended.verdict, Verdict::Recovered, "{mended:#?}");
    assert!(mended.recovery.is_some_and(|share| share > 0.8), "{:?}", mended.recovery);
}
