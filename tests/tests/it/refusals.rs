//! What is refused: with the field, with the reason, and with what to do. Nothing of it is stored.

mod edges;
mod settings;

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    products_and_releases_are_refused_what_they_cannot_be,
    incidents_are_refused_what_they_cannot_be,
    ratings_are_refused_that_their_scale_does_not_have,
    figures_are_refused_what_they_cannot_show,
);

const NOUNS: &str = include_str!("../stories/refusals.graphql");
const FIGURES: &str = include_str!("../stories/refusals_of_figures.graphql");

/// A shop with two features, a release with one of them, and a planned one; and a second product.
async fn shop(backend: Backend, operations: &'static str) -> Story {
    stocked(Story::on(backend, operations).await).await
}

/// The same on a server that is there.
async fn stocked(story: Story) -> Story {
    story.product("shop", &["cart", "search"]).await;
    story.product("till", &["drawer"]).await;
    let touched = json!([{ "feature": "search", "change": "ADDED" }]);
    let first = json!({ "product": "shop", "version": "1.0", "releasedAt": "2026-03-01T00:00:00Z", "features": touched });
    story.admin.plans_release(first).await;
    story.admin.plans_release(json!({ "product": "shop", "version": "2.0" })).await;
    story
}

/// Sends what must be refused: each with one error, which names a field and has a reason.
async fn tries(story: &Story, refused: Vec<(&str, Value)>) {
    for (operation, input) in refused {
        let variables = json!({ "input": input });
        story.asks(&story.admin, operation, variables.clone()).await;
        let (code, field, reason) = story.is_refused(operation, variables).await;
        assert!(
            ["INVALID_ARGUMENT", "NOT_FOUND", "CONFLICT"].contains(&code.as_str()),
            "{operation}: {code}"
        );
        assert!(!field.is_empty() && !reason.is_empty(), "{operation}: {code} {field} {reason}");
    }
    // Nothing was stored.
    story.asks(&story.admin, "Left", json!({})).await;
}

async fn products_and_releases_are_refused_what_they_cannot_be(backend: Backend) {
    let story = shop(backend, NOUNS).await;
    let days = json!({ "from": "2026-03-02", "until": "2026-03-16" });
    for name in ["S1", "S2"] {
        story
            .gets("CreateIteration", json!({ "input": { "product": "shop", "name": name, "period": days } }))
            .await;
    }
    let id = "feature_00000000000070008000000000000000";
    let change = |fields: Value| {
        let mut release = json!({ "product": "shop", "release": "2.0" });
        release.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        release
    };
    tries(
        &story,
        vec![
            ("CreateProduct", json!({ "key": "" })),
            ("CreateProduct", json!({ "key": "a\nb" })),
            ("CreateProduct", json!({ "key": id })),
            ("CreateProduct", json!({ "key": "desk", "timeZone": "Mars/Olympus" })),
            ("CreateProduct", json!({ "key": "shop", "timeZone": "Asia/Tokyo" })),
            ("CreateProduct", json!({ "key": "desk", "name": "x".repeat(300) })),
            ("UpdateProduct", json!({ "product": "none", "name": "None" })),
            ("UpdateProduct", json!({ "product": "shop", "shipsTo": (0..200).map(|n| n.to_string()).collect::<Vec<_>>() })),
            ("UpdateProduct", json!({ "product": "shop", "shipsTo": [""] })),
            ("CreateFeature", json!({ "product": "shop", "key": id })),
            ("CreateFeature", json!({ "product": "shop", "key": "filter", "team": "none" })),
            ("CreateSegment", json!({ "key": " " })),
            ("PlanRelease", json!({ "product": "shop", "version": "release_00000000000070008000000000000000" })),
            ("PlanRelease", json!({ "product": "shop", "version": "" })),
            ("PlanRelease", json!({ "product": "shop", "version": "3.0", "previous": "9.9" })),
            (
                "PlanRelease",
                json!({ "product": "shop", "version": "3.0", "features": [{ "feature": "cart", "change": "FIXED" },
                    { "feature": "cart", "change": "ADDED" }] }),
            ),
            (
                "PlanRelease",
                json!({ "product": "shop", "version": "3.0", "features": [{ "feature": "drawer", "change": "FIXED" }] }),
            ),
            ("UpdateRelease", change(json!({ "previous": "2.0" }))),
            ("UpdateRelease", change(json!({ "features": [{ "feature": "none", "change": "FIXED" }] }))),
            ("UpdateRelease", json!({ "release": "9.9", "product": "shop", "title": "None" })),
            ("WithdrawRelease", change(json!({}))),
            ("ShipRelease", json!({ "release": "9.9", "product": "shop" })),
            ("ShipRelease", json!({ "release": "1.0", "product": "shop", "releasedAt": "2026-02-01T00:00:00Z" })),
            ("WithdrawRelease", json!({ "release": "1.0", "product": "shop", "withdrawnAt": "2026-02-01T00:00:00Z" })),
            ("RecordDeployment", change(json!({ "environment": "", "status": "SUCCEEDED" }))),
            ("RecordDeployment", json!({ "release": "9.9", "product": "shop", "environment": "live", "status": "FAILED" })),
            (
                "CreateIteration",
                json!({ "product": "shop", "name": "S3", "period": { "from": "2026-03-16", "until": "2026-03-16" } }),
            ),
            ("CreateIteration", json!({ "product": "shop", "name": "", "period": days })),
            ("UpdateIteration", json!({ "iteration": "S2", "product": "shop", "name": "S1" })),
            ("UpdateIteration", json!({ "iteration": "S3", "product": "shop", "goal": "None" })),
            (
                "UpdateIteration",
                json!({ "iteration": "S2", "product": "shop", "period": { "from": "2026-03-16", "until": "2026-03-02" } }),
            ),
        ],
    )
    .await;
    insta::assert_snapshot!("products_and_releases", story.transcript());
}

