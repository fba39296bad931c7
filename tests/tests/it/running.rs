//! Running it: a database that is held up, paused, stopped or started by several; and what stands before it.

use std::time::Duration;

use ballroom_tests::{App, Backend, Database, Pooler, PostgresServer, on_both};
use sea_orm::{ConnectionTrait, Database as Connections, DatabaseConnection, Statement};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

on_both!(
    reads_go_on_and_writers_are_turned_away_while_another_session_holds_the_organization,
    servers_that_start_at_once_on_an_empty_database_follow_one_another,
    ten_thousand_incidents_in_one_request_are_all_opened_and_counted,
);

const READ: &str = "{ products(first: 5) { nodes { key } } }";
const WRITE: &str = "mutation($key: String!) { createProduct(input: { key: $key }) { product { id } } }";

/// Holds the lock that writers need, until it is dropped.
async fn hold(database: &Database) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(database.url());
    options.max_connections(1);
    let held = Connections::connect(options).await.unwrap();
    let lock = match database.backend {
        Backend::Sqlite => "BEGIN IMMEDIATE",
        Backend::Postgres => "BEGIN; UPDATE organization SET revision = revision",
    };
    held.execute_unprepared(lock).await.unwrap();
    held
}

fn codes(answers: &[Value]) -> Vec<&str> {
    answers
        .iter()
        .map(|answer| answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("done"))
        .collect()
}

async fn reads_go_on_and_writers_are_turned_away_while_another_session_holds_the_organization(
    backend: Backend,
) {
    let settings = ["--writer-queue", "12", "--writer-queue-timeout", "2", "--lock-timeout", "4"];
    let app = App::with(Database::create(backend).await, &settings).await;
    app.product("shop", &["search"]).await;
    let held = hold(&app.database).await;

    let writers = (0..24).map(|number| {
        let app = &app;
        async move { app.answer(WRITE, json!({ "key": format!("p{number}") })).await }
    });
    let reads = async {
        for _ in 0..30 {
            let answer = app.asks(READ, json!({})).await;
            assert_eq!(answer["products"]["nodes"], json!([{ "key": "shop" }]));
        }
        assert_eq!(app.http().get(app.url("/readyz")).send().await.unwrap().status(), 200);
    };
    let (answers, ()) = tokio::join!(futures::future::join_all(writers), reads);
    let told = codes(&answers);
    assert!(!told.contains(&"done") && !told.contains(&"INTERNAL"), "{told:?}");
    assert!(
        told.iter().filter(|code| **code == "OVERLOADED").count() >= 11,
        "the queue is limited: {told:?}"
    );
    assert!(told.contains(&"UNAVAILABLE"), "the wait for the lock is limited: {told:?}");
    for answer in &answers {
        assert!(answer["errors"][0]["extensions"]["retryAfter"].as_u64().is_some(), "{answer}");
    }

    held.execute_unprepared("ROLLBACK").await.unwrap();
    app.asks(WRITE, json!({ "key": "after" })).await;
    app.verify().await;
}

/// Asks until the response is as wanted; the test's own patience ends it.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            match ask().await {
                Some(found) => return found,
                None => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    };
    timeout(Duration::from_secs(60), asking).await.unwrap_or_else(|_| panic!("{what}"))
}

async fn status(app: &App, path: &str) -> u16 {
    app.http().get(app.url(path)).send().await.unwrap().status().as_u16()
}

/// The responses of a server whose database is unreachable.
async fn is_unavailable(app: &App) {
    until("it is not ready", async || (status(app, "/readyz").await == 503).then_some(())).await;
    assert_eq!(status(app, "/healthz").await, 200, "the process lives");
    for (query, variables) in [(READ, json!({})), (WRITE, json!({ "key": "while-gone" }))] {
        let body = json!({ "query": query, "variables": variables });
        let request = app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&body);
        let answer =
            request.timeout(Duration::from_secs(10)).send().await.expect("it is refused, not left waiting");
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key("retry-after"));
        let answer: Value = answer.json().await.unwrap();
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "UNAVAILABLE", "{answer}");
        assert!(extensions["retryAfter"].as_u64().is_some(), "{answer}");
    }
}

