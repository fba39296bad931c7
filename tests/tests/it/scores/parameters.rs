//! Stored parameters.

use ballroom_tests::{Backend, on_both, story::Story};
use chrono::Days;
use serde_json::{Value, json};

use super::planted;

on_both!(kept_parameters_make_a_past_score_come_out_again, a_server_keeps_the_days_that_are_over,);

const OPERATIONS: &str = include_str!("../../stories/scores.graphql");

async fn kept_parameters_make_a_past_score_come_out_again(backend: Backend) {
    let (story, last) = planted(backend).await;
    let as_of = last - Days::new(10);
    let period = json!({ "from": as_of - Days::new(29), "until": as_of + Days::new(1) });
    let asked = json!({ "asOf": as_of, "period": period });
    let on_the_fly = story.gets("ProductFeaturesWithKey", asked.clone()).await;
    let computed =
        story.gets("ScoreParametersStrata", json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert_eq!(computed["computedAt"], Value::Null);

    let input = json!({ "input": { "period": { "from": as_of, "until": as_of + Days::new(1) } } });
    let days =
        story.gets("ComputeScoreParameters", input.clone()).await["computeScoreParameters"]["days"].clone();
    assert_eq!(days, json!([as_of]));
    let kept = story.gets("ScoreParametersStrata", json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert!(kept["computedAt"].is_string());
    let without_time = |mut parameters: Value| {
        parameters["computedAt"] = Value::Null;
        parameters
    };
    // Not about the same: to the last digit, through JSON and the database and back.
    assert_eq!(without_time(kept.clone()), computed);
    assert_eq!(story.gets("ProductFeaturesWithKey", asked.clone()).await, on_the_fly);

    // A few late responses change what would be estimated for that day, not the stored parameters.
    let keys = story.gets("ProductFeaturesWithFeatures", json!({})).await;
    for feature in keys["product"]["features"]["nodes"].as_array().unwrap() {
        let late = json!({ "product": "atelier", "feature": feature["key"], "scale": "csat", "rating": 1,
            "occurredAt": format!("{}T12:00:00Z", as_of - Days::new(100)) });
        story.submits(late).await;
    }
    let still =
        story.gets("ScoreParametersStrata", json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert_eq!(still, kept);

    // An import of data before a stored day recomputes it.
    let mut rows = "product,feature,scale,rating,occurred_at\n".to_owned();
    for index in 0..40 {
        let day = as_of - Days::new(index % 20);
        rows.push_str(&format!("atelier,search,csat,1,{day}T10:00:00Z\n"));
    }
    let file = story.database.file("late.csv", &rows);
    story.database.succeeds(&["import", "feedback", &file, "--create", "features"]).await;
    let anew = story.gets("ScoreParametersStrata", json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert_ne!(without_time(anew), without_time(kept));
    story.verify().await;
}

async fn a_server_keeps_the_days_that_are_over(backend: Backend) {
    let mut story = Story::in_shop(backend, OPERATIONS, &["cart"]).await;
    let now = ballroom::clock::now();
    for days in [1, 2, 3] {
        let occurred_at = now - Days::new(days);
        let answer = json!({ "product": "shop", "feature": "cart", "scale": "csat", "rating": 4,
            "occurredAt": occurred_at });
        story.submits(answer).await;
    }
    // Without a product there was nothing to do when the server first started; it looks again whenever it starts.
    story.restart().await;
    let yesterday = now.date_naive() - Days::new(1);
    for _ in 0..100 {
        let kept = story.gets("ScoreParametersStrata", json!({ "asOf": yesterday })).await;
        if kept["scoreParameters"]["computedAt"].is_string() {
            assert_eq!(kept["scoreParameters"]["features"], 1);
            let said = story.database.succeeds(&["parameters"]).await;
            assert!(said.contains("Nothing to compute"), "{said}");
            let from = (yesterday - Days::new(1)).to_string();
            let said = story.database.succeeds(&["parameters", "--from", &from]).await;
            assert!(said.contains("parameters of 2 days"), "{said}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("yesterday's parameters were not computed within 10 s");
}
