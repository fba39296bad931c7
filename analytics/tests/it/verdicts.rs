//! Stories of verdicts: what they rest on, when there are none, and whose fault it was.

use super::world::World;
use ballroom_analytics::regression::{Baseline, Control, Reason, RegressionScore, ReleaseReport, Verdict};
use ballroom_analytics::{Day, hyperparameters, regression};

const HAPPY: [i64; 5] = [0, 0, 1, 3, 6];
const LESS_HAPPY: [i64; 5] = [0, 1, 1, 3, 5];
const MIXED: [i64; 5] = [1, 1, 2, 3, 3];
const UNHAPPY: [i64; 5] = [5, 3, 1, 1, 0];

/// The report on a release, with that on the one before it.
fn report(world: &World, release: u32, as_of: Day) -> ReleaseReport {
    let prepared = world.prepare();
    let of = |release, as_of, earlier| {
        let first_day = prepared.release_first_day(release).expect("it is out");
        let hyper = hyperparameters(&prepared, first_day - 1);
        regression(&prepared, &hyper, release, as_of, earlier).expect("a known release")
    };
    let first_day = prepared.release_first_day(release).expect("it is out");
    let earlier = prepared.previous(release).and_then(|previous| of(previous, first_day - 1, None));
    of(release, as_of, earlier.as_ref()).expect("it is out")
}

fn score(world: &World, release: u32, as_of: Day) -> RegressionScore {
    report(world, release, as_of).features.swap_remove(0)
}

// ---- answers that name no release ----

#[test]
fn an_answer_without_a_release_is_on_neither_side_of_a_verdict() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..60, Some(old), HAPPY);
    world.answers(60..90, Some(new), HAPPY);
    let labelled = score(&world, new, 89);
    // Those who do not say which version they use are less happy, and answer before and after.
    world.answers(0..90, None, UNHAPPY);
    let mixed = score(&world, new, 89);
    assert_eq!(mixed.verdict, Verdict::NoEvidence);
    assert_eq!((mixed.baseline_responses, mixed.responses), (600, 300));
    assert_eq!(
        (mixed.baseline_responses, mixed.responses),
        (labelled.baseline_responses, labelled.responses)
    );
    assert_eq!((labelled.unlabelled, mixed.unlabelled), (Some(0.0), Some(0.5)));
}

#[test]
fn one_late_answer_about_an_old_version_collects_nothing() {
    let mut world = World::with_features(1);
    let live = world.inferred("2.0");
    let straggler = world.inferred("0.9");
    world.answers(0..90, Some(live), HAPPY);
    world.answers(70..71, Some(straggler), [1, 0, 0, 0, 0]);
    world.answers(60..90, None, UNHAPPY);
    let prepared = world.prepare();
    assert_eq!(prepared.release_first_day(live), Some(0));
    assert_eq!(prepared.release_first_day(straggler), None, "one answer in ten days is no start");
    let hyper = hyperparameters(&prepared, 69);
    assert_eq!(regression(&prepared, &hyper, straggler, 89, None).expect("known"), None);
}

