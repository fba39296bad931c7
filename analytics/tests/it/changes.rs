//! Counts that follow what changes are those that are prepared at once, to the last digit.

use std::collections::BTreeMap;

use super::world::{HAPPY, LEVELS, SEGMENTS, UNHAPPY, World};
use ballroom_analytics::regression::Verdict;
use ballroom_analytics::{
    Changes, Day, ExposureRow, FeedbackRow, IncidentRow, Prepared, hyperparameters, regression,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

const FEATURES: u32 = 4;
const PRODUCTS: u32 = 2;
const RELEASES: u32 = 6;
const DAYS: Day = 120;

/// Something that happens to an organization's counts.
#[derive(Clone, Debug)]
enum Step {
    Answers(Vec<FeedbackRow>),
    Exposure(Vec<ExposureRow>),
    Incidents(u32, Vec<IncidentRow>),
    /// Answers that are there are taken back.
    Corrections(Vec<Index>),
    /// So are exposures.
    Recounts(Vec<Index>),
}

fn answer() -> impl Strategy<Value = FeedbackRow> {
    let release = prop_oneof![1 => Just(None), 4 => (0..RELEASES).prop_map(Some)];
    // Most of what comes is of today.
    let day = prop_oneof![2 => Just(DAYS - 1), 3 => 0..DAYS];
    (0..FEATURES, release, 0..SEGMENTS, 0_u32..3, day, 0_u32..11, 1_i64..9).prop_map(
        |(feature, release, segment, scale, day, level, count)| {
            // A product's answers name its own releases.
            let release = release.map(|release| release - release % PRODUCTS + feature % PRODUCTS);
            let level = level % LEVELS[scale as usize];
            FeedbackRow { feature, release, segment, scale, day, level, count }
        },
    )
}

fn exposure() -> impl Strategy<Value = ExposureRow> {
    (0..FEATURES, 0..SEGMENTS, 0..DAYS, 1_i64..1000).prop_map(|(feature, segment, day, active)| ExposureRow {
        feature,
        segment,
        day,
        active,
    })
}

fn incident(product: u32) -> impl Strategy<Value = IncidentRow> {
    let release = prop_oneof![2 => Just(None), 1 => (0..RELEASES / PRODUCTS).prop_map(Some)];
    (0..FEATURES / PRODUCTS, release, any::<bool>(), 0..DAYS, 0_i64..4, 0.0_f64..500.0).prop_map(
        move |(feature, release, no_change, day, opened, spoiled)| IncidentRow {
            feature: PRODUCTS * feature + product,
            release: release.map(|release| PRODUCTS * release + product).filter(|_| !no_change),
            no_change,
            day,
            opened,
            spoiled,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => vec(answer(), 1..40).prop_map(Step::Answers),
        1 => vec(exposure(), 1..10).prop_map(Step::Exposure),
        1 => (0..PRODUCTS).prop_flat_map(|product| {
            vec(incident(product), 0..20).prop_map(move |rows| Step::Incidents(product, rows))
        }),
        2 => vec(any::<Index>(), 1..30).prop_map(Step::Corrections),
        1 => vec(any::<Index>(), 1..5).prop_map(Step::Recounts),
    ]
}

/// An organization of two products, each with a release that somebody declared, one that is known by its answers, and one
/// that is only planned.
fn organization() -> World {
    let mut world = World { products: PRODUCTS, ..World::with_features(FEATURES) };
    for release in 0..RELEASES {
        let code = match release / PRODUCTS {
            0 => world.release("1.0", Some(30)),
            1 => world.inferred("2.0"),
            _ => world.release("3.0", None),
        };
        world.releases[code as usize].product = release % PRODUCTS;
    }
    world
}

impl Step {
    /// What the step changes, and the world after it.
    fn take(self, world: &mut World) -> Changes {
        let mut changes = Changes::default();
        match self {
            Self::Answers(rows) => {
                world.feedback.extend(&rows);
                changes.feedback = rows;
            }
            Self::Exposure(rows) => {
                world.exposure.extend(&rows);
                changes.exposure = rows;
            }
            Self::Incidents(product, rows) => {
                world.incidents.retain(|row| row.feature % PRODUCTS != product);
                world.incidents.extend(&rows);
                changes.incidents.push((product, rows));
            }
            Self::Corrections(places) => {
                for place in places.iter().filter(|_| !world.feedback.is_empty()).collect::<Vec<_>>() {
                    if world.feedback.is_empty() {
                        break;
                    }
                    let row = world.feedback.swap_remove(place.index(world.feedback.len()));
                    changes.feedback.push(FeedbackRow { count: -row.count, ..row });
                }
            }
            Self::Recounts(places) => {
                for place in places {
                    if world.exposure.is_empty() {
                        break;
                    }
                    let row = world.exposure.swap_remove(place.index(world.exposure.len()));
                    changes.exposure.push(ExposureRow { active: -row.active, ..row });
                }
            }
        }
        changes
    }
}

/// All that the counts say, to the last digit.
fn figures(prepared: &Prepared) -> String {
    let hyper = hyperparameters(prepared, DAYS - 1);
    let judge = |release| regression(prepared, &hyper, release, DAYS - 1, &[]).expect("known");
    format!("{hyper:?} {:?}", (0..RELEASES).map(judge).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_changes_step_by_step_is_what_is_prepared_at_once(steps in vec(step(), 1..12)) {
        let mut world = organization();
        let mut followed = world.prepare();
        for step in steps {
            let changes = step.take(&mut world);
            followed.apply(changes).expect("sound changes");
            let anew = world.prepare();
            prop_assert_eq!(&followed, &anew);
            prop_assert_eq!(figures(&followed), figures(&anew));
        }
    }
}

/// The responses that go decided whether those that name no release were assigned to one.
#[test]
fn responses_go_together_with_the_labels_that_decided_on_them() {
    let mut world = World::with_features(1);
    let release = world.release("1.0", Some(0));
    let row =
        |release, day, count| FeedbackRow { feature: 0, release, segment: 0, scale: 0, day, level: 4, count };
    let stays = row(None, 50, 20);
    let goes = [row(None, 60, 6), row(Some(release), 60, 3)];
    world.feedback = vec![stays, goes[0], goes[1]];
    let mut followed = world.prepare();
    let taken = goes.map(|row| FeedbackRow { count: -row.count, ..row });
    followed.apply(Changes { feedback: taken.into(), ..Changes::default() }).expect("sound");
    world.feedback = vec![stays];
    assert_eq!(followed, world.prepare());
}

#[test]
fn an_older_copy_stays_as_it_was() {
    let mut world = World::with_features(1);
    let old = world.release("1.0", Some(0));
    let new = world.release("2.0", Some(60));
    world.answers(0..60, Some(old), HAPPY);
    let before = world.prepare();
    let mut after = before.clone();
    let known = world.feedback.len();
    world.answers(60..90, Some(new), UNHAPPY);
    after.apply(Changes { feedback: world.feedback.split_off(known), ..Changes::default() }).expect("sound");
    let verdict = |prepared: &Prepared| {
        let hyper = hyperparameters(prepared, 59);
        regression(prepared, &hyper, new, 89, &[]).expect("known").expect("out").features[0].verdict
    };
    assert_eq!((verdict(&before), verdict(&after)), (Verdict::CannotTell, Verdict::Regressed));
}

#[test]
fn changes_that_cannot_be_are_refused() {
    let mut world = World::with_features(1);
    let release = world.release("1.0", Some(0));
    world.answers(0..1, Some(release), [0, 0, 0, 0, 2]);
    let row =
        FeedbackRow { feature: 0, release: Some(release), segment: 0, scale: 0, day: 0, level: 4, count: -3 };
    let wrong: BTreeMap<&str, FeedbackRow> = BTreeMap::from([
        ("fewer than none", row),
        ("feature", FeedbackRow { feature: 1, count: 1, ..row }),
        ("release", FeedbackRow { release: Some(1), count: 1, ..row }),
        ("segment", FeedbackRow { segment: SEGMENTS, count: 1, ..row }),
        ("scale", FeedbackRow { scale: 4, count: 1, ..row }),
        ("level", FeedbackRow { level: 5, count: 1, ..row }),
    ]);
    for (what, row) in wrong {
        let refused = world.prepare().apply(Changes { feedback: vec![row], ..Changes::default() });
        assert!(refused.is_err(), "{what}");
    }
}
