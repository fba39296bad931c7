//! Scores over time: trends, forecasts, suspects, comparisons of products, and stored parameters.

mod parameters;
mod products;

use ballroom::{
    domain::{organization, token},
    simulate::{DEFAULT_SEED, World, plant::plant},
};
use ballroom_tests::{Backend, Database, on_both, story::Story};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

on_both!(
    a_trend_is_the_value_as_of_each_day,
    a_verdict_carries_its_path,
    suspects_are_looked_for_in_the_release_s_own_line,
    a_forecast_reckons_with_a_planned_release,
    a_period_without_answers_ranks_nothing,
    zero_has_no_sign,
    bad_days_are_explained,
);

const OPERATIONS: &str = include_str!("../stories/scores.graphql");

/// A server with a planted half year, and the last day of it.
async fn planted(backend: Backend) -> (Story, NaiveDate) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let world = World::small(DEFAULT_SEED, "2025-01-06".parse().unwrap());
    let now = ballroom::clock::now();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    plant(&store, &token::operator(organization.id), &world, now, |_| ()).await.unwrap();
    store.close().await.unwrap();
    (Story::with(database, &[], OPERATIONS).await, world.last_day)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

async fn a_trend_is_the_value_as_of_each_day(backend: Backend) {
    let (story, last) = planted(backend).await;
    let from = last - Days::new(27);
    let data = story.gets("ProductTrend", json!({ "from": from, "until": last + Days::new(1) })).await;
    assert_eq!(data["product"]["trend"].as_array().unwrap().len(), 4, "{data:#}");
    for feature in data["product"]["features"]["nodes"].as_array().unwrap() {
        let points = feature["trend"].as_array().unwrap();
        let days: Vec<_> = points.iter().map(|point| point["asOf"].as_str().unwrap().to_owned()).collect();
        let weeks = [21, 14, 7, 0].map(|back| (last - Days::new(back)).to_string());
        assert_eq!(days, weeks);
        for point in points {
            let as_of: NaiveDate = point["asOf"].as_str().unwrap().parse().unwrap();
            let period = json!({ "from": as_of - Days::new(29), "until": as_of + Days::new(1) });
            let asked = json!({ "feature": feature["key"], "period": period, "asOf": as_of });
            assert_eq!(
                story.gets("FeatureValue", asked).await["feature"]["value"],
                point["value"],
                "{as_of}"
            );
        }
    }
}

async fn a_verdict_carries_its_path(backend: Backend) {
    let (story, last) = planted(backend).await;
    let data = story.gets("ProductReleases", json!({ "asOf": last })).await;
    let mut seen = 0;
    for release in data["product"]["releases"]["nodes"].as_array().unwrap() {
        let Some(regression) = release["regression"].as_object() else { continue };
        for feature in regression["features"].as_array().unwrap() {
            let path = feature["path"].as_array().unwrap();
            assert_eq!(path[0]["asOf"], regression["firstDay"]);
            assert_eq!(path.last().unwrap()["asOf"], regression["through"]);
            let gap = number(&path.last().unwrap()["logEvidence"]) - number(&feature["logEvidence"]);
            assert!(gap.abs() < 1e-9, "the path ends at the evidence: {feature:#}");
            seen += 1;
        }
    }
    assert!(seen > 0, "some release has evidence: {data:#}");
}