async fn is_back(app: &App, key: &str) {
    until("it is ready again", async || (status(app, "/readyz").await == 200).then_some(())).await;
    app.asks(READ, json!({})).await;
    until("it writes", async || {
        app.answer(WRITE, json!({ "key": key })).await.get("errors").is_none().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_is_stopped_or_paused_is_unavailable_and_comes_back_by_itself() {
    let mut server = PostgresServer::start().await;
    let url = format!("{}/postgres", server.url());
    until("PostgreSQL lets us in", async || Connections::connect(url.clone()).await.ok()).await;
    let app = App::on(Database::at(url)).await;
    app.product("shop", &["search"]).await;

    server.pause().await;
    is_unavailable(&app).await;
    server.resume().await;
    is_back(&app, "after-a-pause").await;

    // Requests that wait when it disappears get an error, too.
    server.pause().await;
    let waiting = (0..8).map(|_| app.answer(READ, json!({})));
    let told = timeout(Duration::from_secs(20), futures::future::join_all(waiting))
        .await
        .expect("nobody waits for ever");
    assert!(codes(&told).iter().all(|code| *code == "UNAVAILABLE"), "{told:?}");
    server.resume().await;
    is_back(&app, "after-another").await;

    server.stop().await;
    is_unavailable(&app).await;
    server.go_on().await;
    is_back(&app, "after-a-stop").await;
    app.verify().await;
}

async fn servers_that_start_at_once_on_an_empty_database_follow_one_another(backend: Backend) {
    let database = Database::create(backend).await;
    let start = || async {
        let mut command = database.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]).kill_on_drop(true);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut said = String::new();
        let out = server.stdout.as_mut().unwrap();
        let listens = async {
            let mut part = [0; 1024];
            while !said.contains("Stop it with Ctrl-C") {
                let read = out.read(&mut part).await.unwrap();
                if read == 0 {
                    break;
                }
                said.push_str(&String::from_utf8_lossy(&part[..read]));
            }
        };
        timeout(Duration::from_secs(120), listens).await.expect("it starts");
        if !said.contains("Stop it with") {
            let mut why = String::new();
            server.stderr.as_mut().unwrap().read_to_string(&mut why).await.unwrap();
            panic!("a server did not start: {said}\n{why}");
        }
        server
    };
    let servers = tokio::join!(start(), start(), start());
    drop(servers);
    let tokens = database.succeeds(&["token", "list"]).await;
    assert_eq!(tokens.matches("first administrator").count(), 1, "one of them founds: {tokens}");
    let said = database.succeeds(&["migrate"]).await;
    assert!(said.starts_with("Applied 0 migrations"), "{said}");
}

async fn ten_thousand_incidents_in_one_request_are_all_opened_and_counted(backend: Backend) {
    // The test checks that all are accepted, however busy the machine is.
    let app = App::with(Database::create(backend).await, &["--limit-time", "300"]).await;
    app.product("shop", &["search"]).await;
    let answers: Vec<_> = (0..40)
        .map(|number| json!({ "product": "shop", "scale": "csat", "rating": 4, "customer": format!("c-{number}") }))
        .collect();
    let query =
        "mutation($input: SubmitFeedbackBatchInput!) { submitFeedbackBatch(input: $input) { accepted } }";
    app.asks(query, json!({ "input": { "items": answers } })).await;
    let items: Vec<_> = (0..10_000)
        .map(|number| {
            let customers: Vec<_> = (0..20).map(|at| format!("c-{}", (number + at) % 40)).collect();
            json!({ "product": "shop", "features": ["search"], "severity": 3, "title": "slow", "customers": customers })
        })
        .collect();
    let query = "mutation($input: OpenIncidentBatchInput!) { openIncidentBatch(input: $input) { items { outcome error { message } } } }";
    let write = app.asks(query, json!({ "input": { "items": items } }));
    let reads = async {
        for _ in 0..20 {
            app.asks(READ, json!({})).await;
        }
    };
    let (opened, ()) = tokio::join!(write, reads);
    let items = opened["openIncidentBatch"]["items"].as_array().unwrap();
    assert!(
        items.len() == 10_000
            && items.iter().all(|item| item["error"].is_null() && item["outcome"] == "CREATED"),
        "{:?}",
        items[0]
    );
    let store = app.database.store().await;
    let sql = "SELECT CAST(COUNT(*) AS bigint) AS n FROM incident_customer";
    let row =
        store.reader().query_one_raw(Statement::from_string(store.backend(), sql)).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "n").unwrap(), 200_000);
    app.verify().await;
}

