//! Objects are named in one way everywhere: by exactly one argument of a lookup, and by a reference in every input.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    every_noun_is_found_by_each_of_its_names,
    a_lookup_takes_exactly_one_name,
    a_name_that_several_products_have_needs_the_product,
    iterations_are_found_by_name_and_by_day,
    feedback_and_incidents_are_found_by_their_external_ids,
    a_customer_finds_no_external_id_of_another,
    targets_of_mutations_are_references,
);

const OPERATIONS: &str = include_str!("../stories/lookups.graphql");

/// Two shops with the same feature and release, and all other nouns once.
async fn shops(story: &Story) {
    for product in ["shop", "till"] {
        story.product(product, &["search"]).await;
        story.gets("PlanRelease", json!({ "p": product })).await;
    }
    story.product("desk", &["queue"]).await;
    story.gets("CreateTeamAndCreateMember", json!({ "createTeam": { "key": "finders" }, "createMember": { "email": "ann@example.com" }, "createSegment": { "key": "gold" }, "createCustomer": { "key": "acme" }, "planRelease": { "product": "desk", "version": "7" } })).await;
}

async fn every_noun_is_found_by_each_of_its_names(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shops(&story).await;
    for (noun, field, name) in [
        ("product", "key", "shop"),
        ("feature", "key", "queue"),
        ("release", "version", "7"),
        ("team", "key", "finders"),
        ("member", "email", "ann@example.com"),
        ("segment", "key", "gold"),
        ("customer", "key", "acme"),
        ("scale", "key", "csat"),
    ] {
        let find =
            |argument: &str, value: &str| format!("{{ {noun}({argument}: \"{value}\") {{ id {field} }} }}");
        let found = story.app.asks(&find(noun, name), json!({})).await;
        let id = found[noun]["id"].as_str().unwrap();
        assert_eq!(found[noun][field], name);
        for query in [find(noun, id), find("id", id), find(field, name)] {
            assert_eq!(story.app.asks(&query, json!({})).await, found, "{query}");
        }
        // The argument that is wrong is the one that was given.
        for (query, refused) in [
            (find(noun, "none"), ("NOT_FOUND", noun)),
            (find(field, "none@example.com"), ("NOT_FOUND", field)),
            (find(field, id), ("NOT_FOUND", field)),
            (find("id", name), ("INVALID_ARGUMENT", "id")),
        ] {
            let (code, argument, _) = story.app.is_refused(&query, json!({})).await;
            assert_eq!((code.as_str(), argument.as_str()), refused, "{query}");
        }
    }
}

async fn a_lookup_takes_exactly_one_name(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    for (noun, names) in [
        ("product", "product, id, key"),
        ("feature", "feature, id, key"),
        ("release", "release, id, version"),
        ("team", "team, id, key"),
        ("member", "member, id, email"),
        ("segment", "segment, id, key"),
        ("customer", "customer, id, key"),
        ("scale", "scale, id, key"),
        ("iteration", "iteration, id, name, day"),
        ("feedback", "id, externalId"),
        ("incident", "id, externalId"),
    ] {
        let mut all = names.split(", ");
        let (first, second) = (all.next().unwrap(), all.next().unwrap());
        let two = format!("{{ {noun}({first}: \"x\", {second}: \"x\") {{ id }} }}");
        for (query, found) in
            [(format!("{{ {noun} {{ id }} }}"), "none was given"), (two, "several were given")]
        {
            let (code, argument, message) = story.app.is_refused(&query, json!({})).await;
            assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", first), "{query}");
            assert_eq!(message, format!("{first}: {found}; send exactly one of {names}"), "{query}");
        }
    }
}

