//! Servers that die, sleep or stop in the middle of a job.

use std::time::Duration;

use ballroom::{
    clock,
    job::{Jobs, Kind, Settings},
    store::Lease,
};
use ballroom_entity::{job_run::JobOutcome, outbox};
use ballroom_tests::{App, Backend, Database, on_both};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use serde_json::json;
use tokio::time::sleep;

use super::{Inside, Moved, run_all};

on_both!(
    another_server_takes_over_the_job_of_one_that_was_killed,
    a_server_that_wakes_up_too_late_writes_nothing,
    a_server_that_is_stopped_gives_its_job_back,
    a_job_whose_servers_all_die_is_given_up,
);

const RUN: &str = "mutation($name: JobName!) { runJob(input: { name: $name }) { job { name } } }";

/// Events that are old enough to be pruned: enough for a server to be caught in the middle.
const OLD: usize = 60_000;

/// Runs a due job until it is half done with pruning, and drops it then, like a process that dies.
async fn die_in_the_middle(jobs: &Jobs, inside: &Inside) {
    let all = inside.events().await;
    tokio::select! {
        _ = run_all(jobs) => panic!("it was too quick to be caught"),
        () = inside.middle(all) => (),
    }
}

async fn another_server_takes_over_the_job_of_one_that_was_killed(backend: Backend) {
    let settings = ["--job-poll", "0.3", "--job-lease", "2"];
    let database = Database::create(backend).await;
    let inside = Inside::of(&database).await;
    let mut servers =
        [App::with(database.clone(), &settings).await, App::with(database.clone(), &settings).await];
    inside.ends(Kind::PruneOutbox, JobOutcome::Succeeded).await;
    inside.old_events(OLD).await;
    let all = inside.events().await;
    servers[0].asks(RUN, json!({ "name": "PRUNE_OUTBOX" })).await;
    inside.middle(all).await;
    let run = inside.runs(Kind::PruneOutbox).await.pop().unwrap();
    let holder = servers.iter_mut().find(|app| run.server.ends_with(&format!(":{}", app.process())));
    holder.expect("one of them runs it").kill().await;
    // The database may still be executing its last statement.
    sleep(Duration::from_millis(300)).await;
    let left = inside.events().await;
    assert!(left > 1, "it was in the middle");

    inside.ends(Kind::PruneOutbox, JobOutcome::Succeeded).await;
    assert_eq!(inside.events().await, 1, "the young event");
    let runs = inside.runs(Kind::PruneOutbox).await;
    let [.., lost, done] = &runs[..] else { panic!("{runs:#?}") };
    assert_eq!((lost.outcome, lost.id, lost.attempt), (JobOutcome::Lost, run.id, 1));
    assert_eq!((done.attempt, done.lease), (2, lost.lease + 1));
    assert_ne!(done.server, lost.server);
    assert_eq!(done.items as u64, left - 1, "what was left, and nothing twice");
    assert!(done.started_at >= lost.started_at + TimeDelta::seconds(2), "not before the lease had ended");
    let job = inside.job(Kind::PruneOutbox).await;
    assert_eq!((job.attempts, job.leased_until), (0, None));
}

async fn a_server_that_wakes_up_too_late_writes_nothing(backend: Backend) {
    let inside = Inside::of(&Database::create(backend).await).await;
    inside.old_events(OLD).await;
    let clock = Moved::new();
    let jobs = clock.jobs(&inside.store, Settings::default());
    die_in_the_middle(&jobs, &inside).await;
    let held = inside.job(Kind::PruneOutbox).await;
    run_all(&jobs).await;
    assert_eq!(inside.outcomes(Kind::PruneOutbox).await, [JobOutcome::Running], "while the lease holds");

    clock.to(clock.now() + TimeDelta::seconds(61));
    assert_eq!(run_all(&jobs).await, 1, "what was left");
    assert_eq!(inside.outcomes(Kind::PruneOutbox).await, [JobOutcome::Lost, JobOutcome::Succeeded]);

    // The first one wakes up, and continues.
    let late =
        Lease { organization: held.organization_id, job: held.name.as_str().into(), number: held.lease };
    let tx = inside.store.begin(held.organization_id, clock.now()).await.unwrap();
    outbox::Entity::delete_many().exec(tx.db()).await.unwrap();
    let refused = late.hold(tx.db()).await.unwrap_err().to_string();
    assert!(refused.contains("lease 1 of `prune-outbox` has expired"), "{refused}");
    drop(tx);
    assert_eq!(inside.events().await, 1, "nothing of it was written");
}

async fn a_server_that_is_stopped_gives_its_job_back(backend: Backend) {
    let mut app = App::with(Database::create(backend).await, &["--job-poll", "0.2"]).await;
    let inside = Inside::of(&app.database).await;
    inside.ends(Kind::PruneOutbox, JobOutcome::Succeeded).await;
    inside.old_events(OLD).await;
    let all = inside.events().await;
    app.asks(RUN, json!({ "name": "PRUNE_OUTBOX" })).await;
    inside.middle(all).await;
    assert!(app.stop().await.success());
    let job = inside.job(Kind::PruneOutbox).await;
    assert_eq!(inside.outcomes(Kind::PruneOutbox).await.last(), Some(&JobOutcome::Stopped));
    assert_eq!(
        (job.leased_until, job.attempts),
        (None, 0),
        "it can be taken at once, and no attempt is lost"
    );
    assert!(job.due_at <= clock::now() && inside.events().await > 1);
    app.restart().await;
    inside.ends(Kind::PruneOutbox, JobOutcome::Succeeded).await;
    assert_eq!(inside.events().await, 1);
}

async fn a_job_whose_servers_all_die_is_given_up(backend: Backend) {
    let inside = Inside::of(&Database::create(backend).await).await;
    inside.old_events(OLD).await;
    let clock = Moved::new();
    let jobs = clock.jobs(&inside.store, Settings { attempts: 2, ..Settings::default() });
    for attempt in 1..=2 {
        die_in_the_middle(&jobs, &inside).await;
        assert_eq!(inside.job(Kind::PruneOutbox).await.attempts, attempt);
        clock.to(clock.now() + TimeDelta::seconds(61));
    }
    let left = inside.quiet_events().await;
    run_all(&jobs).await;
    assert_eq!(inside.outcomes(Kind::PruneOutbox).await, [JobOutcome::Lost, JobOutcome::Failed]);
    assert_eq!(inside.events().await, left, "it was not run a third time");
    let job = inside.job(Kind::PruneOutbox).await;
    assert_eq!((job.attempts, job.leased_until), (0, None));
    clock.to(job.due_at);
    run_all(&jobs).await;
    assert_eq!(inside.events().await, 1, "but at its next time");
}