#[test]
fn one_answer_starts_no_release_where_answers_are_few() {
    let mut world = World::with_features(1);
    let old = world.inferred("1.0");
    let new = world.inferred("2.0");
    world.answers(0..150, Some(old), [0, 0, 0, 0, 1]);
    // A tester, three months early.
    world.answers(60..61, Some(new), [0, 0, 0, 0, 1]);
    world.answers(150..190, Some(new), [1, 1, 0, 0, 0]);
    let prepared = world.prepare();
    assert_eq!(prepared.release_first_day(old), Some(1), "the second answer of a week");
    assert_eq!(prepared.release_first_day(new), Some(150));
    assert_eq!(score(&world, new, 189).verdict, Verdict::Regressed);

    // One answer a week, of one release only: the third of four weeks shows it in use.
    let mut rare = World::with_features(1);
    let only = rare.inferred("1.0");
    (0..20).for_each(|week| rare.answers(7 * week..7 * week + 1, Some(only), [0, 0, 0, 1, 0]));
    assert_eq!(rare.prepare().release_first_day(only), Some(14));
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

#[test]
fn incidents_that_came_do_not_make_up_for_answers_that_are_missing() {
    for came in [0, 1, 3, 5] {
        let mut world = World::with_features(1);
        let old = world.release("1.0", Some(0));
        let new = world.release("2.0", Some(40));
        world.answers(5..6, Some(old), [0, 0, 0, 0, 1]);
        world.incident(10, None, false);
        (0..came).for_each(|_| world.incident(41, None, false));
        let score = score(&world, new, 64);
        assert!(matches!(score.verdict, Verdict::CannotTell | Verdict::Watch), "{came}: {score:#?}");
    }
}

#[test]
fn a_release_is_not_better_because_its_incidents_are_given_to_the_next_one() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let judged = world.release("2.0", Some(100));
    world.release("3.0", Some(114));
    // As many before as after, and none names its release: those after day 114 are the next one's.
    (0..190).step_by(2).for_each(|day| world.incident(day, None, false));
    let unnamed = score(&world, judged, 189);
    assert_eq!(unnamed.incidents_opened, 7);
    assert_eq!(unnamed.verdict, Verdict::NoEvidence, "{unnamed:#?}");
    let ratio = unnamed.rate_ratio.expect("there are incidents on both sides").estimate;
    assert!((0.8..1.25).contains(&ratio), "{ratio}");

    // Three times as many with it: what came with the next one takes nothing away from that.
    let mut worse = world.clone();
    (100..114).for_each(|day| worse.incident(day, None, false));
    let [early, late] = [113, 189].map(|day| score(&worse, judged, day));
    assert_eq!(early.rate_ratio, late.rate_ratio);
    assert_eq!((early.log_e, early.verdict), (late.log_e, late.verdict));

    // Where each names its release, the whole time of the release counts.
    world.incidents.iter_mut().for_each(|row| row.release = Some(if row.day < 100 { 0 } else { judged }));
    let named = score(&world, judged, 189).rate_ratio.expect("there are incidents on both sides").estimate;
    assert!((0.8..1.25).contains(&named), "{named}");
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

#[test]
fn where_hardly_any_answer_names_a_release_they_belong_to_the_declared_one() {
    let mut world = World::with_features(1);
    world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    let inferred = world.inferred("3.0-beta");
    world.answers(0..60, None, HAPPY);
    world.answers(60..90, None, UNHAPPY);
    // Fewer than one in ten.
    world.answers(62..90, Some(inferred), [0, 0, 0, 0, 1]);
    let score = score(&world, new, 89);
    assert_eq!((score.verdict, score.responses), (Verdict::Regressed, 300), "none goes to the inferred one");
    assert_eq!(score.unlabelled, Some(0.0));
}

#[test]
fn answers_from_before_the_first_declared_release_are_a_baseline() {
    let mut world = World::with_features(1);
    let first = world.release("1.0", Some(60));
    world.answers(0..60, None, HAPPY);
    world.answers(60..90, None, UNHAPPY);
    let score = score(&world, first, 89);
    assert_eq!((score.verdict, score.baseline_responses), (Verdict::Regressed, 600));
}

#[test]
fn an_inferred_release_begins_when_it_is_in_use() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.inferred("2.0");
    world.answers(0..100, Some(old), [0, 0, 0, 10, 20]);
    // A tester long before; then two answers a day.
    world.answers(40..41, Some(new), [0, 0, 0, 0, 1]);
    world.answers(60..100, Some(new), [0, 0, 0, 1, 1]);
    let prepared = world.prepare();
    assert_eq!(prepared.release_first_day(new), Some(62), "the fifth answer within seven days");
    // Its earlier answers are still its own: they are no baseline.
    let score = score(&world, new, 99);
    assert_eq!((score.baseline_responses, score.responses), (62 * 30, 76));
    // A release that is planned and answered about all the same is in use, too.
    world.releases[new as usize].inferred = false;
    assert_eq!(world.prepare().release_first_day(new), Some(62));
    // On a small product a twentieth of a week's answers is enough, if they are two.
    let mut small = World::with_features(1);
    let (old, new) = (small.release("1.0", Some(0)), small.inferred("2.0"));
    small.answers(0..30, Some(old), [0, 0, 0, 1, 0]);
    small.answers(20..22, Some(new), [0, 0, 0, 0, 1]);
    assert_eq!(small.prepare().release_first_day(new), Some(21));
}

// ---- channels and the floor ----

