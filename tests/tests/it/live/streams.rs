//! Server-sent events, and streams that continue from a cursor.

use std::time::Duration;

use ballroom::clock;
use ballroom_entity::outbox;
use ballroom_tests::{App, Backend, Database, on_both};
use chrono::TimeDelta;
use futures::StreamExt;
use reqwest::header;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{PATIENCE, Socket, a_moment, answer, plans, shop, told::ANSWERS};

on_both!(a_subscription_goes_on_where_another_ended, whoever_comes_back_after_events_were_pruned_is_told,);

/// Opens an event stream.
pub(super) async fn events(app: &App, token: &str, query: &str) -> reqwest::Response {
    let body = json!({ "query": query });
    let request = app.http().post(app.url("/graphql")).bearer_auth(token).json(&body);
    request.header(header::ACCEPT, "text/event-stream").send().await.unwrap()
}

/// The rest of a stream.
pub(super) async fn rest(stream: reqwest::Response) -> String {
    timeout(PATIENCE, stream.text()).await.expect("it ends").unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_streamed_over_http() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--listener-ping", "1"]).await;
    shop(&app).await;
    let stream = events(&app, &app.token, ANSWERS).await;
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    a_moment().await;
    app.submits(answer("search", None)).await;
    let mut bytes = stream.bytes_stream();
    let mut heard = String::new();
    while !heard.contains(":\n\n") || !heard.contains("event: next") {
        let piece = timeout(PATIENCE, bytes.next()).await.unwrap().unwrap().unwrap();
        heard.push_str(std::str::from_utf8(&piece).unwrap());
    }
    let event = heard.split("\n\n").find(|event| event.starts_with("event: next")).unwrap();
    let data: Value = serde_json::from_str(event.split_once("data: ").unwrap().1).unwrap();
    assert_eq!(data["data"]["feedbackReceived"]["feature"]["key"], "search");

    // A query is one event; an error of a subscription's arguments too.
    let text = rest(events(&app, &app.token, "{ organization { name } }").await).await;
    assert!(
        text.starts_with("event: next\ndata: {\"data\"") && text.ends_with("event: complete\ndata:\n\n"),
        "{text}"
    );
    let wrong = "subscription { feedbackReceived(product: \"none\") { id } }";
    let text = rest(events(&app, &app.token, wrong).await).await;
    assert!(text.contains("NOT_FOUND") && text.ends_with("event: complete\ndata:\n\n"), "{text}");
    let made = "mutation { createProduct(input: { key: \"new\" }) { product { key } } }";
    assert!(rest(events(&app, &app.token, made).await).await.contains("\"new\""));

    // Errors of the request are sent before there is a stream.
    assert_eq!(events(&app, "nonsense", ANSWERS).await.status(), 401);
    for (query, status) in [("{ nothing }", 422), ("{", 400), (ANSWERS, 200)] {
        let answer = events(&app, &app.token, query).await;
        assert_eq!(answer.status(), status, "{query}");
    }
    let get = |query: &str| {
        let parameters = [("query", query), ("variables", "{}")];
        let url = reqwest::Url::parse_with_params(&app.url("/graphql"), parameters).unwrap();
        let request = app.http().get(url).bearer_auth(&app.token);
        request.header(header::ACCEPT, "text/event-stream").send()
    };
    assert!(rest(get("{ organization { name } }").await.unwrap()).await.contains("event: complete"));
    let refused = get(made).await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["allow"]), (405, &"POST".parse().unwrap()));
    let simple = app.http().post(app.url("/graphql")).bearer_auth(&app.token).body("{}");
    let simple = simple.header(header::ACCEPT, "text/event-stream").send().await.unwrap();
    assert_eq!(simple.status(), 415);
}

