//! Feedback without a rating: stored, shown, delivered and found, but never counted.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    a_comment_alone_is_an_answer_that_counts_nowhere,
    a_rating_that_is_added_or_removed_moves_the_counts,
    an_unrated_answer_supersedes_nothing_and_is_not_superseded,
    what_is_sent_again_without_its_rating_loses_it,
    half_a_rating_is_refused,
    a_file_may_have_answers_without_a_rating,
);

const OPERATIONS: &str = include_str!("../stories/unrated.graphql");

/// A response of a day in March.
fn said(more: Value) -> Value {
    let mut input = json!({ "product": "shop", "feature": "search", "occurredAt": "2026-03-01T10:00:00Z" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// Number of responses that count, and of all.
async fn counted(story: &Story) -> (i64, i64) {
    let feature = story.gets("FeatureValue", json!({})).await["feature"].clone();
    (feature["value"]["responses"].as_i64().unwrap_or(0), feature["feedback"]["totalCount"].as_i64().unwrap())
}

async fn corrects(story: &Story, id: &Value, changes: Value) -> Value {
    let mut input = json!({ "feedback": id });
    input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    story.answer("CorrectFeedback", json!({ "input": input })).await
}

async fn a_comment_alone_is_an_answer_that_counts_nowhere(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    story.submits(said(json!({ "scale": "csat", "rating": 4, "customer": "acme" }))).await;
    let input = said(json!({ "comment": "it hangs", "customer": "bolt" }));
    let made = story.gets("SubmitFeedback", json!({ "input": input })).await["submitFeedback"].clone();
    let id = made["feedback"]["id"].clone();
    let expected = json!({ "outcome": "CREATED", "feedback": { "id": id, "rating": null, "scale": null,
        "comment": "it hangs", "counted": false, "customer": { "key": "bolt" }, "day": "2026-03-01" } });
    assert_eq!(made, expected);
    assert_eq!(counted(&story).await, (1, 2));
    let expected = json!({ "feedback": { "comment": "it hangs" }, "product": {
        "rated": { "totalCount": 1, "nodes": [{ "rating": 4.0 }] },
        "unrated": { "totalCount": 1, "nodes": [{ "comment": "it hangs" }] },
        "onScale": { "totalCount": 1 },
        "standardFigures": [{ "responses": 1, "levels": [0, 0, 0, 1, 0] }] } });
    assert_eq!(story.gets("FeedbackAndProduct", json!({ "id": id })).await, expected);
    story.verify().await;
}

async fn a_rating_that_is_added_or_removed_moves_the_counts(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let made = story.submits(said(json!({ "comment": "it hangs", "customer": "acme" }))).await;
    let id = &made["feedback"]["id"];
    let error = corrects(&story, id, json!({ "rating": 2 })).await["errors"][0].clone();
    assert_eq!(error["extensions"]["argument"], "scale", "{error}");
    let rated = corrects(&story, id, json!({ "scale": "csat", "rating": 2 })).await;
    let expected =
        json!({ "rating": 2.0, "scale": { "key": "csat" }, "comment": "it hangs", "counted": true });
    assert_eq!(rated["data"]["correctFeedback"]["feedback"], expected);
    assert_eq!(counted(&story).await, (1, 1));
    story.verify().await;
    // Another rating on the same scale, and one on another.
    corrects(&story, id, json!({ "rating": 3 })).await;
    let moved = corrects(&story, id, json!({ "scale": "nps", "rating": 9 })).await;
    assert_eq!(moved["data"]["correctFeedback"]["feedback"]["scale"]["key"], "nps");
    story.verify().await;
    let unrated = corrects(&story, id, json!({ "rating": null })).await;
    let expected = json!({ "rating": null, "scale": null, "comment": "it hangs", "counted": false });
    assert_eq!(unrated["data"]["correctFeedback"]["feedback"], expected);
    assert_eq!(counted(&story).await, (0, 1));
    let nothing = corrects(&story, id, json!({ "comment": null })).await["errors"][0].clone();
    assert_eq!(nothing["extensions"]["code"], "INVALID_ARGUMENT", "{nothing}");
    story.verify().await;
}

async fn an_unrated_answer_supersedes_nothing_and_is_not_superseded(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let at = |hour: u32, more: Value| {
        let mut input =
            said(json!({ "customer": "acme", "occurredAt": format!("2026-03-01T{hour:02}:00:00Z") }));
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let first = story.submits(at(8, json!({ "comment": "early" }))).await;
    let rated = story.submits(at(9, json!({ "scale": "csat", "rating": 5 }))).await;
    let last = story.submits(at(10, json!({ "comment": "late" }))).await;
    let outcomes = [&first, &rated, &last].map(|one| one["outcome"].as_str().unwrap());
    assert_eq!(outcomes, ["CREATED"; 3]);
    assert_eq!(counted(&story).await, (1, 3));
    // Once it has a rating it has a voice: the later one counts.
    corrects(&story, &last["feedback"]["id"], json!({ "scale": "csat", "rating": 1 })).await;
    let expected = json!({ "feature": { "feedback": { "nodes": [{ "rating": 1.0 }] } } });
    assert_eq!(story.gets("FeatureFeedback", json!({})).await, expected);
    // And without it gives its voice back.
    corrects(&story, &last["feedback"]["id"], json!({ "rating": null })).await;
    let expected = json!({ "feature": { "feedback": { "nodes": [{ "rating": 5.0 }] } } });
    assert_eq!(story.gets("FeatureFeedback", json!({})).await, expected);
    story.verify().await;
}

async fn what_is_sent_again_without_its_rating_loses_it(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let sent = |more: Value| {
        let mut input = said(json!({ "externalId": "r-1", "comment": "it hangs" }));
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    story.submits(sent(json!({ "scale": "csat", "rating": 2 }))).await;
    // Omitted fields are kept, null removes the value.
    let kept = story.submits(sent(json!({ "channel": "mail" }))).await;
    assert_eq!((&kept["outcome"], &kept["feedback"]["rating"]), (&json!("UPDATED"), &json!(2.0)));
    let removed = story.submits(sent(json!({ "rating": null }))).await;
    assert_eq!((&removed["outcome"], &removed["feedback"]["rating"]), (&json!("UPDATED"), &json!(null)));
    assert_eq!(counted(&story).await, (0, 1));
    let again = story.submits(sent(json!({ "scale": "csat", "rating": 3 }))).await;
    assert_eq!((&again["outcome"], &again["feedback"]["counted"]), (&json!("UPDATED"), &json!(true)));
    assert_eq!(counted(&story).await, (1, 1));
    let nothing = sent(json!({ "rating": null, "comment": null }));
    let (code, argument, _) =
        story.is_refused("SubmitFeedbackWithOutcome", json!({ "input": nothing })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "rating"));
    story.verify().await;
}

async fn half_a_rating_is_refused(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let items = [
        said(json!({ "scale": "csat", "comment": "it hangs" })),
        said(json!({ "rating": 4, "comment": "it hangs" })),
        said(json!({ "comment": "  " })),
        said(json!({ "comment": "it hangs" })),
    ];
    let batch = story.gets("SubmitFeedbackBatch", json!({ "input": { "items": items } })).await["submitFeedbackBatch"].clone();
    let refused =
        |field: &str, why: &str| json!({ "error": { "field": field, "message": format!("{field}: {why}") } });
    let expected = json!({ "accepted": 1, "items": [
        refused(
            "rating",
            "is missing for the scale \"csat\"; send a rating too, or omit both if there is only a comment",
        ),
        refused("scale", "is missing for the rating 4; send a scale, for example csat"),
        refused("rating", "is missing, and so is `comment`; send at least one of them"),
        { "error": null },
    ] });
    assert_eq!(batch, expected, "{batch:#}");
}

async fn a_file_may_have_answers_without_a_rating(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let import = async |rows: &str, more: &[&str]| {
        let file = story.database.file("rows.csv", rows);
        story
            .database
            .ballroom(
                &[&["import", "feedback", &file, "--set", "product=shop,feature=search"], more].concat(),
            )
            .await
    };
    let rows = "rating,comment,occurred_at,id\n4,fine,2026-03-01,1\n,it hangs,2026-03-01,2\n,,2026-03-01,3\n";
    let some = import(rows, &["--scale", "csat", "--map", "external_id=id"]).await;
    assert_eq!(some.status.code(), Some(2), "{some:?}");
    assert!(some.out.contains("2 accepted (1 without a rating, not counted in scores)"), "{some:?}");
    assert!(some.out.contains("1 rejected"), "{some:?}");
    let rejects = std::fs::read_to_string(story.database.file("rows.csv", rows) + ".rejects.csv").unwrap();
    assert!(rejects.contains("rating is empty, and so is comment"), "{rejects}");
    assert_eq!(counted(&story).await, (1, 2));
    // The source added a rating to one, and removed that of another.
    let rows = "rating,comment,occurred_at,id,updated_at\n,fine,2026-03-01,1,2026-03-02\n5,it hangs,2026-03-01,2,2026-03-02\n";
    let again = import(rows, &["--scale", "csat", "--map", "external_id=id"]).await;
    assert!(again.status.success() && again.out.contains("2 updated"), "{again:?}");
    assert_eq!(counted(&story).await, (1, 2));
    let rated = story.gets("ProductFeedback", json!({})).await["product"]["feedback"]["nodes"].clone();
    assert_eq!(rated, json!([{ "rating": 5.0, "externalId": "2" }]));
    // A file of comments needs no scale, and the output explains it.
    let comments = import("comment,occurred_at\nlovely,2026-03-03\nslow,2026-03-03\n", &[]).await;
    assert!(
        comments.status.success() && comments.out.contains("2 accepted (2 without a rating"),
        "{comments:?}"
    );
    assert!(comments.out.contains("Warning: no column is read as `rating`"), "{comments:?}");
    let mistyped = import("stars,comment,occurred_at\n5,lovely,2026-03-03\n", &["--scale", "csat"]).await;
    assert!(
        !mistyped.status.success() && format!("{mistyped:?}").contains("rating is required"),
        "{mistyped:?}"
    );
    assert_eq!(counted(&story).await, (1, 4));
    story.verify().await;
}
