//! Subscriptions: which events are delivered to whom, and the protocols.

use std::time::{Duration, Instant};

use ballroom::{
    base::reference::PublicId,
    clock,
    domain::token::{self, NewToken},
};
use ballroom_entity::{api_token::Role, id::OrganizationId, organization, outbox};
use ballroom_tests::{App, Backend, Database, on_both};
use chrono::TimeDelta;
use futures::{SinkExt, StreamExt};
use reqwest::header;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

on_both!(
    each_answer_is_told_to_whom_it_concerns,
    incidents_and_releases_are_told,
    a_verdict_that_changes_is_told,
    a_burst_of_incidents_is_told_once,
    two_servers_on_one_database_both_tell,
    another_organizations_events_never_arrive,
    many_writers_on_two_servers_lose_nothing_and_double_nothing,
    a_token_that_ends_ends_its_connections,
    two_hundred_sockets_hear_the_same,
    a_killed_server_is_found_again,
    a_subscription_goes_on_where_another_ended,
    whoever_comes_back_after_events_were_pruned_is_told,
);

const PATIENCE: Duration = Duration::from_secs(20);

/// A client that speaks graphql-transport-ws.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects and is acknowledged.
    async fn open(app: &App, token: &str) -> Self {
        let mut socket = Self::connect(app, &[PROTOCOL]).await.unwrap();
        socket.init(token).await;
        socket
    }

    async fn connect(app: &App, headers: &[(&str, &str)]) -> Result<Self, tungstenite::Error> {
        Ok(Self(connect_async(request(app, headers)).await?.0))
    }

    async fn init(&mut self, token: &str) {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.says(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.hears().await, json!({ "type": "connection_ack" }));
    }

    async fn says(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Subscribes. A pong that arrives afterwards does not prove that the subscription has started; the response to a
    /// query with the same work nearly does, so events are triggered a moment later.
    async fn subscribes(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.says(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// The next message.
    async fn hears(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("something is said") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => (),
                other => panic!("instead of a message came {other:?}"),
            }
        }
    }

    /// The data of the next event of a subscription.
    async fn hears_of(&mut self, id: &str) -> Value {
        let message = self.hears().await;
        assert_eq!((&message["id"], &message["type"]), (&json!(id), &json!("next")), "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"].clone()
    }

    async fn hears_nothing(&mut self, time: Duration) {
        if let Ok(heard) = timeout(time, self.hears()).await {
            panic!("heard {heard:#}");
        }
    }

    /// The code and the reason with which the server closes.
    async fn is_closed(&mut self) -> (u16, String) {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("it is closed") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => (),
                other => panic!("instead of a close came {other:?}"),
            }
        }
    }
}

const PROTOCOL: (&str, &str) = ("Sec-WebSocket-Protocol", "graphql-transport-ws");

fn request(app: &App, headers: &[(&str, &str)]) -> tungstenite::handshake::client::Request {
    let mut request = app.url("/graphql").replacen("http", "ws", 1).into_client_request().unwrap();
    for (name, value) in headers {
        let name: tungstenite::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

/// Time for subscriptions to start; the protocol does not report it.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(400)).await;
}

async fn shop(app: &App) {
    app.product("shop", &["search", "cart"]).await;
}

async fn plans(app: &App, version: &str) -> String {
    let query = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    let input = json!({ "product": "shop", "version": version });
    let made = app.asks(query, json!({ "input": input })).await;
    made["planRelease"]["release"]["id"].as_str().unwrap().to_owned()
}

async fn ships(app: &App, version: &str, days_ago: i64, previous: Option<&str>) -> Value {
    let query = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    let released_at = clock::now() - TimeDelta::days(days_ago);
    let input =
        json!({ "product": "shop", "version": version, "previous": previous, "releasedAt": released_at });
    app.asks(query, json!({ "input": input })).await["planRelease"]["release"]["id"].clone()
}

fn answer(feature: &str, release: Option<&str>) -> Value {
    json!({ "product": "shop", "feature": feature, "release": release, "scale": "csat", "rating": 4 })
}

const ANSWERS: &str = "subscription($product: Reference, $feature: Reference, $release: Reference) {
    feedbackReceived(product: $product, feature: $feature, release: $release) {
        id rating product { key } feature { key } release { version } } }";

