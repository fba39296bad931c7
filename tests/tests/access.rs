//! Who gets in, and who may do what.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

on_both!(
    a_token_is_needed,
    a_revoked_token_lets_nobody_in,
    the_table_of_roles_and_fields_is_complete,
    a_customer_sees_only_what_is_the_customers,
    a_publishable_token_can_only_submit,
);

const ASK: &str = "{ organization { name } }";

async fn a_token_is_needed(backend: Backend) {
    let app = App::start(backend).await;
    let body = json!({ "query": ASK });
    let without = app.http().post(app.url("/graphql")).json(&body).send().await.unwrap();
    assert_eq!(without.status(), 401);
    assert!(without.headers().contains_key("www-authenticate"));
    let answer: serde_json::Value = without.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    for bad in ["nonsense", "ballroom_AAAA", &format!("{}x", app.token), &app.token[..app.token.len() - 4]] {
        let (status, answer) = app.answer_to(bad, ASK, json!({})).await;
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (401, &json!("UNAUTHENTICATED")),
            "{bad}"
        );
    }
    let basic =
        app.http().post(app.url("/graphql")).basic_auth("me", Some("secret")).json(&body).send().await;
    assert_eq!(basic.unwrap().status(), 401);
    assert_eq!(app.http().get(app.url("/healthz")).send().await.unwrap().status(), 200);
    assert_eq!(app.http().get(app.url("/readyz")).send().await.unwrap().status(), 200);
}

async fn a_revoked_token_lets_nobody_in(backend: Backend) {
    let app = App::start(backend).await;
    let made =
        app.database.succeeds(&["token", "create", "--role", "business", "--name", "phone", "--quiet"]).await;
    let token = made.trim();
    assert_eq!(made.lines().count(), 1, "--quiet prints the token and nothing else");
    assert_eq!(app.answer_to(token, ASK, json!({})).await.0, 200);
    let list = app.database.succeeds(&["token", "list"]).await;
    assert!(list.contains("phone") && list.contains("business") && !list.contains(token), "{list}");
    app.database.succeeds(&["token", "revoke", "phone"]).await;
    assert_eq!(app.answer_to(token, ASK, json!({})).await.0, 401);
    let none = app.database.ballroom(&["token", "revoke", "phone"]).await;
    assert!(!none.status.success() && none.err.contains("phone"), "{none:?}");
}

/// Who calls: each role without limits, then each scope with the role that may do most.
const CALLERS: [(&str, &[&str]); 12] = [
    ("PRODUCT", &["--role", "product"]),
    ("DEVELOPMENT", &["--role", "development"]),
    ("OPERATIONS", &["--role", "operations"]),
    ("SECURITY", &["--role", "security"]),
    ("BUSINESS", &["--role", "business"]),
    ("SUPPORT", &["--role", "support"]),
    ("CUSTOMER", &["--role", "customer", "--customer", "acme"]),
    ("ADMINISTRATOR", &["--role", "administrator"]),
    ("read", &["--role", "administrator", "--scope", "read"]),
    ("ingest", &["--role", "administrator", "--scope", "ingest"]),
    ("reports", &["--role", "administrator", "--scope", "reports"]),
    ("publishable", &["--role", "administrator", "--scope", "publishable"]),
];