async fn a_subscription_goes_on_where_another_ended(backend: Backend) {
    const RESUMED: &str = "subscription($feature: Reference, $after: String) {
        feedbackReceived(product: \"shop\", feature: $feature, after: $after) { comment } }";
    let mut app = App::start(backend).await;
    shop(&app).await;
    let said = |comment: &str, feature: &str| json!({ "product": "shop", "feature": feature, "scale": "csat", "rating": 4, "comment": comment });
    let batch = "mutation($items: [SubmitFeedbackInput!]!) { submitFeedbackBatch(input: { items: $items }) { accepted } }";
    app.submits(said("before", "cart")).await;
    let now =
        app.asks("{ organization { feedCursor } }", json!({})).await["organization"]["feedCursor"].clone();
    let items: Vec<_> = ["a", "b", "c"].iter().map(|comment| said(comment, "search")).collect();
    app.asks(batch, json!({ "items": items })).await;
    app.submits(said("d", "cart")).await;

    // The missed events in order, then new ones: each once.
    let mut socket = Socket::open(&app, &app.token).await;
    socket.subscribes("1", RESUMED, json!({ "after": now })).await;
    let mut cursors = Vec::new();
    for comment in ["a", "b", "c", "d"] {
        let message = socket.hears().await;
        assert_eq!(message["payload"]["data"]["feedbackReceived"]["comment"], comment, "{message:#}");
        cursors.push(message["payload"]["extensions"]["cursor"].clone());
    }
    app.submits(said("e", "search")).await;
    let live = socket.hears().await;
    assert_eq!(live["payload"]["data"]["feedbackReceived"]["comment"], "e", "{live:#}");
    cursors.push(live["payload"]["extensions"]["cursor"].clone());
    socket.hears_nothing(Duration::from_millis(700)).await;
    drop(socket);

    // From the middle of a batch on, on a restarted server; and only the selected ones.
    app.restart().await;
    app.submits(said("f", "cart")).await;
    for (after, feature, expected) in [
        (&cursors[1], None, &["c", "d", "e", "f"][..]),
        (&cursors[1], Some("search"), &["c", "e"]),
        (&cursors[4], None, &["f"]),
        (&now, Some("cart"), &["d", "f"]),
    ] {
        let mut socket = Socket::open(&app, &app.token).await;
        socket.subscribes("2", RESUMED, json!({ "after": after, "feature": feature })).await;
        for comment in expected {
            assert_eq!(socket.hears_of("2").await["feedbackReceived"]["comment"], *comment);
        }
        socket.hears_nothing(Duration::from_millis(500)).await;
    }

    // Incidents and releases too. Each shows the state at the time of delivery.
    let now =
        app.asks("{ organization { feedCursor } }", json!({})).await["organization"]["feedCursor"].clone();
    let open = "mutation { openIncident(input: { product: \"shop\", severity: 2, title: \"x\" }) { incident { id } } }";
    let id = app.asks(open, json!({})).await["openIncident"]["incident"]["id"].clone();
    plans(&app, "3.0").await;
    app.asks(
        &format!("mutation {{ resolveIncident(input: {{ incident: {id} }}) {{ incident {{ id }} }} }}"),
        json!({}),
    )
    .await;
    let mut socket = Socket::open(&app, &app.token).await;
    let incidents = "subscription($after: String) { incidentChanged(after: $after) { title state } }";
    socket.subscribes("3", incidents, json!({ "after": now })).await;
    for _ in 0..2 {
        assert_eq!(
            socket.hears_of("3").await["incidentChanged"],
            json!({ "title": "x", "state": "RESOLVED" })
        );
    }
    let releases = "subscription($after: String) { releaseChanged(after: $after) { version } }";
    socket.subscribes("4", releases, json!({ "after": now })).await;
    assert_eq!(socket.hears_of("4").await["releaseChanged"]["version"], "3.0");
    socket.hears_nothing(Duration::from_millis(500)).await;

    // A cursor that is none, or of a feed that has not come so far.
    let ahead = base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        [&i64::MAX.to_be_bytes()[..], &[0; 20]].concat(),
    );
    for wrong in ["nonsense", ahead.as_str(), ""] {
        socket.subscribes("5", RESUMED, json!({ "after": wrong })).await;
        let message = socket.hears().await;
        let extensions = &message["payload"][0]["extensions"];
        assert_eq!(
            (&message["type"], &extensions["argument"]),
            (&json!("error"), &json!("after")),
            "{message:#}"
        );
    }
    drop(socket);

    // A cursor that is too old: the 100,000 transactions need not be made here.
    let url = app.database.url();
    app.stop().await;
    let direct = sea_orm::Database::connect(url).await.unwrap();
    direct.execute_unprepared("UPDATE organization SET revision = revision + 100001").await.unwrap();
    direct.close().await.unwrap();
    app.restart().await;
    let mut socket = Socket::open(&app, &app.token).await;
    socket.subscribes("6", RESUMED, json!({ "after": now })).await;
    let message = socket.hears().await;
    let said = message["payload"][0]["message"].as_str().unwrap();
    assert!(said.starts_with("after: is too old") && said.contains("updatedAt"), "{message:#}");
}