async fn each_answer_is_told_to_whom_it_concerns(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    app.product("other", &["search"]).await;
    ships(&app, "1.0", 20, None).await;
    ships(&app, "2.0", 10, Some("1.0")).await;
    app.submits(answer("search", None)).await;

    let mut socket = Socket::open(&app, &app.token).await;
    for (id, variables) in [
        ("all", json!({})),
        ("search", json!({ "product": "shop", "feature": "search" })),
        ("2.0", json!({ "product": "shop", "release": "2.0" })),
        ("other", json!({ "product": "other" })),
    ] {
        socket.subscribes(id, ANSWERS, variables).await;
    }
    a_moment().await;
    // Earlier events are not delivered; all others once each, to the subscribers concerned.
    let mut told = Vec::new();
    for input in [
        answer("search", Some("1.0")),
        answer("cart", Some("2.0")),
        // It names no release: it counts for the newest.
        answer("search", None),
        json!({ "product": "other", "scale": "nps", "rating": 9 }),
    ] {
        app.submits(input).await;
    }
    for _ in 0..4 + 2 + 2 + 1 {
        let message = socket.hears().await;
        let answer = &message["payload"]["data"]["feedbackReceived"];
        told.push(format!(
            "{} {} {} {}",
            message["id"], answer["product"]["key"], answer["feature"]["key"], answer["release"]["version"]
        ));
    }
    socket.hears_nothing(Duration::from_millis(700)).await;
    told.sort();
    assert_eq!(
        told.join("\n").replace('"', ""),
        "2.0 shop cart 2.0\n2.0 shop search 2.0\nall other null null\nall shop cart 2.0\nall shop search 1.0\n\
         all shop search 2.0\nother other null null\nsearch shop search 1.0\nsearch shop search 2.0"
    );

    // A completed subscription gets no more events.
    for id in ["all", "2.0", "other"] {
        socket.says(json!({ "id": id, "type": "complete" })).await;
    }
    a_moment().await;
    app.submits(answer("search", None)).await;
    assert_eq!(socket.hears_of("search").await["feedbackReceived"]["rating"], 4.0);
    socket.hears_nothing(Duration::from_millis(300)).await;

    // A filter that names nothing is an error of the operation, and of it alone.
    for (variables, code, argument) in [
        (json!({ "product": "shop", "feature": "nothing" }), "NOT_FOUND", "feature"),
        (json!({ "feature": "search" }), "INVALID_ARGUMENT", "feature"),
        (json!({ "product": "nothing" }), "NOT_FOUND", "product"),
    ] {
        socket.subscribes("wrong", ANSWERS, variables).await;
        let message = socket.hears().await;
        assert_eq!(message["type"], "error", "{message:#}");
        let extensions = &message["payload"][0]["extensions"];
        assert_eq!((&extensions["code"], &extensions["argument"]), (&json!(code), &json!(argument)));
    }
    // An import delivers no responses.
    let file = app.database.file("a.csv", "rating,occurred_at\n5,2026-03-01\n4,2026-03-02\n");
    let arguments = ["--set", "product=shop,feature=search", "--scale", "csat"];
    app.database.succeeds(&[&["import", "feedback", file.as_str()], arguments.as_slice()].concat()).await;
    socket.hears_nothing(Duration::from_millis(900)).await;
}

