//! What charts show: distributions of ratings and timelines, with numbers counted by hand.

use ballroom_migration::Migrator;
use ballroom_tests::{Backend, on_both, story::Story};
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::MigratorTrait;
use serde_json::{Value, json};

on_both!(
    a_distribution_has_every_rating_of_a_scale,
    a_distribution_follows_corrections_and_narrows,
    a_timeline_is_counted_by_the_days_of_the_product,
    a_point_without_data_says_so,
    a_timeline_has_the_figures_and_values_that_are_shown_elsewhere,
    a_timeline_is_bounded,
    the_counts_of_the_version_before_are_converted,
);

const OPERATIONS: &str = include_str!("../stories/charts.graphql");

/// A shop in New York: two features, two releases, responses and incidents of March 2026.
async fn shop(backend: Backend) -> Story {
    let story = Story::on(backend, OPERATIONS).await;
    story.gets("CreateProductAndCreateFeature", json!({ "createProduct": { "key": "shop", "timeZone": "America/New_York" }, "cart": { "product": "shop", "key": "cart" }, "search": { "product": "shop", "key": "search" }, "createSegment": { "key": "pro" }, "first": { "product": "shop", "version": "1.0", "releasedAt": "2026-03-02T12:00:00Z" }, "second": { "product": "shop", "version": "1.1", "releasedAt": "2026-03-10T02:00:00Z" } })).await;
    for (feature, scale, rating, at, more) in [
        (Some("cart"), "csat", 5, "2026-03-03T12:00:00Z", json!({ "release": "1.0" })),
        // The evening of the 8th in New York.
        (Some("cart"), "csat", 2, "2026-03-09T03:00:00Z", json!({ "segment": "pro" })),
        (Some("cart"), "nps", 10, "2026-03-03T12:00:00Z", json!({})),
        (Some("cart"), "nps", 3, "2026-03-03T13:00:00Z", json!({ "customer": "acme" })),
        (Some("search"), "csat", 4, "2026-03-20T12:00:00Z", json!({ "release": "1.1", "segment": "pro" })),
        (None, "csat", 3, "2026-03-21T12:00:00Z", json!({ "release": "1.1" })),
    ] {
        let mut input = json!({ "product": "shop", "feature": feature, "scale": scale, "rating": rating, "occurredAt": at });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        story.submits(input).await;
    }
    story.submits(json!({ "product": "shop", "feature": "cart", "comment": "hm", "occurredAt": "2026-03-04T12:00:00Z" }))
        .await;
    let both = json!({ "product": "shop", "features": ["cart", "search"], "severity": 1, "title": "down",
        "openedAt": "2026-03-05T15:00:00Z", "resolvedAt": "2026-03-06T15:00:00Z", "affectedCustomers": 10 });
    story.admin.opens_incident(both).await;
    let unknown = json!({ "product": "shop", "features": ["search"], "severity": 2, "title": "slow",
        "openedAt": "2026-03-17T15:00:00Z", "resolvedAt": "2026-03-17T16:00:00Z" });
    story.admin.opens_incident(unknown).await;
    let figures = [("2026-03-05", 100), ("2026-03-06", 4), ("2026-03-24", 50)]
        .map(|(day, n)| json!({ "product": "shop", "feature": "cart", "day": day, "activeCustomers": n }));
    story.gets("RecordExposureBatch", json!({ "input": { "items": figures } })).await;
    story
}

const MARCH: &str = "period: { from: \"2026-03-02\", until: \"2026-03-30\" }";

