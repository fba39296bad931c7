//! Reports: in every format and for every audience, stored ones, and what they must not show.

mod command_line;

use ballroom::{
    domain::{organization, token},
    simulate::{DEFAULT_SEED, World, plant::plant},
};
use ballroom_tests::{
    Backend, Database, on_both,
    story::{Actor, Story},
};
use serde_json::{Value, json};

on_both!(
    an_iteration_tells_what_it_touched,
    a_stored_report_never_changes_and_is_compared_with_another,
    business_sees_no_group_that_is_too_small,
    a_report_is_refused_what_it_cannot_be,
);

const OPERATIONS: &str = include_str!("../stories/report.graphql");

/// A simulated year, and its last day.
async fn planted(backend: Backend, world: World) -> (Database, String) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let now = ballroom::clock::now();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    plant(&store, &token::operator(organization.id), &world, now, |_| ()).await.unwrap();
    store.close().await.unwrap();
    (database, world.last_day.to_string())
}

/// The arguments of a report of each kind as of a day.
fn kinds(day: &str) -> [(&'static str, Vec<&str>); 5] {
    [
        ("iteration", vec!["--product", "atelier", "--iteration", "Sprint 20"]),
        ("value", vec!["--product", "atelier", "--as-of", day, "--against-release", "5.2"]),
        ("release", vec!["--product", "atelier", "--release", "5.3", "--as-of", day]),
        ("overview", vec!["--as-of", day]),
        ("security", vec!["--as-of", day]),
    ]
}

async fn an_iteration_tells_what_it_touched(backend: Backend) {
    let (story, pam) = shop(backend).await;
    let bea = story.member("Bea", "BUSINESS").await;
    let before =
        json!({ "product": "shop", "name": "S0", "period": { "from": "2026-02-16", "until": "2026-03-02" } });
    story.gets("CreateIteration", json!({ "input": before })).await;
    // 1.0 names the search; nothing names the cart.
    respond(&story, "search", 0..40, "2026-02-20", 3).await;
    respond(&story, "cart", 0..40, "2026-02-20", 5).await;
    respond(&story, "search", 0..40, "2026-03-05", 5).await;
    respond(&story, "cart", 0..40, "2026-03-05", 1).await;
    let of = json!({ "of": { "kind": "ITERATION", "product": "shop", "iteration": "S1" } });
    for actor in [&pam, &bea] {
        story.asks(actor, "Iteration", of.clone()).await;
    }
    let touched = async || {
        let data = story.asks_silently(&pam, "Iteration", of.clone()).await;
        let features = data["report"]["iteration"]["features"].as_array().unwrap().clone();
        features.iter().map(|one| one["feature"]["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(touched().await, ["search"]);
    // An incident that a release caused touches what it hurts.
    let input = json!({ "product": "shop", "features": ["cart"], "release": "1.0", "severity": 2, "title": "Cart is empty",
        "openedAt": "2026-03-06T08:00:00Z", "resolvedAt": "2026-03-06T09:00:00Z" });
    story.admin.opens_incident(input).await;
    assert_eq!(touched().await, ["search", "cart"]);
    // What is new in the headline is what the table says, for all who read it.
    for actor in [&pam, &bea] {
        let report = story.asks_silently(actor, "Iteration", of.clone()).await["report"].clone();
        for feature in report["iteration"]["features"].as_array().unwrap() {
            let change = feature["change"]["value"].as_f64().unwrap();
            let headline = report["changes"]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["subject"] == feature["feature"]["name"]);
            let Some(headline) = headline else {
                assert!(
                    feature["change"]["lower"].as_f64().unwrap() <= 0.0
                        && feature["change"]["upper"].as_f64().unwrap() >= 0.0
                );
                continue;
            };
            let told = headline["now"].as_f64().unwrap() - headline["before"].as_f64().unwrap();
            assert!((told - change).abs() < 1e-6, "{headline} {feature}");
            let last = feature["trend"].as_array().unwrap().last();
            assert!(last.is_none_or(|last| last["value"]["value"] == feature["value"]["value"]), "{feature}");
        }
    }
    insta::assert_snapshot!("what_an_iteration_touched", story.transcript());
}

/// The numbers of a year, as people read them. The same on both databases, so on one only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reports_of_a_year_say_what_was_planted() {
    let world = World::year(DEFAULT_SEED, "2025-01-06".parse().unwrap());
    let (database, day) = planted(Backend::Sqlite, world).await;
    for (kind, arguments) in kinds(&day) {
        let arguments = [&["report", kind], &arguments[..], &["--format", "md"]].concat();
        let said = database.succeeds(&arguments).await;
        // Writers are grouped, so the number of transactions differs from run to run.
        let revision = said.split("revision ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        insta::assert_snapshot!(
            format!("report_{kind}"),
            said.replace(&format!("revision {revision} "), "revision … ")
        );
        if kind == "release" {
            assert!(said.contains("5.3 made Export worse"), "{said}");
        }
    }
}

/// A shop with a release, an iteration and some responses.
async fn shop(backend: Backend) -> (Story, Actor) {
    let story = Story::in_shop(backend, OPERATIONS, &["cart", "search"]).await;
    for (mutation, input) in [
        (
            "planRelease(input: $input) { outcome }",
            json!({ "product": "shop", "version": "1.0", "features": [{ "feature": "search", "change": "ADDED" }] }),
        ),
        (
            "shipRelease(input: $input) { release { id } }",
            json!({ "product": "shop", "release": "1.0", "releasedAt": "2026-03-02T06:00:00Z" }),
        ),
        (
            "createIteration(input: $input) { outcome }",
            json!({ "product": "shop", "name": "S1", "goal": "Find things", "period": { "from": "2026-03-02", "until": "2026-03-16" } }),
        ),
        (
            "createIteration(input: $input) { outcome }",
            json!({ "product": "shop", "name": "S2", "period": { "from": "2026-03-16", "until": "2026-03-30" } }),
        ),
    ] {
        let name = mutation.split('(').next().unwrap();
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!("mutation($input: {kind}!) {{ {mutation} }}");
        story.app.asks(&query, json!({ "input": input })).await;
    }
    let pam = story.member("Pam", "PRODUCT").await;
    (story, pam)
}

/// Responses of several customers about a feature.
async fn respond(story: &Story, feature: &str, customers: std::ops::Range<i32>, day: &str, rating: i32) {
    for customer in customers {
        let input = json!({ "product": "shop", "feature": feature, "customer": format!("c-{customer}"), "scale": "csat",
            "rating": rating, "occurredAt": format!("{day}T10:00:00Z"), "comment": "It finds =nothing <b>at all</b>." });
        story.app.submits(input).await;
    }
}

async fn a_stored_report_never_changes_and_is_compared_with_another(backend: Backend) {
    let (story, pam) = shop(backend).await;
    let bea = story.member("Bea", "BUSINESS").await;
    respond(&story, "search", 0..40, "2026-03-05", 5).await;
    let iteration =
        |name: &str| json!({ "of": { "kind": "ITERATION", "product": "shop", "iteration": name } });
    let store = async |of: Value| {
        let stored = story.asks(&pam, "Store", of).await;
        stored["storeReport"]["storedReport"]["id"].clone()
    };
    story.asks(&pam, "Report", iteration("S1")).await;
    let first = store(iteration("S1")).await;
    let file = async |id: &Value, extension: &str, actor: &Actor| {
        let url = story.app.url(&format!("/reports/{}.{extension}", id.as_str().unwrap()));
        let sent = story.app.http().get(url).bearer_auth(actor.token()).send().await.unwrap();
        (sent.status().as_u16(), sent.headers().clone(), sent.bytes().await.unwrap())
    };
    let (status, headers, before) = file(&first, "html", &pam).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
    assert!(headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    // New data change the next report, not the stored one.
    respond(&story, "search", 0..40, "2026-03-12", 1).await;
    let second = store(iteration("S1")).await;
    let (_, _, after) = file(&first, "html", &pam).await;
    assert!(before == after, "a stored report stays what it was");
    assert!(file(&second, "html", &pam).await.2 != after, "another one says what is known now");
    story.asks(&pam, "Between", json!({ "id": second, "other": first })).await;
    let overview =
        store(json!({ "of": { "kind": "OVERVIEW", "audience": "BUSINESS", "asOf": "2026-03-15" } })).await;
    story.asks(&pam, "Between", json!({ "id": overview, "other": first })).await;
    story.asks(&pam, "File", json!({ "id": first, "format": "CSV", "table": "sales" })).await;
    story.asks(&pam, "File", json!({ "id": first, "format": "CSV", "table": "releases" })).await;
    story.asks(&pam, "Stored", json!({ "filter": { "kind": ["ITERATION"] } })).await;
    story.asks(&pam, "One", json!({ "id": first })).await;
    // Business may not see single responses: such a report does not exist for it.
    story.asks(&bea, "Stored", json!({})).await;
    story.asks(&bea, "One", json!({ "id": first })).await;
    story.asks(&bea, "One", json!({ "id": overview })).await;
    story.asks(&bea, "Store", iteration("S1")).await;
    assert_eq!(file(&first, "pdf", &bea).await.0, 404);
    assert_eq!(file(&overview, "pdf", &bea).await.0, 200);
    assert_eq!(file(&overview, "docx", &bea).await.0, 404);
    insta::assert_snapshot!("a_stored_report", story.transcript());
}

async fn business_sees_no_group_that_is_too_small(backend: Backend) {
    let (story, pam) = shop(backend).await;
    let bea = story.member("Bea", "BUSINESS").await;
    respond(&story, "search", 0..23, "2026-03-05", 4).await;
    respond(&story, "cart", 0..4, "2026-03-05", 1).await;
    let of = json!({ "of": { "kind": "VALUE", "product": "shop", "period": { "from": "2026-03-02", "until": "2026-03-16" } } });
    let rows = async |actor: &Actor, of: &Value, table: &str| {
        let data = story.asks_silently(actor, "Features", of.clone()).await;
        let tables = data["report"]["tables"].as_array().unwrap().clone();
        tables.into_iter().find(|one| one["name"] == table).unwrap()["rows"].as_array().unwrap().clone()
    };
    let names =
        |rows: &[Value]| rows.iter().map(|row| row[2].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let seen = rows(&pam, &of, "features").await;
    assert_eq!(names(&seen), ["search", "cart"]);
    assert_eq!(seen[0][17], "23", "{seen:?}");
    // Four customers are too few: neither their feature nor their number is shown, and what is shown is rounded.
    let seen = rows(&bea, &of, "features").await;
    assert_eq!(names(&seen), ["search"]);
    assert_eq!(seen[0][17], "25", "{seen:?}");
    let value: f64 = seen[0][4].as_str().unwrap().parse().unwrap();
    assert_eq!(
        value % 20.0,
        0.0,
        "23 customers: a group of four could change a value by less than 20 points"
    );
    // A report for business has no more than that for anybody.
    let for_business = json!({ "of": { "kind": "VALUE", "product": "shop", "audience": "BUSINESS",
        "period": { "from": "2026-03-02", "until": "2026-03-16" } } });
    assert_eq!(rows(&pam, &for_business, "features").await, seen);
    // And business has no more by asking for the report of another audience.
    let for_product = json!({ "of": { "kind": "VALUE", "product": "shop", "audience": "PRODUCT",
        "period": { "from": "2026-03-02", "until": "2026-03-16" } } });
    assert_eq!(rows(&bea, &for_product, "features").await, seen);
    // One more customer a day later: the difference of two reports does not show the one response.
    respond(&story, "search", 23..24, "2026-03-16", 1).await;
    let later = json!({ "of": { "kind": "VALUE", "product": "shop", "period": { "from": "2026-03-02", "until": "2026-03-17" } } });
    let later = rows(&bea, &later, "features").await;
    assert_eq!((&later[0][4], &later[0][17]), (&seen[0][4], &seen[0][17]));
    // With a fifth customer the feature is shown.
    respond(&story, "cart", 4..5, "2026-03-05", 1).await;
    assert_eq!(names(&rows(&bea, &of, "features").await).len(), 2);
}

async fn a_report_is_refused_what_it_cannot_be(backend: Backend) {
    let (story, pam) = shop(backend).await;
    let ann = story.customer("ann", None).await;
    for of in [
        json!({ "kind": "RELEASE", "product": "shop" }),
        json!({ "kind": "VALUE" }),
        json!({ "kind": "VALUE", "product": "shoes" }),
        json!({ "kind": "OVERVIEW", "product": "shop" }),
        json!({ "kind": "ITERATION", "product": "shop", "iteration": "S9" }),
        json!({ "kind": "RELEASE", "product": "shop", "release": "1.0", "period": { "from": "2026-03-02", "until": "2026-03-16" } }),
        json!({ "kind": "VALUE", "product": "shop", "againstRelease": "1.0", "againstSegment": "gold" }),
    ] {
        story.asks(&pam, "Report", json!({ "of": of })).await;
    }
    let report = json!({ "of": { "kind": "RELEASE", "product": "shop", "release": "1.0" } });
    story.asks(&ann, "Report", report.clone()).await;
    story
        .asks(&pam, "Report", json!({ "of": { "kind": "ITERATION", "product": "shop", "iteration": "S2" } }))
        .await;
    insta::assert_snapshot!("a_report_is_refused", story.transcript());
}
