//! The server as a subgraph of a company's graph, and as one that is none.

use ballroom_tests::{App, Backend, Database};
use serde_json::{Value, json};

const SERVICE: &str = "{ _service { sdl } }";

const ENTITIES: &str = "query($of: [_Any!]!) { _entities(representations: $of) { __typename
    ... on Feature { id key name } ... on Release { id version } ... on Customer { id key } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_router_finds_entities_by_their_keys() {
    let settings = ["--federation", "--introspection", "administrators"];
    let app = App::with(Database::create(Backend::Sqlite).await, &settings).await;
    app.product("shop", &["cart"]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"1.0\" }) { release { id } } }";
    let release = app.asks(plan, json!({})).await["planRelease"]["release"]["id"].clone();
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme" })).await;
    let known =
        "{ feature(feature: \"cart\", product: \"shop\") { id } customer(customer: \"acme\") { id } }";
    let known = app.asks(known, json!({})).await;
    let of = |typename: &str, id: &Value| json!({ "__typename": typename, "id": id });
    let nowhere = json!("feature_00000000000000000000000000000000");
    let representations = json!([
        of("Feature", &known["feature"]["id"]),
        of("Release", &release),
        of("Customer", &known["customer"]["id"]),
        of("Feature", &nowhere),
        // An object with a wrong type is not found.
        of("Feature", &release),
    ]);
    let found = app.asks(ENTITIES, json!({ "of": representations })).await["_entities"].clone();
    assert_eq!(found[0]["key"], "cart", "{found:#}");
    assert_eq!(found[1]["version"], "1.0", "{found:#}");
    assert_eq!(found[2]["key"], "acme", "{found:#}");
    assert_eq!((&found[3], &found[4]), (&Value::Null, &Value::Null), "{found:#}");

    let sdl = app.asks(SERVICE, json!({})).await["_service"]["sdl"].as_str().unwrap().to_owned();
    let printed = app.database.succeeds(&["schema", "--federation"]).await;
    for text in [&sdl, &printed] {
        assert!(text.contains("https://specs.apollo.dev/federation/v2"), "{text}");
        for entity in ["Feature", "Release", "Customer"] {
            let key = format!("type {entity} implements Node @key(fields: \"id\")");
            assert!(text.contains(&key), "{key}");
        }
    }

    // The rights are those of any other way to the same objects.
    let business =
        app.database.succeeds(&["token", "create", "--role", "business", "--name", "b", "--quiet"]);
    let business = business.await;
    let asked = json!({ "of": [of("Customer", &known["customer"]["id"])] });
    let (_, refused) = app.plain_answer_to(business.trim(), ENTITIES, asked).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
    let (_, refused) = app.plain_answer_to(business.trim(), SERVICE, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_representation_that_fails_says_which_it_is() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--federation"]).await;
    app.product("shop", &["cart"]).await;
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme" })).await;
    let known =
        "{ feature(feature: \"cart\", product: \"shop\") { id } customer(customer: \"acme\") { id } }";
    let known = app.asks(known, json!({})).await;
    let business =
        app.database.succeeds(&["token", "create", "--role", "business", "--name", "b", "--quiet"]).await;
    let representations = json!([
        { "__typename": "Feature", "id": known["feature"]["id"] },
        { "__typename": "Customer", "id": known["customer"]["id"] },
        { "__typename": "Feature" },
        { "__typename": "Nothing", "id": "x" },
        { "id": "x" },
        { "__typename": 3 },
        "x",
    ]);
    let (_, answer) = app.plain_answer_to(business.trim(), ENTITIES, json!({ "of": representations })).await;
    let errors = answer["errors"].as_array().unwrap();
    let mut told: Vec<_> =
        errors.iter().map(|error| (error["path"].clone(), error["extensions"]["code"].clone())).collect();
    told.sort_by_key(|(path, _)| path.to_string());
    let expected = [
        (1, "FORBIDDEN"),
        (2, "NOT_FOUND"),
        (3, "NOT_FOUND"),
        (4, "INVALID_ARGUMENT"),
        (5, "INVALID_ARGUMENT"),
        (6, "NOT_FOUND"),
    ];
    let expected = expected.map(|(index, code)| (json!(["_entities", index]), json!(code)));
    assert_eq!(told, expected, "{answer:#}");
    let found = &answer["data"]["_entities"];
    assert_eq!((&found[0]["key"], found.as_array().unwrap().len()), (&json!("cart"), 7), "{answer:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_there_is_no_subgraph() {
    let app = App::start(Backend::Sqlite).await;
    for query in [SERVICE, "{ _entities(representations: []) { __typename } }"] {
        assert_eq!(app.is_refused(query, json!({})).await.0, "VALIDATION_ERROR");
    }
    let schema = app.database.succeeds(&["schema"]).await;
    assert!(!schema.contains("_entities") && !schema.contains("@key"));
}
