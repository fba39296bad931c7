//! Scores follow the writers: whoever writes, in any process, an updated snapshot equals a newly read one, to the last
//! digit.

use ballroom::{
    domain::{
        exposure::{self, NewExposure},
        release::{self, NewRelease},
        verify::rebuild,
    },
    score::{Scores, Snapshot},
};
use ballroom_entity::count_change;
use ballroom_tests::{Backend, on_both};
use chrono::{NaiveDate, TimeDelta};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use super::counts::{Step, World, step, world};

on_both!(
    a_snapshot_follows_the_writers_of_all_processes,
    a_snapshot_is_read_anew_where_following_is_not_possible,
    the_log_of_changes_is_pruned,
);

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();

/// The steps, and the process of each.
#[derive(Clone, Debug)]
enum Command {
    Step(bool, Step),
    Exposure(bool, u8, i64, i64),
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        8 => (any::<bool>(), step()).prop_map(|(here, step)| Command::Step(here, step)),
        1 => (any::<bool>(), 0_u8..2, 0_i64..4, 0_i64..500)
            .prop_map(|(here, feature, days, active)| Command::Exposure(here, feature, days, active)),
    ]
}

async fn followed(scores: &Scores, world: &World, today: NaiveDate) -> std::sync::Arc<Snapshot> {
    scores.snapshot(world.viewer.manages().unwrap().into(), today).await.unwrap()
}

async fn same_as_anew(scores: &Scores, world: &World, today: NaiveDate, after: &str) {
    let followed = followed(scores, world, today).await;
    let anew = self::followed(&Scores::new(world.store.clone()), world, today).await;
    assert_eq!(followed.revision, anew.revision, "after {after}");
    assert!(followed.equals(&anew), "after {after}");
}

async fn a_snapshot_follows_the_writers_of_all_processes(backend: Backend) {
    let seed = std::env::var("BALLROOM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127);
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(seed), ..Config::default() });
    for _ in 0..3 {
        let (database, here) = world(backend).await;
        let there = World { store: database.store().await, viewer: here.viewer.clone(), now: here.now };
        let scores = [Scores::new(here.store.clone()), Scores::new(there.store.clone())];
        for scores in &scores {
            same_as_anew(scores, &here, TODAY, "nothing").await;
        }
        let commands = vec(command(), 60).new_tree(&mut runner).unwrap().current();
        let (mut known, mut incidents) = (Vec::new(), Vec::new());
        for (number, command) in commands.iter().enumerate() {
            match command {
                Command::Step(at_home, step) => {
                    let world = if *at_home { &here } else { &there };
                    world.take(step, &mut known, &mut incidents).await;
                }
                Command::Exposure(at_home, feature, days, active) => {
                    let world = if *at_home { &here } else { &there };
                    let new = NewExposure {
                        product: "shop".into(),
                        feature: Some(["a", "b"][usize::from(*feature)].into()),
                        day: TODAY - TimeDelta::days(*days),
                        active_customers: *active,
                        ..Default::default()
                    };
                    let by = world.viewer.contributes().unwrap();
                    exposure::record(&world.store, by, "test", vec![new], world.now).await.unwrap();
                }
            }
            // One looks after each command, the other now and then.
            let after = || format!("command {number} of {commands:?}, seed {seed}");
            same_as_anew(&scores[0], &here, TODAY, &after()).await;
            if number % 7 == 6 {
                same_as_anew(&scores[1], &there, TODAY, &after()).await;
            }
        }
        // On the next day open incidents have been open for one day more.
        same_as_anew(&scores[1], &there, TODAY + TimeDelta::days(1), "midnight").await;
    }
}

async fn a_snapshot_is_read_anew_where_following_is_not_possible(backend: Backend) {
    let (_database, world) = world(backend).await;
    let scores = Scores::new(world.store.clone());
    let (mut known, mut incidents) = (Vec::new(), Vec::new());
    let answer = |minute| Step::Submit { customer: None, feature: 0, level: Some(2), minute, external: None };
    world.take(&answer(-10), &mut known, &mut incidents).await;
    same_as_anew(&scores, &world, TODAY, "an answer").await;

    // A release changes the codes by which everything is known.
    let by = world.viewer.manages().unwrap();
    let new = NewRelease { product: "shop".into(), version: "1.0".into(), ..Default::default() };
    release::plan(&world.store, world.viewer.ships().unwrap(), new, world.now).await.unwrap();
    world.take(&answer(-9), &mut known, &mut incidents).await;
    same_as_anew(&scores, &world, TODAY, "a release").await;

    rebuild(&world.store, by.organization()).await.unwrap();
    same_as_anew(&scores, &world, TODAY, "rebuilding the counts").await;

    // A process that sleeps longer than the log is stored misses entries, and detects it.
    for minute in [-8, -7, -6] {
        world.take(&answer(minute), &mut known, &mut incidents).await;
    }
    let entries = || count_change::Entity::owned_by(by.organization());
    let newest = entries().count(world.store.reader()).await.unwrap();
    assert!(newest >= 5, "{newest}");
    count_change::Entity::delete_many()
        .filter(count_change::Column::OrganizationId.eq(by.organization()))
        .filter(
            count_change::Column::Revision
                .lt(followed(&Scores::new(world.store.clone()), &world, TODAY).await.revision),
        )
        .exec(world.store.reader())
        .await
        .unwrap();
    same_as_anew(&scores, &world, TODAY, "a gap").await;
}

async fn the_log_of_changes_is_pruned(backend: Backend) {
    let (_database, world) = world(backend).await;
    let organization = world.viewer.reads().unwrap().organization();
    let (mut known, mut incidents) = (Vec::new(), Vec::new());
    let answer = Step::Submit { customer: None, feature: 0, level: Some(2), minute: -10, external: None };
    for _ in 0..70 {
        world.take(&answer, &mut known, &mut incidents).await;
    }
    let entries =
        || async { count_change::Entity::owned_by(organization).count(world.store.reader()).await.unwrap() };
    assert_eq!(entries().await, 70, "all are young");
    count_change::Entity::update_many()
        .col_expr(count_change::Column::CreatedAt, Expr::val(world.now - TimeDelta::hours(1)))
        .filter(count_change::Column::OrganizationId.eq(organization))
        .exec(world.store.reader())
        .await
        .unwrap();
    for _ in 0..64 {
        world.take(&answer, &mut known, &mut incidents).await;
    }
    let left = entries().await;
    assert!(left <= 64, "{left}");
    let scores = Scores::new(world.store.clone());
    same_as_anew(&scores, &world, TODAY, "pruning").await;
}
