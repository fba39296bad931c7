//! Null, and the character NUL.

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

use super::{opens, ships};

on_both!(
    null_removes_what_can_be_empty_and_is_refused_by_field_elsewhere,
    nul_is_refused_by_field_or_finds_nothing,
);

async fn null_removes_what_can_be_empty_and_is_refused_by_field_elsewhere(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let release = ships(&app, "shop", "1.0").await;
    let iteration = "mutation { createIteration(input: { product: \"shop\", name: \"1\", period: { from: \"2026-03-01\", until: \"2026-03-08\" } }) { iteration { id } } }";
    let iteration = app.asks(iteration, json!({})).await["createIteration"]["iteration"]["id"].clone();
    let feature = app.asks("{ feature(product: \"shop\", feature: \"search\") { id } }", json!({})).await["feature"]["id"].clone();
    let member = "mutation { createMember(input: { email: \"ann@example.com\" }) { member { id } } }";
    let member = app.asks(member, json!({})).await["createMember"]["member"]["id"].clone();
    let said =
        json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4, "customer": "acme" });
    let feedback = app.submits(said).await["feedback"]["id"].clone();
    let incident = opens(&app, json!({ "features": ["search"], "customers": ["acme"] })).await;
    let schema =
        apollo_compiler::Schema::parse(ballroom_tests::ballroom::graphql::sdl(), "schema.graphql").unwrap();
    let mut tried = 0;
    for (mutation, identity, removable) in [
        ("updateProduct", json!({ "product": "shop" }), &["description"][..]),
        ("updateFeature", json!({ "feature": feature }), &["description", "team"]),
        (
            "updateRelease",
            json!({ "release": release }),
            &["title", "notes", "previous", "plannedFor", "features"],
        ),
        ("updateIteration", json!({ "iteration": iteration }), &["goal"]),
        ("updateMember", json!({ "member": member }), &["email", "roles", "teams", "language", "identities"]),
        ("updateCustomer", json!({ "customer": "acme" }), &["name", "segment"]),
        (
            "updateIncident",
            json!({ "incident": incident }),
            &["description", "affectedCustomers", "features", "customers"],
        ),
        ("correctFeedback", json!({ "feedback": feedback }), &["feature", "release", "segment", "comment"]),
    ] {
        let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let fields = &schema.get_input_object(&input).unwrap().fields;
        for (name, field) in fields {
            // The product is a part of the name; null is another way to leave it out.
            let names = name == "product";
            if name == "clientMutationId" || names || field.ty.is_non_null() {
                continue;
            }
            tried += 1;
            let mut given = identity.clone();
            given[name.as_str()] = json!(null);
            let query =
                format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ clientMutationId }} }}");
            let answer = app.answer(&query, json!({ "input": given })).await;
            if removable.contains(&name.as_str()) {
                assert!(answer.get("errors").is_none(), "{mutation} {name}: {answer:#}");
            } else {
                let extensions = &answer["errors"][0]["extensions"];
                assert_eq!(extensions["code"], "INVALID_ARGUMENT", "{mutation} {name}: {answer:#}");
                assert_eq!(extensions["argument"], name.as_str(), "{mutation} {name}: {answer:#}");
            }
        }
    }
    assert!(tried > 20, "{tried}");
    let hurt = format!(
        "{{ incident(id: \"{incident}\") {{ title features {{ key }} customers {{ totalCount }} }} }}"
    );
    let hurt = app.asks(&hurt, json!({})).await;
    assert_eq!(
        hurt["incident"],
        json!({ "title": "broken", "features": [], "customers": { "totalCount": 0 } })
    );
    app.verify().await;
}

/// Mutations for which a token of an organization is not enough, whatever their input.
const OPERATORS: [&str; 3] = ["createOrganization", "renameOrganization", "createAdministratorToken"];