#[test]
fn where_nobody_records_incidents_they_are_no_evidence() {
    let mut world = World::with_features(2);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..60, Some(old), HAPPY);
    world.answers(60..80, Some(new), MIXED);
    let without = score(&world, new, 79);
    assert!(without.incidents.is_none() && without.rate_ratio.is_none());
    assert_eq!(without.feedback.map(|c| c.share), Some(1.0));
    assert!((without.log_e - without.feedback.expect("answers").log_e).abs() < 1e-12, "not halved");
    // One incident of any feature of the product, before the release: somebody records them.
    world.incidents.push(ballroom_analytics::IncidentRow {
        feature: 1,
        release: None,
        no_change: false,
        day: 20,
        opened: 1,
        spoiled: 1.0,
    });
    let with = score(&world, new, 79);
    assert!(with.incidents.is_some());
    assert!(with.rate_ratio.is_none(), "none on either side: no ratio");
    // After the release only: the record began with it, and says nothing of before.
    world.incidents[0].day = 61;
    assert!(score(&world, new, 79).incidents.is_none());
}

#[test]
fn nobody_is_judged_on_a_handful_of_answers() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(50..56, Some(old), [0, 0, 0, 0, 1]);
    world.answers(60..61, Some(new), [1, 0, 0, 0, 0]);
    let one = score(&world, new, 60);
    assert_eq!(
        (one.verdict, one.reason, one.missing),
        (Verdict::Watch, Some(Reason::FewAnswers), Some((4, 9)))
    );
    assert!(one.score > 50.0, "the evidence is reported as it is");
    assert_eq!(one.first_flagged_day, None);
    // Ten on either side are enough, and an organisation may ask for more.
    world.answers(40..44, Some(old), [0, 0, 0, 0, 1]);
    world.answers(61..64, Some(new), [3, 0, 0, 0, 0]);
    let ten = score(&world, new, 63);
    assert_eq!((ten.verdict, ten.missing, ten.first_flagged_day), (Verdict::Regressed, None, Some(63)));
    world.min_answers = 30;
    let asked = score(&world, new, 63);
    assert_eq!((asked.verdict, asked.missing), (Verdict::Watch, Some((20, 20))));
}

#[test]
fn three_incidents_make_up_for_answers() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(80));
    world.answers(74..80, Some(old), [0, 0, 0, 0, 1]);
    world.incident(2, Some(old), false);
    for incident in 0..2 {
        world.incident(80 + incident, Some(new), false);
    }
    assert_ne!(score(&world, new, 83).verdict, Verdict::Regressed);
    for _ in 0..10 {
        world.incident(82, Some(new), false);
    }
    let many = score(&world, new, 83);
    assert_eq!((many.verdict, many.incidents_opened, many.responses), (Verdict::Regressed, 12, 0));
}

#[test]
fn a_release_of_today_cannot_be_told_about() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..60, Some(old), HAPPY);
    let today = score(&world, new, 60);
    assert_eq!((today.verdict, today.reason), (Verdict::CannotTell, Some(Reason::FewAnswers)));
    assert_eq!(today.missing, Some((0, 10)));
    world.answers(60..61, Some(new), HAPPY);
    assert_eq!(score(&world, new, 60).verdict, Verdict::NoEvidence);
}

// ---- inherited blame ----

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

// ---- whose fault was it ----

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

#[test]
fn incidents_that_cannot_be_compared_are_no_proof_that_nothing_happened() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..60, Some(old), HAPPY);
    world.answers(60..80, Some(new), HAPPY);
    assert_eq!(score(&world, new, 79).verdict, Verdict::NoEvidence);
    for day in [62, 63] {
        world.incident(day, Some(new), false);
    }
    assert_eq!(score(&world, new, 79).verdict, Verdict::NoEvidence, "two may happen");
    world.incident(70, Some(new), false);
    let three = score(&world, new, 79);
    assert_eq!((three.verdict, three.reason), (Verdict::CannotTell, Some(Reason::NewIncidents)));
    assert_eq!((three.rate_ratio, three.incidents_opened, three.baseline_incidents), (None, 3, 0));
    // One before, and they can be compared: they are far more than usual.
    world.incident(20, Some(old), false);
    for day in 60..80 {
        world.incident(day, Some(new), false);
    }
    let compared = score(&world, new, 79);
    assert_eq!(compared.verdict, Verdict::Regressed);
    assert!(compared.rate_ratio.is_some_and(|ratio| ratio.estimate > 3.0), "{:?}", compared.rate_ratio);
}
