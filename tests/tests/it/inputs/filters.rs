//! Filters and ranges.

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

use super::{answer, opens, ships};

on_both!(
    a_filter_narrows_its_place_and_never_replaces_it,
    a_range_that_holds_nothing_is_refused,
    what_changed_can_be_asked_for,
    days_of_filters_are_those_of_the_product,
);

async fn a_filter_narrows_its_place_and_never_replaces_it(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "checkout"]).await;
    for version in ["1.0", "2.0"] {
        ships(&app, "shop", version).await;
    }
    let mut customers = std::collections::HashMap::new();
    for (feature, release, customer) in [("search", "1.0", "acme"), ("checkout", "2.0", "bolt")] {
        let answer = json!({ "product": "shop", "feature": feature, "release": release, "customer": customer,
            "scale": "csat", "rating": 4 });
        app.submits(answer).await;
        let id = app.asks(&format!("{{ customer(customer: \"{customer}\") {{ id }} }}"), json!({})).await;
        customers.insert(customer, id["customer"]["id"].as_str().unwrap().to_owned());
        opens(&app, json!({ "features": [feature], "title": feature, "customers": [customer] })).await;
    }
    opens(&app, json!({ "features": ["search", "checkout"], "title": "both" })).await;
    let count = async |place: &str, connection: &str, filter: &str| {
        let query = format!(
            "{{ {place} {{ {connection}(filter: {{ {filter} }}) {{ totalCount nodes {{ id }} }} }} }}"
        );
        let answer = app.asks(&query, json!({})).await;
        let connection = &answer.as_object().unwrap().values().next().unwrap()[connection];
        assert_eq!(connection["totalCount"], connection["nodes"].as_array().unwrap().len(), "{query}");
        connection["totalCount"].as_i64().unwrap()
    };
    let (acme, bolt) = (&customers["acme"], &customers["bolt"]);
    let search = "feature(product: \"shop\", feature: \"search\")";
    let first = "release(product: \"shop\", release: \"1.0\")";
    let acme_of = "customer(customer: \"acme\")";
    let features = app.asks("{ features { nodes { id key } } }", json!({})).await;
    let id = |key: &str| {
        let nodes = features["features"]["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["key"] == key).unwrap()["id"].clone()
    };
    for (place, connection, same, other) in [
        (search, "feedback", "feature: \"search\"".to_owned(), "feature: \"checkout\"".to_owned()),
        (search, "feedback", "release: \"1.0\"".to_owned(), "release: \"2.0\"".to_owned()),
        (search, "feedback", format!("customer: \"{acme}\""), format!("customer: \"{bolt}\"")),
        (first, "feedback", "release: \"1.0\"".to_owned(), "release: \"2.0\"".to_owned()),
        (first, "feedback", "feature: \"search\"".to_owned(), "feature: \"checkout\"".to_owned()),
        (acme_of, "feedback", format!("customer: \"{acme}\""), format!("customer: \"{bolt}\"")),
        (acme_of, "feedback", format!("feature: {}", id("search")), format!("feature: {}", id("checkout"))),
        (acme_of, "incidents", format!("feature: {}", id("search")), format!("feature: {}", id("checkout"))),
    ] {
        assert_eq!(count(place, connection, &same).await, 1, "{place} {same}");
        assert_eq!(count(place, connection, &other).await, 0, "{place} {other}");
    }
    // An incident affects several: those that affect both.
    assert_eq!(count(search, "incidents", "feature: \"search\"").await, 2);
    assert_eq!(count(search, "incidents", "feature: \"checkout\"").await, 1);
}

