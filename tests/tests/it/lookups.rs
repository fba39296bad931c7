//! Objects are named in one way everywhere: by exactly one argument of a lookup, and by a reference in every input.

use ballroom_tests::{App, Backend, on_both};
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

/// Two shops with the same feature and release, and all other nouns once.
async fn shops(app: &App) {
    for product in ["shop", "till"] {
        app.product(product, &["search"]).await;
        let plan = "mutation($p: Reference!) { planRelease(input: { product: $p, version: \"1.0\" }) { release { id } } }";
        app.asks(plan, json!({ "p": product })).await;
    }
    app.product("desk", &["queue"]).await;
    let rest = "mutation {
        createTeam(input: { key: \"finders\" }) { team { id } }
        createMember(input: { email: \"ann@example.com\" }) { member { id } }
        createSegment(input: { key: \"gold\" }) { segment { id } }
        createCustomer(input: { key: \"acme\" }) { customer { id } }
        planRelease(input: { product: \"desk\", version: \"7\" }) { release { id } }
    }";
    app.asks(rest, json!({})).await;
}

async fn every_noun_is_found_by_each_of_its_names(backend: Backend) {
    let app = App::start(backend).await;
    shops(&app).await;
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
        let found = app.asks(&find(noun, name), json!({})).await;
        let id = found[noun]["id"].as_str().unwrap();
        assert_eq!(found[noun][field], name);
        for query in [find(noun, id), find("id", id), find(field, name)] {
            assert_eq!(app.asks(&query, json!({})).await, found, "{query}");
        }
        // The argument that is wrong is the one that was given.
        for (query, refused) in [
            (find(noun, "none"), ("NOT_FOUND", noun)),
            (find(field, "none@example.com"), ("NOT_FOUND", field)),
            (find(field, id), ("NOT_FOUND", field)),
            (find("id", name), ("INVALID_ARGUMENT", "id")),
        ] {
            let (code, argument, _) = app.is_refused(&query, json!({})).await;
            assert_eq!((code.as_str(), argument.as_str()), refused, "{query}");
        }
    }
}

async fn a_lookup_takes_exactly_one_name(backend: Backend) {
    let app = App::start(backend).await;
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
            let (code, argument, message) = app.is_refused(&query, json!({})).await;
            assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", first), "{query}");
            assert_eq!(message, format!("{first}: {found}; send exactly one of {names}"), "{query}");
        }
    }
}

async fn a_name_that_several_products_have_needs_the_product(backend: Backend) {
    let app = App::start(backend).await;
    shops(&app).await;
    for (noun, name) in [("feature", "search"), ("release", "1.0")] {
        let query =
            |product: &str| format!("{{ {noun}({noun}: \"{name}\"{product}) {{ product {{ key }} }} }}");
        let (code, argument, message) = app.is_refused(&query(""), json!({})).await;
        assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", noun));
        assert!(message.contains(&format!("several products have a {noun} \"{name}\"")), "{message}");
        let found = app.asks(&query(", product: \"till\""), json!({})).await;
        assert_eq!(found[noun]["product"]["key"], "till");
    }
    let filtered = "{ incidents(filter: { feature: \"search\" }) { totalCount } }";
    assert_eq!(app.is_refused(filtered, json!({})).await.1, "filter.feature");
}

async fn iterations_are_found_by_name_and_by_day(backend: Backend) {
    let app = App::start(backend).await;
    shops(&app).await;
    let create =
        "mutation($input: CreateIterationInput!) { createIteration(input: $input) { iteration { id } } }";
    for (product, name, from, until) in [
        ("shop", "Sprint 1", "2026-03-02", "2026-03-16"),
        ("shop", "Sprint 2", "2026-03-16", "2026-03-30"),
        ("till", "Sprint 2", "2026-03-09", "2026-03-23"),
    ] {
        let input = json!({ "product": product, "name": name, "period": { "from": from, "until": until } });
        app.asks(create, json!({ "input": input })).await;
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
        assert_eq!(app.asks(&find(arguments), json!({})).await, found, "{arguments}");
    }
    for (arguments, refused) in [
        ("name: \"Sprint 2\"", ("INVALID_ARGUMENT", "name")),
        ("day: \"2026-03-10\"", ("INVALID_ARGUMENT", "day")),
        ("day: \"2026-03-30\"", ("NOT_FOUND", "day")),
        ("name: \"Sprint 3\"", ("NOT_FOUND", "name")),
        ("name: \"Sprint 1\", product: \"none\"", ("NOT_FOUND", "product")),
    ] {
        let (code, argument, _) = app.is_refused(&find(arguments), json!({})).await;
        assert_eq!((code.as_str(), argument.as_str()), refused, "{arguments}");
    }
    let update = "mutation { updateIteration(input: { iteration: \"Sprint 2\", product: \"till\", goal: \"faster\" }) {
        iteration { goal product { key } } } }";
    let updated = app.asks(update, json!({})).await;
    assert_eq!(
        updated["updateIteration"]["iteration"],
        json!({ "goal": "faster", "product": { "key": "till" } })
    );
}

/// Submits a response and opens an incident with an external ID of a source.
async fn reports(app: &App, source: &str, external: &str, customer: &str) -> [Value; 2] {
    let both = "mutation($f: SubmitFeedbackInput!, $i: OpenIncidentInput!) {
        submitFeedback(input: $f) { feedback { id } } openIncident(input: $i) { incident { id } } }";
    let said = json!({ "product": "shop", "scale": "csat", "rating": 4, "source": source, "externalId": external,
        "customer": customer });
    let broken = json!({ "product": "shop", "severity": 3, "title": "slow", "source": source, "externalId": external,
        "customers": [customer] });
    let done = app.asks(both, json!({ "f": said, "i": broken })).await;
    [done["submitFeedback"]["feedback"]["id"].clone(), done["openIncident"]["incident"]["id"].clone()]
}

async fn feedback_and_incidents_are_found_by_their_external_ids(backend: Backend) {
    let app = App::start(backend).await;
    shops(&app).await;
    let survey = reports(&app, "survey", "7", "acme").await;
    let tickets = reports(&app, "tickets", "7", "acme").await;
    let only = reports(&app, "zz", "8", "acme").await;
    for (at, noun) in ["feedback", "incident"].into_iter().enumerate() {
        let find = |arguments: &str| format!("{{ {noun}({arguments}) {{ id }} }}");
        for (arguments, id) in [
            ("externalId: \"7\", source: \"survey\"", &survey[at]),
            ("externalId: \"7\", source: \"tickets\"", &tickets[at]),
            ("externalId: \"8\"", &only[at]),
        ] {
            assert_eq!(app.asks(&find(arguments), json!({})).await[noun]["id"], *id, "{noun} {arguments}");
        }
        for (arguments, refused) in [
            ("externalId: \"7\"", "INVALID_ARGUMENT"),
            ("externalId: \"7\", source: \"zz\"", "NOT_FOUND"),
            ("externalId: \"9\"", "NOT_FOUND"),
        ] {
            let (code, argument, _) = app.is_refused(&find(arguments), json!({})).await;
            assert_eq!((code.as_str(), argument.as_str()), (refused, "externalId"), "{noun} {arguments}");
        }
    }
}

async fn a_customer_finds_no_external_id_of_another(backend: Backend) {
    let app = App::start(backend).await;
    shops(&app).await;
    app.asks("mutation { createCustomer(input: { key: \"bolt\" }) { customer { id } } }", json!({})).await;
    let own = reports(&app, "survey", "1", "acme").await;
    reports(&app, "survey", "2", "bolt").await;
    let create =
        "mutation { createToken(input: { name: \"acme\", role: CUSTOMER, customer: \"acme\" }) { secret } }";
    let token = app.asks(create, json!({})).await["createToken"]["secret"].as_str().unwrap().to_owned();
    for (at, noun) in ["feedback", "incident"].into_iter().enumerate() {
        let find = |external: &str| format!("{{ {noun}(externalId: \"{external}\") {{ id }} }}");
        let (_, found) = app.answer_to(&token, &find("1"), json!({})).await;
        assert_eq!(found["data"][noun]["id"], own[at], "{found:#}");
        let (_, hidden) = app.answer_to(&token, &find("2"), json!({})).await;
        let (_, absent) = app.answer_to(&token, &find("3"), json!({})).await;
        assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden:#}");
        assert_eq!(hidden.to_string().replace("\\\"2\\\"", "\\\"3\\\""), absent.to_string());
    }
}

async fn targets_of_mutations_are_references(backend: Backend) {
    let app = App::start(backend).await;
    shops(&app).await;
    let by_name = "mutation {
        updateFeature(input: { feature: \"search\", product: \"shop\", name: \"Search\" }) { feature { name } }
        updateProduct(input: { product: \"shop\", name: \"Shop\" }) { product { name } }
        shipRelease(input: { release: \"7\", releasedAt: \"2026-03-01T00:00:00Z\" }) { release { version } }
        updateRelease(input: { release: \"1.0\", product: \"till\", title: \"One\" }) { release { title product { key } } }
    }";
    let done = app.asks(by_name, json!({})).await;
    assert_eq!(done["updateFeature"]["feature"]["name"], "Search");
    assert_eq!(done["updateProduct"]["product"]["name"], "Shop");
    assert_eq!(done["shipRelease"]["release"]["version"], "7");
    assert_eq!(done["updateRelease"]["release"], json!({ "title": "One", "product": { "key": "till" } }));
    let unclear =
        "mutation { updateFeature(input: { feature: \"search\", name: \"x\" }) { feature { name } } }";
    assert_eq!(app.is_refused(unclear, json!({})).await.1, "feature");
    let wrong = "mutation { updateFeature(input: { feature: \"queue\", product: \"shop\", name: \"x\" }) { feature { name } } }";
    assert_eq!(app.is_refused(wrong, json!({})).await.0, "NOT_FOUND");
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