async fn incidents_and_releases_are_told(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    let mut socket = Socket::open(&app, &app.token).await;
    let incidents =
        "subscription($feature: Reference) { incidentChanged(product: \"shop\", feature: $feature) {
        title state severity features { key } attributions { basis release { version } } } }";
    socket.subscribes("incidents", incidents, json!({ "feature": "search" })).await;
    let releases = "subscription { releaseChanged(product: \"shop\") { version lifecycle } }";
    socket.subscribes("releases", releases, json!({})).await;
    a_moment().await;

    let release = plans(&app, "1.0").await;
    let told = socket.hears_of("releases").await;
    assert_eq!(told, json!({ "releaseChanged": { "version": "1.0", "lifecycle": "PLANNED" } }));
    let ship = "mutation($id: Reference!) { shipRelease(input: { release: $id }) { release { id } } }";
    app.asks(ship, json!({ "id": release })).await;
    assert_eq!(socket.hears_of("releases").await["releaseChanged"]["lifecycle"], "RELEASED");
    let withdraw =
        "mutation($id: Reference!) { withdrawRelease(input: { release: $id }) { release { id } } }";
    app.asks(withdraw, json!({ "id": release })).await;
    assert_eq!(socket.hears_of("releases").await["releaseChanged"]["lifecycle"], "WITHDRAWN");
    // Planned and shipped in one: delivered once.
    let shipped = ships(&app, "2.0", 0, None).await;
    assert_eq!(socket.hears_of("releases").await["releaseChanged"]["lifecycle"], "RELEASED");

    let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
    let cart = json!({ "product": "shop", "features": ["cart"], "severity": 3, "title": "cart" });
    app.asks(open, json!({ "input": cart })).await;
    let search = json!({ "product": "shop", "features": ["search"], "severity": 1, "title": "hangs" });
    let opened = app.asks(open, json!({ "input": search })).await;
    let id = opened["openIncident"]["incident"]["id"].clone();
    let told = socket.hears_of("incidents").await["incidentChanged"].clone();
    let features = json!([{ "key": "search" }]);
    assert_eq!(
        (&told["title"], &told["state"], &told["features"]),
        (&json!("hangs"), &json!("OPEN"), &features)
    );
    let attribute = "mutation($id: Reference!, $release: Reference!) {
        attributeIncident(input: { incident: $id, basis: CONFIRMED, release: $release }) { incident { id } } }";
    app.asks(attribute, json!({ "id": id, "release": shipped })).await;
    let told = socket.hears_of("incidents").await["incidentChanged"].clone();
    assert_eq!(told["attributions"], json!([{ "basis": "CONFIRMED", "release": { "version": "2.0" } }]));
    let resolve =
        "mutation($id: Reference!) { resolveIncident(input: { incident: $id }) { incident { id } } }";
    app.asks(resolve, json!({ "id": id })).await;
    assert_eq!(socket.hears_of("incidents").await["incidentChanged"]["state"], "RESOLVED");
    socket.hears_nothing(Duration::from_millis(700)).await;
}

async fn a_verdict_that_changes_is_told(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    ships(&app, "1.0", 60, None).await;
    ships(&app, "2.0", 5, Some("1.0")).await;
    let submit = "mutation($items: [SubmitFeedbackInput!]!) {
        submitFeedbackBatch(input: { items: $items }) { refused } }";
    let answers = |release: &str, rating: i32, days: std::ops::Range<i64>| -> Vec<Value> {
        let day = |day: i64| (clock::now() - TimeDelta::days(day)).to_rfc3339();
        let one = |number: i64, at: &String| {
            json!({ "product": "shop", "feature": "search", "release": release, "scale": "csat",
                "rating": if number == 0 { 3 } else { rating }, "occurredAt": at })
        };
        days.map(day).flat_map(|at| (0..8).map(move |number| one(number, &at))).collect()
    };
    app.asks(submit, json!({ "items": answers("1.0", 5, 6..50) })).await;

    let mut socket = Socket::open(&app, &app.token).await;
    let query = "subscription { verdictChanged(product: \"shop\") {
        release { version } feature { key } before after regression { verdict score } } }";
    socket.subscribes("verdicts", query, json!({})).await;
    socket
        .subscribes(
            "cart",
            "subscription { verdictChanged(product: \"shop\", feature: \"cart\") { after } }",
            json!({}),
        )
        .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    app.asks(submit, json!({ "items": answers("2.0", 1, 0..5) })).await;
    let told = socket.hears_of("verdicts").await["verdictChanged"].clone();
    assert_eq!(
        (&told["release"]["version"], &told["feature"]["key"], &told["after"]),
        (&json!("2.0"), &json!("search"), &json!("REGRESSED")),
        "{told:#}"
    );
    assert_eq!(told["regression"]["verdict"], "REGRESSED");
    assert_ne!(told["before"], "REGRESSED");
    assert!(told["regression"]["score"].as_f64().unwrap() > 90.0, "{told:#}");
    // Recomputed but unchanged results are not delivered again.
    app.submits(answer("search", Some("2.0"))).await;
    socket.hears_nothing(Duration::from_secs(4)).await;
}