async fn a_name_that_several_products_have_needs_the_product(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shops(&story).await;
    for (noun, name) in [("feature", "search"), ("release", "1.0")] {
        let query =
            |product: &str| format!("{{ {noun}({noun}: \"{name}\"{product}) {{ product {{ key }} }} }}");
        let (code, argument, message) = story.app.is_refused(&query(""), json!({})).await;
        assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", noun));
        assert!(message.contains(&format!("several products have a {noun} \"{name}\"")), "{message}");
        let found = story.app.asks(&query(", product: \"till\""), json!({})).await;
        assert_eq!(found[noun]["product"]["key"], "till");
    }
    assert_eq!(story.is_refused("Incidents", json!({})).await.1, "filter.feature");
}

async fn iterations_are_found_by_name_and_by_day(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shops(&story).await;
    for (product, name, from, until) in [
        ("shop", "Sprint 1", "2026-03-02", "2026-03-16"),
        ("shop", "Sprint 2", "2026-03-16", "2026-03-30"),
        ("till", "Sprint 2", "2026-03-09", "2026-03-23"),
    ] {
        let input = json!({ "product": product, "name": name, "period": { "from": from, "until": until } });
        story.gets("CreateIteration", json!({ "input": input })).await;
    }
    let find = |arguments: &str| format!("{{ iteration({arguments}) {{ name product {{ key }} }} }}");
    let sprint =
        |product: &str, name: &str| json!({ "iteration": { "name": name, "product": { "key": product } } });
    for (arguments, found) in [
        ("name: \"Sprint 1\"", sprint("shop", "Sprint 1")),
        ("iteration: \"Sprint  1\"", sprint("shop", "Sprint 1")),
        ("name: \"Sprint 2\", product: \"till\"", sprint("till", "Sprint 2")),
        ("day: \"2026-03-02\"", sprint("shop", "Sprint 1")),
        ("day: \"2026-03-15\", product: \"shop\"", sprint("shop", "Sprint 1")),
        ("day: \"2026-03-16\", product: \"shop\"", sprint("shop", "Sprint 2")),
    ] {
        assert_eq!(story.app.asks(&find(arguments), json!({})).await, found, "{arguments}");
    }
    for (arguments, refused) in [
        ("name: \"Sprint 2\"", ("INVALID_ARGUMENT", "name")),
        ("day: \"2026-03-10\"", ("INVALID_ARGUMENT", "day")),
        ("day: \"2026-03-30\"", ("NOT_FOUND", "day")),
        ("name: \"Sprint 3\"", ("NOT_FOUND", "name")),
        ("name: \"Sprint 1\", product: \"none\"", ("NOT_FOUND", "product")),
    ] {
        let (code, argument, _) = story.app.is_refused(&find(arguments), json!({})).await;
        assert_eq!((code.as_str(), argument.as_str()), refused, "{arguments}");
    }
    let updated = story
        .gets(
            "UpdateIteration",
            json!({ "input": { "iteration": "Sprint 2", "product": "till", "goal": "faster" } }),
        )
        .await;
    assert_eq!(
        updated["updateIteration"]["iteration"],
        json!({ "goal": "faster", "product": { "key": "till" } })
    );
}

/// Submits a response and opens an incident with an external ID of a source.
async fn reports(story: &Story, source: &str, external: &str, customer: &str) -> [Value; 2] {
    let said = json!({ "product": "shop", "scale": "csat", "rating": 4, "source": source, "externalId": external,
        "customer": customer });
    let broken = json!({ "product": "shop", "severity": 3, "title": "slow", "source": source, "externalId": external,
        "customers": [customer] });
    let done = story.gets("SubmitFeedbackAndOpenIncident", json!({ "f": said, "i": broken })).await;
    [done["submitFeedback"]["feedback"]["id"].clone(), done["openIncident"]["incident"]["id"].clone()]
}