async fn nul_is_refused_by_field_or_finds_nothing(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let said = json!({ "product": "shop", "scale": "csat", "rating": 4, "customer": "acme" });
    let feedback = app.submits(said).await["feedback"]["id"].clone();
    let incident = opens(&app, json!({})).await;
    let schema =
        apollo_compiler::Schema::parse(ballroom_tests::ballroom::graphql::sdl(), "schema.graphql").unwrap();
    let none = |noun: &str| format!("{noun}_00000000000000000000000000000000");
    // Every text of every input of every mutation.
    let mut tried = 0;
    for (mutation, field) in &schema.get_object("Mutation").unwrap().fields {
        if OPERATORS.contains(&mutation.as_str()) {
            continue;
        }
        let input = field.argument_by_name("input").unwrap().ty.inner_named_type().clone();
        let fields = &schema.get_input_object(&input).unwrap().fields;
        let sample = |name: &str, ty: &str| match (name, ty) {
            ("feedback", _) => feedback.clone(),
            ("incident", _) => json!(incident),
            (name, "ID") => json!(none(name.trim_end_matches("Id"))),
            ("product", _) => json!("shop"),
            ("feature", _) => json!("search"),
            ("customer", _) => json!("acme"),
            ("scale", _) => json!("csat"),
            (_, "Int") => json!(2),
            (_, "Float") => json!(3),
            (_, "Date") => json!("2026-03-01"),
            (_, "DateTime") => json!("2026-03-01T00:00:00Z"),
            (_, "Role") => json!("SUPPORT"),
            (_, "DeploymentStatus") => json!("SUCCEEDED"),
            (_, "AttributionBasis") => json!("NOT_CAUSED_BY_CHANGE"),
            _ => json!("x"),
        };
        for (bad, field) in fields {
            let ty = field.ty.inner_named_type().as_str();
            if !["String", "Reference", "ID"].contains(&ty) || bad == "clientMutationId" {
                continue;
            }
            let mut given = json!({});
            for (name, field) in fields.iter().filter(|(_, field)| field.is_required()) {
                let one = sample(name, field.ty.inner_named_type());
                given[name.as_str()] = if field.ty.is_list() { json!([one]) } else { one };
            }
            given[bad.as_str()] = if field.ty.is_list() { json!(["a\u{0}b"]) } else { json!("a\u{0}b") };
            let query =
                format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ clientMutationId }} }}");
            let answer = app.answer(&query, json!({ "input": given })).await;
            let code = answer["errors"][0]["extensions"]["code"]
                .as_str()
                .unwrap_or_else(|| panic!("{mutation} {bad}: {answer:#}"));
            assert!(["INVALID_ARGUMENT", "NOT_FOUND"].contains(&code), "{mutation} {bad}: {answer:#}");
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
    // Every way to look for something.
    for query in [
        "{ product(product: $t) { id } }",
        "{ feature(product: \"shop\", feature: $t) { id } }",
        "{ release(product: \"shop\", release: $t) { id } }",
        "{ customer(customer: $t) { id } }",
        "{ features(filter: { text: $s }) { nodes { id } totalCount } }",
        "{ features(filter: { team: $t }) { nodes { id } totalCount } }",
        "{ member(member: $t) { id } }",
        "{ members(filter: { text: $s }) { nodes { id } totalCount } }",
        "{ members(filter: { team: $t }) { nodes { id } totalCount } }",
        "{ members(after: $s) { nodes { id } } }",
        "{ team(team: $t) { id } }",
        "{ teams(filter: { text: $s }) { nodes { id } totalCount } }",
        "{ product(product: \"shop\") { feedback(filter: { channel: $s }) { nodes { id } totalCount } } }",
        "{ features(after: $s) { nodes { id } } }",
        "{ product(product: \"shop\") { releases(filter: { text: $s }) { nodes { id } } } }",
        "{ product(product: \"shop\") { feedback(filter: { channel: $s }) { nodes { id } } } }",
        "{ product(product: \"shop\") { feedback(filter: { segment: $t }) { nodes { id } } } }",
        "{ product(product: \"shop\") { feedback(filter: { scale: $t }) { nodes { id } } } }",
        "{ product(product: \"shop\") { value(segment: $t) { score } } }",
        "{ incidents(filter: { feature: $t }) { nodes { id } } }",
        "{ customers(before: $s) { nodes { id } } }",
    ] {
        let by_variable = match query.contains("$t") {
            true => format!("query($t: Reference!) {query}"),
            false => format!("query($s: String!) {query}"),
        };
        // A cursor of this server in form, with the character in its value.
        let cursor = base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            "00000000000000000000000000000001 a\u{0}b",
        );
        for text in ["a\u{0}b", cursor.as_str()] {
            let answer = app.answer(&by_variable, json!({ "t": text, "s": text })).await;
            assert!(!answer.to_string().contains("INTERNAL"), "{query}: {answer:#}");
            let literal =
                query.replace("$t", &json!(text).to_string()).replace("$s", &json!(text).to_string());
            let answer = app.answer(&literal, json!({})).await;
            assert!(!answer.to_string().contains("INTERNAL"), "{query}: {answer:#}");
        }
    }
    let revoke = app.database.ballroom(&["token", "revoke", "a\u{7}b"]).await;
    assert!(!revoke.status.success() && revoke.err.contains("token"), "{revoke:?}");
    app.verify().await;
}
