//! Whoever may not read single responses sees none in figures either: not in a field that was asked for a small group, and not in
//! the difference of two answers.

use ballroom_tests::{
    Backend, on_both,
    story::{Actor, Story},
};
use serde_json::{Value, json};

on_both!(
    no_field_shows_a_group_that_is_too_small,
    no_two_answers_show_one_response,
    an_organization_decides_how_small_a_group_may_be,
);

const OPERATIONS: &str = include_str!("../stories/privacy.graphql");

/// Responses about the search: of thirty customers in the segment gold on one day, and of one more in gold and one in silver the day
/// after. Two of three that name the second release are of the same customer.
async fn shop(backend: Backend) -> Story {
    let story = Story::in_shop(backend, OPERATIONS, &["search", "cart"]).await;
    for segment in ["gold", "silver"] {
        story.gets("CreateSegment", json!({ "input": { "key": segment, "name": segment } })).await;
    }
    for (version, day) in [("1.0", "2026-02-02"), ("1.1", "2026-03-06")] {
        let input = json!({ "product": "shop", "version": version, "releasedAt": format!("{day}T06:00:00Z"),
            "features": [{ "feature": "search", "change": "CHANGED" }] });
        story.admin.plans_release(input).await;
    }
    for customer in 0..30 {
        respond(&story, "search", ("gold", customer), "2026-03-05", 4, "1.0").await;
    }
    respond(&story, "search", ("gold", 30), "2026-03-06", 1, "1.1").await;
    respond(&story, "search", ("silver", 31), "2026-03-06", 1, "1.1").await;
    respond(&story, "search", ("silver", 31), "2026-03-07", 1, "1.1").await;
    story
}

async fn respond(
    story: &Story,
    feature: &str,
    (segment, customer): (&str, i32),
    day: &str,
    rating: i32,
    release: &str,
) {
    let input = json!({ "product": "shop", "feature": feature, "customer": format!("c-{customer}"), "segment": segment,
        "scale": "csat", "rating": rating, "occurredAt": format!("{day}T10:00:00Z"), "release": release });
    story.app.submits(input).await;
}

fn days(from: &str, until: &str) -> Value {
    json!({ "from": from, "until": until })
}

/// All numbers of an answer, each with its path.
fn numbers(answer: &Value) -> Vec<(String, f64)> {
    fn collect(value: &Value, path: &str, numbers: &mut Vec<(String, f64)>) {
        match value {
            Value::Number(number) => numbers.push((path.to_owned(), number.as_f64().unwrap())),
            Value::Array(items) => items.iter().for_each(|item| collect(item, path, numbers)),
            Value::Object(fields) => {
                fields.iter().for_each(|(name, field)| collect(field, &format!("{path}.{name}"), numbers))
            }
            _ => (),
        }
    }
    let mut found = Vec::new();
    collect(answer, "", &mut found);
    found
}

async fn no_field_shows_a_group_that_is_too_small(backend: Backend) {
    let story = shop(backend).await;
    let (pam, bea) = (story.member("Pam", "PRODUCT").await, story.member("Bea", "BUSINESS").await);
    let board = story.machine("board", "ADMINISTRATOR", "REPORTS").await;
    let small = [
        json!({ "period": days("2026-03-06", "2026-03-07") }),
        json!({ "period": days("2026-03-02", "2026-03-16"), "segment": "silver" }),
        json!({ "period": days("2026-03-02", "2026-03-16"), "release": "1.1" }),
        json!({ "period": days("2026-03-06", "2026-03-16"), "segment": "gold", "release": "1.1" }),
        // Two responses of one customer are no group either.
        json!({ "period": days("2026-03-06", "2026-03-08"), "segment": "silver" }),
    ];
    for cell in &small {
        let seen = story.asks_silently(&pam, "Cell", cell.clone()).await;
        assert!(
            numbers(&seen).iter().any(|(_, number)| *number == 1.0),
            "whoever may read it sees it: {cell}"
        );
        for actor in [&bea, &board] {
            let hidden = story.asks_silently(actor, "Cell", cell.clone()).await;
            let shown: Vec<_> = numbers(&hidden)
                .into_iter()
                .filter(|(path, number)| {
                    // The trend is of the segment, not of the release: its points of the first day are of many.
                    *number != 0.0 && !(path.contains(".trend.") || path.contains(".timeline."))
                })
                .collect();
            assert_eq!(shown, [], "{cell}");
            let points = |kind: &str| hidden["feature"][kind].clone();
            let day = |point: &Value| point["asOf"].as_str().unwrap().to_owned();
            for point in points("trend").as_array().unwrap() {
                assert!(point["value"].is_null() || day(point) == "2026-03-05", "{cell}: {point}");
            }
        }
    }
    // What is shown of a larger group has no stratum that is too small.
    let wide = json!({ "period": days("2026-03-02", "2026-03-16") });
    let exact = story.asks_silently(&pam, "Cell", wide.clone()).await;
    let strata = |of: &Value| of["feature"]["value"]["strata"].as_array().unwrap().len();
    assert_eq!(strata(&exact), 2);
    let coarse = story.asks_silently(&bea, "Cell", wide.clone()).await;
    // Without the one that is too small, the other would be the whole less it.
    assert_eq!(strata(&coarse), 0);
    assert_eq!(exact["feature"]["value"]["responses"], 33);
    assert_eq!(coarse["feature"]["value"]["responses"], 35);
    // The verdict is the same for all; the responses that it rests on are not.
    for actor in [&pam, &bea] {
        story.asks(actor, "Verdict", json!({ "release": "1.1" })).await;
        // With thresholds of its own a caller could ask how many there are, one number after the other.
        story.asks(actor, "Verdict", json!({ "release": "1.1", "thresholds": { "minResponses": 3 } })).await;
    }
    story.asks(&bea, "Numbers", wide).await;
    insta::assert_snapshot!("no_group_that_is_too_small", story.transcript());
}