async fn a_distribution_has_every_rating_of_a_scale(backend: Backend) {
    let story = shop(backend).await;
    let query = format!(
        "{{ feature(product: \"shop\", feature: \"cart\") {{
            ratingDistribution({MARCH}) {{ scale {{ key }} responses ratings {{ rating responses }} }} }} }}"
    );
    let counts = |counts: &[i64], min: i64| -> Value {
        let one = |(at, n): (i64, &i64)| json!({ "rating": (min + at) as f64, "responses": n });
        (0..).zip(counts).map(one).collect()
    };
    let expected = json!([
        { "scale": { "key": "csat" }, "responses": 2, "ratings": counts(&[0, 1, 0, 0, 1], 1) },
        { "scale": { "key": "nps" }, "responses": 2, "ratings": counts(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1], 0) },
    ]);
    assert_eq!(story.app.asks(&query, json!({})).await["feature"]["ratingDistribution"], expected);
    // A product has the responses about its features, and those about the product as a whole.
    let query = format!(
        "{{ product(product: \"shop\") {{
            all: ratingDistribution({MARCH}, scale: \"csat\") {{ responses ratings {{ responses }} }}
            none: ratingDistribution(period: {{ from: \"2026-04-01\", until: \"2026-05-01\" }}) {{ responses }}
            standardFigures({MARCH}) {{ scale {{ key }} levels }} }} }}"
    );
    let product = story.app.asks(&query, json!({})).await["product"].clone();
    let ratings = [0, 1, 1, 1, 1].map(|n| json!({ "responses": n }));
    assert_eq!(product["all"], json!([{ "responses": 4, "ratings": ratings }]));
    assert_eq!(product["none"], json!([]));
    assert_eq!(
        product["standardFigures"][0],
        json!({ "scale": { "key": "csat" }, "levels": [0, 1, 1, 1, 1] })
    );
}

async fn a_distribution_follows_corrections_and_narrows(backend: Backend) {
    let story = shop(backend).await;
    let levels = async |of: &str, arguments: &str| -> Vec<i64> {
        let query = format!(
            "{{ {of} {{ ratingDistribution({MARCH}, scale: \"csat\"{arguments}) {{ ratings {{ responses }} }} }} }}"
        );
        let data = story.app.asks(&query, json!({})).await;
        let one = data.as_object().unwrap().values().next().unwrap();
        let ratings = one["ratingDistribution"][0]["ratings"].as_array().cloned().unwrap_or_default();
        ratings.iter().map(|rating| rating["responses"].as_i64().unwrap()).collect()
    };
    let (product, release) = ("product(product: \"shop\")", "release(product: \"shop\", release: \"1.1\")");
    assert_eq!(levels(product, ", release: \"1.0\"").await, [0, 0, 0, 0, 1]);
    assert_eq!(levels(product, ", segment: \"pro\"").await, [0, 1, 0, 1, 0]);
    assert_eq!(levels(product, ", release: \"1.1\", segment: \"pro\"").await, [0, 0, 0, 1, 0]);
    assert_eq!(levels(release, "").await, [0, 0, 1, 1, 0], "answers that name the release");
    assert_eq!(levels(release, ", segment: \"pro\"").await, [0, 0, 0, 1, 0]);
    let answers = story.gets("FeatureFeedback", json!({})).await;
    let id = &answers["feature"]["feedback"]["nodes"][0]["id"];
    story.gets("CorrectFeedback", json!({ "input": { "feedback": id, "rating": 1 } })).await;
    assert_eq!(levels(release, "").await, [1, 0, 1, 0, 0]);
    story.gets("DeleteFeedback", json!({ "id": id })).await;
    assert_eq!(levels(release, "").await, [0, 0, 1, 0, 0]);
    story.verify().await;
}