/// Every root field, with arguments that are well formed and change nothing: what they name is not there.
fn samples() -> Vec<(String, String)> {
    let none = |noun: &str| format!("\"{noun}_00000000000000000000000000000000\"");
    let mut samples = Vec::new();
    let mut query = |name: &str, rest: &str| {
        samples.push((format!("Query.{name}"), format!("{{ {name}{rest} }}")));
    };
    query("organization", " { id }");
    query("node", &format!("(id: {}) {{ id }}", none("feature")));
    query("nodes", &format!("(ids: [{}]) {{ id }}", none("feature")));
    for list in ["products", "features", "segments", "customers", "incidents"] {
        query(list, "(first: 1) { nodes { id } }");
    }
    for (one, argument) in
        [("product", "product"), ("customer", "customer"), ("release", "release"), ("feature", "feature")]
    {
        query(one, &format!("({argument}: {}) {{ id }}", none(one)));
    }
    for one in ["feedback", "incident", "iteration"] {
        query(one, &format!("(id: {}) {{ id }}", none(one)));
    }
    query("scales", " { id }");
    query("tokens", " { id }");
    query("scoreParameters", " { mean }");
    query("productComparison", " { asOf }");
    let feature = none("feature");
    let mut mutation = |name: &str, input: &str| {
        let query = format!("mutation {{ {name}(input: {{ {input} }}) {{ clientMutationId }} }}");
        samples.push((format!("Mutation.{name}"), query));
    };
    let answer = "product: \"none\", scale: \"csat\", rating: 3";
    mutation("submitFeedback", answer);
    mutation("submitFeedbackBatch", &format!("items: [{{ {answer} }}]"));
    mutation("correctFeedback", &format!("feedbackId: {}", none("feedback")));
    mutation("deleteFeedback", &format!("feedbackId: {}", none("feedback")));
    let incident = "product: \"none\", severity: 2, title: \"x\"";
    mutation("openIncident", incident);
    mutation("openIncidents", &format!("items: [{{ {incident} }}]"));
    for (name, rest) in [
        ("updateIncident", ""),
        ("resolveIncident", ""),
        ("reopenIncident", ""),
        ("attributeIncident", ", basis: NOT_CAUSED_BY_CHANGE"),
    ] {
        mutation(name, &format!("incidentId: {}{rest}", none("incident")));
    }
    mutation("recordExposure", "items: [{ product: \"none\", day: \"2026-03-01\", activeCustomers: 3 }]");
    mutation("createCustomer", "key: \"\"");
    mutation("updateCustomer", &format!("customer: {}", none("customer")));
    mutation("planRelease", "product: \"none\", version: \"1\"");
    for name in ["updateRelease", "shipRelease", "withdrawRelease"] {
        mutation(name, &format!("releaseId: {}", none("release")));
    }
    let deployment =
        format!("releaseId: {}, environment: \"production\", status: SUCCEEDED", none("release"));
    mutation("recordDeployment", &deployment);
    mutation("createProduct", "key: \"\"");
    mutation("updateProduct", "product: \"none\"");
    mutation("createFeature", "product: \"none\", key: \"x\"");
    mutation("updateFeature", &format!("featureId: {feature}"));
    mutation(
        "createIteration",
        "product: \"none\", name: \"x\", startsOn: \"2026-03-01\", endsBefore: \"2026-03-02\"",
    );
    mutation("updateIteration", &format!("iterationId: {}", none("iteration")));
    mutation("createSegment", "key: \"\"");
    mutation("updateSegment", &format!("segment: {}, name: \"x\"", none("segment")));
    mutation("createScale", "key: \"\", name: \"x\", min: 0, max: 1");
    mutation("computeScoreParameters", "from: \"2026-03-02\", until: \"2026-03-01\"");
    mutation("createToken", "name: \"\", role: SUPPORT");
    mutation("revokeToken", "tokenId: \"none\"");
    for name in ["feedbackReceived", "incidentChanged", "releaseChanged", "verdictChanged", "incidentAlert"] {
        let shown = match name {
            "verdictChanged" => "after",
            "incidentAlert" => "kind",
            _ => "id",
        };
        samples.push((format!("Subscription.{name}"), format!("subscription {{ {name} {{ {shown} }} }}")));
    }
    samples
}

/// What is asked of an object that a caller has reached: of a product, a feature and a release.
const NESTED: [(&str, &str, &str); 34] = [
    ("Product", "features", "(first: 1) { nodes { id } }"),
    ("Product", "releases", "(first: 1) { nodes { id } }"),
    ("Product", "iterations", "(first: 1) { nodes { id } }"),
    ("Product", "feedback", "(first: 1) { nodes { id } }"),
    ("Product", "incidents", "(first: 1) { nodes { id } }"),
    ("Product", "value", " { score }"),
    ("Product", "valueReport", " { responses }"),
    ("Product", "trend", " { asOf }"),
    ("Product", "forecast", " { mean }"),
    ("Product", "changePoint", " { called }"),
    ("Product", "standardFigures", " { value }"),
    ("Product", "alerts", " { kind }"),
    ("Feature", "feedback", "(first: 1) { nodes { id } }"),
    ("Feature", "incidents", "(first: 1) { nodes { id } }"),
    ("Feature", "value", " { score }"),
    ("Feature", "trend", " { asOf }"),
    ("Feature", "forecast", " { mean }"),
    ("Feature", "changePoint", " { called }"),
    ("Feature", "standardFigures", " { value }"),
    ("Feature", "alerts", " { kind }"),
    ("Feature", "name", ""),
    ("Release", "feedback", "(first: 1) { nodes { id } }"),
    ("Release", "regression", " { verdict }"),
    ("Release", "version", ""),
    ("Release", "notes", ""),
    ("Release", "plannedFor", ""),
    ("Release", "previous", " { version }"),
    ("Release", "features", " { change }"),
    ("Release", "deployments", " { id }"),
    ("Feature", "team", ""),
    ("Customer", "segment", " { key }"),
    ("Feedback", "segment", " { key }"),
    ("Incident", "attributions", " { id }"),
    ("Incident", "affectedCustomers", ""),
];