async fn suspects_are_looked_for_in_the_release_s_own_line(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["cart"]).await;
    let first: NaiveDate = "2026-01-01".parse().unwrap();
    for (version, day, previous) in [("1.0", 0, None), ("2.0", 40, None), ("1.1", 50, Some("1.0"))] {
        let released_at = format!("{}T00:00:00Z", first + Days::new(day));
        let input =
            json!({ "product": "shop", "version": version, "releasedAt": released_at, "previous": previous });
        story.admin.plans_release(input).await;
    }
    // The users of 2.0 never liked it; those of 1.0 were content until 1.1.
    let mut rows = "product,feature,scale,rating,occurred_at,release\n".to_owned();
    for offset in 0..90 {
        let day = first + Days::new(offset);
        for answer in 0..6 {
            let line = if offset < 50 { ("1.0", 4 + answer % 2) } else { ("1.1", 2 + answer % 2) };
            rows.push_str(&format!("shop,cart,csat,{},{day}T10:00:00Z,{}\n", line.1, line.0));
            if offset >= 40 {
                rows.push_str(&format!("shop,cart,csat,{},{day}T10:00:00Z,2.0\n", 1 + answer % 2));
            }
        }
    }
    let file = story.database.file("lines.csv", &rows);
    story.database.succeeds(&["import", "feedback", &file]).await;
    let data = story.gets("ReleaseAndFeature", json!({ "asOf": first + Days::new(89) })).await;
    let regression = &data["release"]["regression"];
    assert_eq!(regression["baseline"], "ANCESTORS");
    let all = regression["features"].as_array().unwrap();
    let cart = all.iter().find(|feature| feature["feature"]["key"] == "cart").unwrap();
    assert_eq!(cart["verdict"], "REGRESSED", "{cart:#}");
    assert!(number(&cart["pValue"]) < 0.001, "{cart:#}");
    let change = json!({ "detected": true, "day": first + Days::new(50) });
    assert_eq!(cart["changePoint"], change, "{cart:#}");
    let suspects = cart["suspects"].as_array().unwrap();
    assert_eq!(suspects.len(), 1, "2.0 is another line: {cart:#}");
    assert_eq!(suspects[0]["release"]["version"], "1.1");
    let probability = number(&suspects[0]["probability"]);
    assert!(probability > 0.95 && probability <= 1.0, "{cart:#}");
    // Of the feature as a whole 2.0 is suspect: it came first.
    assert_eq!(data["feature"]["changePoint"]["suspects"][0]["release"]["version"], "2.0", "{data:#}");
}

async fn a_forecast_reckons_with_a_planned_release(backend: Backend) {
    let (story, last) = planted(backend).await;
    let soon = last + Days::new(3);
    story.admin.plans_release(json!({ "product": "atelier", "version": "99", "plannedFor": soon })).await;
    let many: Vec<f64> = vec![1e6; 14];
    let data = story.gets("ProductFeatures", json!({ "asOf": last, "on": soon, "many": many })).await;
    let mut moved = 0;
    for feature in data["product"]["features"]["nodes"].as_array().unwrap() {
        let (with, without) = (&feature["with"], &feature["without"]);
        assert_eq!((&without["releaseOn"], &with["releaseOn"]), (&Value::Null, &json!(soon)));
        assert_eq!(with["mean"], feature["on"]["mean"], "a day is a day, whoever names it");
        moved += i32::from(with["mean"] != without["mean"]);
        assert!(number(&feature["busy"]["mean"]) > 3.0 * number(&without["mean"]), "{feature:#}");
        let quantiles: Vec<_> =
            with["quantiles"].as_array().unwrap().iter().map(|q| number(&q["incidents"])).collect();
        assert!(quantiles.is_sorted() && quantiles[0] <= number(&with["mean"]), "{feature:#}");
    }
    assert!(moved > 0, "a release changes what is to be expected: {data:#}");
}

