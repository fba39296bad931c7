//! What clients rely on: objects by ID, filters and orders, and refusals of mutations.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    every_object_is_found_by_its_id,
    filters_and_orders_narrow_connections,
    a_refused_mutation_says_so_in_its_payload,
);

const OPERATIONS: &str = include_str!("../stories/objects.graphql");

/// A shop with two features, two releases, an iteration, a customer, some responses and incidents.
async fn shop(story: &Story) {
    story.product("shop", &["cart", "search"]).await;
    story
        .gets(
            "CreateTeamAndCreateMember",
            json!({ "createTeam": { "key": "finders" }, "createMember": { "email": "ann@example.com" } }),
        )
        .await;
    let search = story.gets("Feature", json!({})).await;
    let input = json!({ "feature": search["feature"]["id"], "team": "finders", "lifecycle": "RETIRED", "name": "Find_It" });
    story.gets("UpdateFeature", json!({ "input": input })).await;
    let first = json!({ "product": "shop", "version": "1.9", "title": "Autumn", "releasedAt": "2026-03-01T00:00:00Z" });
    story.admin.plans_release(first).await;
    story
        .admin
        .plans_release(json!({ "product": "shop", "version": "1.10", "plannedFor": "2026-12-24" }))
        .await;
    for (day, feature, rating, comment, channel, customer) in [
        (1, "cart", 5, Some("lovely"), "mail", Some("acme")),
        (2, "cart", 3, None, "in-app", None),
        (3, "search", 1, Some("nothing found"), "mail", None),
        (4, "cart", 2, Some("slow"), "in-app", Some("bolt")),
    ] {
        story
            .submits(json!({ "product": "shop", "feature": feature, "scale": "csat", "rating": rating,
            "comment": comment, "channel": channel, "customer": customer,
            "occurredAt": format!("2026-03-0{day}T12:00:00Z") }))
            .await;
    }
    for (severity, day, resolved_at, feature) in
        [(1, 5, None, "cart"), (3, 6, Some("2026-03-07T00:00:00Z"), "search"), (2, 8, None, "cart")]
    {
        let input = json!({ "product": "shop", "features": [feature], "severity": severity,
            "title": format!("trouble {severity}"), "openedAt": format!("2026-03-0{day}T00:00:00Z"),
            "resolvedAt": resolved_at, "release": if severity == 2 { json!("1.9") } else { Value::Null } });
        story.admin.opens_incident(input).await;
    }
}

async fn every_object_is_found_by_its_id(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shop(&story).await;
    let input = json!({ "product": "shop", "name": "one", "period": { "from": "2026-03-01", "until": "2026-03-15" } });
    story.gets("CreateIteration", json!({ "input": input })).await;
    story.gets("CreateSegment", json!({ "input": { "key": "pro" } })).await;
    let data = story.gets("OrganizationAndTokens", json!({})).await;
    let mut ids = Vec::new();
    collect(&data, &mut ids);
    let release = data["product"]["releases"]["nodes"][1]["id"].clone();
    let input = json!({ "release": release, "environment": "production", "status": "SUCCEEDED" });
    let deployed = story.gets("RecordDeployment", json!({ "input": input })).await;
    collect(&deployed, &mut ids);
    let nouns: std::collections::BTreeSet<_> =
        ids.iter().map(|id| id.rsplit_once('_').unwrap().0.to_owned()).collect();
    assert_eq!(nouns.len(), 15, "every noun with an id is there: {nouns:?}");

    let mut asked = ids.clone();
    asked.insert(0, "feature_00000000000000000000000000000000".to_owned());
    asked.push("nonsense".to_owned());
    let found = story.gets("Nodes", json!({ "ids": asked })).await["nodes"].clone();
    let found = found.as_array().unwrap();
    assert_eq!((&found[0], found.last().unwrap()), (&Value::Null, &Value::Null));
    for (id, node) in ids.iter().zip(&found[1..]) {
        assert_eq!(node["id"], json!(id), "{id}");
        let typename = node["__typename"].as_str().unwrap().to_lowercase();
        let noun = id.rsplit_once('_').unwrap().0.replace('_', "");
        assert!(typename.ends_with(&noun), "{typename} {noun}");
    }
    let one = "query($id: ID!) { node(id: $id) { ... on Release { version product { key } } } }";
    let data = story.app.asks(one, json!({ "id": release })).await;
    assert_eq!(data["node"], json!({ "version": "1.9", "product": { "key": "shop" } }));

    // What only administrators may see is not there for others.
    let made = story
        .database
        .ballroom(&["token", "create", "--role", "support", "--scope", "read", "--name", "looks", "--quiet"])
        .await;
    let token = data_id(&story, "tokens").await;
    let (_, answer) = story.app.answer_to(made.out.trim(), one, json!({ "id": token })).await;
    assert_eq!(answer["data"]["node"], Value::Null, "{answer:#}");
    let many: Vec<_> = (0..201).map(|_| ids[0].clone()).collect();
    let (code, argument, message) = story.is_refused("Nodes", json!({ "ids": many })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "ids"), "{message}");
}

