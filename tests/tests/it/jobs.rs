//! Jobs: run once for all servers, taken over when one dies, retried when they fail.

mod takeover;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use ballroom::{
    base::reference::PublicId,
    clock,
    domain::{access::Administer, organization, token},
    job::{self, Jobs, Kind, Settings},
    score::Scores,
    store::{Bulk, Store},
};
use ballroom_entity::{
    id::{EventId, FeatureId, ProductId, ReleaseId},
    incident_daily,
    job::{Column, Entity},
    job_run::{self, JobOutcome},
    outbox,
};
use ballroom_tests::{Backend, Database, on_both, story::Story};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Value as Bound,
    sea_query::Expr,
};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

on_both!(
    a_server_runs_the_jobs_of_each_organization_and_shows_them,
    a_job_that_fails_is_tried_again_later_and_later_and_then_left_to_its_time,
    the_history_is_pruned,
    a_day_is_over_when_it_is_over_everywhere,
);

const OPERATIONS: &str = include_str!("../stories/jobs.graphql");

/// A database, looked at from this process.
struct Inside {
    /// Gone with its last handle.
    _database: Database,
    store: Store,
    by: Administer,
}

impl Inside {
    async fn of(database: &Database) -> Self {
        let store = database.store().await;
        let (first, _) = organization::first(&store, clock::now()).await.unwrap();
        Self { _database: database.clone(), by: token::operator(first.id).administers().unwrap(), store }
    }

    async fn events(&self) -> u64 {
        outbox::Entity::owned_by(self.by.organization()).count(self.store.reader()).await.unwrap()
    }

    /// The same, once nothing is deleted any more: a statement that had begun when its job died comes to its end.
    async fn quiet_events(&self) -> u64 {
        let mut before = self.events().await;
        loop {
            sleep(Duration::from_millis(300)).await;
            match self.events().await {
                now if now == before => return now,
                now => before = now,
            }
        }
    }

    async fn job(&self, kind: Kind) -> ballroom_entity::job::Model {
        let row = Entity::owned_by(self.by.organization()).filter(Column::Name.eq(kind.name()));
        row.one(self.store.reader()).await.unwrap().unwrap()
    }

    /// The runs of a job, the first one first.
    async fn runs(&self, kind: Kind) -> Vec<job_run::Model> {
        let mut runs = job::runs(&self.store, self.by, Some(kind), 100).await.unwrap();
        runs.reverse();
        runs
    }

    async fn outcomes(&self, kind: Kind) -> Vec<JobOutcome> {
        self.runs(kind).await.iter().map(|run| run.outcome).collect()
    }