async fn a_range_that_holds_nothing_is_refused(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for (of, range, kind) in [
        ("feedback", "day", "Date"),
        ("feedback", "occurredAt", "DateTime"),
        ("feedback", "receivedAt", "DateTime"),
        ("feedback", "updatedAt", "DateTime"),
        ("incidents", "day", "Date"),
        ("incidents", "openedAt", "DateTime"),
        ("incidents", "createdAt", "DateTime"),
        ("incidents", "updatedAt", "DateTime"),
        ("releases", "releasedOn", "Date"),
        ("releases", "updatedAt", "DateTime"),
        ("features", "updatedAt", "DateTime"),
        ("iterations", "period", "Date"),
        ("iterations", "updatedAt", "DateTime"),
    ] {
        let query = format!(
            "query($from: {kind}, $until: {kind}) {{ product(product: \"shop\") {{
                {of}(filter: {{ {range}: {{ from: $from, until: $until }} }}) {{ totalCount }} }} }}"
        );
        let day = |day: &str| json!(if kind == "Date" { day.to_owned() } else { format!("{day}T00:00:00Z") });
        let asked = |from, until| json!({ "from": day(from), "until": day(until) });
        for until in ["2026-03-01", "2026-03-02"] {
            let (code, argument, message) = app.is_refused(&query, asked("2026-03-02", until)).await;
            let expected = ("INVALID_ARGUMENT".to_owned(), format!("filter.{range}"));
            assert_eq!((code, argument), expected, "{query}: {message}");
        }
        app.asks(&query, asked("2026-03-02", "2026-03-03")).await;
        // Either end may be omitted.
        app.asks(&query, json!({ "from": day("2026-03-02") })).await;
        app.asks(&query, json!({})).await;
    }
    for (list, range) in [
        ("deployments", "deployedAt"),
        ("deployments", "createdAt"),
        ("products", "updatedAt"),
        ("customers", "updatedAt"),
        ("segments", "updatedAt"),
        ("teams", "updatedAt"),
        ("members", "updatedAt"),
        ("tokens", "updatedAt"),
    ] {
        let query = format!(
            "{{ {list}(filter: {{ {range}: {{ from: \"2026-03-02T00:00:00Z\", until: \"2026-03-02T00:00:00Z\" }} }}) {{
            totalCount }} }}"
        );
        assert_eq!(app.is_refused(&query, json!({})).await.1, format!("filter.{range}"), "{list}");
    }
    let rated = "{ product(product: \"shop\") { feedback(filter: { scale: \"csat\", minRating: 4,
        maxRating: 2 }) { totalCount } } }";
    assert_eq!(app.is_refused(rated, json!({})).await.1, "filter.maxRating");
}