async fn whoever_comes_back_after_events_were_pruned_is_told(backend: Backend) {
    const RESUMED: &str = "subscription($after: String) { feedbackReceived(after: $after) { comment } }";
    let app = App::start(backend).await;
    shop(&app).await;
    let says = async |comment: &str| {
        let mut input = answer("search", None);
        input["comment"] = json!(comment);
        app.submits(input).await;
        app.asks("{ organization { feedCursor } }", json!({})).await["organization"]["feedCursor"].clone()
    };
    let old = [says("a").await, says("b").await];
    let direct = sea_orm::Database::connect(app.database.url()).await.unwrap();
    let sixty_days_ago = clock::now() - TimeDelta::days(60);
    let aged = outbox::Entity::update_many()
        .col_expr(outbox::Column::CreatedAt, sea_orm::sea_query::Expr::val(sixty_days_ago));
    aged.exec(&direct).await.unwrap();
    let young = says("c").await;
    let latest = says("d").await;

    let told = app.database.succeeds(&["jobs", "run", "prune-outbox"]).await;
    assert!(told.contains("older than 30 days"), "{told}");
    let kept = outbox::Entity::find().all(&direct).await.unwrap();
    assert_eq!(kept.len(), 2, "what is young is kept: {kept:#?}");

    let mut socket = Socket::open(&app, &app.token).await;
    socket.subscribes("1", RESUMED, json!({ "after": old[0] })).await;
    let refused = socket.hears().await;
    let said = refused["payload"][0]["message"].as_str().unwrap();
    assert!(said.starts_with("after: is too old") && said.contains("updatedAt"), "{refused:#}");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "INVALID_ARGUMENT");
    for (id, after, comments) in [("2", &old[1], &["c", "d"][..]), ("3", &young, &["d"])] {
        socket.subscribes(id, RESUMED, json!({ "after": after })).await;
        for comment in comments {
            assert_eq!(socket.hears_of(id).await["feedbackReceived"]["comment"], **comment);
        }
    }

    // However old the last event is, a subscriber who received it can resume from it.
    let aged = outbox::Entity::update_many()
        .col_expr(outbox::Column::CreatedAt, sea_orm::sea_query::Expr::val(sixty_days_ago));
    aged.exec(&direct).await.unwrap();
    app.database.succeeds(&["jobs", "run", "prune-outbox", "--keep-events", "1"]).await;
    assert_eq!(outbox::Entity::find().all(&direct).await.unwrap().len(), 1);
    says("e").await;
    let mut later = Socket::open(&app, &app.token).await;
    later.subscribes("1", RESUMED, json!({ "after": latest })).await;
    assert_eq!(later.hears().await["payload"]["data"]["feedbackReceived"]["comment"], "e");
    later.subscribes("2", RESUMED, json!({ "after": old[1] })).await;
    assert_eq!(later.hears().await["type"], "error");
}
