//! Publishable tokens in web pages: for whom they speak, from where, and how often.

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

on_both!(
    a_publishable_token_speaks_for_whoever_looks_at_the_page,
    a_page_replaces_nobody_and_learns_of_no_plan,
    pages_of_other_origins_may_not_use_a_token,
    a_flood_from_a_page_is_stopped,
);

pub(super) async fn publishable(app: &App, name: &str, more: &[&str]) -> String {
    let create =
        ["token", "create", "--name", name, "--quiet", "--role", "product", "--scope", "publishable"];
    app.database.succeeds(&[&create, more].concat()).await.trim().to_owned()
}

pub(super) const SUBMIT: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { outcome supersession feedback { id } } }";

/// A response from a page about the shop, and its result: which one counts, else the outcome, or the wrong field.
pub(super) async fn says(app: &App, token: &str, more: serde_json::Value) -> String {
    let mut input = json!({ "product": "shop", "scale": "csat", "rating": 2 });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (_, answer) = app.answer_to(token, SUBMIT, json!({ "input": input })).await;
    let extensions = &answer["errors"][0]["extensions"];
    let payload = &answer["data"]["submitFeedback"];
    let said = [&payload["supersession"], &payload["outcome"], &extensions["argument"], &extensions["code"]];
    said.iter().find_map(|said| said.as_str()).unwrap_or_else(|| panic!("{answer:#}")).to_owned()
}

async fn a_publishable_token_speaks_for_whoever_looks_at_the_page(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "cart"]).await;
    app.product("office", &[]).await;
    app.asks("mutation { createSegment(input: { key: \"big\" }) { segment { id } } }", json!({})).await;
    let create = ["token", "create", "--name", "any", "--role", "product", "--scope", "publishable"];
    let none = app.database.ballroom(&create).await;
    assert!(!none.status.success() && none.err.contains("product"), "{none:?}");
    let page = publishable(&app, "page", &["--product", "shop"]).await;
    let search = publishable(&app, "search", &["--product", "shop", "--feature", "search"]).await;

    for (field, value) in [
        ("customer", json!("acme")),
        ("segment", json!("big")),
        ("source", json!("elsewhere")),
        ("occurredAt", json!("2026-03-01T00:00:00Z")),
        ("updatedAt", json!("2026-03-01T00:00:00Z")),
    ] {
        assert_eq!(says(&app, &page, json!({ field: value })).await, field);
    }
    assert_eq!(says(&app, &page, json!({ "product": "office" })).await, "product");
    assert_eq!(says(&app, &page, json!({ "feature": "cart" })).await, "CREATED");
    assert_eq!(says(&app, &search, json!({ "feature": "cart" })).await, "feature");
    assert_eq!(says(&app, &search, json!({})).await, "feature");
    assert_eq!(says(&app, &search, json!({ "feature": "search" })).await, "CREATED");
    assert_eq!(says(&app, &app.token, json!({ "respondent": "x" })).await, "respondent");

    // One respondent has one voice; that of another token is another, and so is a customer of that name.
    assert_eq!(says(&app, &page, json!({ "respondent": "acme" })).await, "CREATED");
    assert_eq!(says(&app, &page, json!({ "respondent": "acme", "rating": 5 })).await, "SUPERSEDES");
    assert_eq!(says(&app, &page, json!({ "respondent": "bolt" })).await, "CREATED");
    let other = publishable(&app, "other", &["--product", "shop"]).await;
    assert_eq!(says(&app, &other, json!({ "respondent": "acme" })).await, "CREATED");
    assert_eq!(says(&app, &app.token, json!({ "customer": "acme" })).await, "CREATED");
    let listed = app.asks("{ customers { nodes { key name } } }", json!({})).await.to_string();
    assert_eq!(listed.matches("respondent-").count(), 3, "{listed}");
    assert!(!listed.contains("bolt"), "{listed}");
    let taken = "mutation { createCustomer(input: { key: \"respondent-1\" }) { customer { id } } }";
    assert_eq!(app.is_refused(taken, json!({})).await.1, "key");
    assert_eq!(says(&app, &app.token, json!({ "customer": "respondent-1" })).await, "customer");
    app.verify().await;
}

