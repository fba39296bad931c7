//! Schedules of reports: each time is done exactly once, by any number of servers, whatever dies.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use ballroom::{
    clock,
    job::{Jobs, Settings},
    score::Scores,
};
use ballroom_tests::{Backend, Database, on_both, story::Story};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::{sync::watch, time::sleep};

on_both!(
    each_time_is_done_once_by_two_servers_of_which_one_dies,
    what_was_missed_is_caught_up_once,
    the_end_of_an_iteration_triggers_its_report,
    a_paused_schedule_runs_on_request_only,
    what_is_wrong_with_a_schedule_is_said,
    a_running_server_writes_a_report_on_schedule,
);

const OPERATIONS: &str = include_str!("../stories/schedules.graphql");

/// Servers that share a clock, which the test sets.
struct Servers {
    time: Arc<AtomicI64>,
    all: Vec<Jobs>,
}

impl Servers {
    /// As many processes as wanted, each with connections of its own.
    async fn of(database: &Database, number: usize, at: DateTime<Utc>) -> Self {
        let time = Arc::new(AtomicI64::new(at.timestamp_millis()));
        let mut all = Vec::new();
        for _ in 0..number {
            let (store, time) = (database.store().await, time.clone());
            let clock = move || DateTime::from_timestamp_millis(time.load(Ordering::SeqCst)).unwrap();
            let settings =
                Settings { clock: Arc::new(clock), lease: Duration::from_secs(30), ..Settings::default() };
            all.push(Jobs::new(store.clone(), Scores::new(store), settings));
        }
        Self { time, all }
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.time.load(Ordering::SeqCst)).unwrap()
    }

    fn pass(&self, time: TimeDelta) {
        self.time.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    /// All servers do at the same time what is due.
    async fn work(&self) {
        futures::future::join_all(self.all.iter().map(run_all)).await;
    }
}

async fn run_all(jobs: &Jobs) {
    let (_go_on, never) = watch::channel(false);
    while jobs.run_due(never.clone()).await.unwrap() {}
}

async fn shop(story: &Story) {
    story.product("shop", &["search"]).await;
    for n in 0..12 {
        let response = json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": n % 5 + 1, "customer": format!("c{n}") });
        story.submits(response).await;
    }
}

async fn created(story: &Story, input: Value) -> String {
    let created =
        story.gets("CreateSchedule", json!({ "input": input })).await["createSchedule"]["schedule"].clone();
    created["id"].as_str().unwrap().to_owned()
}

async fn seen(story: &Story, id: &str) -> Value {
    story.gets("ScheduleRuns", json!({ "id": id })).await["schedule"].clone()
}

/// A server that runs no jobs: those of the test do.
async fn idle(backend: Backend) -> Story {
    Story::with(Database::create(backend).await, &["--job-workers", "0"], OPERATIONS).await
}

async fn each_time_is_done_once_by_two_servers_of_which_one_dies(backend: Backend) {
    let story = idle(backend).await;
    shop(&story).await;
    let input = json!({ "name": "each minute", "report": "VALUE", "product": "shop", "cron": "* * * * *", "timeZone": "Europe/Berlin",
        "destinations": [{ "slack": "https://hooks.example.com/T1" }] });
    let id = created(&story, input).await;
    // Just after the beginning of a minute: while a lease expires, the next minute must not begin, whose run would be the only one that is
    // caught up.
    let now = clock::now();
    let start = now + TimeDelta::seconds(61 - now.timestamp().rem_euclid(60));
    let servers = Servers::of(&story.database, 2, start).await;
    servers.work().await;
    let before = seen(&story, &id).await["deliveries"]["totalCount"].as_u64().unwrap();
    let minutes = 12;
    for minute in 0..minutes {
        servers.pass(TimeDelta::minutes(1));
        if minute % 4 == 1 {
            // One dies somewhere in the middle of its work; its lease expires, and the other one takes over.
            let dying =
                tokio::time::timeout(Duration::from_millis(15 * (minute + 1)), run_all(&servers.all[0]));
            let _ = dying.await;
            servers.pass(TimeDelta::seconds(31));
            servers.work().await;
            servers.pass(TimeDelta::seconds(-31));
        }
        servers.work().await;
    }
    let after = seen(&story, &id).await;
    let reports: Vec<_> = after["deliveries"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["report"]["id"].clone())
        .collect();
    // A minute more may have begun while a lease expired.
    let done = reports.len() as u64 - before;
    assert!((minutes..=minutes + 1).contains(&done), "{done} of {minutes}: {after:#}");
    let mut once = reports.clone();
    once.sort_by_key(Value::to_string);
    once.dedup();
    assert_eq!(once.len(), reports.len(), "a report for each time, and a delivery for each report");
    let stored = story.gets("StoredReports", json!({})).await["storedReports"]["totalCount"].as_u64();
    assert_eq!(stored, Some(reports.len() as u64));
}

