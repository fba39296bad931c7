//! The table of rights that `docs/access.md` shows.

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

use super::{CALLERS, NESTED, callers, samples};

on_both!(the_table_of_roles_and_fields_is_complete, whoever_may_not_is_told_so_before_anything_else,);

/// Who may do what: the table that `docs/access.md` shows, for every root field and whatever needs more than to have
/// reached its object.
async fn the_table_of_roles_and_fields_is_complete(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"1.0\", releasedAt: \"2026-03-01T00:00:00Z\" })
        { release { id } } }";
    app.asks(plan, json!({})).await;
    let people = "mutation { createTeam(input: { key: \"finders\" }) { team { id } }
        createMember(input: { email: \"ann@example.com\", teams: [\"finders\"] }) { member { id } }
        createFeature(input: { product: \"shop\", key: \"search\", team: \"finders\" }) { feature { id } } }";
    app.asks(people, json!({})).await;
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
            "Member" => format!("feature {{ team {{ members {{ nodes {{ {field}{rest} }} }} }} }}"),
            "Feedback" => format!("{field}{rest}"),
            "Incident" => format!("product {{ incidents {{ nodes {{ {field}{rest} }} }} }}"),
            _ => format!("release {{ {field}{rest} }}"),
        };
        // Reached by way of a response, as a customer would; who may not read responses reaches it by its key.
        let by_answer = format!("{{ feedback(id: {}) {{ {path} }} }}", answer["feedback"]["id"]);
        let by_key = match object {
            "Product" => format!("{{ product(product: \"shop\") {{ {field}{rest} }} }}"),
            "Feature" => format!("{{ feature(feature: \"search\", product: \"shop\") {{ {field}{rest} }} }}"),
            "Release" => format!("{{ release(release: \"1.0\", product: \"shop\") {{ {field}{rest} }} }}"),
            "Member" => format!("{{ member(member: \"ann@example.com\") {{ {field}{rest} }} }}"),
            // Responses, incidents and customers have no key by which others reach them.
            _ => by_answer.clone(),
        };
        rows.push((format!("{object}.{field}"), format!("{by_answer}|{by_key}")));
    }
    let tokens = callers(&app).await;
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
    let documented = include_str!("../../../../docs/access.md");
    assert!(
        documented.contains(&table),
        "docs/access.md shows another table; this is the right one:\n{table}"
    );
}

async fn whoever_may_not_is_told_so_before_anything_else(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    app.asks("mutation { createCustomer(input: { key: \"acme\" }) { customer { id } } }", json!({})).await;
    let mut told = 0;
    for (name, token) in callers(&app).await {
        for (field, query) in samples() {
            let bent = match field.as_str() {
                "Mutation.updateProduct" => query.replace(" })", ", name: null })"),
                _ => query
                    .replace("_00000000000000000000000000000000", "")
                    .replace("(first: 1)", "(first: -1)"),
            };
            if bent != query && !may(&app, &token, &query).await {
                assert!(!may(&app, &token, &bent).await, "{name} {field}");
                told += 1;
            }
        }
    }
    assert!(told > 50, "{told}");
}

async fn may(app: &App, token: &str, query: &str) -> bool {
    if !query.starts_with("subscription") {
        let (_, answer) = app.plain_answer_to(token, query, json!({})).await;
        let codes =
            answer["errors"].as_array().into_iter().flatten().map(|error| &error["extensions"]["code"]);
        let codes: Vec<_> = codes.collect();
        // Whatever else is wrong with the sample, the right was sufficient.
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
    // A permitted subscription gets no event yet.
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
