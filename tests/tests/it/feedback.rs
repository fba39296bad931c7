//! Responses: accepted once, counted once, corrected and deleted; invalid ones are refused with their field.

use ballroom_tests::{Backend, on_both, story::Story};
use chrono::TimeDelta;
use serde_json::{Value, json};

on_both!(
    the_same_external_id_is_the_same_answer,
    a_known_customer_has_one_voice_a_day,
    anonymous_answers_each_count,
    a_deleted_answer_gives_its_voice_back,
    a_deleted_answer_is_not_brought_back_by_its_source,
    a_correction_moves_the_counts,
    a_bad_item_never_fails_its_neighbours,
    bad_input_is_refused_by_name,
    an_answer_without_a_release_belongs_to_the_newest_live_one,
    sixteen_clients_at_once_lose_nothing,
    what_is_no_query_is_refused_with_a_code,
);

const OPERATIONS: &str = include_str!("../stories/feedback.graphql");

async fn with_product(backend: Backend) -> Story {
    Story::in_shop(backend, OPERATIONS, &["search", "cart"]).await
}

fn answer(rating: f64, more: Value) -> Value {
    let mut input = json!({
        "product": "shop", "feature": "search", "scale": "csat", "rating": rating,
        "occurredAt": "2026-03-01T10:00:00Z",
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// Responses that count for a feature, and their mean on the scale of 0 to 100, as scores see them.
async fn counted(story: &Story, feature: &str) -> (i64, Option<f64>) {
    let data = story.gets("FeatureValue", json!({ "feature": feature })).await;
    let value = &data["feature"]["value"];
    let strata = value["strata"].as_array().unwrap();
    let mean =
        strata.iter().find(|stratum| stratum["responses"] != 0).and_then(|stratum| stratum["mean"].as_f64());
    (value["responses"].as_i64().unwrap(), mean)
}

async fn the_same_external_id_is_the_same_answer(backend: Backend) {
    let story = with_product(backend).await;
    let first = story.submits(answer(4.0, json!({ "externalId": "r-1" }))).await;
    assert_eq!(first["outcome"], "CREATED");
    let again = story.submits(answer(4.0, json!({ "externalId": "r-1" }))).await;
    assert_eq!(
        (&again["outcome"], &again["feedback"]["id"]),
        (&json!("UNCHANGED"), &first["feedback"]["id"])
    );
    let elsewhere =
        story.submits(answer(2.0, json!({ "externalId": "r-1", "source": "other system" }))).await;
    assert_eq!(elsewhere["outcome"], "CREATED");
    assert_eq!(counted(&story, "search").await.0, 2);
    story.verify().await;
}

async fn a_known_customer_has_one_voice_a_day(backend: Backend) {
    let story = with_product(backend).await;
    let said = |rating: f64, at: &str| answer(rating, json!({ "customer": "acme", "occurredAt": at }));
    let noon = story.submits(said(2.0, "2026-03-01T12:00:00Z")).await;
    assert_eq!((&noon["outcome"], &noon["supersession"]), (&json!("CREATED"), &json!(null)));
    let evening = story.submits(said(5.0, "2026-03-01T20:00:00Z")).await;
    assert_eq!((&evening["outcome"], &evening["supersession"]), (&json!("CREATED"), &json!("SUPERSEDES")));
    let late_news = story.submits(said(1.0, "2026-03-01T08:00:00Z")).await;
    assert_eq!(
        (&late_news["supersession"], &late_news["feedback"]["counted"]),
        (&json!("SUPERSEDED"), &json!(false))
    );
    assert_eq!(counted(&story, "search").await, (1, Some(100.0)));
    // Another feature, another scale, another day are other voices.
    story.submits(answer(3.0, json!({ "customer": "acme", "feature": "cart" }))).await;
    story.submits(said(3.0, "2026-03-02T08:00:00Z")).await;
    assert_eq!(counted(&story, "search").await.0, 2);
    assert_eq!(counted(&story, "cart").await.0, 1);
    story.verify().await;
}

async fn anonymous_answers_each_count(backend: Backend) {
    let story = with_product(backend).await;
    for _ in 0..3 {
        assert_eq!(story.submits(answer(4.0, json!({}))).await["outcome"], "CREATED");
    }
    assert_eq!(counted(&story, "search").await.0, 3);
}

async fn a_deleted_answer_gives_its_voice_back(backend: Backend) {
    let story = with_product(backend).await;
    let said = |rating: f64, at: &str| answer(rating, json!({ "customer": "acme", "occurredAt": at }));
    story.submits(said(2.0, "2026-03-01T12:00:00Z")).await;
    let last = story.submits(said(5.0, "2026-03-01T20:00:00Z")).await;
    let id = last["feedback"]["id"].clone();
    story.gets("DeleteFeedback", json!({ "id": id })).await;
    assert_eq!(counted(&story, "search").await, (1, Some(25.0)));
    let (code, argument, _) = story.is_refused("DeleteFeedback", json!({ "id": id })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("NOT_FOUND", "feedback"));
    story.verify().await;
}

async fn a_deleted_answer_is_not_brought_back_by_its_source(backend: Backend) {
    let story = with_product(backend).await;
    let sent = |more: Value| {
        let mut item = answer(2.0, json!({ "externalId": "r-1", "source": "crm" }));
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    let first = story.submits(sent(json!({}))).await;
    story.gets("DeleteFeedback", json!({ "id": first["feedback"]["id"] })).await;
    // The same version, a correction of it, and a version from before the deletion.
    let late = json!({ "rating": 5, "updatedAt": "2026-03-02T00:00:00Z" });
    for again in [json!({}), json!({ "rating": 3 }), late] {
        let (code, argument, message) =
            story.is_refused("SubmitFeedback", json!({ "input": sent(again) })).await;
        assert_eq!((code.as_str(), argument.as_str()), ("CONFLICT", "externalId"), "{message}");
        assert!(message.contains("was deleted at 20") && message.contains("updatedAt"), "{message}");
    }
    let items = [sent(json!({})), sent(json!({ "externalId": "r-2" })), sent(json!({ "source": "web" }))];
    let taken =
        story.gets("SubmitFeedbackBatch", json!({ "items": items })).await["submitFeedbackBatch"].clone();
    assert_eq!((&taken["accepted"], &taken["refused"]), (&json!(2), &json!(1)), "{taken:#}");
    assert_eq!(taken["items"][0]["error"]["field"], "externalId", "{taken:#}");
    assert_eq!(counted(&story, "search").await.0, 2);
    // A later version of the source.
    let since = (ballroom_tests::ballroom::clock::now() + TimeDelta::minutes(1)).to_rfc3339();
    let input = sent(json!({ "rating": 4, "updatedAt": since }));
    let data = story.gets("SubmitFeedback", json!({ "input": input })).await;
    assert_eq!(data["submitFeedback"]["outcome"], "CREATED");
    assert_ne!(data["submitFeedback"]["feedback"]["id"], first["feedback"]["id"]);
    // Each of several in one request is checked separately, and refused ones are not restored.
    story.gets("DeleteFeedback", json!({ "id": data["submitFeedback"]["feedback"]["id"] })).await;
    let nobody = json!({ "customer": "respondent-x", "updatedAt": since });
    assert_eq!(
        story.is_refused("SubmitFeedback", json!({ "input": sent(nobody.clone()) })).await.1,
        "customer"
    );
    assert_eq!(story.is_refused("SubmitFeedback", json!({ "input": sent(json!({})) })).await.1, "externalId");
    let items = [
        sent(json!({ "updatedAt": "2026-03-02T00:00:00Z" })),
        sent(nobody),
        sent(json!({ "rating": 3, "updatedAt": since })),
        sent(json!({ "rating": 1, "updatedAt": "2026-03-02T00:00:00Z" })),
        sent(json!({ "rating": 3, "updatedAt": since })),
    ];
    let taken =
        story.gets("SubmitFeedbackBatch", json!({ "items": items })).await["submitFeedbackBatch"].clone();
    let became = taken["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["error"]["field"].as_str().or(item["outcome"].as_str()).unwrap());
    let became: Vec<_> = became.collect();
    assert_eq!(became, ["externalId", "customer", "CREATED", "OUTDATED", "UNCHANGED"], "{taken:#}");
    let found = story.gets("ProductFeedback", json!({})).await;
    let nodes = found["product"]["feedback"]["nodes"].as_array().unwrap();
    let last = nodes.iter().find(|node| node["externalId"] == "r-1" && node["source"] == "crm").unwrap();
    let data = json!({ "submitFeedback": { "feedback": last } });
    // Deleted once more, it stays so in a file that is imported every night.
    story.gets("DeleteFeedback", json!({ "id": data["submitFeedback"]["feedback"]["id"] })).await;
    let file = "external_id,occurred_at,product,feature,scale,rating\nr-1,2026-03-01,shop,search,csat,2\n\
                r-3,2026-03-01,shop,search,csat,3\n";
    let file = story.database.file("answers.csv", file);
    let said = story.database.succeeds(&["import", "feedback", &file, "--source", "crm"]).await;
    assert!(said.contains("1 accepted") && said.contains("1 skipped (deleted earlier)"), "{said}");
    assert_eq!(counted(&story, "search").await.0, 3);
    story.verify().await;
}

async fn a_correction_moves_the_counts(backend: Backend) {
    let story = with_product(backend).await;
    let made = story.submits(answer(1.0, json!({ "customer": "acme", "comment": "hangs" }))).await;
    let input =
        json!({ "feedback": made["feedback"]["id"], "rating": 5, "feature": "cart", "comment": null });
    let corrected = story.gets("CorrectFeedback", json!({ "input": input })).await;
    let feedback = &corrected["correctFeedback"]["feedback"];
    assert_eq!((&feedback["rating"], &feedback["comment"]), (&json!(5.0), &json!(null)));
    assert_eq!(feedback["feature"]["key"], "cart");
    assert!(feedback["correctedAt"].is_string());
    assert_eq!(counted(&story, "search").await.0, 0);
    assert_eq!(counted(&story, "cart").await, (1, Some(100.0)));
    story.verify().await;
}

async fn a_bad_item_never_fails_its_neighbours(backend: Backend) {
    let story = with_product(backend).await;
    let items = json!([
        answer(4.0, json!({ "externalId": "a" })),
        answer(9.0, json!({ "externalId": "b" })),
        answer(4.0, json!({ "feature": "ghost" })),
        answer(3.0, json!({ "externalId": "a" })),
        answer(5.0, json!({ "customer": "acme" })),
    ]);
    let data = story.gets("SubmitFeedbackBatchWithIndex", json!({ "items": items })).await;
    let batch = &data["submitFeedbackBatch"];
    assert_eq!((&batch["accepted"], &batch["refused"]), (&json!(3), &json!(2)));
    let outcome = |at: usize| batch["items"][at]["outcome"].clone();
    assert_eq!(
        (outcome(0), outcome(3), outcome(4)),
        (json!("CREATED"), json!("UPDATED"), json!("CREATED")),
        "what is sent last of one id is the newest"
    );
    let error = |at: usize| {
        let item = &batch["items"][at];
        (item["index"].clone(), item["error"]["code"].clone(), item["error"]["field"].clone())
    };
    assert_eq!(error(1), (json!(1), json!("INVALID_ARGUMENT"), json!("rating")));
    assert_eq!(error(2), (json!(2), json!("NOT_FOUND"), json!("feature")));
    assert_eq!(counted(&story, "search").await.0, 2);
    story.verify().await;
}

async fn bad_input_is_refused_by_name(backend: Backend) {
    let story = with_product(backend).await;
    let cases = [
        (answer(4.5, json!({})), "INVALID_ARGUMENT", "rating", "has steps of 1 from 1"),
        (answer(0.0, json!({})), "INVALID_ARGUMENT", "rating", "between 1 and 5"),
        (answer(4.0, json!({ "scale": "smileys" })), "NOT_FOUND", "scale", "smileys"),
        (answer(4.0, json!({ "product": "ghost" })), "NOT_FOUND", "product", "ghost"),
        (answer(4.0, json!({ "release": "9.9" })), "NOT_FOUND", "release", "9.9"),
        (answer(4.0, json!({ "segment": "ghosts" })), "NOT_FOUND", "segment", "ghosts"),
        (
            answer(4.0, json!({ "occurredAt": "9000-01-01T00:00:00Z" })),
            "INVALID_ARGUMENT",
            "occurredAt",
            "future",
        ),
        (answer(4.0, json!({ "comment": "x".repeat(100_001) })), "INVALID_ARGUMENT", "comment", "100001"),
        (answer(4.0, json!({ "comment": "a\u{0}b" })), "INVALID_ARGUMENT", "comment", "NUL"),
        (answer(4.0, json!({ "externalId": "x".repeat(201) })), "INVALID_ARGUMENT", "externalId", "201"),
    ];
    for (input, code, argument, part) in cases {
        let refused = story.is_refused("SubmitFeedbackWithOutcome", json!({ "input": input })).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), (code, argument), "{refused:?}");
        assert!(refused.2.contains(part), "{refused:?}");
    }
    assert_eq!(counted(&story, "search").await.0, 0);
}

async fn an_answer_without_a_release_belongs_to_the_newest_live_one(backend: Backend) {
    let story = with_product(backend).await;
    for (version, day) in [("1.0", "2026-01-10"), ("1.1", "2026-02-10")] {
        let released = format!("{day}T09:00:00Z");
        let input = json!({ "product": "shop", "version": version, "releasedAt": released });
        story.admin.plans_release(input.clone()).await;
    }
    for (at, more, version, inferred) in [
        ("2026-01-20T10:00:00Z", json!({}), json!({ "version": "1.0" }), true),
        ("2026-03-20T10:00:00Z", json!({}), json!({ "version": "1.1" }), true),
        ("2026-03-20T10:00:00Z", json!({ "release": "1.0" }), json!({ "version": "1.0" }), false),
        ("2026-01-01T10:00:00Z", json!({}), json!(null), true),
    ] {
        let mut input = answer(4.0, more);
        input["occurredAt"] = json!(at);
        let made = story.submits(input).await;
        let data = story.gets("FeedbackRelease", json!({ "id": made["feedback"]["id"] })).await;
        assert_eq!(
            (&data["feedback"]["release"], &data["feedback"]["releaseInferred"]),
            (&version, &json!(inferred))
        );
    }
}

async fn sixteen_clients_at_once_lose_nothing(backend: Backend) {
    let story = with_product(backend).await;
    let story = &story;
    let clients = (0..16).map(|client| async move {
        for number in 0..10 {
            // Four clients speak for each customer, about the same feature, on the same day.
            let customer = format!("customer-{}", client % 4);
            let external = format!("{client}-{number}");
            story
                .submits(answer(
                    f64::from(1 + number % 5),
                    json!({ "customer": customer, "externalId": external }),
                ))
                .await;
        }
    });
    futures::future::join_all(clients).await;
    assert_eq!(counted(story, "search").await.0, 4);
    let total = story.gets("Product", json!({})).await;
    assert_eq!(total["product"]["feedback"]["totalCount"], 160);
    story.verify().await;
}

async fn what_is_no_query_is_refused_with_a_code(backend: Backend) {
    let story = with_product(backend).await;
    let value = "query($asOf: Date) { product(product: \"shop\") { valueReport(asOf: $asOf) { asOf } } }";
    for (query, variables, code) in [
        ("{ nonsense }", json!({}), "VALIDATION_ERROR"),
        ("{ product", json!({}), "PARSE_ERROR"),
        ("{ product(product: 7) { id } }", json!({}), "VALIDATION_ERROR"),
        (value, json!({ "asOf": "yesterday" }), "INVALID_ARGUMENT"),
        (value, json!({ "asOf": "+262142-12-31" }), "INVALID_ARGUMENT"),
        (value, json!({ "asOf": "0001-01-01" }), "INVALID_ARGUMENT"),
    ] {
        let answer = story.app.answer(query, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer:#}");
    }
    let report = |n: usize| format!("r{n}: valueReport {{ entries {{ value {{ score lower upper }} }} }} ");
    let many: String = (0..300).map(report).collect();
    let refused =
        story.app.answer(&format!("{{ product(product: \"shop\") {{ {many} }} }}"), json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "TOO_COMPLEX", "{refused:#}");
    // A blank customer is anonymous, a blank product is missing, and neither affects the others.
    let items = json!([
        answer(4.0, json!({ "customer": "" })),
        answer(4.0, json!({ "product": "" })),
        answer(4.0, json!({})),
    ]);
    let batch =
        story.gets("SubmitFeedbackBatchWithIndex", json!({ "items": items })).await["submitFeedbackBatch"]
            .clone();
    assert_eq!((&batch["accepted"], &batch["refused"]), (&json!(2), &json!(1)));
    assert_eq!(batch["items"][1]["error"]["field"], "product");
}