async fn what_changed_can_be_asked_for(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "cart"]).await;
    let release = ships(&app, "shop", "1.0").await;
    ships(&app, "shop", "2.0").await;
    let said = |customer: &str, rating: i32| {
        answer(json!({ "customer": customer, "rating": rating, "comment": customer,
        "occurredAt": format!("2026-03-01T0{rating}:00:00Z") }))
    };
    let acme = app.submits(said("acme", 1)).await["feedback"]["id"].clone();
    app.submits(said("bolt", 1)).await;
    let incident = opens(&app, json!({ "title": "first" })).await;
    opens(&app, json!({ "title": "second" })).await;
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let changes = "query($at: DateTime!) {
        product(product: \"shop\") {
            feedback(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: ASC }) { nodes { comment counted updatedAt } }
            new: feedback(filter: { receivedAt: { from: $at } }) { nodes { comment } }
            releases(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { version } }
            features(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { key } }
            incidents(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { title updatedAt } }
            newer: incidents(filter: { createdAt: { from: $at } }) { nodes { title } }
        }
        customers(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: ASC }) { nodes { key } } }";
    let now = ballroom_tests::ballroom::clock::now().to_rfc3339();
    let ask = async || app.asks(changes, json!({ "at": now })).await;
    let nothing = json!({ "nodes": [] });
    let before = ask().await;
    for connection in ["feedback", "new", "releases", "features", "incidents", "newer"] {
        assert_eq!(before["product"][connection], nothing, "{connection}");
    }
    assert_eq!(before["customers"], nothing);
    // acme submits a second response: the first one no longer counts.
    app.submits(said("acme", 2)).await;
    let title = format!("mutation {{ updateRelease(input: {{ release: {release}, title: \"Spring\" }}) {{ release {{ id }} }}
        updateCustomer(input: {{ customer: \"bolt\", name: \"Bolt\" }}) {{ customer {{ id }} }}
        attributeIncident(input: {{ incident: \"{incident}\", release: {release}, basis: CONFIRMED }}) {{ incident {{ id }} }} }}");
    app.asks(&title, json!({})).await;
    let after = ask().await;
    let comments = |connection: &str| {
        after["product"][connection]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| (node["comment"].clone(), node["counted"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(comments("feedback"), [(json!("acme"), json!(false)), (json!("acme"), json!(true))]);
    assert_eq!(comments("new").len(), 1);
    assert_eq!(after["product"]["releases"]["nodes"], json!([{ "version": "1.0" }]));
    assert_eq!(after["product"]["features"], nothing);
    assert_eq!(after["product"]["incidents"]["nodes"][0]["title"], "first");
    assert_eq!(after["product"]["newer"], nothing);
    assert_eq!(after["customers"]["nodes"], json!([{ "key": "bolt" }]));
    let deploy = format!("mutation {{ recordDeployment(input: {{ release: {release}, environment: \"production\", status: SUCCEEDED }})
        {{ deployment {{ id }} }} updateProduct(input: {{ product: \"shop\", name: \"Shop\" }}) {{ product {{ id }} }} }}");
    app.asks(&deploy, json!({})).await;
    let others = "query($at: DateTime!) { deployments(filter: { product: \"shop\", createdAt: { from: $at } }) { nodes { release { version } } }
        products(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { name } }
        segments(filter: { updatedAt: { from: $at } }) { totalCount } product(product: \"shop\") {
        iterations(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: ASC }) { totalCount } } }";
    let others = app.asks(others, json!({ "at": now })).await;
    assert_eq!(
        others,
        json!({ "deployments": { "nodes": [{ "release": { "version": "1.0" } }] }, "products": { "nodes": [{ "name": "Shop" }] },
        "segments": { "totalCount": 0 }, "product": { "iterations": { "totalCount": 0 } } })
    );
    let correct = format!(
        "mutation {{ correctFeedback(input: {{ feedback: {acme}, comment: \"corrected\" }}) {{ feedback {{ id }} }} }}"
    );
    app.asks(&correct, json!({})).await;
    // By pages, each change once, whatever the order.
    for direction in ["ASC", "DESC"] {
        let page = "query($at: DateTime!, $after: String) { product(product: \"shop\") {
            feedback(first: 1, after: $after, filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DIR }) {
                nodes { comment } pageInfo { endCursor hasNextPage } } } }".replace("DIR", direction);
        let (mut after, mut seen) = (json!(null), Vec::new());
        loop {
            let rows = app.asks(&page, json!({ "at": "2020-01-01T00:00:00Z", "after": after })).await["product"]["feedback"].clone();
            seen.push(rows["nodes"][0]["comment"].as_str().unwrap().to_owned());
            after = rows["pageInfo"]["endCursor"].clone();
            if rows["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let mut expected = vec!["bolt", "acme", "corrected"];
        if direction == "DESC" {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{direction}");
    }
    app.verify().await;
}

async fn days_of_filters_are_those_of_the_product(backend: Backend) {
    let app = App::start(backend).await;
    let create =
        "mutation { createProduct(input: { key: \"shop\", timeZone: \"Europe/Berlin\" }) { product { id } }
        other: createProduct(input: { key: \"far\", timeZone: \"Pacific/Auckland\" }) { product { id } } }";
    app.asks(create, json!({})).await;
    for at in ["2026-03-31T21:30:00Z", "2026-03-31T22:30:00Z", "2026-04-01T22:30:00Z"] {
        app.submits(answer(json!({ "occurredAt": at }))).await;
        opens(&app, json!({ "openedAt": at, "title": at })).await;
    }
    opens(&app, json!({ "product": "far", "openedAt": "2026-03-31T11:30:00Z", "title": "far" })).await;
    let of = async |filter: &str| {
        let query = format!("{{ product(product: \"shop\") {{ feedback(filter: {{ {filter} }}) {{ nodes {{ occurredAt }} }}
            incidents(filter: {{ {filter} }}) {{ nodes {{ title }} }} }} incidents(filter: {{ {filter} }}) {{ totalCount }} }}");
        let answer = app.asks(&query, json!({})).await;
        let product = &answer["product"];
        assert_eq!(
            product["feedback"]["nodes"].as_array().unwrap().len(),
            product["incidents"]["nodes"].as_array().unwrap().len()
        );
        (
            product["feedback"]["nodes"].as_array().unwrap().len(),
            answer["incidents"]["totalCount"].as_i64().unwrap(),
        )
    };
    assert_eq!(of("day: { from: \"2026-04-01\", until: \"2026-04-02\" }").await, (1, 2));
    assert_eq!(of("day: { until: \"2026-04-01\" }").await, (1, 1));
    assert_eq!(of("day: { from: \"2026-04-01\" }").await, (2, 3));
}
