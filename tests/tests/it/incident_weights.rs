//! What incidents weigh, as each organization decides.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(values_follow_the_weights_of_the_organization, weights_that_make_no_sense_are_refused);

const OPERATIONS: &str = include_str!("../stories/incident_weights.graphql");

/// Ten days of a feature with 100 active customers each, and two incidents of one day each: one of severity 2 that
/// affects 40 customers, and one of severity 3 with an unknown number of affected customers.
async fn shop(story: &Story) {
    story.product("shop", &["search"]).await;
    let active = |day| json!({ "product": "shop", "feature": "search", "day": format!("2026-02-{day:02}"), "activeCustomers": 100 });
    story.gets("RecordExposureBatch", json!({ "items": (1..=10).map(active).collect::<Vec<_>>() })).await;
    story
        .submits(json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4,
        "occurredAt": "2026-02-05T10:00:00Z" }))
        .await;
    for (severity, day, affected) in [(2, 3, json!(40)), (3, 6, Value::Null)] {
        let input = json!({ "product": "shop", "features": ["search"], "severity": severity, "title": "slow",
            "affectedCustomers": affected, "openedAt": format!("2026-02-{day:02}T08:00:00Z"),
            "resolvedAt": format!("2026-02-{day:02}T10:00:00Z") });
        story.admin.opens_incident(input).await;
    }
}

/// The lost customer-days of the 1000.
async fn spoiled(story: &Story) -> f64 {
    let share =
        story.gets("FeatureValue", json!({})).await["feature"]["value"]["incidentImpact"].as_f64().unwrap();
    (share * 1000.0 * 1e6).round() / 1e6
}

async fn values_follow_the_weights_of_the_organization(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let other = Story::with(story.database.clone(), &[], OPERATIONS).await;
    shop(&story).await;
    // Half of the day of 40 customers, and a fifth of the day of 5 in 100.
    assert_eq!(spoiled(&story).await, 0.5 * 40.0 + 0.2 * 0.05 * 100.0);
    assert_eq!(spoiled(&other).await, 21.0);

    let weights = json!([{ "severity": 2, "weight": 0.25, "unknownShare": 0.2 },
        { "severity": 3, "weight": 0.25, "unknownShare": 0.1 }]);
    let changed = story.gets("UpdateOrganization", json!({ "input": { "incidentWeights": weights } })).await;
    assert_eq!(
        changed["updateOrganization"]["organization"],
        json!({ "minResponses": 10, "incidentWeights": [
            { "severity": 1, "weight": 1.0, "unknownShare": 0.5 },
            { "severity": 2, "weight": 0.25, "unknownShare": 0.2 },
            { "severity": 3, "weight": 0.25, "unknownShare": 0.1 },
            { "severity": 4, "weight": 0.05, "unknownShare": 0.01 },
        ] })
    );
    for story in [&story, &other] {
        assert_eq!(spoiled(story).await, 0.25 * 40.0 + 0.25 * 0.1 * 100.0);
    }
    story.verify().await;

    let answers = story.gets("UpdateOrganization", json!({ "input": { "minResponses": 20 } })).await;
    let organization = &answers["updateOrganization"]["organization"];
    assert_eq!((&organization["minResponses"], spoiled(&story).await), (&json!(20), 12.5), "each by itself");
}

async fn weights_that_make_no_sense_are_refused(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let one = |severity: i32, weight: f64, share: f64| json!({ "severity": severity, "weight": weight, "unknownShare": share });
    for (weights, argument) in [
        (json!([one(5, 0.01, 0.01)]), "incidentWeights.0.severity"),
        (json!([one(2, 0.5, 0.2), one(1, 1.5, 0.5)]), "incidentWeights.1.weight"),
        (json!([one(2, 0.5, -0.1)]), "incidentWeights.0.unknownShare"),
        (json!([one(3, 0.6, 0.05)]), "incidentWeights"),
        (Value::Null, "incidentWeights"),
    ] {
        let refused =
            story.is_refused("UpdateOrganization", json!({ "input": { "incidentWeights": weights } })).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("INVALID_ARGUMENT", argument), "{}", refused.2);
    }
    let usual = story.gets("OrganizationIncidentWeights", json!({})).await;
    let shares = [(1.0, 0.5), (0.5, 0.2), (0.2, 0.05), (0.05, 0.01)];
    let shares = shares.map(|(weight, share)| json!({ "weight": weight, "unknownShare": share }));
    assert_eq!(usual["organization"]["incidentWeights"], json!(shares), "nothing was changed");
}
