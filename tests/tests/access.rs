//! Who gets in, and who may do what.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

on_both!(a_token_is_needed, a_revoked_token_lets_nobody_in, each_role_may_do_what_is_its_own);

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
        app.database.succeeds(&["token", "create", "--role", "reader", "--name", "phone", "--quiet"]).await;
    let token = made.trim();
    assert_eq!(made.lines().count(), 1, "--quiet prints the token and nothing else");
    assert_eq!(app.answer_to(token, ASK, json!({})).await.0, 200);
    let list = app.database.succeeds(&["token", "list"]).await;
    assert!(list.contains("phone") && list.contains("reader") && !list.contains(token), "{list}");
    app.database.succeeds(&["token", "revoke", "phone"]).await;
    assert_eq!(app.answer_to(token, ASK, json!({})).await.0, 401);
    let none = app.database.ballroom(&["token", "revoke", "phone"]).await;
    assert!(!none.status.success() && none.err.contains("phone"), "{none:?}");
}

/// What each role may do: a table that is printed when it is wrong.
async fn each_role_may_do_what_is_its_own(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let asked = [
        ("organization", ASK),
        (
            "submitFeedback",
            "mutation { submitFeedback(input: { product: \"shop\", scale: \"csat\", rating: 3 }) { outcome } }",
        ),
        (
            "openIncident",
            "mutation { openIncident(input: { product: \"shop\", severity: 2, title: \"x\" }) { alreadyThere } }",
        ),
        (
            "recordExposure",
            "mutation { recordExposure(input: { items: [
                { product: \"shop\", day: \"2026-03-01\", activeCustomers: 3 } ] }) { items { alreadyThere } } }",
        ),
        ("createProduct", "mutation { createProduct(input: { key: \"other\" }) { product { id } } }"),
        ("createSegment", "mutation { createSegment(input: { key: \"gold\" }) { segment { id } } }"),
        ("tokens", "{ tokens { name } }"),
        (
            "createToken",
            "mutation { createToken(input: { name: \"another\", role: READER }) { token { id } } }",
        ),
    ];
    let mut table = String::new();
    for role in ["reader", "contributor", "manager", "administrator"] {
        let made =
            app.database.succeeds(&["token", "create", "--role", role, "--name", role, "--quiet"]).await;
        for (name, query) in asked {
            let (_, answer) = app.answer_to(made.trim(), query, json!({})).await;
            let said = match answer["errors"][0]["extensions"]["code"].as_str() {
                None => "may",
                Some("FORBIDDEN") => "may not",
                Some(other) => other,
            };
            table.push_str(&format!("{role:<14}{name:<16}{said}\n"));
        }
    }
    insta::assert_snapshot!("who_may_do_what", table);
}
