//! Stories of verdicts: what they rest on, and when there are none.

use super::world::{HAPPY, MIXED, STARS, UNHAPPY, World, score};
use ballroom_analytics::regression::{Reason, Verdict};
use ballroom_analytics::{hyperparameters, regression};

// ---- responses that name no release ----

#[test]
fn an_answer_without_a_release_is_on_neither_side_of_a_verdict() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..60, Some(old), HAPPY);
    world.answers(60..90, Some(new), HAPPY);
    let labelled = score(&world, new, 89);
    // Those who do not say which version they use are less happy, and response before and after.
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
    assert_eq!(regression(&prepared, &hyper, straggler, 89, &[]).expect("known"), None);
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

    // One response a week, of one release only: the third of four weeks shows it in use.
    let mut rare = World::with_features(1);
    let only = rare.inferred("1.0");
    (0..20).for_each(|week| rare.answers(7 * week..7 * week + 1, Some(only), [0, 0, 0, 1, 0]));
    assert_eq!(rare.prepare().release_first_day(only), Some(14));
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
    // A tester long before; then two responses a day.
    world.answers(40..41, Some(new), [0, 0, 0, 0, 1]);
    world.answers(60..100, Some(new), [0, 0, 0, 1, 1]);
    let prepared = world.prepare();
    assert_eq!(prepared.release_first_day(new), Some(62), "the fifth answer within seven days");
    // Its earlier responses are still its own: they are no baseline.
    let score = score(&world, new, 99);
    assert_eq!((score.baseline_responses, score.responses), (62 * 30, 76));
    // A release that is planned and answered about all the same is in use, too.
    world.releases[new as usize].inferred = false;
    assert_eq!(world.prepare().release_first_day(new), Some(62));
    // On a small product a twentieth of a week's responses is enough, if they are two.
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
    // Ten on either side are enough, and an organization may ask for more.
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

// ---- what cannot be compared ----

#[test]
fn answers_on_another_scale_are_not_too_few_but_not_comparable() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..60, Some(old), HAPPY);
    world.answers(60..90, Some(new), UNHAPPY);
    world.feedback.iter_mut().filter(|row| row.day >= 60).for_each(|row| row.scale = STARS);
    let score = score(&world, new, 89);
    assert_eq!((score.verdict, score.reason), (Verdict::CannotTell, Some(Reason::NotComparable)));
    assert_eq!((score.missing, score.responses, score.coverage), (None, 300, Some(0.0)));
}

#[test]
fn labels_that_begin_with_a_release_do_not_decide_its_verdict() {
    let world = |named_from: i32| {
        let mut world = World::with_features(1);
        let old = world.release("1.0", Some(0));
        let new = world.release("2.0", Some(100));
        for (days, release) in [(0..100, old), (100..140, new)] {
            let (unnamed, named) =
                (days.start..days.end.min(named_from), days.start.max(named_from)..days.end);
            world.answers(unnamed, None, HAPPY);
            // Where the app asks for the version, those who tell it are less happy than those who do not.
            world.answers(named.clone(), Some(release), UNHAPPY);
            world.answers(named, None, HAPPY);
        }
        score(&world, new, 139)
    };
    let with_the_release = world(100);
    assert_eq!(
        (with_the_release.verdict, with_the_release.reason),
        (Verdict::NoBaseline, Some(Reason::NotComparable)),
        "{with_the_release:#?}"
    );
    assert_eq!(world(0).verdict, Verdict::NoEvidence, "labels on both sides");
    assert_eq!(world(140).verdict, Verdict::NoEvidence, "labels on neither side");
}

#[test]
fn responses_that_cease_to_name_releases_blame_none() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..58, Some(old), HAPPY);
    world.answers(60..85, None, UNHAPPY);
    let score = score(&world, new, 84);
    assert_eq!(score.reason, Some(Reason::NotComparable), "{score:#?}");
    assert!(matches!(score.verdict, Verdict::NoBaseline | Verdict::CannotTell), "{score:#?}");
}

#[test]
fn a_few_early_answers_do_not_start_a_release() {
    let mut world = World::with_features(1);
    let old = world.inferred("1.0");
    let new = world.inferred("2.0");
    world.answers(0..240, Some(old), [0, 0, 0, 0, 4]);
    // Two testers half a year early are a tenth of that week's responses; then it is what everybody uses.
    world.answers(60..62, Some(new), [0, 0, 0, 0, 1]);
    world.answers(240..300, Some(new), [3, 1, 0, 0, 0]);
    let prepared = world.prepare();
    assert_eq!(prepared.release_first_day(new), Some(240));
    assert_eq!(score(&world, new, 299).verdict, Verdict::Regressed);

    // Two within two days, three years early, when hardly anybody answers.
    let mut empty = World::with_features(1);
    let (old, new) = (empty.inferred("1.99"), empty.inferred("2.0"));
    empty.answers(-1000..-998, Some(new), [0, 0, 0, 0, 1]);
    empty.answers(0..200, Some(old), [0, 0, 0, 1, 3]);
    empty.answers(150..200, Some(new), [0, 0, 0, 1, 3]);
    assert_eq!(empty.prepare().release_first_day(new), Some(150));

    // One that few use, all the time, is in use.
    let mut niche = World::with_features(1);
    let (most, few) = (niche.inferred("1.0"), niche.inferred("1.0-lts"));
    niche.answers(0..200, Some(most), [0, 0, 0, 0, 6]);
    (10..200).step_by(2).for_each(|day| niche.answers(day..day + 1, Some(few), [0, 0, 0, 0, 1]));
    assert_eq!(niche.prepare().release_first_day(few), Some(14));
}

#[test]
fn a_suspicion_says_why_it_is_no_verdict() {
    let mut world = World::with_features(4);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    for feature in 0..4 {
        world.answers_to(feature, 0..60, Some(old), HAPPY);
        world.answers_to(feature, 60..64, Some(new), if feature == 0 { [0, 0, 1, 1, 1] } else { HAPPY });
    }
    let suspected = score(&world, new, 63);
    assert!((30.0..80.0).contains(&suspected.score), "{}", suspected.score);
    assert_eq!(
        (suspected.verdict, suspected.reason),
        (Verdict::Watch, Some(Reason::Unproven)),
        "{suspected:#?}"
    );
}