async fn a_burst_of_incidents_is_told_once(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    let open = "mutation($items: [OpenIncidentInput!]!) { openIncidentBatch(input: { items: $items }) { userErrors { message } } }";
    let incidents = |feature: &str, count: i64, days: std::ops::Range<i64>| -> Vec<Value> {
        let one = |day: i64| {
            let at = (clock::now() - TimeDelta::days(day)).to_rfc3339();
            json!({ "product": "shop", "features": [feature], "severity": 3, "title": "slow", "openedAt": at })
        };
        days.flat_map(|day| (0..count).map(move |_| one(day))).collect()
    };
    app.asks(open, json!({ "items": incidents("search", 2, 0..120) })).await;
    app.asks(open, json!({ "items": incidents("cart", 1, 0..120) })).await;
    let mut socket = Socket::open(&app, &app.token).await;
    let query = "subscription { incidentAlert(product: \"shop\", feature: \"search\") {
        product { key } feature { key } kind period { from until } incidents expected quantile95 probability adjustedProbability } }";
    socket.subscribes("alerts", query, json!({})).await;
    let elsewhere = "subscription { incidentAlert(product: \"shop\", feature: \"cart\") { kind } }";
    socket.subscribes("cart", elsewhere, json!({})).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    app.asks(open, json!({ "items": incidents("search", 60, 0..1) })).await;
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let told = socket.hears_of("alerts").await["incidentAlert"].clone();
        assert_eq!((&told["product"]["key"], &told["feature"]["key"]), (&json!("shop"), &json!("search")));
        assert!(told["adjustedProbability"].as_f64().unwrap() < 0.05, "{told:#}");
        assert!(told["incidents"].as_f64() > told["quantile95"].as_f64(), "{told:#}");
        kinds.push(told["kind"].clone());
    }
    assert_eq!(kinds, ["DAY", "WEEK"]);
    // It continues, and is not delivered again.
    app.asks(open, json!({ "items": incidents("search", 20, 0..1) })).await;
    socket.hears_nothing(Duration::from_secs(4)).await;

    let query =
        "{ product(product: \"shop\") { alerts { feature { key } kind incidents expected forecasts } }
        feature(feature: \"search\", product: \"shop\") { alerts { kind incidents } }
        cart: feature(feature: \"cart\", product: \"shop\") { alerts { kind } } }";
    let asked = app.asks(query, json!({})).await;
    assert_eq!(asked["feature"]["alerts"][0], json!({ "kind": "DAY", "incidents": 82 }), "{asked:#}");
    assert_eq!(asked["cart"]["alerts"], json!([]));
    let of_product = asked["product"]["alerts"].as_array().unwrap();
    let whole = of_product.iter().find(|alert| alert["feature"].is_null() && alert["kind"] == "DAY").unwrap();
    assert_eq!(whole["incidents"], 83, "{asked:#}");
    assert_eq!(whole["forecasts"], 3 * 2 * 365);
}

async fn two_servers_on_one_database_both_tell(backend: Backend) {
    let one = App::start(backend).await;
    shop(&one).await;
    let other = App::on(one.database.clone()).await;
    let mut here = Socket::open(&one, &one.token).await;
    let mut there = Socket::open(&other, &one.token).await;
    for socket in [&mut here, &mut there] {
        socket.subscribes("1", ANSWERS, json!({})).await;
    }
    a_moment().await;
    for app in [&one, &other] {
        let submitted = app.submits(answer("search", None)).await;
        for socket in [&mut here, &mut there] {
            assert_eq!(socket.hears_of("1").await["feedbackReceived"]["id"], submitted["feedback"]["id"]);
        }
    }
}

async fn many_writers_on_two_servers_lose_nothing_and_double_nothing(backend: Backend) {
    let one = App::start(backend).await;
    shop(&one).await;
    let other = App::on(one.database.clone()).await;
    let mut socket = Socket::open(&one, &one.token).await;
    socket.subscribes("1", "subscription { feedbackReceived { id } }", json!({})).await;
    a_moment().await;
    let clients = (0..8).map(|client| {
        let app = if client % 2 == 0 { &one } else { &other };
        async move {
            let mut ids = Vec::new();
            for _ in 0..25 {
                ids.push(app.submits(answer("search", None)).await["feedback"]["id"].clone());
            }
            ids
        }
    });
    let mut submitted = futures::future::join_all(clients).await.concat();
    let mut told = Vec::new();
    for _ in 0..submitted.len() {
        told.push(socket.hears_of("1").await["feedbackReceived"]["id"].clone());
    }
    socket.hears_nothing(Duration::from_millis(700)).await;
    submitted.sort_by_key(Value::to_string);
    told.sort_by_key(Value::to_string);
    assert_eq!(submitted, told);
}

/// Another organization in the same database, and an administrator's token of it.
async fn another_organization(database: &Database) -> String {
    let store = database.store().await;
    let id = OrganizationId::new();
    let row = organization::ActiveModel {
        id: Set(id),
        key: Set("rival".to_owned()),
        name: Set("Rival".to_owned()),
        revision: Set(0),
        dimension_revision: Set(0),
        created_at: Set(clock::now()),
        updated_at: Set(clock::now()),
        ..Default::default()
    };
    row.insert(store.reader()).await.unwrap();
    let by = token::operator(id).administers().unwrap();
    let made =
        token::create(&store, by, NewToken::of(Role::Administrator, "rival"), clock::now()).await.unwrap();
    store.close().await.unwrap();
    made.1
}

async fn another_organizations_events_never_arrive(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    let rival = another_organization(&app.database).await;
    let mut ours = Socket::open(&app, &app.token).await;
    let mut theirs = Socket::open(&app, &rival).await;
    for socket in [&mut ours, &mut theirs] {
        socket.subscribes("1", "subscription { feedbackReceived { id product { key } } }", json!({})).await;
        socket.subscribes("2", "subscription { incidentChanged { title } }", json!({})).await;
        socket.subscribes("3", "subscription { releaseChanged { version } }", json!({})).await;
        socket.subscribes("4", "subscription { verdictChanged { after } }", json!({})).await;
    }
    a_moment().await;
    app.submits(answer("search", None)).await;
    let told = ours.hears_of("1").await;
    plans(&app, "1.0").await;
    ours.hears_of("3").await;
    theirs.hears_nothing(Duration::from_secs(1)).await;
    // Not even by its ID.
    let id = told["feedbackReceived"]["id"].clone();
    let query = "query($id: ID!) { feedback(id: $id) { id } }";
    theirs.subscribes("5", query, json!({ "id": id })).await;
    let answer = theirs.hears().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
    theirs.subscribes("6", ANSWERS, json!({ "product": "shop" })).await;
    let mut said = [theirs.hears().await, theirs.hears().await];
    said.sort_by_key(|message| message["type"].to_string());
    assert_eq!(said[1]["payload"][0]["extensions"]["code"], "NOT_FOUND", "{said:#?}");
}

async fn a_token_that_ends_ends_its_connections(backend: Backend) {
    let app = App::with(Database::create(backend).await, &["--token-recheck", "1"]).await;
    shop(&app).await;
    let create = "mutation($name: String!, $at: DateTime) {
        createToken(input: { name: $name, role: SUPPORT, scope: READ, expiresAt: $at }) { secret } }";
    let soon = clock::now() + TimeDelta::seconds(3);
    let short = app.asks(create, json!({ "name": "short", "at": soon })).await;
    let long = app.asks(create, json!({ "name": "long" })).await;
    let text = |made: &Value| made["createToken"]["secret"].as_str().unwrap().to_owned();
    let (short, long) = (text(&short), text(&long));

    let mut expires = Socket::open(&app, &short).await;
    let mut revoked = Socket::open(&app, &long).await;
    for socket in [&mut expires, &mut revoked] {
        socket.subscribes("1", ANSWERS, json!({})).await;
    }
    let (expiring, revoking) = (events(&app, &short, ANSWERS).await, events(&app, &long, ANSWERS).await);
    let (code, reason) = expires.is_closed().await;
    assert_eq!((code, reason.contains("expired")), (4403, true), "{reason}");
    assert!(clock::now() >= soon);
    assert_eq!(rest(expiring).await, "", "it ends without a complete");
    app.submits(answer("search", None)).await;
    assert_eq!(revoked.hears_of("1").await["feedbackReceived"]["rating"], 4.0);
    app.database.succeeds(&["token", "revoke", "long"]).await;
    let (code, reason) = revoked.is_closed().await;
    assert_eq!((code, reason.contains("revoked")), (4403, true), "{reason}");
    let heard = rest(revoking).await;
    assert!(heard.starts_with("event: next\n") && !heard.contains("complete"), "{heard}");
}

