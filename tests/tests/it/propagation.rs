//! How far an error propagates: by the specification, to the nearest nullable field, and no further. Whole responses
//! are compared: data, and each error with its code and path.

use std::time::Duration;

use ballroom_tests::{App, Backend, Database, on_both};
use serde_json::{Value, json};

on_both!(an_error_in_a_nullable_field_makes_that_field_null, a_lookup_that_finds_nothing_leaves_the_others);

/// Arguments that fail: a segment that does not exist, an invalid day, a number out of range.
const NO_SEGMENT: &str = "value(segment: \"zzz\") { score }";

/// A field that may not be null, and fails.
const NO_PAGE: &str = "features(first: 999) { totalCount }";

/// Two products, one feature each, and a release.
async fn two_products(app: &App) {
    app.product("cafe", &["menu"]).await;
    app.product("shop", &["cart"]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"1.0\",
        releasedAt: \"2026-03-01T08:00:00Z\" }) { release { id } } }";
    app.asks(plan, json!({})).await;
}

/// The data, and the errors by code and path, in the order of their paths.
fn outcome(answer: &Value) -> (Value, Vec<(String, Value)>) {
    let errors = answer["errors"].as_array().into_iter().flatten();
    let mut errors: Vec<_> = errors
        .map(|error| {
            (error["extensions"]["code"].as_str().unwrap_or("none").to_owned(), error["path"].clone())
        })
        .collect();
    errors.sort_by_key(|(_, path)| path.to_string());
    (answer["data"].clone(), errors)
}

async fn gives(app: &App, query: &str, data: Value, errors: &[(&str, Value)]) {
    let (_, answer) = app.plain_answer_to(&app.token, query, json!({})).await;
    let errors = errors.iter().map(|(code, path)| ((*code).to_owned(), path.clone())).collect();
    assert_eq!(outcome(&answer), (data, errors), "{query}\n{answer:#}");
}

async fn an_error_in_a_nullable_field_makes_that_field_null(backend: Backend) {
    let app = App::start(backend).await;
    two_products(&app).await;
    // A resolver's error, and errors of arguments that never reach a resolver.
    gives(
        &app,
        "{ product(product: \"shop\") { name value(segment: \"zzz\") { score } key } }",
        json!({ "product": { "name": "shop", "value": null, "key": "shop" } }),
        &[("NOT_FOUND", json!(["product", "value"]))],
    )
    .await;
    gives(
        &app,
        "{ product(product: \"shop\") { key value(asOf: \"2999-12-10\") { score } forecast(days: 0) { __typename }
            releases { nodes { version regression(asOf: \"2999-12-10\") { __typename } } } } }",
        json!({ "product": { "key": "shop", "value": null, "forecast": null,
            "releases": { "nodes": [{ "version": "1.0", "regression": null }] } } }),
        &[
            ("INVALID_ARGUMENT", json!(["product", "forecast"])),
            ("INVALID_ARGUMENT", json!(["product", "releases", "nodes", 0, "regression"])),
            ("INVALID_ARGUMENT", json!(["product", "value"])),
        ],
    )
    .await;
    let (_, answer) = app
        .plain_answer_to(
            &app.token,
            "{\n  product(product: \"shop\") {\n    value(segment: \"zzz\") { score } } }",
            json!({}),
        )
        .await;
    assert_eq!(answer["errors"][0]["locations"], json!([{ "line": 3, "column": 5 }]), "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["argument"], "segment", "{answer:#}");
    // A variable that is none of its type is named before anything is run.
    let query = "query($day: Date) {\n  product(product: \"shop\") { value(segment: \"a\",\n    asOf: $day) { score } } }";
    let (_, answer) = app.plain_answer_to(&app.token, query, json!({ "day": "soon" })).await;
    let error = &answer["errors"][0];
    assert_eq!(
        (&error["extensions"]["argument"], &error["locations"]),
        (&json!("day"), &json!(null)),
        "{answer:#}"
    );
}

async fn a_lookup_that_finds_nothing_leaves_the_others(backend: Backend) {
    let app = App::start(backend).await;
    two_products(&app).await;
    let none = |noun: &str| format!("{noun}_00000000000000000000000000000000");
    gives(
        &app,
        &format!(
            "{{ there: product(product: \"shop\") {{ key }}
                product(product: \"none\") {{ key }}
                feature(feature: \"none\", product: \"shop\") {{ key }}
                a: feature(feature: \"{}\") {{ key }}
                release(release: \"9.9\", product: \"shop\") {{ version }}
                iteration(id: \"{}\") {{ name }}
                customer(customer: \"nobody\") {{ key }}
                feedback(id: \"{}\") {{ id }}
                incident(id: \"{}\") {{ id }}
                b: incident(id: \"nonsense\") {{ id }}
                node(id: \"{}\") {{ id }}
                products(first: 999) {{ totalCount }}
                productComparison(segment: \"none\") {{ __typename }} }}",
            none("feature"),
            none("iteration"),
            none("feedback"),
            none("incident"),
            none("product"),
        ),
        json!({ "there": { "key": "shop" }, "product": null, "feature": null, "a": null, "release": null,
            "iteration": null, "customer": null, "feedback": null, "incident": null, "b": null, "node": null,
            "products": null, "productComparison": null }),
        &[
            ("NOT_FOUND", json!(["a"])),
            ("INVALID_ARGUMENT", json!(["b"])),
            ("NOT_FOUND", json!(["customer"])),
            ("NOT_FOUND", json!(["feature"])),
            ("NOT_FOUND", json!(["feedback"])),
            ("NOT_FOUND", json!(["incident"])),
            ("NOT_FOUND", json!(["iteration"])),
            ("NOT_FOUND", json!(["product"])),
            ("NOT_FOUND", json!(["productComparison"])),
            ("INVALID_ARGUMENT", json!(["products"])),
            ("NOT_FOUND", json!(["release"])),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_a_field_that_may_not_be_null_reaches_the_nearest_that_may() {
    let app = App::start(Backend::Sqlite).await;
    two_products(&app).await;
    // The parent.
    gives(
        &app,
        &format!("{{ product(product: \"shop\") {{ key {NO_PAGE} }} organization {{ __typename }} }}"),
        json!({ "product": null, "organization": { "__typename": "Organization" } }),
        &[("INVALID_ARGUMENT", json!(["product", "features"]))],
    )
    .await;
    // Through an item that may not be null, its list, and the connection of it; the path is that of the field that failed.
    gives(
        &app,
        &format!("{{ products {{ nodes {{ key }} edges {{ node {{ {NO_PAGE} }} }} }} }}"),
        json!({ "products": null }),
        &[("INVALID_ARGUMENT", json!(["products", "edges", 0, "node", "features"]))],
    )
    .await;
    // Two lists deep.
    gives(
        &app,
        "{ product(product: \"shop\") { features { nodes { key product { releases { nodes {
            feedback(first: -1) { totalCount } } } } } } } }",
        json!({ "product": null }),
        &[(
            "INVALID_ARGUMENT",
            json!(["product", "features", "nodes", 0, "product", "releases", "nodes", 0, "feedback"]),
        )],
    )
    .await;
    // A list that may not be null, and fails itself.
    gives(
        &app,
        "{ product(product: \"shop\") { trend(segment: \"zzz\") { asOf } } }",
        json!({ "product": null }),
        &[("NOT_FOUND", json!(["product", "trend"]))],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_a_list_are_null_by_themselves_if_they_may_be() {
    let app = App::start(Backend::Sqlite).await;
    two_products(&app).await;
    let known = app.asks("{ products { nodes { id } } }", json!({})).await["products"]["nodes"].clone();
    let (cafe, shop) = (known[0]["id"].as_str().unwrap(), known[1]["id"].as_str().unwrap());
    // Items that may not be null, with fields that may.
    gives(
        &app,
        &format!("{{ products {{ nodes {{ key {NO_SEGMENT} }} }} }}"),
        json!({ "products": { "nodes": [{ "key": "cafe", "value": null }, { "key": "shop", "value": null }] } }),
        &[
            ("NOT_FOUND", json!(["products", "nodes", 0, "value"])),
            ("NOT_FOUND", json!(["products", "nodes", 1, "value"])),
        ],
    )
    .await;
    // Nullable items: only the one that fails is null.
    gives(
        &app,
        &format!(
            "{{ nodes(ids: [\"{cafe}\", \"nonsense\", \"{shop}\"]) {{ __typename
                ... on Product {{ key features(filter: {{ text: \"cart\" }}) {{ nodes {{
                    feedback(filter: {{ minRating: 2 }}) {{ totalCount }} }} }} }} }} }}"
        ),
        json!({ "nodes": [{ "__typename": "Product", "key": "cafe", "features": { "nodes": [] } }, null, null] }),
        &[("INVALID_ARGUMENT", json!(["nodes", 2, "features", "nodes", 0, "feedback"]))],
    )
    .await;
    // One that the caller may not see is null in its place, with an error.
    let token = ["token", "create", "--role", "business", "--name", "b", "--quiet"];
    let business = app.database.succeeds(&token).await;
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme" })).await;
    let acme = app.asks("{ customer(customer: \"acme\") { id } }", json!({})).await["customer"]["id"].clone();
    let query =
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { key } } node(id: \"nonsense\") { id } }";
    let asked = json!({ "ids": [shop, acme, cafe] });
    let (_, answer) = app.plain_answer_to(business.trim(), query, asked).await;
    let expected = json!({ "nodes": [{ "key": "shop" }, null, { "key": "cafe" }], "node": null });
    assert_eq!(outcome(&answer), (expected, vec![("FORBIDDEN".to_owned(), json!(["nodes", 1]))]));
}

#[tokio::test(flavor = "multi_thread")]
async fn aliases_and_fragments_change_nothing() {
    let app = App::start(Backend::Sqlite).await;
    two_products(&app).await;
    gives(
        &app,
        "query($yes: Boolean = true) { a: product(product: \"shop\") { ...Parts b: value(segment: \"zzz\") { score } }
            ... on Query @include(if: $yes) { c: product(product: \"cafe\") { ...Parts @skip(if: false) } } }
        fragment Parts on Product { key ... { v: value(segment: \"zzz\") { score } } }",
        json!({ "a": { "key": "shop", "v": null, "b": null }, "c": { "key": "cafe", "v": null } }),
        &[
            ("NOT_FOUND", json!(["a", "b"])),
            ("NOT_FOUND", json!(["a", "v"])),
            ("NOT_FOUND", json!(["c", "v"])),
        ],
    )
    .await;
    // What stands twice is one field: it fails once, and is null for both.
    gives(
        &app,
        &format!(
            "{{ product(product: \"shop\") {{ key }} ...Again none: product(product: \"none\") {{ id }}
                none: product(product: \"none\") {{ key }} }}
            fragment Again on Query {{ product(product: \"shop\") {{ name {NO_PAGE} }} }}"
        ),
        json!({ "product": null, "none": null }),
        &[("NOT_FOUND", json!(["none"])), ("INVALID_ARGUMENT", json!(["product", "features"]))],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mutation_is_told_how_it_went() {
    let app = App::start(Backend::Sqlite).await;
    two_products(&app).await;
    let token = ["token", "create", "--role", "support", "--name", "s", "--quiet"];
    let support = app.database.succeeds(&token).await;
    let submit = "submitFeedback(input: { product: \"shop\", scale: \"csat\", rating: 4 }) { outcome }";
    let query = format!(
        "mutation {{ a: {submit} b: createProduct(input: {{ key: \"x\" }}) {{ product {{ key }} }} c: {submit} }}"
    );
    let (_, answer) = app.plain_answer_to(support.trim(), &query, json!({})).await;
    let taken = json!({ "outcome": "CREATED" });
    let expected = json!({ "a": taken, "b": null, "c": taken });
    assert_eq!(outcome(&answer), (expected, vec![("FORBIDDEN".to_owned(), json!(["b"]))]), "{answer:#}");
    // The result is reported, although a part of the changed object cannot be read.
    gives(
        &app,
        &format!(
            "mutation {{ createFeature(input: {{ product: \"shop\", key: \"new\" }}) {{
                feature {{ key {NO_SEGMENT} }} userErrors {{ code }} }} }}"
        ),
        json!({ "createFeature": { "feature": { "key": "new", "value": null }, "userErrors": [] } }),
        &[("NOT_FOUND", json!(["createFeature", "feature", "value"]))],
    )
    .await;
    gives(
        &app,
        "mutation { createFeature(input: { product: \"shop\", key: \"newer\" }) {
            feature { key feedback(first: 999) { totalCount } } userErrors { code } } }",
        json!({ "createFeature": { "feature": null, "userErrors": [] } }),
        &[("INVALID_ARGUMENT", json!(["createFeature", "feature", "feedback"]))],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_told_without_what_failed_of_it() {
    let app = App::start(Backend::Sqlite).await;
    two_products(&app).await;
    for (part, data, path) in [
        (
            NO_SEGMENT,
            json!({ "feedbackReceived": { "rating": 2.0, "product": { "value": null } } }),
            json!(["feedbackReceived", "product", "value"]),
        ),
        (NO_PAGE, Value::Null, json!(["feedbackReceived", "product", "features"])),
    ] {
        let query = format!("subscription {{ feedbackReceived {{ rating product {{ {part} }} }} }}");
        let asked =
            app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&json!({ "query": query }));
        let mut stream = asked.header("accept", "text/event-stream").send().await.unwrap();
        let mut heard = String::new();
        // Until the subscription has started, submitted responses are not delivered.
        while !heard.contains("data: {") {
            app.submits(json!({ "product": "shop", "scale": "csat", "rating": 2 })).await;
            let piece = tokio::time::timeout(Duration::from_secs(1), stream.chunk()).await;
            if let Ok(Ok(Some(piece))) = piece {
                heard.push_str(std::str::from_utf8(&piece).unwrap());
            }
        }
        let event = heard.lines().find_map(|line| line.strip_prefix("data: {")).unwrap();
        let event: Value = serde_json::from_str(&format!("{{{event}")).unwrap();
        let (told, errors) = outcome(&event);
        assert_eq!((told, errors.len(), &errors[0].1), (data, 1, &path), "{event:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_are_null_by_themselves() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--federation"]).await;
    two_products(&app).await;
    let ids = "{ a: feature(feature: \"menu\", product: \"cafe\") { id } b: feature(feature: \"cart\", product: \"shop\") { id } }";
    let ids = app.asks(ids, json!({})).await;
    let of = |id: &Value| json!({ "__typename": "Feature", "id": id });
    let unknown = json!({ "__typename": "Robot", "id": "x" });
    let query = "query($of: [_Any!]!) { _entities(representations: $of) { ... on Feature { key value(segment: \"zzz\") { score }
        ... @include(if: false) { id } } } again: _entities(representations: $of) { ... on Feature { product { features(first: 999) { totalCount } } } } }";
    let asked = json!({ "of": [of(&ids["a"]["id"]), unknown, of(&ids["b"]["id"])] });
    let (_, answer) = app.plain_answer_to(&app.token, query, asked).await;
    let expected = json!({ "_entities": [{ "key": "menu", "value": null }, null, { "key": "cart", "value": null }],
        "again": [null, null, null] });
    let error = |code: &str, path: Value| (code.to_owned(), path);
    let errors = vec![
        error("NOT_FOUND", json!(["_entities", 0, "value"])),
        error("NOT_FOUND", json!(["_entities", 1])),
        error("NOT_FOUND", json!(["_entities", 2, "value"])),
        error("INVALID_ARGUMENT", json!(["again", 0, "product", "features"])),
        error("NOT_FOUND", json!(["again", 1])),
        error("INVALID_ARGUMENT", json!(["again", 2, "product", "features"])),
    ];
    assert_eq!(outcome(&answer), (expected, errors), "{answer:#}");
}
