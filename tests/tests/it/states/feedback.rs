//! Responses that are sent again.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

use super::{OPEN, PLAN, SUBMIT, with};

on_both!(
    an_answer_sent_again_with_another_rating_is_corrected,
    an_earlier_state_never_replaces_a_later_one,
    the_same_sent_again_does_not_undo_a_correction,
);

const OPERATIONS: &str = include_str!("../../stories/states.graphql");

async fn an_answer_sent_again_with_another_rating_is_corrected(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let answer = json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 1, "customer": "acme",
        "occurredAt": "2026-03-01T10:00:00Z", "externalId": "a-1", "comment": "slow" });
    let send = async |more: Value| {
        story.gets(SUBMIT, json!({ "input": with(answer.clone(), more) })).await["submitFeedback"].clone()
    };
    assert_eq!(send(json!({})).await["outcome"], "CREATED");
    assert_eq!(send(json!({})).await["outcome"], "UNCHANGED");
    let again = send(json!({ "rating": 5 })).await;
    assert_eq!(again["outcome"], "UPDATED", "{again}");
    assert_eq!((&again["feedback"]["rating"], &again["feedback"]["revision"]), (&json!(5.0), &json!(2)));
    assert_eq!(again["feedback"]["comment"], "slow");
    let short = story.gets(
        SUBMIT,
        json!({ "input": { "product": "shop", "scale": "csat", "rating": 5, "externalId": "a-1" } }),
    );
    assert_eq!(short.await["submitFeedback"]["feedback"]["comment"], "slow", "what is left out stays");
    let value = story.gets("FeatureValue", json!({})).await["feature"]["value"].clone();
    assert_eq!((&value["responses"], &value["strata"][0]["mean"]), (&json!(1), &json!(100.0)), "{value}");
    // Of one voice the last response counts, also when the one that counted moves away from it.
    send(json!({ "externalId": "a-2", "rating": 2, "occurredAt": "2026-03-01T09:00:00Z" })).await;
    send(json!({ "occurredAt": "2026-03-01T08:00:00Z" })).await;
    story.verify().await;
    // Twice in one batch, with two states.
    let items = json!([
        with(answer.clone(), json!({ "externalId": "b", "rating": 2 })),
        with(answer.clone(), json!({ "externalId": "b", "rating": 4 })),
        with(answer.clone(), json!({ "externalId": "b", "rating": 4 }))
    ]);
    let data = story.gets("SubmitFeedbackBatch", json!({ "items": items })).await;
    let said = |at: usize| data["submitFeedbackBatch"]["items"][at].clone();
    assert_eq!(
        said(1),
        json!({ "outcome": "UPDATED", "feedback": { "rating": 4.0 }, "error": null }),
        "{data}"
    );
    assert_eq!(said(2)["outcome"], "UNCHANGED");
    story.verify().await;
}

async fn an_earlier_state_never_replaces_a_later_one(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let answer = |rating: i32, at: &str| {
        json!({ "input": { "product": "shop", "scale": "csat", "rating": rating, "externalId": "a",
            "occurredAt": "2026-03-01T10:00:00Z", "updatedAt": at } })
    };
    let outcome = async |input| story.gets(SUBMIT, input).await["submitFeedback"]["outcome"].clone();
    assert_eq!(outcome(answer(3, "2026-03-02T10:00:00Z")).await, "CREATED");
    assert_eq!(outcome(answer(5, "2026-03-04T10:00:00Z")).await, "UPDATED");
    assert_eq!(outcome(answer(1, "2026-03-03T10:00:00Z")).await, "OUTDATED");
    let incident = |severity: i32, at: &str| {
        json!({ "input": { "product": "shop", "severity": severity, "title": "down", "externalId": "i",
            "openedAt": "2026-03-01T10:00:00Z", "updatedAt": at } })
    };
    let outcome = async |input| story.gets(OPEN, input).await["openIncident"].clone();
    assert_eq!(outcome(incident(2, "2026-03-02T10:00:00Z")).await["outcome"], "CREATED");
    assert_eq!(outcome(incident(1, "2026-03-04T10:00:00Z")).await["outcome"], "UPDATED");
    let late = outcome(incident(3, "2026-03-03T10:00:00Z")).await;
    assert_eq!((&late["outcome"], &late["incident"]["severity"]), (&json!("OUTDATED"), &json!(1)));
    let release = |title: &str, at: &str| json!({ "input": { "product": "shop", "version": "1", "title": title, "updatedAt": at } });
    let outcome = async |input| story.gets(PLAN, input).await["planRelease"]["outcome"].clone();
    assert_eq!(outcome(release("a", "2026-03-02T10:00:00Z")).await, "CREATED");
    assert_eq!(outcome(release("b", "2026-03-04T10:00:00Z")).await, "UPDATED");
    assert_eq!(outcome(release("c", "2026-03-03T10:00:00Z")).await, "OUTDATED");
    story.verify().await;
}

async fn the_same_sent_again_does_not_undo_a_correction(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let answer = json!({ "input": { "product": "shop", "scale": "csat", "rating": 1, "externalId": "a" } });
    let made = story.gets(SUBMIT, answer.clone()).await;
    story.gets("CorrectFeedback", json!({ "id": made["submitFeedback"]["feedback"]["id"] })).await;
    let again = story.gets(SUBMIT, answer).await["submitFeedback"].clone();
    assert_eq!((&again["outcome"], &again["feedback"]["rating"]), (&json!("UNCHANGED"), &json!(4.0)));
    let incident =
        json!({ "input": { "product": "shop", "severity": 3, "title": "slow", "externalId": "i" } });
    let made = story.gets(OPEN, incident.clone()).await;
    story.gets("UpdateIncident", json!({ "id": made["openIncident"]["incident"]["id"] })).await;
    let again = story.gets(OPEN, incident).await["openIncident"].clone();
    assert_eq!((&again["outcome"], &again["incident"]["severity"]), (&json!("UNCHANGED"), &json!(1)));
    story.verify().await;
}