async fn two_hundred_sockets_hear_the_same(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    let open = (0..200).map(|_| async {
        let mut socket = Socket::open(&app, &app.token).await;
        socket.subscribes("1", "subscription { feedbackReceived { id product { key } } }", json!({})).await;
        // It was subscribed before: the response proves that this socket is served.
        socket.subscribes("2", "{ organization { name } }", json!({})).await;
        socket.hears_of("2").await;
        assert_eq!(socket.hears().await["type"], "complete");
        socket
    });
    let mut sockets = futures::future::join_all(open).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let submitted = app.submits(answer("search", None)).await;
    for socket in &mut sockets {
        assert_eq!(socket.hears_of("1").await["feedbackReceived"]["id"], submitted["feedback"]["id"]);
    }
}

async fn a_killed_server_is_found_again(backend: Backend) {
    let mut app = App::start(backend).await;
    shop(&app).await;
    let token = app.token.clone();
    let mut socket = Socket::open(&app, &token).await;
    socket.subscribes("1", ANSWERS, json!({})).await;
    a_moment().await;
    app.kill().await;
    assert!(!matches!(timeout(PATIENCE, socket.0.next()).await.unwrap(), Some(Ok(_))));
    app.restart().await;
    let mut socket = Socket::open(&app, &token).await;
    let stream = events(&app, &token, ANSWERS).await;
    socket.subscribes("1", ANSWERS, json!({})).await;
    a_moment().await;
    app.submits(answer("search", None)).await;
    socket.hears_of("1").await;
    // When stopped, the server closes its connections and does not wait for subscribers.
    let begun = Instant::now();
    let (status, (code, _)) = tokio::join!(app.stop(), socket.is_closed());
    assert!(status.success() && code == 1001, "{status} {code}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let heard = rest(stream).await;
    assert!(heard.starts_with("event: next\n") && !heard.contains("complete"), "{heard}");
}

/// Opens an event stream.
async fn events(app: &App, token: &str, query: &str) -> reqwest::Response {
    let body = json!({ "query": query });
    let request = app.http().post(app.url("/graphql")).bearer_auth(token).json(&body);
    request.header(header::ACCEPT, "text/event-stream").send().await.unwrap()
}

/// The rest of a stream.
async fn rest(stream: reqwest::Response) -> String {
    timeout(PATIENCE, stream.text()).await.expect("it ends").unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_breaks_the_protocol_is_told_how() {
    let settings = ["--socket-init-timeout", "1"];
    let app = App::with(Database::create(Backend::Sqlite).await, &settings).await;
    let ack = json!({ "type": "connection_init",
        "payload": { "authorization": format!("bearer {}", app.token) } });
    let subscribe = json!({ "id": "1", "type": "subscribe",
        "payload": { "query": "subscription { feedbackReceived { id } }" } });
    for (messages, code, reason) in [
        (vec![json!("text")], 4400, "not an object"),
        (vec![json!({ "id": "1" })], 4400, "`type`"),
        (vec![json!({ "type": "hello" })], 4400, "`type`"),
        (vec![json!({ "type": "next", "id": "1", "payload": {} })], 4400, "of the server"),
        (vec![json!({ "type": "connection_init", "payload": 3 })], 4400, "`payload`"),
        (vec![json!({ "type": "ping", "payload": [] })], 4400, "`payload`"),
        (vec![json!({ "type": "complete" })], 4400, "`id`"),
        (vec![json!({ "id": "", "type": "subscribe", "payload": { "query": "{ x }" } })], 4400, "`id`"),
        (vec![json!({ "id": "1", "type": "subscribe" })], 4400, "`payload`"),
        (vec![json!({ "id": "1", "type": "subscribe", "payload": {} })], 4400, "`payload.query`"),
        (
            vec![json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ x }", "variables": [] } })],
            4400,
            "`payload.variables`",
        ),
        (vec![subscribe.clone()], 4401, "Unauthorized"),
        (vec![json!({ "type": "connection_init" })], 4403, "Forbidden"),
        (
            vec![json!({ "type": "connection_init", "payload": { "Authorization": "Bearer nonsense" } })],
            4403,
            "Forbidden",
        ),
        (vec![], 4408, "timeout"),
        (vec![json!({ "type": "ping" })], 4408, "timeout"),
        (vec![ack.clone(), ack.clone()], 4429, "Too many initialisation"),
    ] {
        let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
        for message in messages.iter().cloned() {
            socket.says(message).await;
        }
        let closed = socket.is_closed().await;
        assert!(closed.0 == code && closed.1.contains(reason), "{messages:?}: {closed:?}");
    }
    let mut socket = Socket::open(&app, &app.token).await;
    socket.says(subscribe.clone()).await;
    socket.says(subscribe).await;
    assert_eq!(socket.is_closed().await, (4409, "Subscriber for 1 already exists".to_owned()));
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    socket.0.send(Message::text("{ not json")).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 4400);
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    socket.0.send(Message::binary(b"{}".to_vec())).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 4400);
    // No subprotocol at all.
    let mut socket = Socket::connect(&app, &[]).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 4406);
}

