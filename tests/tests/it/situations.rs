//! Is this customer affected? What support sees and logs while a customer waits.

use ballroom_tests::{
    Backend, on_both,
    story::{Actor, Story},
};
use serde_json::{Value, json};

on_both!(support_sees_in_one_query_what_concerns_a_customer, what_a_customer_says_is_logged_once);

const OPERATIONS: &str = include_str!("../stories/situation.graphql");

async fn shop(backend: Backend) -> (Story, Actor) {
    let story = Story::in_shop(backend, OPERATIONS, &["export", "print", "search"]).await;
    for (version, previous, day) in [("1.0", None, "2026-01-01"), ("2.0", Some("1.0"), "2026-02-01")] {
        let input = json!({ "product": "shop", "version": version, "previous": previous, "releasedAt": format!("{day}T08:00:00Z") });
        story.admin.plans_release(input).await;
    }
    let sue = story.member("Sue", "SUPPORT").await;
    (story, sue)
}

/// Runs a mutation with an input, and returns the ID of the object that it returns.
async fn made(story: &Story, mutation: &str, noun: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let document = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {noun} {{ id }} userErrors {{ message }} }} }}"
    );
    let found = story.app.asks(&document, json!({ "input": input })).await;
    assert!(!found[mutation][noun]["id"].is_null(), "{found:#}");
    found[mutation][noun]["id"].clone()
}

async fn support_sees_in_one_query_what_concerns_a_customer(backend: Backend) {
    let (story, sue) = shop(backend).await;
    let ann = story.customer("ann", None).await;
    story.customer("bob", None).await;
    let respond = json!({ "product": "shop", "feature": "export", "release": "1.0", "customer": "ann", "comment": "Export hangs" });
    made(&story, "submitFeedback", "feedback", respond).await;
    let incident = |title: &str, feature: &str, customers: &[&str]| {
        json!({ "product": "shop", "title": title, "severity": 2, "features": [feature], "customers": customers,
            "openedAt": ballroom::clock::now().to_rfc3339() })
    };
    made(&story, "openIncident", "incident", incident("Export is down", "export", &[])).await;
    made(&story, "openIncident", "incident", incident("Print is down", "print", &["ann"])).await;
    made(&story, "openIncident", "incident", incident("Search is down", "search", &["bob"])).await;
    for (title, feature, introduced, fixed) in [
        ("Export hangs", "export", json!("1.0"), json!(["2.0"])),
        ("Export loses rows", "export", json!("2.0"), json!([])),
        ("Search is slow", "search", Value::Null, json!([])),
    ] {
        let input = json!({ "product": "shop", "title": title, "features": [feature], "introducedIn": introduced, "fixedIn": fixed,
            "workaround": "Wait." });
        made(&story, "createKnownError", "knownError", input).await;
    }
    for (title, feature) in [("New export", "export"), ("New search", "search")] {
        let input = json!({ "product": "shop", "kind": "DEPLOYMENT", "title": title, "features": [feature], "changes": "It is new.",
            "planned": { "from": "2031-05-01T08:00:00Z" } });
        let id = made(&story, "createAnnouncement", "announcement", input).await;
        made(&story, "publishAnnouncement", "announcement", json!({ "announcement": id })).await;
    }
    story.asks(&sue, "Situation", json!({ "customer": "ann" })).await;
    story.asks(&sue, "Situation", json!({ "customer": "bob", "product": "shop" })).await;
    story.customer("eve", None).await;
    story.asks(&sue, "Situation", json!({ "customer": "eve" })).await;
    story.asks(&sue, "Situation", json!({ "customer": "nobody" })).await;
    story.asks(&ann, "Situation", json!({ "customer": "ann" })).await;
    let bea = story.member("Bea", "BUSINESS").await;
    story.asks(&bea, "Situation", json!({ "customer": "ann" })).await;
    insta::assert_snapshot!("what_concerns_a_customer", story.transcript());
}

async fn what_a_customer_says_is_logged_once(backend: Backend) {
    let (story, sue) = shop(backend).await;
    let ann = story.customer("ann", None).await;
    story.customer("bob", None).await;
    let known =
        made(&story, "createKnownError", "knownError", json!({ "product": "shop", "title": "Export hangs" }))
            .await;
    let said = |fields: Value| {
        let mut input = json!({ "customer": "ann", "product": "shop", "feature": "export" });
        input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "input": input })
    };
    let hangs = json!({ "comment": "The export hangs since the update", "knownErrors": [known] });
    story.asks(&sue, "Log", said(hangs.clone())).await;
    story
        .asks(&sue, "Log", said(json!({ "comment": "Exports hang after updating", "feature": "search" })))
        .await;
    let twice = json!({ "comment": "Exports hang after updating", "feature": "search", "allowDuplicate": true, "channel": "call",
        "scale": "csat", "rating": 2 });
    story.asks(&sue, "Log", said(twice)).await;
    story
        .asks(&sue, "Log", said(json!({ "customer": "bob", "comment": "The export hangs since the update" })))
        .await;
    story.asks(&sue, "Log", said(json!({ "customer": "nobody", "comment": "x" }))).await;
    story.asks(&sue, "Log", said(json!({ "customer": "bob", "feature": "print" }))).await;
    story
        .asks(
            &sue,
            "Log",
            said(json!({ "customer": "bob", "feature": "print", "comment": "x", "knownErrors": ["bug-1"] })),
        )
        .await;
    story.asks(&ann, "Log", said(json!({ "comment": "Mine" }))).await;
    insta::assert_snapshot!("what_a_customer_says", story.transcript());
    assert!(!story.app.database.succeeds(&["verify"]).await.contains("differ"));
}