async fn what_was_missed_is_caught_up_once(backend: Backend) {
    let story = idle(backend).await;
    shop(&story).await;
    let input = json!({ "name": "hourly", "report": "OVERVIEW", "cron": "0 * * * *", "destinations": [{ "slack": "https://hooks.example.com/T1" }] });
    let id = created(&story, input).await;
    let servers = Servers::of(&story.database, 1, clock::now()).await;
    servers.work().await;
    servers.pass(TimeDelta::hours(30));
    servers.work().await;
    servers.work().await;
    let after = seen(&story, &id).await;
    assert_eq!(after["deliveries"]["totalCount"], 1, "{after:#}");
    let next: DateTime<Utc> = after["nextRunAt"].as_str().unwrap().parse().unwrap();
    assert!(next > clock::now(), "{next}");
    servers.pass(TimeDelta::hours(1));
    servers.work().await;
    assert_eq!(seen(&story, &id).await["deliveries"]["totalCount"], 2);
    assert!(servers.now() > clock::now());
}

async fn the_end_of_an_iteration_triggers_its_report(backend: Backend) {
    let story = idle(backend).await;
    shop(&story).await;
    let input = json!({ "name": "iterations", "report": "ITERATION", "product": "shop", "format": "MARKDOWN",
        "destinations": [{ "slack": "https://hooks.example.com/T1" }] });
    let id = created(&story, input).await;
    assert_eq!(seen(&story, &id).await["nextRunAt"], Value::Null, "no iteration is planned");
    let today = clock::now().date_naive();
    let day = |days: i64| today + TimeDelta::days(days);
    let create =
        json!({ "product": "shop", "name": "Sprint 7", "period": { "from": day(-3), "until": day(4) } });
    story.gets("CreateIteration", json!({ "input": create })).await;
    assert_eq!(seen(&story, &id).await["nextRunAt"], format!("{}T00:00:00+00:00", day(4)));
    // It ends earlier: the schedule follows.
    let earlier =
        json!({ "product": "shop", "name": "Sprint 7", "period": { "from": day(-3), "until": day(2) } });
    story.gets("CreateIteration", json!({ "input": earlier })).await;
    assert_eq!(seen(&story, &id).await["nextRunAt"], format!("{}T00:00:00+00:00", day(2)));
    let servers = Servers::of(&story.database, 2, clock::now()).await;
    servers.work().await;
    assert_eq!(seen(&story, &id).await["deliveries"]["totalCount"], 0);
    servers.pass(TimeDelta::days(2));
    servers.work().await;
    let after = seen(&story, &id).await;
    assert_eq!(after["deliveries"]["totalCount"], 1, "{after:#}");
    let title = after["deliveries"]["nodes"][0]["report"]["title"].as_str().unwrap();
    assert!(title.contains("Sprint 7"), "{title}");
    servers.pass(TimeDelta::days(2));
    servers.work().await;
    assert_eq!(seen(&story, &id).await["deliveries"]["totalCount"], 1, "once");
}

async fn a_paused_schedule_runs_on_request_only(backend: Backend) {
    let story = idle(backend).await;
    shop(&story).await;
    let input = json!({ "name": "daily", "report": "SECURITY", "cron": "0 6 * * *", "destinations": [{ "slack": "https://hooks.example.com/T1" }] });
    let id = created(&story, input).await;
    let paused = story.gets("UpdateSchedule", json!({ "input": { "schedule": id, "paused": true } })).await;
    assert_eq!(paused["updateSchedule"]["schedule"]["nextRunAt"], Value::Null);
    let servers = Servers::of(&story.database, 1, clock::now()).await;
    servers.pass(TimeDelta::days(3));
    servers.work().await;
    assert_eq!(seen(&story, &id).await["deliveries"]["totalCount"], 0);
    story.gets("RunSchedule", json!({ "input": { "schedule": id } })).await;
    servers.work().await;
    servers.work().await;
    assert_eq!(seen(&story, &id).await["deliveries"]["totalCount"], 1, "on request, once");
    // What passed meanwhile is not caught up.
    story.gets("UpdateSchedule", json!({ "input": { "schedule": id, "paused": false } })).await;
    let servers = Servers::of(&story.database, 1, clock::now()).await;
    servers.work().await;
    assert_eq!(seen(&story, &id).await["deliveries"]["totalCount"], 1);
    // The command line does the same.
    let list = story.database.succeeds(&["schedules", "list"]).await;
    assert!(
        list.contains("daily") && list.contains("0 6 * * * (UTC)") && list.contains("hooks.example.com"),
        "{list}"
    );
    assert!(!list.contains("T1"), "the address of a chat is a secret: {list}");
    story.database.succeeds(&["schedules", "run", "daily"]).await;
    servers.pass(TimeDelta::minutes(1));
    servers.work().await;
    let deliveries = story.database.succeeds(&["schedules", "deliveries", "daily"]).await;
    assert_eq!(deliveries.matches("pending").count(), 2, "{deliveries}");
    let history = story.database.succeeds(&["schedules", "history", &id]).await;
    assert!(history.contains("succeeded") && history.contains("stored, for 1 destination"), "{history}");
    story.database.succeeds(&["schedules", "delete", "daily"]).await;
    assert_eq!(
        story.gets("SchedulesAndStoredReports", json!({})).await,
        json!({ "schedules": { "totalCount": 0 }, "storedReports": { "totalCount": 2 } })
    );
    let gone = story.database.ballroom(&["schedules", "run", "daily"]).await;
    assert!(!gone.status.success() && gone.err.contains("there is no schedule \"daily\""), "{gone:?}");
}

