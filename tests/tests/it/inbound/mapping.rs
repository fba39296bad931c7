//! The generic mapping.

use ballroom_tests::{Backend, on_both};
use serde_json::{Value, json};

use super::{Hook, RELEASE, incidents, shop};

on_both!(a_mapping_says_what_a_payload_becomes, a_dry_run_writes_nothing,);

pub(super) fn mapping() -> Value {
    json!({ "kind": "INCIDENT", "items": "data.alarms", "when": [{ "path": "env", "is": ["prod"] }], "fields": [
        { "target": "title", "path": "name" },
        { "target": "severity", "path": "level", "constant": "3",
          "values": [{ "from": "Fatal", "to": "1" }, { "from": "warn", "to": "3" }] },
        { "target": "feature", "path": "tags.0" },
        { "target": "opened_at", "path": "since" },
        { "target": "external_id", "path": "id" },
    ] })
}

pub(super) const ALARMS: &str = r#"{ "data": { "alarms": [
    { "id": 7, "name": "Search is down", "level": "FATAL", "tags": ["search"], "since": 1777802400, "env": "prod" },
    { "id": 8, "name": "Test", "level": "warn", "tags": [], "env": "test" },
    { "id": 9, "name": "Slow", "tags": [], "since": "2026-05-03T11:00:00Z", "env": "prod" } ] } }"#;

async fn a_mapping_says_what_a_payload_becomes(backend: Backend) {
    let story = shop(backend).await;
    let generic = Hook::new(&story, "GENERIC", json!({ "mapping": mapping() })).await;
    assert_eq!(generic.standard("a", 0, ALARMS).await.0, 202);
    assert_eq!(generic.standard("a", 0, ALARMS).await.1, r#"{"status":"known"}"#);
    generic.standard("b", 0, r#"{"data": {"alarms": []}}"#).await;
    generic.standard("c", 0, &ALARMS.replace("FATAL", "dreadful")).await;
    let done = generic.done(3).await;
    assert_eq!((&done[0]["state"], &done[1]["state"]), (&json!("PROCESSED"), &json!("IGNORED")));
    let reason = done[2]["reason"].as_str().unwrap();
    assert!(
        done[2]["state"] == "FAILED" && reason.contains("dreadful") && reason.contains("severity"),
        "{done:#?}"
    );
    let found = incidents(&story).await;
    let shown: Vec<_> = found.iter().map(|one| (&one["title"], &one["severity"], &one["openedAt"])).collect();
    assert_eq!(shown[0], (&json!("Search is down"), &json!(1), &json!("2026-05-03T10:00:00+00:00")));
    assert_eq!(shown[1], (&json!("Slow"), &json!(3), &json!("2026-05-03T11:00:00+00:00")));
    assert_eq!(found.len(), 2);
    // Responses, too.
    let answers = json!({ "kind": "FEEDBACK", "fields": [
        { "target": "scale", "constant": "stars" }, { "target": "rating", "path": "score" },
        { "target": "comment", "path": "text" }, { "target": "customer", "path": "who" },
        { "target": "feature", "constant": "search" }, { "target": "external_id", "path": "id" } ] });
    let updated = story
        .gets(
            "UpdateInboundWebhookWithMapping",
            json!({ "input": { "webhook": generic.id, "mapping": answers } }),
        )
        .await;
    assert_eq!(updated["updateInboundWebhook"]["webhook"]["mapping"]["kind"], "FEEDBACK");
    generic.standard("d", 0, r#"{"id": "r1", "score": 2, "text": "it hangs", "who": "ann"}"#).await;
    generic.done(4).await;
    let answers = story.gets("FeatureFeedback", json!({})).await["feature"]["feedback"]["nodes"].clone();
    assert_eq!(
        answers,
        json!([{ "rating": 2.0, "comment": "it hangs", "customer": { "key": "ann" }, "source": "from GENERIC" }])
    );
}

async fn a_dry_run_writes_nothing(backend: Backend) {
    let story = shop(backend).await;
    let generic = Hook::new(&story, "GENERIC", json!({ "mapping": mapping() })).await;
    let github = Hook::new(&story, "GITHUB", json!({ "versionPrefix": "v" })).await;
    let shown =
        story.gets("InboundPreviewItems", json!({ "webhook": generic.id, "body": ALARMS })).await["inboundPreview"].clone();
    assert_eq!(shown["items"].as_array().unwrap().len(), 2);
    let fields = shown["items"][0]["fields"].as_array().unwrap();
    let value =
        |name: &str| fields.iter().find(|field| field["name"] == name).map(|field| field["value"].clone());
    assert_eq!((value("severity"), value("feature")), (Some(json!("1")), Some(json!("search"))));
    assert_eq!(value("opened_at"), Some(json!("2026-05-03T10:00:00+00:00")));
    let asked = json!({ "webhook": github.id, "body": RELEASE, "event": "release" });
    let shown = story.gets("InboundPreviewItems", asked).await["inboundPreview"]["items"][0].clone();
    assert_eq!(
        (&shown["kind"], &shown["fields"][1]),
        (&json!("RELEASE"), &json!({ "name": "version", "value": "2.4" }))
    );
    for (body, event, reason) in [
        (RELEASE, "star", "It would be ignored"),
        ("{", "release", "It would fail: the payload is not JSON"),
        (r#"{"action": "published", "release": {}}"#, "release", "`release.tag_name` is missing"),
    ] {
        let shown = story
            .gets("InboundPreviewItems", json!({ "webhook": github.id, "body": body, "event": event }))
            .await;
        let said = shown["inboundPreview"]["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(incidents(&story).await.len(), 0);
    generic.done(0).await;
}