async fn data_id(story: &Story, list: &str) -> Value {
    let first = format!("{{ {list}(first: 1) {{ nodes {{ id }} }} }}");
    story.app.asks(&first, json!({})).await[list]["nodes"][0]["id"].clone()
}

fn collect(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "id") {
                    Some(id) => ids.push(id.to_owned()),
                    None => collect(value, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        _ => (),
    }
}

async fn filters_and_orders_narrow_connections(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shop(&story).await;
    let listed = async |field: &str, arguments: &str, shown: &str| -> Vec<Value> {
        let query = format!(
            "{{ product(product: \"shop\") {{ {field}({arguments}) {{ totalCount nodes {{ {shown} }} }} }} }}"
        );
        let page = story.app.asks(&query, json!({})).await["product"][field].clone();
        let nodes = page["nodes"].as_array().unwrap();
        assert_eq!(page["totalCount"], nodes.len(), "{arguments}");
        nodes.iter().map(|node| node[shown].clone()).collect()
    };
    for (filter, ratings) in [
        ("", vec![2, 1, 3, 5]),
        ("filter: {}", vec![2, 1, 3, 5]),
        ("filter: { feature: \"cart\" }, orderBy: { field: OCCURRED_AT, direction: ASC }", vec![5, 3, 2]),
        ("filter: { hasComment: true, channel: \"mail\" }", vec![1, 5]),
        ("filter: { scale: \"csat\", minRating: 2, maxRating: 3 }", vec![2, 3]),
        (
            "filter: { occurredAt: { from: \"2026-03-02T00:00:00Z\", until: \"2026-03-04T00:00:00Z\" } }",
            vec![1, 3],
        ),
        ("filter: { release: \"1.9\" }", vec![]),
        ("filter: { counted: true, scale: \"nps\" }", vec![]),
        ("orderBy: { field: RECEIVED_AT, direction: ASC }", vec![5, 3, 1, 2]),
    ] {
        let ratings: Vec<_> = ratings.into_iter().map(|rating| json!(f64::from(rating))).collect();
        let arguments =
            if filter.is_empty() { "first: 10".to_owned() } else { format!("first: 10, {filter}") };
        assert_eq!(listed("feedback", &arguments, "rating").await, ratings, "{filter}");
    }
    let customer = story.gets("Customers", json!({})).await;
    let acme = &customer["customers"]["nodes"][0];
    let of_acme = format!("filter: {{ customer: {} }}", acme["id"]);
    assert_eq!(listed("feedback", &of_acme, "comment").await, ["lovely"]);
    for (filter, severities) in [
        ("filter: { state: OPEN }", vec![2, 1]),
        ("filter: { severity: [1, 3] }, orderBy: { field: CREATED_AT, direction: ASC }", vec![1, 3]),
        ("filter: { feature: \"cart\", openedAt: { from: \"2026-03-06T00:00:00Z\" } }", vec![2]),
        ("filter: { release: \"1.9\" }", vec![2]),
        ("orderBy: { field: OPENED_AT, direction: ASC }", vec![1, 3, 2]),
    ] {
        let severities: Vec<_> = severities.into_iter().map(|severity| json!(severity)).collect();
        assert_eq!(listed("incidents", filter, "severity").await, severities, "{filter}");
    }
    for (filter, keys) in [
        ("filter: { lifecycle: [RETIRED, PLANNED] }", vec!["search"]),
        ("filter: { team: \"finders\" }", vec!["search"]),
        // What looks like a pattern is only text.
        ("filter: { text: \"find_it\" }", vec!["search"]),
        ("filter: { text: \"%\" }", vec![]),
        ("filter: { text: \"CAR\" }", vec!["cart"]),
        ("orderBy: { field: KEY, direction: DESC }", vec!["search", "cart"]),
        ("orderBy: { field: NAME, direction: ASC }", vec!["search", "cart"]),
        ("orderBy: { field: CREATED_AT, direction: ASC }", vec!["cart", "search"]),
    ] {
        assert_eq!(listed("features", filter, "key").await, keys, "{filter}");
    }
    for (filter, versions) in [
        ("orderBy: { field: VERSION, direction: ASC }", vec!["1.9", "1.10"]),
        ("filter: { lifecycle: [RELEASED] }", vec!["1.9"]),
        ("filter: { releasedOn: { from: \"2026-03-01\", until: \"2026-03-02\" } }", vec!["1.9"]),
        ("filter: { releasedOn: { from: \"2026-03-02\" } }", vec![]),
        ("filter: { text: \"AUTUMN\" }", vec!["1.9"]),
    ] {
        assert_eq!(listed("releases", filter, "version").await, versions, "{filter}");
    }
    let refused = async |arguments: &str| {
        let query =
            format!("{{ product(product: \"shop\") {{ feedback({arguments}) {{ nodes {{ id }} }} }} }}");
        story.app.is_refused(&query, json!({})).await
    };
    let (code, argument, message) = refused("filter: { minRating: 2 }").await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "filter.minRating"), "{message}");
    let (code, argument, message) = refused("filter: { feature: \"carpet\" }").await;
    assert_eq!((code.as_str(), argument.as_str()), ("NOT_FOUND", "filter.feature"), "{message}");
    // Pages of an order run on by its cursors.
    let first = story.gets("ProductFeatures", json!({})).await["product"]["features"].clone();
    let second = story.gets("ProductFeatures", json!({ "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(first["nodes"][0]["name"], "Find_It");
    assert_eq!(second["product"]["features"]["nodes"][0]["name"], "cart");
    assert_eq!(second["product"]["features"]["pageInfo"]["hasNextPage"], false);
}

async fn a_refused_mutation_says_so_in_its_payload(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let query = "mutation($input: CreateFeatureInput!) { createFeature(input: $input) { clientMutationId
        feature { key } userErrors { code field message } } }";
    let answer = async |token: &str, input: Value| {
        story.plain_answer_to(token, query, json!({ "input": input })).await.1
    };
    let made =
        answer(&story.token, json!({ "product": "shop", "key": "cart", "clientMutationId": "mine 1" })).await;
    let expected = json!({ "feature": { "key": "cart" }, "userErrors": [], "clientMutationId": "mine 1" });
    assert_eq!(made, json!({ "data": { "createFeature": expected } }));

    let refused =
        answer(&story.token, json!({ "product": "shoe", "key": "cart", "clientMutationId": "mine 2" })).await;
    let message = "product: there is no product \"shoe\"; did you mean \"shop\"?";
    let expected = json!({ "feature": null, "clientMutationId": "mine 2",
        "userErrors": [{ "code": "NOT_FOUND", "field": "product", "message": message }] });
    assert_eq!(refused, json!({ "data": { "createFeature": expected } }));

    // Errors that no other input would avoid are errors of the request.
    let made = story
        .database
        .ballroom(&["token", "create", "--role", "support", "--scope", "read", "--name", "looks", "--quiet"])
        .await;
    let forbidden = answer(made.out.trim(), json!({ "product": "shop", "key": "x" })).await;
    assert_eq!(forbidden["data"], json!({ "createFeature": null }));
    assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN");

    // Each of several mutations in one request reports its own result.
    let both = "mutation { a: createFeature(input: { product: \"shop\", key: \"a\" }) { feature { key } userErrors { code } }
        b: createFeature(input: { product: \"shop\", key: \"\" }) { feature { key } userErrors { code field } } }";
    let (_, both) = story.plain_answer_to(&story.token, both, json!({})).await;
    assert_eq!(both["data"]["a"], json!({ "feature": { "key": "a" }, "userErrors": [] }));
    let expected = json!({ "feature": null, "userErrors": [{ "code": "INVALID_ARGUMENT", "field": "key" }] });
    assert_eq!(both["data"]["b"], expected);
}