/// Who may do what: the table that `docs/access.md` shows, for every root field and whatever needs more than to have
/// reached its object.
async fn the_table_of_roles_and_fields_is_complete(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"1.0\", releasedAt: \"2026-03-01T00:00:00Z\" })
        { release { id } } }";
    app.asks(plan, json!({})).await;
    let answer = app
        .submits(
            json!({ "product": "shop", "feature": "search", "release": "1.0", "scale": "csat", "rating": 3,
            "customer": "acme" }),
        )
        .await;
    let open = "mutation { openIncident(input: { product: \"shop\", severity: 2, title: \"x\", customers: [\"acme\"] }) {
        incident { id } } }";
    app.asks(open, json!({})).await;
    let mut rows = samples();
    let schema = ballroom::graphql::sdl();
    for name in root_fields(&schema) {
        assert!(rows.iter().any(|(sample, _)| *sample == name), "{name} is missing in this test");
    }
    for (object, field, rest) in NESTED {
        let path = match object {
            "Product" => format!("product {{ {field}{rest} }}"),
            "Feature" => format!("feature {{ {field}{rest} }}"),
            "Customer" => format!("customer {{ {field}{rest} }}"),
            "Feedback" => format!("{field}{rest}"),
            "Incident" => format!("product {{ incidents {{ nodes {{ {field}{rest} }} }} }}"),
            _ => format!("release {{ {field}{rest} }}"),
        };
        // Reached by way of an answer, as a customer would; who may not read answers reaches it by its key.
        let by_answer = format!("{{ feedback(id: {}) {{ {path} }} }}", answer["feedback"]["id"]);
        let by_key = match object {
            "Product" => format!("{{ product(product: \"shop\") {{ {field}{rest} }} }}"),
            "Feature" => format!("{{ feature(feature: \"search\", product: \"shop\") {{ {field}{rest} }} }}"),
            "Release" => format!("{{ release(release: \"1.0\", product: \"shop\") {{ {field}{rest} }} }}"),
            // Answers, incidents and customers have no key by which others reach them.
            _ => by_answer.clone(),
        };
        rows.push((format!("{object}.{field}"), format!("{by_answer}|{by_key}")));
    }
    let mut tokens = Vec::new();
    for (name, arguments) in CALLERS {
        let create = [&["token", "create", "--name", name, "--quiet"], arguments].concat();
        tokens.push((name, app.database.succeeds(&create).await.trim().to_owned()));
    }
    let names: Vec<_> = CALLERS.iter().map(|(name, _)| *name).collect();
    let mut table = format!("| field | {} |\n|---|{}\n", names.join(" | "), ":-:|".repeat(names.len()));
    for (name, queries) in &rows {
        let mut cells = Vec::new();
        for (_, token) in &tokens {
            let mut allowed = false;
            for query in queries.split('|') {
                allowed |= may(&app, token, query).await;
            }
            cells.push(if allowed { "x" } else { " " });
        }
        table.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    let documented = include_str!("../../docs/access.md");
    assert!(
        documented.contains(&table),
        "docs/access.md shows another table; this is the right one:\n{table}"
    );
}

async fn may(app: &App, token: &str, query: &str) -> bool {
    if !query.starts_with("subscription") {
        let (_, answer) = app.plain_answer_to(token, query, json!({})).await;
        let codes =
            answer["errors"].as_array().into_iter().flatten().map(|error| &error["extensions"]["code"]);
        let codes: Vec<_> = codes.collect();
        // Whatever else is wrong with the sample, it was not the right to ask.
        assert!(
            codes.iter().all(|code| ["FORBIDDEN", "NOT_FOUND"].iter().any(|right| *code == right)),
            "{query}: {answer:#}"
        );
        return codes.iter().all(|code| *code != "FORBIDDEN");
    }
    let body = json!({ "query": query });
    let asked = app.http().post(app.url("/graphql")).bearer_auth(token).json(&body);
    let mut answer = asked.header("accept", "text/event-stream").send().await.unwrap();
    let first = tokio::time::timeout(std::time::Duration::from_millis(300), answer.chunk()).await;
    // Who may listen hears nothing yet.
    !first
        .is_ok_and(|chunk| String::from_utf8_lossy(&chunk.unwrap().unwrap_or_default()).contains("FORBIDDEN"))
}

/// The fields of the three root types, from the schema as it is printed.
fn root_fields(schema: &str) -> Vec<String> {
    let schema = apollo_compiler::Schema::parse(schema, "schema.graphql").unwrap();
    ["Query", "Mutation", "Subscription"]
        .iter()
        .flat_map(|root| {
            schema.get_object(root).unwrap().fields.keys().map(move |field| format!("{root}.{field}"))
        })
        .collect()
}