    /// Writes many events that are old, as are those that are there, and a young one after them.
    async fn old_events(&self, number: usize) {
        let tx = self.store.begin(self.by.organization(), clock::now()).await.unwrap();
        let newest = self.store.revision(self.by.organization()).await.unwrap();
        let old = clock::now() - TimeDelta::days(60);
        let aged = outbox::Entity::update_many().col_expr(outbox::Column::CreatedAt, Expr::val(old));
        aged.exec(tx.db()).await.unwrap();
        let row = |revision: i64, at: DateTime<Utc>| {
            vec![
                Bound::Uuid(Some(self.by.organization().0)),
                Bound::Uuid(Some(EventId::new().0)),
                Bound::String(Some("feedback.imported".to_owned())),
                Bound::Json(Some(Box::new(json!({ "total": 1 })))),
                Bound::ChronoDateTimeUtc(Some(at)),
                Bound::BigInt(Some(revision)),
            ]
        };
        let last = newest + number as i64;
        let mut rows: Vec<_> = (newest + 1..=last).map(|revision| row(revision, old)).collect();
        rows.push(row(last + 1, clock::now()));
        use outbox::Column::{CreatedAt, Id, Kind, OrganizationId, Payload, Revision};
        let columns = [OrganizationId, Id, Kind, Payload, CreatedAt, Revision];
        Bulk::into::<outbox::Entity>("", columns).insert(tx.db(), rows).await.unwrap();
        ballroom_entity::organization::Entity::update_many()
            .col_expr(ballroom_entity::organization::Column::Revision, Expr::val(last + 1))
            .exec(tx.db())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Waits until a pruning is half done: some events are deleted, and others are not.
    async fn middle(&self, all: u64) {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let left = self.events().await;
            if left < all {
                assert!(left > 5_000, "{left} events are left: it was too quick to be caught");
                return;
            }
            assert!(Instant::now() < end, "nothing was pruned");
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until the last run of a job has ended in some way.
    async fn ends(&self, kind: Kind, outcome: JobOutcome) {
        let end = Instant::now() + Duration::from_secs(90);
        while self.outcomes(kind).await.last() != Some(&outcome) {
            assert!(Instant::now() < end, "{:#?}", self.runs(kind).await);
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A clock that stands, at noon, until it is moved.
#[derive(Clone)]
struct Moved(Arc<AtomicI64>);

impl Moved {
    fn new() -> Self {
        let noon = clock::now().date_naive().and_hms_opt(12, 0, 0).unwrap();
        Self(Arc::new(AtomicI64::new(noon.and_utc().timestamp_micros())))
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }

    fn to(&self, at: DateTime<Utc>) {
        self.0.store(at.timestamp_micros(), Ordering::SeqCst);
    }

    fn jobs(&self, store: &Store, settings: Settings) -> Jobs {
        let clock = self.clone();
        let settings = Settings { clock: Arc::new(move || clock.now()), ..settings };
        Jobs::new(store.clone(), Scores::new(store.clone()), settings)
    }
}

/// Runs all due jobs; returns their number.
async fn run_all(jobs: &Jobs) -> usize {
    let (_go_on, never) = watch::channel(false);
    let mut ran = 0;
    while jobs.run_due(never.clone()).await.unwrap() {
        ran += 1;
    }
    ran
}

async fn a_server_runs_the_jobs_of_each_organization_and_shows_them(backend: Backend) {
    let story = Story::with(Database::create(backend).await, &["--job-poll", "0.2"], OPERATIONS).await;
    story.database.succeeds(&["organization", "create", "other"]).await;
    story.product("shop", &["search"]).await;
    let yesterday = clock::now().date_naive() - TimeDelta::days(1);
    story
        .submits(json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4,
        "occurredAt": format!("{yesterday}T10:00:00Z") }))
        .await;
    story.gets("RunJob", json!({ "name": "SCORE_PARAMETERS" })).await;
    let inside = Inside::of(&story.database).await;
    let end = Instant::now() + Duration::from_secs(20);
    while story.gets("ScoreParameters", json!({ "asOf": yesterday })).await["scoreParameters"]["computedAt"]
        .is_null()
    {
        assert!(Instant::now() < end, "{:#?}", inside.runs(Kind::ScoreParameters).await);
        sleep(Duration::from_millis(50)).await;
    }
    inside.ends(Kind::ScoreParameters, JobOutcome::Succeeded).await;
    inside.ends(Kind::PruneHistory, JobOutcome::Succeeded).await;

    let jobs = story.gets("JobsLastRun", json!({})).await["jobs"].clone();
    let names: Vec<_> = jobs.as_array().unwrap().iter().map(|job| job["name"].clone()).collect();
    assert_eq!(
        names,
        [
            "ATTRIBUTE_INCIDENTS",
            "DELIVER_REPORTS",
            "FOLLOW_UP",
            "PRUNE_HISTORY",
            "PRUNE_OUTBOX",
            "SCORE_PARAMETERS",
            "SEND_DIGESTS"
        ]
    );
    let last = &jobs[5]["runs"]["nodes"][0];
    assert_eq!(
        (&last["outcome"], &last["attempt"], &last["items"]),
        (&json!("SUCCEEDED"), &json!(1), &json!(1))
    );
    let message = format!("computed the parameters of 1 day, {yesterday} through {yesterday}");
    assert_eq!(last["message"], message);
    assert!(last["server"].as_str().unwrap().ends_with(&format!(":{}", story.process())), "{last:#}");
    assert_eq!(jobs[5]["lastRun"]["outcome"], "SUCCEEDED");
    let started: Vec<_> =
        jobs[5]["runs"]["nodes"].as_array().unwrap().iter().map(|run| run["startedAt"].clone()).collect();
    for (arguments, expected) in [
        ("filter: { outcome: [FAILED, LOST] }", vec![]),
        ("filter: { outcomes: [SUCCEEDED] }", started.clone()),
        ("orderBy: { field: STARTED_AT, direction: ASC }", started.iter().rev().cloned().collect()),
        (&format!("filter: {{ startedAt: {{ until: {} }} }}", started[0]), started[1..].to_vec()),
    ] {
        let runs = story
            .app
            .asks(&format!("{{ jobs {{ runs({arguments}) {{ nodes {{ startedAt }} }} }} }}"), json!({}))
            .await;
        let runs = runs["jobs"][5]["runs"]["nodes"].as_array().unwrap();
        assert_eq!(
            runs.iter().map(|run| run["startedAt"].clone()).collect::<Vec<_>>(),
            expected,
            "{arguments}"
        );
    }
    assert!(jobs[5]["nextRunAt"].as_str().unwrap() > clock::now().to_rfc3339().as_str());

    let list = story.database.succeeds(&["jobs", "list"]).await;
    assert!(list.contains("score-parameters") && list.contains(&message), "{list}");
    let ran = story.database.succeeds(&["jobs", "run", "prune-history"]).await;
    assert_eq!(ran, "prune-history: pruned 0 runs older than 30 days.\n");
    let history = story.database.succeeds(&["jobs", "history", "prune-history", "--last", "1"]).await;
    assert!(history.contains("succeeded") && history.matches("prune-history").count() == 1, "{history}");
    let typo = story.database.ballroom(&["jobs", "run", "prune-histori"]).await;
    assert!(!typo.status.success() && typo.err.contains("did you mean \"prune-history\""), "{typo:?}");
    let list = async || story.database.succeeds(&["jobs", "list", "--organization", "other"]).await;
    while !list().await.contains("succeeded") {
        assert!(Instant::now() < end, "{}", list().await);
    }
}

async fn a_job_that_fails_is_tried_again_later_and_later_and_then_left_to_its_time(backend: Backend) {
    let story = Story::with(Database::create(backend).await, &["--job-workers", "0"], OPERATIONS).await;
    story.product("shop", &["search"]).await;
    let inside = Inside::of(&story.database).await;
    // A count of a product that is not there: scores cannot be computed.
    let wrong = incident_daily::Model {
        organization_id: inside.by.organization(),
        product_id: ProductId::new(),
        feature_id: FeatureId::NONE,
        release_id: ReleaseId::NONE,
        severity: 1,
        day: clock::now().date_naive(),
        opened: 1,
        affected_change: 0,
        unknown_change: 0,
    };
    wrong.clone().into_active_model().insert(inside.store.reader()).await.unwrap();
    let clock = Moved::new();
    let settings = Settings { attempts: 3, pause: Duration::from_secs(10), ..Settings::default() };
    let jobs = clock.jobs(&inside.store, settings);
    assert_eq!(run_all(&jobs).await, Kind::ALL.len());
    for (attempt, pause) in [(1, 10), (2, 20)] {
        let job = inside.job(Kind::ScoreParameters).await;
        assert_eq!((job.attempts, job.leased_until), (attempt, None));
        let waits = job.due_at - clock.now();
        let range = TimeDelta::seconds(pause) / 2..=TimeDelta::seconds(pause);
        assert!(range.contains(&waits), "{waits} after attempt {attempt}");
        assert_eq!(run_all(&jobs).await, 0, "not before");
        clock.to(job.due_at);
        assert_eq!(run_all(&jobs).await, 1);
    }
    let job = inside.job(Kind::ScoreParameters).await;
    assert_eq!(job.attempts, 0);
    let regular = (clock.now() + TimeDelta::days(1)).date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
    assert_eq!(job.due_at, regular, "when the day is over");
    let runs = inside.runs(Kind::ScoreParameters).await;
    let outcomes: Vec<_> = runs.iter().map(|run| (run.outcome, run.attempt)).collect();
    assert_eq!(outcomes, [(JobOutcome::Retried, 1), (JobOutcome::Retried, 2), (JobOutcome::Failed, 3)]);
    let message = runs[2].message.as_deref().unwrap();
    assert!(message.contains("are inconsistent") && message.contains("given up"), "{message}");

    wrong.into_active_model().delete(inside.store.reader()).await.unwrap();
    clock.to(regular);
    run_all(&jobs).await;
    let last = inside.runs(Kind::ScoreParameters).await.pop().unwrap();
    assert_eq!((last.outcome, last.attempt), (JobOutcome::Succeeded, 1));
}

async fn the_history_is_pruned(backend: Backend) {
    let inside = Inside::of(&Database::create(backend).await).await;
    let clock = Moved::new();
    let jobs = clock.jobs(&inside.store, Settings { keep_runs: 7, ..Settings::default() });
    assert_eq!(run_all(&jobs).await, Kind::ALL.len());
    let first = clock.now();
    for _ in 0..10 {
        clock.to(inside.job(Kind::PruneHistory).await.due_at);
        run_all(&jobs).await;
    }
    let runs = job::runs(&inside.store, inside.by, None, 1_000).await.unwrap();
    let oldest = runs.iter().map(|run| run.started_at).min().unwrap();
    assert!(oldest > first && oldest >= clock.now() - TimeDelta::days(7), "{oldest}");
    assert_eq!(inside.outcomes(Kind::PruneHistory).await, [JobOutcome::Succeeded; 8]);
}

async fn a_day_is_over_when_it_is_over_everywhere(backend: Backend) {
    let story = Story::with(Database::create(backend).await, &["--job-workers", "0"], OPERATIONS).await;
    for (key, zone) in [("east", "Asia/Tokyo"), ("west", "Pacific/Honolulu")] {
        story.gets("CreateProduct", json!({ "input": { "key": key, "timeZone": zone } })).await;
    }
    let inside = Inside::of(&story.database).await;
    let clock = Moved::new();
    let jobs = clock.jobs(&inside.store, Settings::default());
    for (now, next) in [
        ("2030-03-01T09:59:59Z", "2030-03-01T10:00:00Z"),
        ("2030-03-01T10:00:00Z", "2030-03-02T10:00:00Z"),
        ("2030-03-02T16:00:00Z", "2030-03-03T10:00:00Z"),
    ] {
        clock.to(now.parse().unwrap());
        jobs.run_now(inside.by, Kind::ScoreParameters).await.unwrap();
        let due: DateTime<Utc> = next.parse().unwrap();
        assert_eq!(inside.job(Kind::ScoreParameters).await.due_at, due, "{now}");
    }
    let shown: Value = story.gets("Jobs", json!({})).await["jobs"][5].clone();
    let waits =
        json!({ "name": "SCORE_PARAMETERS", "nextRunAt": "2030-03-03T10:00:00+00:00", "isRunning": false });
    assert_eq!(shown, waits);
}