async fn feedback_and_incidents_are_found_by_their_external_ids(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shops(&story).await;
    let survey = reports(&story, "survey", "7", "acme").await;
    let tickets = reports(&story, "tickets", "7", "acme").await;
    let only = reports(&story, "zz", "8", "acme").await;
    for (at, noun) in ["feedback", "incident"].into_iter().enumerate() {
        let find = |arguments: &str| format!("{{ {noun}({arguments}) {{ id }} }}");
        for (arguments, id) in [
            ("externalId: \"7\", source: \"survey\"", &survey[at]),
            ("externalId: \"7\", source: \"tickets\"", &tickets[at]),
            ("externalId: \"8\"", &only[at]),
        ] {
            assert_eq!(
                story.app.asks(&find(arguments), json!({})).await[noun]["id"],
                *id,
                "{noun} {arguments}"
            );
        }
        for (arguments, refused) in [
            ("externalId: \"7\"", "INVALID_ARGUMENT"),
            ("externalId: \"7\", source: \"zz\"", "NOT_FOUND"),
            ("externalId: \"9\"", "NOT_FOUND"),
        ] {
            let (code, argument, _) = story.app.is_refused(&find(arguments), json!({})).await;
            assert_eq!((code.as_str(), argument.as_str()), (refused, "externalId"), "{noun} {arguments}");
        }
    }
}

async fn a_customer_finds_no_external_id_of_another(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shops(&story).await;
    story.admin.creates_customer(json!({ "key": "bolt" })).await;
    let own = reports(&story, "survey", "1", "acme").await;
    reports(&story, "survey", "2", "bolt").await;
    let token = story
        .gets("CreateToken", json!({ "input": { "name": "acme", "role": "CUSTOMER", "customer": "acme" } }))
        .await["createToken"]["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    for (at, noun) in ["feedback", "incident"].into_iter().enumerate() {
        let find = |external: &str| format!("{{ {noun}(externalId: \"{external}\") {{ id }} }}");
        let (_, found) = story.app.answer_to(&token, &find("1"), json!({})).await;
        assert_eq!(found["data"][noun]["id"], own[at], "{found:#}");
        let (_, hidden) = story.app.answer_to(&token, &find("2"), json!({})).await;
        let (_, absent) = story.app.answer_to(&token, &find("3"), json!({})).await;
        assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden:#}");
        assert_eq!(hidden.to_string().replace("\\\"2\\\"", "\\\"3\\\""), absent.to_string());
    }
}

async fn targets_of_mutations_are_references(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shops(&story).await;
    let done = story.gets("UpdateFeatureAndUpdateProduct", json!({ "updateFeature": { "feature": "search", "product": "shop", "name": "Search" }, "updateProduct": { "product": "shop", "name": "Shop" }, "shipRelease": { "release": "7", "releasedAt": "2026-03-01T00:00:00Z" }, "updateRelease": { "release": "1.0", "product": "till", "title": "One" } })).await;
    assert_eq!(done["updateFeature"]["feature"]["name"], "Search");
    assert_eq!(done["updateProduct"]["product"]["name"], "Shop");
    assert_eq!(done["shipRelease"]["release"]["version"], "7");
    assert_eq!(done["updateRelease"]["release"], json!({ "title": "One", "product": { "key": "till" } }));
    assert_eq!(
        story.is_refused("UpdateFeature", json!({ "input": { "feature": "search", "name": "x" } })).await.1,
        "feature"
    );
    assert_eq!(
        story
            .is_refused(
                "UpdateFeature",
                json!({ "input": { "feature": "queue", "product": "shop", "name": "x" } })
            )
            .await
            .0,
        "NOT_FOUND"
    );
    // No input names an object in another way.
    let schema =
        apollo_compiler::Schema::parse(ballroom_tests::ballroom::graphql::sdl(), "schema.graphql").unwrap();
    let inputs = schema.types.values().filter_map(|ty| ty.as_input_object());
    let mut ids = Vec::new();
    for input in inputs {
        for (name, field) in &input.fields {
            if field.ty.inner_named_type() == "ID" {
                ids.push(format!("{}.{name}", input.name));
            }
        }
    }
    assert!(ids.is_empty(), "{ids:?}");
}