async fn a_customer_sees_only_what_is_the_customers(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let mut ids = Vec::new();
    for customer in ["acme", "bolt"] {
        for rating in [2, 4] {
            let answer = json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": rating,
                "customer": customer, "comment": format!("{customer} says {rating}"),
                "occurredAt": format!("2026-03-0{rating}T00:00:00Z") });
            ids.push(app.submits(answer).await["feedback"]["id"].clone());
        }
        let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
        let input = json!({ "product": "shop", "severity": 2, "title": format!("{customer} is stuck"),
            "customers": [customer] });
        let opened = app.asks(open, json!({ "input": input })).await;
        ids.push(opened["openIncident"]["incident"]["id"].clone());
    }
    let create = ["token", "create", "--name", "acme", "--quiet", "--role", "customer", "--customer", "acme"];
    let acme = app.database.succeeds(&create).await.trim().to_owned();
    let asks = async |query: &str| app.answer_to(&acme, query, json!({})).await.1;

    let query = format!(
        "{{ nodes(ids: {}) {{ ... on Feedback {{ comment }} ... on Incident {{ title }} }} incidents {{ nodes {{ title }} }}
        mine: feedback(id: {}) {{ customer {{ key feedback {{ totalCount }} }}
            product {{ name feedback {{ totalCount nodes {{ comment }} }} }}
            feature {{ name feedback {{ totalCount }} incidents {{ totalCount }} }} }} }}",
        serde_json::to_string(&ids).unwrap(),
        ids[0]
    );
    let seen = asks(&query).await;
    assert!(seen.get("errors").is_none(), "{seen:#}");
    let expected = json!([{ "comment": "acme says 2" }, { "comment": "acme says 4" }, { "title": "acme is stuck" },
        null, null, null]);
    assert_eq!(seen["data"]["nodes"], expected);
    assert_eq!(seen["data"]["incidents"]["nodes"], json!([{ "title": "acme is stuck" }]));
    let mine = &seen["data"]["mine"];
    assert_eq!(mine["product"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert_eq!(mine["feature"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert_eq!(mine["customer"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert!(!seen.to_string().contains("bolt"), "{seen:#}");
    let others = asks(&format!("{{ feedback(id: {}) {{ comment }} }}", ids[3])).await;
    assert_eq!(others["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let filtered = "{ customer(customer: \"bolt\") { feedback { totalCount } } }";
    assert_eq!(asks(filtered).await["errors"][0]["extensions"]["code"], "NOT_FOUND");

    // What the customer submits is the customer's, whatever it says.
    let submit = |rest: &str| {
        format!(
            "mutation {{ submitFeedback(input: {{ product: \"shop\", scale: \"csat\", rating: 1{rest} }}) {{
            outcome feedback {{ source customer {{ key }} }} }} }}"
        )
    };
    let submitted = asks(&submit(", externalId: \"1\", source: \"test\"")).await;
    let feedback = &submitted["data"]["submitFeedback"]["feedback"];
    assert_eq!(feedback["customer"]["key"], "acme", "{submitted:#}");
    assert!(feedback["source"].as_str().unwrap().starts_with("customer "), "{submitted:#}");
    let as_bolt = asks(&submit(", customer: \"bolt\"")).await;
    assert_eq!(as_bolt["errors"][0]["extensions"]["argument"], "customer", "{as_bolt:#}");
    app.verify().await;
}

async fn a_publishable_token_can_only_submit(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let create =
        ["token", "create", "--name", "page", "--quiet", "--role", "product", "--scope", "publishable"];
    let page = app.database.succeeds(&create).await.trim().to_owned();
    let submit =
        "mutation { submitFeedback(input: { product: \"shop\", scale: \"csat\", rating: 4, externalId: \"7\",
        comment: \"private\" }) { outcome feedback { id comment } } }";
    let (_, first) = app.answer_to(&page, submit, json!({})).await;
    assert_eq!(first["data"]["submitFeedback"]["outcome"], "ACCEPTED", "{first:#}");
    // Whoever guesses the id of an answer is not shown it.
    let (_, again) = app.answer_to(&page, submit, json!({})).await;
    assert_eq!(again["errors"][0]["extensions"]["code"], "CONFLICT", "{again:#}");
    assert!(!again.to_string().contains("private"), "{again:#}");
    let made = "mutation($input: CreateTokenInput!) { createToken(input: $input) { token { scope role customer { key } } } }";
    let input = json!({ "name": "n", "role": "CUSTOMER" });
    let (code, argument, message) = app.is_refused(made, json!({ "input": input })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "customer"), "{message}");
    let input = json!({ "name": "n", "role": "SUPPORT", "customer": "acme" });
    assert_eq!(app.is_refused(made, json!({ "input": input })).await.1, "customer");
    let input = json!({ "name": "n", "role": "SUPPORT", "scope": "READ" });
    let token = app.asks(made, json!({ "input": input })).await["createToken"]["token"].clone();
    assert_eq!(token, json!({ "scope": "READ", "role": "SUPPORT", "customer": null }));
}