/// The status and the message with which a handshake is refused.
async fn is_not_let_in(app: &App, headers: &[(&str, &str)]) -> (u16, String) {
    let Err(tungstenite::Error::Http(answer)) = Socket::connect(app, headers).await else {
        panic!("it was let in: {headers:?}")
    };
    let body: Value = serde_json::from_slice(answer.body().as_deref().unwrap_or_default()).unwrap();
    (answer.status().as_u16(), body["errors"][0]["message"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_is_refused_with_the_reason() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--listeners", "2"]).await;
    let host = app.url("").replacen("http://", "", 1);
    let old = ("Sec-WebSocket-Protocol", "graphql-ws");
    let (status, message) = is_not_let_in(&app, &[old]).await;
    assert!(status == 400 && message.contains("graphql-transport-ws"), "{message}");
    for origin in ["https://evil.example", "null", &format!("http://evil.{host}")] {
        let (status, _) = is_not_let_in(&app, &[PROTOCOL, ("Origin", origin)]).await;
        assert_eq!(status, 403, "{origin}");
    }
    let (status, _) = is_not_let_in(&app, &[PROTOCOL, ("Authorization", "Bearer nonsense")]).await;
    assert_eq!(status, 401);
    // A token with the handshake needs none later; a page of the server itself may connect.
    let bearer = format!("Bearer {}", app.token);
    let origin = format!("http://{host}");
    let headers = [PROTOCOL, ("Authorization", bearer.as_str()), ("Origin", origin.as_str())];
    let mut one = Socket::connect(&app, &headers).await.unwrap();
    one.says(json!({ "type": "connection_init" })).await;
    assert_eq!(one.hears().await["type"], "connection_ack");
    let mut other = Socket::open(&app, &app.token).await;
    let (status, message) = is_not_let_in(&app, &[PROTOCOL]).await;
    assert!(status == 503 && message.contains("later"), "{message}");
    assert_eq!(events(&app, &app.token, "{ organization { name } }").await.status(), 503);
    other.0.close(None).await.unwrap();
    a_moment().await;
    Socket::open(&app, &app.token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_every_kind_run_on_a_socket() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--socket-operations", "2"]).await;
    shop(&app).await;
    let mut socket = Socket::open(&app, &app.token).await;
    socket.says(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(socket.hears().await, json!({ "type": "pong", "payload": { "n": 1 } }));
    socket.says(json!({ "type": "pong" })).await;

    socket.subscribes("q", "{ product(product: \"shop\") { key } }", json!({})).await;
    assert_eq!(socket.hears_of("q").await, json!({ "product": { "key": "shop" } }));
    assert_eq!(socket.hears().await, json!({ "id": "q", "type": "complete" }));
    let create = "mutation { createProduct(input: { key: \"new\" }) { product { key } } }";
    socket.subscribes("q", create, json!({})).await;
    assert_eq!(socket.hears_of("q").await["createProduct"]["product"]["key"], "new");
    assert_eq!(socket.hears().await["type"], "complete");
    // A resolver's error is a result; what cannot be executed is one error message, and the ID is free again.
    socket.subscribes("q", "{ product(product: \"none\") { key } }", json!({})).await;
    assert_eq!(socket.hears().await["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(socket.hears().await["type"], "complete");
    for (query, errors) in [
        ("{ product(", 1),
        ("{ nothing }", 1),
        ("{ nothing again }", 2),
        ("subscription { feedbackReceived { id } incidentChanged { id } }", 1),
        (
            "subscription { ...F } fragment F on Subscription { feedbackReceived { id } incidentChanged { id } }",
            1,
        ),
        ("subscription { feedbackReceived { nothing } }", 1),
    ] {
        socket.subscribes("q", query, json!({})).await;
        let message = socket.hears().await;
        assert_eq!(
            (&message["id"], &message["type"]),
            (&json!("q"), &json!("error")),
            "{query}: {message:#}"
        );
        let found = message["payload"].as_array().unwrap();
        assert!(found.len() >= errors && found[0]["extensions"]["code"].is_string(), "{query}: {message:#}");
    }
    for id in ["1", "2"] {
        socket.subscribes(id, "subscription { feedbackReceived { id } }", json!({})).await;
    }
    socket.subscribes("3", "{ organization { name } }", json!({})).await;
    let message = socket.hears().await;
    assert_eq!((&message["id"], &message["type"]), (&json!("3"), &json!("error")), "{message:#}");
    assert_eq!(message["payload"][0]["extensions"]["code"], "OVERLOADED");
    // Over plain HTTP a subscription is refused.
    let (_, answer) = app.answer_to(&app.token, "subscription { feedbackReceived { id } }", json!({})).await;
    assert!(answer["errors"][0]["message"].is_string(), "{answer:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_bounded_in_however_many_pieces_it_comes() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--socket-message", "10000"]).await;
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    socket.0.send(Message::text("x".repeat(20_000))).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 1009);
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    let piece = |code| Message::Frame(Frame::message(vec![b'x'; 500], OpCode::Data(code), false));
    socket.0.send(piece(Data::Text)).await.unwrap();
    for _ in 0..40 {
        if socket.0.send(piece(Data::Continue)).await.is_err() {
            break;
        }
    }
    assert_eq!(socket.is_closed().await.0, 1009);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_cut_off() {
    let settings = ["--listener-timeout", "1", "--listeners", "1"];
    let app = App::with(Database::create(Backend::Sqlite).await, &settings).await;
    shop(&app).await;
    // A client that reads little at once, so that the system buffers little for it.
    let host = app.url("").replacen("http://", "", 1);
    let tcp = tokio::net::TcpSocket::new_v4().unwrap();
    tcp.set_recv_buffer_size(8 * 1024).unwrap();
    let tcp = tcp.connect(host.parse().unwrap()).await.unwrap();
    let bearer = format!("Bearer {}", app.token);
    let request = request(&app, &[PROTOCOL, ("Authorization", bearer.as_str())]);
    let (stream, _) = client_async(request, MaybeTlsStream::Plain(tcp)).await.unwrap();
    let mut socket = Socket(stream);
    socket.says(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hears().await["type"], "connection_ack");
    socket.subscribes("1", "subscription { feedbackReceived { comment } }", json!({})).await;
    a_moment().await;
    let submit = "mutation($items: [SubmitFeedbackInput!]!) {
        submitFeedbackBatch(input: { items: $items }) { refused } }";
    let comment = "x".repeat(90_000);
    let item = json!({ "product": "shop", "scale": "csat", "rating": 3, "comment": comment });
    for _ in 0..3 {
        let done = app.asks(submit, json!({ "items": vec![&item; 60] })).await;
        assert_eq!(done["submitFeedbackBatch"]["refused"], 0);
    }
    // Its place is available to another one although it has neither read nor disconnected.
    let mut other = None;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if let Ok(socket) = Socket::connect(&app, &[PROTOCOL]).await {
            other = Some(socket);
            break;
        }
    }
    let mut other = other.expect("the slow reader is cut off");
    other.init(&app.token).await;
    other.subscribes("1", "subscription { feedbackReceived { rating } }", json!({})).await;
    a_moment().await;
    app.submits(answer("search", None)).await;
    assert_eq!(other.hears_of("1").await["feedbackReceived"]["rating"], 4.0);
    // The slow one finds the end when it reads at last, long before all that it has missed.
    let mut read = 0;
    while let Ok(Some(Ok(Message::Text(_)))) = timeout(PATIENCE, socket.0.next()).await {
        read += 1;
    }
    assert!(read < 180, "it was sent everything");
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