async fn works_through(settings: &str) {
    let behind = Database::create(Backend::Postgres).await;
    let url = behind.url();
    let (server, name) = url.rsplit_once('/').unwrap();
    let (host, port) = server.rsplit_once('@').unwrap().1.rsplit_once(':').unwrap();
    let pooler = Pooler::start(host, port, settings).await;
    let app = App::on(Database::at(pooler.url(name))).await;
    app.product("shop", &["search"]).await;
    // More of everything than the pooler has connections, so that each statement may get another one.
    let writers = (0..6).map(|client| {
        let app = &app;
        async move {
            for number in 0..10 {
                app.submits(
                    json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 1 + number % 5,
                    "customer": format!("{client}-{number}") }),
                )
                .await;
            }
        }
    });
    let readers = (0..12).map(|_| {
        let app = &app;
        async move {
            for _ in 0..15 {
                app.asks("{ product(product: \"shop\") { valueReport { responses } features(first: 5) { nodes { key } } } }", json!({}))
                    .await;
            }
        }
    });
    tokio::join!(futures::future::join_all(writers), futures::future::join_all(readers));
    app.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_transaction_mode_may_stand_before_the_database() {
    works_through("").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_may_one_that_ignores_what_it_does_not_pass_on() {
    works_through("ignore_startup_parameters = extra_float_digits,options").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_never_finish_the_head_of_a_request_are_cut() {
    let app =
        App::with(Database::create(Backend::Sqlite).await, &["--read-timeout", "1", "--keep-alive", "2"])
            .await;
    let address = app.url("").trim_start_matches("http://").to_owned();
    let whole = "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";
    let part = "GET /healthz HTTP/1.1\r\nHost: here\r\nX-Slow: ";
    let further = format!("{whole}{part}");
    let beginnings = ["", part, whole, &further];
    let clients = (0..60).map(|number| {
        let (address, said) = (&address, beginnings[number % beginnings.len()]);
        async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            let (mut reading, mut writing) = stream.split();
            // A letter now and then does not help.
            let dribble = async {
                while writing.write_all(if said.ends_with(": ") { b"x" } else { b"" }).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                std::future::pending::<()>().await;
            };
            let mut answer = Vec::new();
            let cut = timeout(Duration::from_secs(30), async {
                tokio::select! { _ = reading.read_to_end(&mut answer) => (), () = dribble => () }
            });
            cut.await.unwrap_or_else(|_| panic!("a connection that began with {said:?} is still open"));
        }
    });
    let listens = "subscription { feedbackReceived { id } }";
    let listens =
        app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&json!({ "query": listens }));
    let mut listens =
        listens.header("accept", "text/event-stream").timeout(Duration::from_secs(60)).send().await.unwrap();
    futures::future::join_all(clients).await;
    // Requests that still get responses continue, however long they take.
    while let Ok(chunk) = timeout(Duration::from_millis(1), listens.chunk()).await {
        assert!(chunk.unwrap().is_some(), "a stream that is used was cut");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_has_an_id_and_a_line_in_the_log_that_says_nothing_of_what_is_in_it() {
    let database = Database::create(Backend::Sqlite).await;
    database.succeeds(&["migrate"]).await;
    let token =
        database.succeeds(&["token", "create", "--role", "administrator", "--name", "t", "--quiet"]).await;
    let mut command = database.command();
    command.args(["--log", "debug", "serve", "--listen", "127.0.0.1:0"]).kill_on_drop(true);
    let log = std::fs::File::create(database.path("log")).unwrap();
    let mut server = command.stdout(std::process::Stdio::piped()).stderr(log).spawn().unwrap();
    let mut said = vec![0; 200];
    let read = server.stdout.as_mut().unwrap().read(&mut said).await.unwrap();
    let said = String::from_utf8_lossy(&said[..read]).into_owned();
    let url = said.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    let query = "query WhatThereIs { products(first: 3) { nodes { key } } search: product(product: \"top-secret\") { key } }";
    let ask = ballroom_tests::http().post(format!("{url}/graphql")).bearer_auth(token.trim());
    let answer =
        ask.header("x-request-id", "trace-4711-a").json(&json!({ "query": query })).send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "trace-4711-a");
    let other =
        ballroom_tests::http().get(format!("{url}/healthz?q=top-secret")).header("x-request-id", "no good!");
    let other = other.send().await.unwrap();
    assert!(
        other.headers()["x-request-id"].to_str().unwrap().len() > 30,
        "an id of ours: {:?}",
        other.headers()
    );
    let log = until("the line", async || {
        let log = std::fs::read_to_string(database.path("log")).unwrap();
        log.contains("/healthz").then_some(log)
    })
    .await;
    let line = log.lines().find(|line| line.contains("trace-4711-a")).unwrap_or_else(|| panic!("{log}"));
    for part in
        ["status=200", "operation=\"WhatThereIs\"", "cost=", "milliseconds=", "method=POST", "/graphql"]
    {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!log.contains("top-secret") && !log.contains(token.trim()), "{log}");
}