async fn what_is_wrong_with_a_schedule_is_said(backend: Backend) {
    let story = idle(backend).await;
    shop(&story).await;
    let good = json!({ "name": "weekly", "report": "VALUE", "product": "shop", "cron": "0 7 * * MON" });
    let refused = async |changes: Value| {
        let mut input = good.clone();
        for (name, value) in changes.as_object().unwrap() {
            input[name] = value.clone();
        }
        let (_, argument, message) = story.is_refused("CreateSchedule", json!({ "input": input })).await;
        (argument, message)
    };
    for (changes, argument, says) in [
        (json!({ "cron": "every monday" }), "cron", "0 7 * * MON"),
        (json!({ "cron": "0 7 31 2 *" }), "cron", ""),
        (json!({ "timeZone": "Mars/Olympus" }), "timeZone", "Mars/Olympus"),
        (json!({ "product": "shap" }), "product", "shop"),
        (json!({ "product": null }), "product", "required"),
        (json!({ "days": 0 }), "days", "is 0"),
        (json!({ "name": "" }), "name", ""),
        (json!({ "destinations": [{ "email": "anna@example.com" }] }), "destinations.0", "--smtp-url"),
        (json!({ "destinations": [{ "directory": "weekly" }] }), "destinations.0", "--report-directory"),
        (json!({ "destinations": [{ "bucket": "" }] }), "destinations.0", "--report-bucket"),
        (json!({ "destinations": [{ "webhook": "http://127.0.0.1/" }] }), "destinations.0", "https://"),
        (
            json!({ "destinations": [{ "slack": "https://169.254.169.254/latest" }] }),
            "destinations.0",
            "private",
        ),
    ] {
        let (found, message) = refused(changes.clone()).await;
        assert!(found == argument && message.contains(says), "{changes}: {found}: {message}");
    }
    created(&story, good.clone()).await;
    assert_eq!(refused(json!({})).await.0, "name", "a name is unique");
    for role in ["support", "business", "development"] {
        let token =
            story.database.succeeds(&["token", "create", "--role", role, "--name", role, "--quiet"]).await;
        for query in ["{ schedules { totalCount } }", "{ schedules { nodes { destinations { label } } } }"] {
            let (_, answer) = story.app.answer_to(token.trim(), query, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{role}: {answer}");
        }
    }
}

async fn a_running_server_writes_a_report_on_schedule(backend: Backend) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap().to_owned();
    let arguments = ["--job-poll", "0.2", "--report-directory", &path];
    let story = Story::with(Database::create(backend).await, &arguments, OPERATIONS).await;
    shop(&story).await;
    let input = json!({ "name": "weekly", "report": "VALUE", "product": "shop", "cron": "0 7 * * MON", "format": "JSON",
        "destinations": [{ "directory": "out" }] });
    let id = created(&story, input).await;
    story.gets("RunSchedule", json!({ "input": { "schedule": id } })).await;
    let mut states = Value::Null;
    for _ in 0..300 {
        states = seen(&story, &id).await["deliveries"]["nodes"].clone();
        if states[0]["state"] == "DELIVERED" {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(states[0]["state"], "DELIVERED", "{states:#}");
    let files: Vec<_> =
        std::fs::read_dir(directory.path().join("out")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "complete or not at all: {files:?}");
    let model: Value = serde_json::from_slice(&std::fs::read(&files[0]).unwrap()).unwrap();
    assert_eq!(model["kind"], "VALUE");
}
