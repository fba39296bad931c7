//! Which events are delivered to whom.

use std::time::Duration;

use ballroom::clock;
use ballroom_tests::{App, Backend, on_both};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Socket, a_moment, answer, plans, shop};

on_both!(
    each_answer_is_told_to_whom_it_concerns,
    incidents_and_releases_are_told,
    a_verdict_that_changes_is_told,
    a_burst_of_incidents_is_told_once,
);

async fn ships(app: &App, version: &str, days_ago: i64, previous: Option<&str>) -> Value {
    let query = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    let released_at = clock::now() - TimeDelta::days(days_ago);
    let input =
        json!({ "product": "shop", "version": version, "previous": previous, "releasedAt": released_at });
    app.asks(query, json!({ "input": input })).await["planRelease"]["release"]["id"].clone()
}

pub(super) const ANSWERS: &str =
    "subscription($product: Reference, $feature: Reference, $release: Reference) {
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