async fn incidents_are_refused_what_they_cannot_be(backend: Backend) {
    let story = shop(backend, NOUNS).await;
    let incident = |fields: Value| {
        let mut incident =
            json!({ "product": "shop", "title": "Slow", "severity": 2, "openedAt": "2026-03-10T08:00:00Z" });
        incident.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        incident
    };
    let opened = story.admin.opens_incident(incident(json!({ "externalId": "I1" }))).await;
    let id = opened["incident"]["id"].clone();
    let ended = incident(json!({ "title": "Down", "resolvedAt": "2026-03-11T08:00:00Z" }));
    let ended = story.admin.opens_incident(ended).await["incident"]["id"].clone();
    let later = json!({ "product": "shop", "version": "1.1", "releasedAt": "2026-04-01T00:00:00Z" });
    story.admin.plans_release(later).await;
    let of = |id: &Value, fields: Value| {
        let mut change = json!({ "incident": id });
        change.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        change
    };
    tries(
        &story,
        vec![
            ("OpenIncident", incident(json!({ "severity": 0 }))),
            ("OpenIncident", incident(json!({ "severity": 5 }))),
            ("OpenIncident", incident(json!({ "title": "" }))),
            ("OpenIncident", incident(json!({ "title": "two\nlines" }))),
            ("OpenIncident", incident(json!({ "product": "none" }))),
            ("OpenIncident", incident(json!({ "features": ["drawer"] }))),
            ("OpenIncident", incident(json!({ "release": "9.9" }))),
            ("OpenIncident", incident(json!({ "affectedCustomers": -1 }))),
            ("OpenIncident", incident(json!({ "openedAt": "1969-12-31T23:59:59Z" }))),
            ("OpenIncident", incident(json!({ "resolvedAt": "2026-03-09T08:00:00Z" }))),
            ("OpenIncident", incident(json!({ "reopenedAt": "2026-03-09T08:00:00Z" }))),
            ("OpenIncident", incident(json!({ "product": "till", "externalId": "I1" }))),
            (
                "UpdateIncident",
                of(&json!("incident_00000000000070008000000000000000"), json!({ "title": "x" })),
            ),
            ("UpdateIncident", of(&json!("slow"), json!({ "title": "x" }))),
            ("UpdateIncident", of(&id, json!({ "severity": 9 }))),
            ("UpdateIncident", of(&id, json!({ "features": ["cart", "none"] }))),
            ("UpdateIncident", of(&ended, json!({ "openedAt": "2026-03-12T08:00:00Z" }))),
            ("ResolveIncident", of(&id, json!({ "resolvedAt": "2026-03-09T08:00:00Z" }))),
            ("ReopenIncident", of(&id, json!({ "reopenedAt": "2026-03-12T08:00:00Z" }))),
            ("ReopenIncident", of(&ended, json!({ "reopenedAt": "2026-03-10T09:00:00Z" }))),
            ("AttributeIncident", of(&id, json!({ "basis": "EXPLICIT" }))),
            ("AttributeIncident", of(&id, json!({ "basis": "EXPLICIT", "release": "9.9" }))),
            ("AttributeIncident", of(&id, json!({ "basis": "EXPLICIT", "release": "1.1" }))),
            (
                "AttributeIncident",
                of(&id, json!({ "basis": "EXPLICIT", "release": "1.0", "confidence": 0.5 })),
            ),
            ("AttributeIncident", of(&id, json!({ "basis": "INFERRED", "release": "1.0" }))),
            (
                "AttributeIncident",
                of(&id, json!({ "basis": "INFERRED", "release": "1.0", "confidence": 1.5 })),
            ),
            ("AttributeIncident", of(&id, json!({ "basis": "NOT_CAUSED_BY_CHANGE", "release": "1.0" }))),
        ],
    )
    .await;
    insta::assert_snapshot!("incidents", story.transcript());
}

