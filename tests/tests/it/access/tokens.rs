//! Tokens: needed, listed, revoked.

use std::time::Duration;

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;
use tokio::time::sleep;

use super::pages::{SUBMIT, publishable};

on_both!(
    a_token_is_needed,
    a_revoked_token_lets_nobody_in,
    a_token_that_can_do_nothing_is_not_made,
    tokens_are_listed_with_what_they_may,
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
    // Another process revoked it: this one finds out within a second.
    sleep(Duration::from_secs(1)).await;
    assert_eq!(app.answer_to(token, ASK, json!({})).await.0, 401);
    let none = app.database.ballroom(&["token", "revoke", "phone"]).await;
    assert!(!none.status.success() && none.err.contains("phone"), "{none:?}");
    let revoke = "mutation { revokeToken(input: { token: \"phone\" }) { token { id } } }";
    assert_eq!(app.is_refused(revoke, json!({})).await.1, "token");
}

async fn a_token_that_can_do_nothing_is_not_made(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme" })).await;
    let create = "mutation($input: CreateTokenInput!) { createToken(input: $input) { token { id } } }";
    for (role, scope) in [("BUSINESS", "PUBLISHABLE"), ("BUSINESS", "INGEST"), ("CUSTOMER", "REPORTS")] {
        let mut input = json!({ "name": format!("{role} {scope}"), "role": role, "scope": scope });
        if scope == "PUBLISHABLE" {
            input["product"] = json!("shop");
        }
        if role == "CUSTOMER" {
            input["customer"] = json!("acme");
        }
        let (code, argument, message) = app.is_refused(create, json!({ "input": input })).await;
        assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "scope"), "{message}");
        assert!(message.contains(role) && message.contains("READ"), "{message}");
    }
    // And no two tokens of one name, until the first is revoked.
    let input = json!({ "input": { "name": "phone", "role": "SUPPORT" } });
    app.asks(create, input.clone()).await;
    let (code, argument, message) = app.is_refused(create, input.clone()).await;
    assert_eq!((code.as_str(), argument.as_str()), ("CONFLICT", "name"), "{message}");
    app.database.succeeds(&["token", "revoke", "phone"]).await;
    app.asks(create, input).await;
}

async fn tokens_are_listed_with_what_they_may(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let page = publishable(
        &app,
        "page",
        &[
            "--product",
            "shop",
            "--feature",
            "search",
            "--origin",
            "https://a.example",
            "--expires",
            "2099-01-01T00:00:00Z",
        ],
    )
    .await;
    let body = json!({ "query": SUBMIT, "variables": { "input": { "product": "shop", "feature": "search", "scale": "csat",
        "rating": 2 } } });
    let asked = app.http().post(app.url("/graphql")).bearer_auth(&page).header("origin", "https://a.example");
    assert_eq!(asked.json(&body).send().await.unwrap().status(), 200);
    let ask =
        "{ tokens { nodes { name scope expiresAt product { key } features { key } origins lastUsedAt } } }";
    let mut token = json!(null);
    for _ in 0..50 {
        let tokens = app.asks(ask, json!({})).await;
        token = tokens["tokens"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|token| token["name"] == "page")
            .unwrap()
            .clone();
        if !token["lastUsedAt"].is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(token["lastUsedAt"].as_str().is_some_and(|at| at.starts_with("20")), "{token}");
    token["lastUsedAt"] = json!(null);
    assert_eq!(
        token,
        json!({ "name": "page", "scope": "PUBLISHABLE", "expiresAt": "2099-01-01T00:00:00+00:00",
        "product": { "key": "shop" }, "features": [{ "key": "search" }], "origins": ["https://a.example"],
        "lastUsedAt": null })
    );
    let list = app.database.succeeds(&["token", "list"]).await;
    let line = list.lines().find(|line| line.contains("page")).unwrap();
    for word in ["publishable", "shop search https://a.example", "active until 2099-01-01"] {
        assert!(line.contains(word), "{word}: {list}");
    }
}
