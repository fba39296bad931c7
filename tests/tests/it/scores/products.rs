//! Products, compared and as wholes.

use ballroom_tests::{Backend, on_both, story::Story};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::number;

on_both!(
    products_are_compared_by_their_wholes,
    each_product_is_compared_on_its_own_day,
    a_product_s_figures_and_change_point_rest_on_all_its_features,
    all_fields_of_a_query_know_a_new_product,
);

const OPERATIONS: &str = include_str!("../../stories/scores.graphql");

async fn products_are_compared_by_their_wholes(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    for (product, rating) in [("good", 5), ("bad", 1), ("few", 5)] {
        story.product(product, &["part"]).await;
        let answers = if product == "few" { 2 } else { 30 };
        for _ in 0..answers {
            story.submits(json!({ "product": product, "scale": "csat", "rating": rating })).await;
        }
        // A verdict on a part does not apply to the whole.
        for _ in 0..10 {
            let part =
                json!({ "product": product, "feature": "part", "scale": "csat", "rating": 6 - rating });
            story.submits(part).await;
        }
    }
    story.product("unheard", &[]).await;
    let data = story.gets("ProductComparisonAndProduct", json!({})).await;
    let entries = data["productComparison"]["entries"].as_array().unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            (entry["product"]["key"].as_str().unwrap(), entry["rank"].as_i64(), &entry["value"]["responses"])
        })
        .collect();
    assert_eq!(
        told,
        [("good", Some(1), &json!(30)), ("bad", Some(2), &json!(30)), ("few", None, &json!(2))],
        "{data:#}"
    );
    assert_eq!(entries[0]["value"]["score"], data["good"]["value"]["score"]);
}

async fn each_product_is_compared_on_its_own_day(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let now = ballroom::clock::now();
    // Wherever the clock stands, these two never have the same day.
    let zones = [("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11)];
    for (zone, _) in zones {
        let key = zone.replace('/', "-");
        story.gets("CreateProduct", json!({ "input": { "key": key, "timeZone": zone } })).await;
        for _ in 0..6 {
            story.submits(json!({ "product": key, "scale": "csat", "rating": 4, "occurredAt": now })).await;
        }
    }
    let day = |zone: &str| {
        let hours = zones.iter().find(|(name, _)| *name == zone).unwrap().1;
        (now + chrono::TimeDelta::hours(hours)).date_naive()
    };
    let latest = day(zones[0].0);
    for as_of in [Value::Null, json!(latest)] {
        let data =
            story.gets("ProductComparisonEntries", json!({ "asOf": as_of })).await["productComparison"]
                .clone();
        assert_eq!(data["asOf"], json!(latest), "the latest of their days");
        for entry in data["entries"].as_array().unwrap() {
            let zone = entry["product"]["timeZone"].as_str().unwrap();
            assert_eq!(entry["value"], json!({ "asOf": day(zone), "responses": 6 }), "{zone}");
        }
        assert_eq!(data["entries"].as_array().unwrap().len(), 2);
    }
    // A period is over where its last day is, and of all products once it is of each.
    let earliest = day(zones[1].0);
    for (until, complete) in
        [(latest + Days::new(1), false), (latest, false), (earliest + Days::new(1), false), (earliest, true)]
    {
        let period = json!({ "from": "2026-01-01", "until": until });
        let data = story.gets("ProductComparison", json!({ "period": period })).await;
        assert_eq!(data["productComparison"]["complete"], complete, "{until}");
    }
    let tomorrow = json!({ "asOf": latest + Days::new(1) });
    assert_eq!(story.is_refused("ProductComparisonEntries", tomorrow).await.1, "asOf");
}

async fn a_product_s_figures_and_change_point_rest_on_all_its_features(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search", "cart"]).await;
    // Every response names a feature; search, which is less popular, gets fewer and fewer responses, and both decline
    // on day 40.
    let first: NaiveDate = "2026-01-01".parse().unwrap();
    let mut items = Vec::new();
    for day in 0..80 {
        for (feature, answers, rating) in [("search", if day < 20 { 4 } else { 1 }, 3), ("cart", 3, 5)] {
            let rating = if day < 40 { rating } else { rating - 2 };
            let at = format!("{}T12:00:00Z", first + Days::new(day));
            let item = json!({ "product": "shop", "feature": feature, "scale": "csat", "rating": rating, "occurredAt": at });
            items.extend((0..answers).map(|_| item.clone()));
        }
    }
    story.gets("SubmitFeedbackBatch", json!({ "items": items })).await;
    let product = story.gets("ProductStandardFigures", json!({})).await["product"].clone();
    // 120 of 380 responses are the fives of the cart.
    let figure = &product["standardFigures"][0];
    assert_eq!((&figure["scale"]["key"], &figure["responses"]), (&json!("csat"), &json!(380)), "{product:#}");
    assert!((number(&figure["value"]) - 100.0 * 120.0 / 380.0).abs() < 1e-9, "{product:#}");
    let change = &product["changePoint"];
    assert_eq!((&change["detected"], &change["day"]), (&json!(true), &json!("2026-02-10")), "{product:#}");
    assert_eq!((&change["suspects"], &change["otherProbability"]), (&json!([]), &json!(1.0)), "{product:#}");
    // Another mix of features is no change.
    let early = json!({ "detected": false, "suspects": [], "otherProbability": 1.0 });
    assert_eq!(product["early"], early, "{product:#}");
}

/// One field reads the counts anew; the others must not be answered from a snapshot that does not know the product.
async fn all_fields_of_a_query_know_a_new_product(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    for number in 0..6 {
        let product = format!("shop-{number}");
        story.product(&product, &["cart"]).await;
        let answer = json!({ "product": product, "feature": "cart", "scale": "csat", "rating": 4 });
        story.submits(answer).await;
        let query = format!(
            "{{ product(product: \"{product}\") {{ standardFigures {{ value }} value {{ score }} alerts {{ kind }}
            features(first: 5) {{ nodes {{ value {{ responses }} alerts {{ kind }} }} }} }} }}"
        );
        let shown = story.app.asks(&query, json!({})).await["product"].clone();
        assert_eq!(shown["features"]["nodes"][0]["value"]["responses"], 1, "{shown:#}");
    }
}