async fn ratings_are_refused_that_their_scale_does_not_have(backend: Backend) {
    let story = shop(backend, NOUNS).await;
    let steps = json!({ "input": { "key": "steps", "name": "Steps", "min": 0.0, "max": 10.0, "step": 2.5 } });
    story.gets("CreateScale", steps).await;
    let scale = |min: f64, max: f64, step: f64| json!({ "key": "new", "name": "New", "min": min, "max": max, "step": step });
    let response = |fields: Value| {
        let mut response = json!({ "product": "shop", "scale": "csat", "rating": 4 });
        response.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        response
    };
    tries(
        &story,
        vec![
            ("CreateScale", scale(5.0, 1.0, 1.0)),
            ("CreateScale", scale(0.0, 10.0, 0.0)),
            ("CreateScale", scale(0.0, 10.0, 3.0)),
            ("CreateScale", scale(0.0, 100_000.0, 1.0)),
            ("CreateScale", json!({ "key": "new", "min": 1, "max": 10, "kind": "CSAT" })),
            ("CreateScale", json!({ "key": "steps", "min": 0, "max": 5, "kind": "CUSTOM" })),
            ("CreateScale", json!({ "key": "", "min": 0, "max": 5 })),
            ("SubmitFeedback", response(json!({ "rating": 6 }))),
            ("SubmitFeedback", response(json!({ "rating": 3.5 }))),
            ("SubmitFeedback", response(json!({ "scale": "steps", "rating": 4 }))),
            ("SubmitFeedback", response(json!({ "scale": "none" }))),
            ("SubmitFeedback", json!({ "product": "shop", "rating": 4 })),
            ("SubmitFeedback", json!({ "product": "shop", "scale": "csat" })),
            ("SubmitFeedback", json!({ "product": "shop" })),
            ("SubmitFeedback", response(json!({ "feature": "drawer" }))),
            ("SubmitFeedback", response(json!({ "segment": "none" }))),
            ("SubmitFeedback", response(json!({ "respondent": "r-1" }))),
            ("SubmitFeedback", response(json!({ "occurredAt": "1969-12-31T23:59:59Z" }))),
            ("SubmitFeedback", response(json!({ "comment": "\u{0}" }))),
        ],
    )
    .await;
    for filter in [
        json!({ "minRating": 3 }),
        json!({ "scale": "csat", "minRating": 4, "maxRating": 3 }),
        json!({ "scale": "none" }),
        json!({ "day": { "from": "2026-03-02", "until": "2026-03-01" } }),
    ] {
        story.asks(&story.admin, "Responses", json!({ "filter": filter })).await;
    }
    insta::assert_snapshot!("ratings", story.transcript());
}

async fn figures_are_refused_what_they_cannot_show(backend: Backend) {
    let story = shop(backend, FIGURES).await;
    let years = json!({ "from": "2010-01-01", "until": "2026-01-01" });
    let none = json!({ "from": "2026-03-01", "until": "2026-03-01" });
    let asked = vec![
        ("Forecast", json!({ "days": 0 })),
        ("Forecast", json!({ "days": 367 })),
        ("Forecast", json!({ "days": 7, "release": "2.0" })),
        ("Forecast", json!({ "days": 7, "release": "9.9" })),
        ("Forecast", json!({ "days": 7, "release": "2.0", "releaseOn": "2031-01-01" })),
        ("Forecast", json!({ "days": 7, "activeCustomers": [1.0] })),
        ("Forecast", json!({ "days": 2, "activeCustomers": [1.0, -1.0] })),
        ("Trend", json!({ "valueDays": 0 })),
        ("Trend", json!({ "period": years, "step": "DAY" })),
        ("Trend", json!({ "period": none })),
        ("Timeline", json!({ "period": years, "step": "DAY" })),
        ("Timeline", json!({ "valueDays": 4000 })),
        ("Alerts", json!({ "period": years })),
        ("Alerts", json!({ "period": none })),
        ("CommentWords", json!({ "most": 0 })),
        ("CommentWords", json!({ "most": 51 })),
        ("CommentWords", json!({ "most": 5, "release": "9.9" })),
        ("Distribution", json!({ "scale": "none" })),
        ("Distribution", json!({ "segment": "none" })),
        ("Value", json!({ "segment": "none" })),
        ("Value", json!({ "period": none })),
        ("Situation", json!({ "customer": "none" })),
        ("Suggestions", json!({ "text": "slow", "limit": -1 })),
        ("Calendar", json!({ "period": none })),
        ("Gate", json!({ "release": "9.9" })),
        ("Gate", json!({ "release": "1.0", "thresholds": { "maxDecline": -1.0 } })),
        ("Gate", json!({ "release": "1.0", "thresholds": { "minResponses": -1 } })),
    ];
    for (operation, variables) in asked {
        story.asks(&story.admin, operation, variables.clone()).await;
        let (code, field, _) = story.is_refused(operation, variables).await;
        assert!(
            ["INVALID_ARGUMENT", "NOT_FOUND", "CONFLICT"].contains(&code.as_str()),
            "{operation}: {code}"
        );
        assert!(!field.is_empty(), "{operation}");
    }
    for period in [none, json!({ "from": "2999-01-01", "until": "2999-01-03" })] {
        let (code, field, _) =
            story.is_refused("ComputeScoreParameters", json!({ "input": { "period": period } })).await;
        assert_eq!((code.as_str(), field.as_str()), ("INVALID_ARGUMENT", "period"));
    }
    insta::assert_snapshot!("figures", story.transcript());
}