async fn a_timeline_is_counted_by_the_days_of_the_product(backend: Backend) {
    let story = shop(backend).await;
    let query = format!(
        "query($feature: Reference!) {{
            feature(product: \"shop\", feature: $feature) {{ timeline({MARCH}) {{ period {{ from until }}
                releases {{ day release {{ version }} }}
                points {{ period {{ from until }} complete responses incidentsOpened customerDaysLost
                    standardFigures {{ scale {{ key }} value responses levels }} }} }} }} }}"
    );
    let cart = story.app.asks(&query, json!({ "feature": "cart" })).await["feature"]["timeline"].clone();
    let releases = json!([{ "day": "2026-03-02", "release": { "version": "1.0" } },
        { "day": "2026-03-09", "release": { "version": "1.1" } }]);
    assert_eq!(cart["releases"], releases);
    assert_eq!(cart["period"], json!({ "from": "2026-03-02", "until": "2026-03-30" }));
    let point = |from: &str, until: &str, responses: i64, opened: i64, lost: Option<f64>, figures: Value| {
        let period = json!({ "from": format!("2026-03-{from}"), "until": format!("2026-03-{until}") });
        json!({ "period": period, "complete": true,
            "responses": responses, "incidentsOpened": opened, "customerDaysLost": lost, "standardFigures": figures })
    };
    let figures = json!([
        { "scale": { "key": "csat" }, "value": 50.0, "responses": 2, "levels": [0, 1, 0, 0, 1] },
        { "scale": { "key": "nps" }, "value": 0.0, "responses": 2, "levels": [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1] },
    ]);
    // Ten customers on the 5th; on the 6th only the four that were active.
    let expected = json!([
        point("02", "09", 4, 1, Some(14.0), figures),
        point("09", "16", 0, 0, None, json!([])),
        point("16", "23", 0, 0, None, json!([])),
        point("23", "30", 0, 0, Some(0.0), json!([])),
    ]);
    assert_eq!(cart["points"], expected);
    let of = |timeline: &Value, field: &str| -> Vec<Value> {
        timeline["points"].as_array().unwrap().iter().map(|point| point[field].clone()).collect()
    };
    let search = story.app.asks(&query, json!({ "feature": "search" })).await["feature"]["timeline"].clone();
    assert_eq!(of(&search, "responses"), [0, 0, 1, 0]);
    assert_eq!(of(&search, "incidentsOpened"), [1, 0, 1, 0]);
    // The number of customers affected by the incident of the 17th is unknown.
    assert_eq!(of(&search, "customerDaysLost"), [json!(20.0), Value::Null, Value::Null, Value::Null]);
    let query = format!(
        "{{ product(product: \"shop\") {{ timeline({MARCH}) {{ releases {{ day }}
            points {{ responses incidentsOpened customerDaysLost }} }} }} }}"
    );
    let product = story.app.asks(&query, json!({})).await["product"]["timeline"].clone();
    assert_eq!(of(&product, "responses"), [4, 0, 2, 0]);
    assert_eq!(of(&product, "incidentsOpened"), [1, 0, 1, 0], "one that hurts two features is one");
    assert_eq!(of(&product, "customerDaysLost"), [json!(34.0), Value::Null, Value::Null, json!(0.0)]);
    let feature = story.gets("FeatureDays", json!({})).await["feature"].clone();
    let days = json!([{ "period": { "from": "2026-03-07" }, "responses": 0 }, { "period": { "from": "2026-03-08" }, "responses": 1 },
        { "period": { "from": "2026-03-09" }, "responses": 0 }]);
    assert_eq!(feature["days"]["points"], days);
    let months = json!([
        { "period": { "from": "2026-02-15", "until": "2026-03-01" }, "complete": false, "responses": 0 },
        { "period": { "from": "2026-03-01", "until": "2026-04-01" }, "complete": true, "responses": 4 },
    ]);
    assert_eq!(feature["months"]["points"], months);
}

async fn a_point_without_data_says_so(backend: Backend) {
    let story = shop(backend).await;
    let expected = json!({ "releases": [], "points": [{ "complete": false, "responses": 0, "incidentsOpened": 0,
        "customerDaysLost": null, "value": null, "standardFigures": [] }] });
    assert_eq!(story.gets("ProductTimeline", json!({})).await["product"]["timeline"], expected);
}

async fn a_timeline_has_the_figures_and_values_that_are_shown_elsewhere(backend: Backend) {
    let story = shop(backend).await;
    let value = "value { score lower upper responses asOf }";
    let figures = "standardFigures";
    let shown = "{ scale { key } value standardError lower upper responses levels }";
    let week = "period: { from: \"2026-03-02\", until: \"2026-03-09\" }";
    for of in ["product(product: \"shop\")", "feature(product: \"shop\", feature: \"cart\")"] {
        let query = format!(
            "{{ {of} {{ timeline({MARCH}) {{ points {{ {value} {figures} {shown} }} }}
                trend(period: {{ from: \"2026-03-08\", until: \"2026-03-30\" }}, step: WEEK) {{ {value} }}
                {figures}({week}) {shown} }} }}"
        );
        let data = story.app.asks(&query, json!({})).await;
        let one = data.as_object().unwrap().values().next().unwrap();
        let points = one["timeline"]["points"].as_array().unwrap();
        let trend = one["trend"].as_array().unwrap();
        assert_eq!((points.len(), trend.len()), (4, 4));
        for (point, of_trend) in points.iter().zip(trend) {
            assert_eq!(point["value"], of_trend["value"]);
            assert!(point["value"]["score"].is_number(), "{point:#}");
        }
        assert_eq!(points[0]["standardFigures"], one["standardFigures"]);
    }
    let query = format!(
        "{{ feature(product: \"shop\", feature: \"cart\") {{
            timeline({week}, valueDays: 7) {{ points {{ {value} }} }} value({week}) {{ score lower upper responses asOf }} }} }}"
    );
    let feature = story.app.asks(&query, json!({})).await["feature"].clone();
    assert_eq!(feature["timeline"]["points"][0]["value"], feature["value"]);
}