async fn no_two_answers_show_one_response(backend: Backend) {
    let story = shop(backend).await;
    let (pam, bea) = (story.member("Pam", "PRODUCT").await, story.member("Bea", "BUSINESS").await);
    // The same question with and without the responses of a day, of a segment, and of a release.
    let with = json!({ "period": days("2026-03-02", "2026-03-08") });
    let without = [
        json!({ "period": days("2026-03-02", "2026-03-06") }),
        json!({ "period": days("2026-03-02", "2026-03-07") }),
        json!({ "period": days("2026-03-02", "2026-03-08"), "segment": "gold" }),
    ];
    let figures = async |actor: &Actor, cell: &Value| {
        let answer = story.asks_silently(actor, "Numbers", cell.clone()).await;
        numbers(&answer).into_iter().map(|(_, number)| number).collect::<Vec<_>>()
    };
    for cell in &without {
        let differs = figures(&pam, &with).await != figures(&pam, cell).await;
        assert!(differs, "whoever may read the responses sees the difference: {cell}");
    }
    // Each number that differs does so by the step of a whole group, or is one of a group that is not shown at all.
    let all = story.asks_silently(&bea, "Numbers", with.clone()).await;
    for cell in &without {
        let other = story.asks_silently(&bea, "Numbers", cell.clone()).await;
        let value = |of: &Value, field: &str| of["feature"]["value"][field].as_f64().unwrap();
        let responses = value(&all, "responses") - value(&other, "responses");
        assert_eq!(responses % 5.0, 0.0, "{cell}");
        let score = value(&all, "score") - value(&other, "score");
        assert!(score.abs() == 0.0 || score.abs() >= 10.0, "{cell}: {score}");
        let counts = |of: &Value| -> Vec<i64> {
            let ratings = of["feature"]["ratingDistribution"][0]["ratings"].as_array().unwrap();
            ratings.iter().map(|rating| rating["responses"].as_i64().unwrap()).collect()
        };
        assert_eq!(counts(&all), counts(&other), "the three worst ratings are of too few: {cell}");
        assert_eq!(counts(&all), [0, 0, 0, 30, 0]);
    }
    // All gave the same rating, and the figure does not say so.
    let same = story.asks_silently(&bea, "Numbers", without[0].clone()).await;
    assert_eq!(same["feature"]["standardFigures"][0]["value"], 90.0, "{same}");
    assert_eq!(
        story.asks_silently(&pam, "Numbers", without[0].clone()).await["feature"]["standardFigures"][0]["value"],
        100.0
    );
    // A product as a whole is no way around either.
    let shown =
        story.asks_silently(&bea, "Products", json!({ "period": days("2026-03-02", "2026-03-16") })).await;
    assert_eq!(numbers(&shown), []);
}

async fn an_organization_decides_how_small_a_group_may_be(backend: Backend) {
    let story = shop(backend).await;
    let (ada, bea) = (story.member("Ada", "ADMINISTRATOR").await, story.member("Bea", "BUSINESS").await);
    let wide = json!({ "period": days("2026-03-02", "2026-03-16") });
    story.asks(&bea, "Setting", json!({})).await;
    for wrong in [1, 1_001] {
        story.asks(&ada, "Set", json!({ "minGroup": wrong })).await;
    }
    story.asks(&bea, "Set", json!({ "minGroup": 2 })).await;
    let is_shown = async || {
        let answer = story.asks_silently(&bea, "Numbers", wide.clone()).await;
        numbers(&answer).iter().any(|(_, number)| *number != 0.0)
    };
    assert!(is_shown().await);
    story.asks(&ada, "Set", json!({ "minGroup": 40 })).await;
    assert!(!is_shown().await, "32 customers are fewer than 40");
    let report = story.gets("ReportValue", json!({})).await;
    assert_eq!(report["report"], json!({ "minGroupSize": 40, "value": { "features": [] } }));
    story.asks(&ada, "Set", json!({ "minGroup": 2 })).await;
    let silver = json!({ "period": days("2026-03-02", "2026-03-16"), "segment": "silver" });
    let answer = story.asks_silently(&bea, "Numbers", silver).await;
    assert_eq!(answer["feature"]["value"], Value::Null, "one customer is never a group");
    story.asks(&bea, "Setting", json!({})).await;
    insta::assert_snapshot!("how_small_a_group_may_be", story.transcript());
}