async fn a_page_replaces_nobody_and_learns_of_no_plan(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"3.0\" }) { release { id } } }";
    app.asks(plan, json!({})).await;
    let page = publishable(&app, "page", &["--product", "shop"]).await;
    let create = ["token", "create", "--name", "acme", "--quiet", "--role", "customer", "--customer", "acme"];
    let named = app
        .submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme",
        "externalId": "7", "source": "page", "comment": "mine" }))
        .await;
    let acme = app.database.succeeds(&create).await.trim().to_owned();
    for token in [&page, &acme] {
        assert_eq!(says(&app, token, json!({ "release": "3.0" })).await, "release");
    }
    assert_eq!(says(&app, &app.token, json!({ "release": "3.0" })).await, "CREATED");
    // A page cannot refer to releases that were withdrawn before now.
    let shipped = "mutation { planRelease(input: { product: \"shop\", version: \"2.0\", releasedAt: \"2026-01-01T00:00:00Z\" }) {
        release { id } } }";
    app.asks(shipped, json!({})).await;
    assert_eq!(says(&app, &page, json!({ "release": "2.0" })).await, "CREATED");
    let withdrawn =
        "mutation { withdrawRelease(input: { product: \"shop\", release: \"2.0\" }) { outcome } }";
    assert_eq!(app.asks(withdrawn, json!({})).await["withdrawRelease"]["outcome"], "UPDATED");
    assert_eq!(app.asks(withdrawn, json!({})).await["withdrawRelease"]["outcome"], "UNCHANGED");
    assert_eq!(says(&app, &page, json!({ "release": "2.0" })).await, "release");
    assert_eq!(says(&app, &app.token, json!({ "release": "2.0" })).await, "CREATED");
    for respondent in ["acme", named["feedback"]["id"].as_str().unwrap()] {
        let said = says(&app, &page, json!({ "respondent": respondent, "externalId": "7" })).await;
        assert_eq!(said, "CREATED");
    }
    assert_eq!(says(&app, &page, json!({ "externalId": "7" })).await, "CREATED");
    let still = format!("{{ feedback(id: {}) {{ counted comment rating }} }}", named["feedback"]["id"]);
    let still = app.asks(&still, json!({})).await;
    assert_eq!(still["feedback"], json!({ "counted": true, "comment": "mine", "rating": 5.0 }));
    app.verify().await;
}

async fn pages_of_other_origins_may_not_use_a_token(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let origin = ["--product", "shop", "--origin", "https://WWW.example.com:443/"];
    let page = publishable(&app, "page", &origin).await;
    let body = json!({ "query": SUBMIT, "variables": { "input": { "product": "shop", "scale": "csat", "rating": 2 } } });
    for (origin, status) in [
        (Some("https://www.example.com"), 200),
        (Some("https://www.example.com.evil.org"), 403),
        (Some("http://www.example.com"), 403),
        (Some("null"), 403),
        (None, 403),
    ] {
        let mut asked = app.http().post(app.url("/graphql")).bearer_auth(&page).json(&body);
        if let Some(origin) = origin {
            asked = asked.header("origin", origin);
        }
        assert_eq!(asked.send().await.unwrap().status(), status, "{origin:?}");
    }
    let create = [
        "token",
        "create",
        "--name",
        "x",
        "--role",
        "product",
        "--scope",
        "publishable",
        "--product",
        "shop",
    ];
    for wrong in ["example.com", "ftp://example.com", "https://", "https://example.com/page", "*"] {
        let made = app.database.ballroom(&[&create, ["--origin", wrong].as_slice()].concat()).await;
        assert!(!made.status.success() && made.err.contains("origin"), "{wrong}: {made:?}");
    }
    let made = app.database.ballroom(&[
        "token",
        "create",
        "--name",
        "y",
        "--role",
        "product",
        "--origin",
        "https://a.b",
    ]);
    assert!(!made.await.status.success());
}

async fn a_flood_from_a_page_is_stopped(backend: Backend) {
    let limits = [
        "--rate-respondent",
        "2",
        "--rate-address",
        "6",
        "--rate-token",
        "7",
        "--address-header",
        "x-forwarded-for",
    ];
    let app = App::with(ballroom_tests::Database::create(backend).await, &limits).await;
    app.product("shop", &[]).await;
    let page = publishable(&app, "page", &["--product", "shop"]).await;
    let says = async |address: &str, more: serde_json::Value| {
        let mut input = json!({ "product": "shop", "scale": "csat", "rating": 2 });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = json!({ "query": SUBMIT, "variables": { "input": input } });
        let asked =
            app.http().post(app.url("/graphql")).bearer_auth(&page).header("x-forwarded-for", address);
        let answer: serde_json::Value = asked.json(&body).send().await.unwrap().json().await.unwrap();
        let extensions = &answer["errors"][0]["extensions"];
        if extensions["code"] == "RATE_LIMITED" {
            assert!((1..=60).contains(&extensions["retryAfter"].as_i64().unwrap()), "{answer:#}");
            return answer["errors"][0]["message"].as_str().unwrap().to_owned();
        }
        answer["data"]["submitFeedback"]["outcome"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer:#}"))
            .to_owned()
    };
    assert_eq!(says("10.0.0.1", json!({ "respondent": "a" })).await, "CREATED");
    assert_eq!(says("10.0.0.1", json!({ "respondent": "a" })).await, "CREATED");
    assert!(says("10.0.0.1", json!({ "respondent": "a" })).await.contains("of this respondent"));
    for _ in 0..3 {
        assert_eq!(says("10.0.0.1", json!({})).await, "CREATED");
    }
    assert!(says("10.0.0.1", json!({})).await.contains("from this address"));
    for _ in 0..2 {
        // Addresses that the caller adds before the proxy's own are ignored.
        assert_eq!(says("10.9.9.9, 10.0.0.2", json!({})).await, "CREATED");
    }
    assert!(says("10.0.0.3", json!({})).await.contains("with this token"));
    // All others are unaffected.
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 2 })).await;
    let batch = "mutation($items: [SubmitFeedbackInput!]!) { submitFeedbackBatch(input: { items: $items }) { accepted } }";
    let items: Vec<_> = (0..9).map(|_| json!({ "product": "shop", "scale": "csat", "rating": 2 })).collect();
    let (_, answer) = app.answer_to(&page, batch, json!({ "items": items })).await;
    assert_eq!(answer["errors"][0]["extensions"]["argument"], "items", "{answer:#}");
}