async fn a_timeline_is_bounded(backend: Backend) {
    let story = shop(backend).await;
    let query = |arguments: &str| {
        format!("{{ product(product: \"shop\") {{ timeline({arguments}) {{ points {{ responses }} }} }} }}")
    };
    let days = query("period: { from: \"2020-01-01\", until: \"2026-01-01\" }, step: DAY");
    let (code, argument, message) = story.app.is_refused(&days, json!({})).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "period"));
    assert!(message.contains("2192 days") && message.contains("400 points"), "{message}");
    let weeks = query("period: { from: \"2020-01-01\", until: \"2026-01-01\" }, step: WEEK");
    assert_eq!(
        story.app.asks(&weeks, json!({})).await["product"]["timeline"]["points"].as_array().unwrap().len(),
        314
    );
    let (_, argument, _) = story.app.is_refused(&query("valueDays: 0"), json!({})).await;
    assert_eq!(argument, "valueDays");
}

/// The step that gave the objects in the daily counts codes.
const NARROW_COUNTS: &str = "m0059_narrow_counts";

async fn the_counts_of_the_version_before_are_converted(backend: Backend) {
    let mut story = shop(backend).await;
    let shown = async |story: &Story| {
        let query = format!(
            "{{ product(product: \"shop\") {{
                all: ratingDistribution({MARCH}) {{ scale {{ key }} ratings {{ responses }} }}
                first: ratingDistribution({MARCH}, release: \"1.0\") {{ ratings {{ responses }} }}
                pro: ratingDistribution({MARCH}, segment: \"pro\") {{ ratings {{ responses }} }}
                timeline({MARCH}) {{ points {{ responses standardFigures {{ levels }} }} }}
                features {{ nodes {{ key ratingDistribution({MARCH}) {{ ratings {{ responses }} }} }} }} }} }}"
        );
        story.app.asks(&query, json!({})).await
    };
    let before = shown(&story).await;
    assert_eq!(before["product"]["all"][0]["ratings"][4]["responses"], 1, "{before}");
    story.kill().await;
    let database = story.database.clone();
    let db = sea_orm::Database::connect(database.url()).await.unwrap();
    let steps = Migrator::migrations();
    let after = steps.iter().rev().take_while(|step| step.name() != NARROW_COUNTS).count() as u32;
    Migrator::down(&db, Some(after + 1)).await.unwrap();
    // What that version stored: each count with the IDs of its objects, as the responses have them.
    let nil = match backend {
        Backend::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
        Backend::Sqlite => "x'00000000000000000000000000000000'",
    };
    let stored = "SELECT organization_id, product_id, feature_id, release_id, segment_id, scale_id, day, level, answers
        FROM feedback_daily";
    let counted = format!(
        "SELECT organization_id, product_id, COALESCE(feature_id, {nil}), COALESCE(release_id, {nil}),
           COALESCE(segment_id, {nil}), scale_id, day, level, COUNT(*)
         FROM feedback WHERE counted AND level IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    );
    let rows = async |sql: String| {
        let statement = Statement::from_string(db.get_database_backend(), sql);
        db.query_all_raw(statement).await.unwrap().len()
    };
    assert_eq!(rows(stored.to_owned()).await, 6);
    assert_eq!(rows(format!("{stored} EXCEPT {counted}")).await, 0);
    assert_eq!(rows(format!("{counted} EXCEPT {stored}")).await, 0);
    db.close().await.unwrap();
    let story = Story::with(database, &[], OPERATIONS).await;
    assert_eq!(shown(&story).await, before);
    story.verify().await;
    // New responses join the counts that were converted.
    story
        .submits(
            json!({ "product": "shop", "feature": "cart", "release": "1.0", "scale": "csat", "rating": 5,
            "occurredAt": "2026-03-03T14:00:00Z" }),
        )
        .await;
    assert_eq!(shown(&story).await["product"]["all"][0]["ratings"][4]["responses"], 2);
    story.verify().await;
}