async fn a_period_without_answers_ranks_nothing(backend: Backend) {
    let (story, last) = planted(backend).await;
    let today = ballroom::clock::now().date_naive();
    let cases = [
        ((last - Days::new(29), last + Days::new(1)), (true, true), "", "– not enough responses to rank"),
        ((last + Days::new(9), last + Days::new(20)), (true, false), "", "no responses in this period"),
        (
            (last - Days::new(9), today + Days::new(20)),
            (false, true),
            ", so far (to ",
            "– not enough responses to rank",
        ),
        (
            (today + Days::new(9), today + Days::new(20)),
            (false, false),
            " (not begun yet)",
            "no responses in this period",
        ),
    ];
    for ((from, until), (complete, ranked), title, foot) in cases {
        let data =
            story.gets("ProductValueReport", json!({ "period": { "from": from, "until": until } })).await;
        let report = &data["product"]["valueReport"];
        assert_eq!(report["complete"], complete, "{from} {until}: {report:#}");
        let entries = report["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 13);
        assert_eq!(entries.iter().any(|entry| entry["rank"] == 1), ranked, "{report:#}");
        for entry in entries {
            let none = entry["value"]["responses"] == 0;
            assert!(!none || (entry["rank"].is_null() && entry["value"]["ranked"] == false), "{entry:#}");
        }
        let (first_day, end) = (from.to_string(), until.to_string());
        let said = ["report", "value", "--product", "atelier", "--from", &first_day, "--until", &end];
        let said = story.database.succeeds(&said).await;
        let last_day = until.pred_opt().unwrap().to_string();
        let first = said.lines().next().unwrap();
        assert!(first.contains(title) && (!title.is_empty() || first.ends_with(&last_day)), "{said}");
        assert!(said.contains(foot), "{said}");
    }
}

async fn zero_has_no_sign(backend: Backend) {
    let (story, last) = planted(backend).await;
    let period = json!({ "from": last - Days::new(29), "until": last + Days::new(1) });
    let data = story.gets("Product", json!({ "period": period })).await;
    let entries = data["product"]["valueReport"]["entries"].as_array().unwrap();
    let unharmed = entries
        .iter()
        .filter(|entry| entry["value"]["customerDays"] != 0.0 && entry["value"]["incidentImpact"] == 0.0);
    assert!(unharmed.count() > 0, "some feature is used and had no incident: {data:#}");
    assert!(!has_signed_zero(&data), "{data:#}");
    for report in ["value", "release"] {
        let said =
            story.database.succeeds(&["report", report, "--product", "atelier", "--format", "json"]).await;
        let said: Value = serde_json::from_str(&said).unwrap();
        assert!(!has_signed_zero(&said), "{said:#}");
    }
}

fn has_signed_zero(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_f64().is_some_and(|number| number == 0.0 && number.is_sign_negative())
        }
        Value::Array(items) => items.iter().any(has_signed_zero),
        Value::Object(fields) => fields.values().any(has_signed_zero),
        _ => false,
    }
}

async fn bad_days_are_explained(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["cart"]).await;
    let tomorrow = ballroom::clock::now().date_naive() + Days::new(1);
    let later = tomorrow + Days::new(1);
    let trend = |arguments: &str| {
        format!("{{ feature(feature: \"cart\", product: \"shop\") {{ trend({arguments}) {{ asOf }} }} }}")
    };
    let forecast = |arguments: &str| {
        format!("{{ feature(feature: \"cart\", product: \"shop\") {{ forecast({arguments}) {{ mean }} }} }}")
    };
    let compute = |from: &str, until: &str| {
        format!(
            "mutation {{ computeScoreParameters(input: {{ period: {{ from: \"{from}\", until: \"{until}\" }} }}) {{ days }} }}"
        )
    };
    for (query, argument, says) in [
        (
            trend(&format!("period: {{ from: \"2026-01-01\", until: \"{later}\" }}")),
            "period",
            "is in the future",
        ),
        (
            trend("period: { from: \"2020-01-02\", until: \"2020-01-01\" }"),
            "period.until",
            "give a later day",
        ),
        (
            trend("period: { from: \"2010-01-02\", until: \"2020-01-01\" }, step: DAY"),
            "period",
            "at most 400",
        ),
        (trend("valueDays: 0"), "valueDays", "between 1 and 3660"),
        (forecast("days: 1000"), "days", "between 1 and 366"),
        (forecast("days: 3, activeCustomers: [1, 2]"), "activeCustomers", "each of the 3 days"),
        (forecast("days: 2, activeCustomers: [1, -2]"), "activeCustomers", "0 or more"),
        (forecast("release: \"9.9\""), "release", "9.9"),
        (compute("2020-01-02", "2020-01-02"), "period", "must be after"),
        (compute("2010-01-02", "2020-01-02"), "period", "at most 400"),
        (compute("2026-11-01", &(tomorrow + Days::new(1)).to_string()), "period", "days that are over"),
    ] {
        let (code, field, message) = story.app.is_refused(&query, json!({})).await;
        assert!(code == "INVALID_ARGUMENT" || code == "NOT_FOUND", "{query}: {code}");
        assert_eq!(field, argument, "{query}: {message}");
        assert!(message.contains(says), "{query}: {message}");
    }
}
