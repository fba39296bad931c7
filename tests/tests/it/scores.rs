//! Scores over time: trends, forecasts, suspects, comparisons of products, and stored parameters.

use ballroom::{
    domain::{organization, token},
    simulate::{DEFAULT_SEED, World, plant::plant},
};
use ballroom_tests::{App, Backend, Database, on_both};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

on_both!(
    a_trend_is_the_value_as_of_each_day,
    a_verdict_carries_its_path,
    suspects_are_looked_for_in_the_release_s_own_line,
    a_forecast_reckons_with_a_planned_release,
    a_period_without_answers_ranks_nothing,
    zero_has_no_sign,
    products_are_compared_by_their_wholes,
    each_product_is_compared_on_its_own_day,
    a_product_s_figures_and_change_point_rest_on_all_its_features,
    kept_parameters_make_a_past_score_come_out_again,
    a_server_keeps_the_days_that_are_over,
    all_fields_of_a_query_know_a_new_product,
    bad_days_are_explained,
);

/// A server with a planted half year, and the last day of it.
async fn planted(backend: Backend) -> (App, NaiveDate) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let world = World::small(DEFAULT_SEED, "2025-01-06".parse().unwrap());
    let now = ballroom::clock::now();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    plant(&store, &token::operator(organization.id), &world, now, |_| ()).await.unwrap();
    store.close().await.unwrap();
    (App::on(database).await, world.last_day)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

async fn a_trend_is_the_value_as_of_each_day(backend: Backend) {
    let (app, last) = planted(backend).await;
    let query = "query($from: Date!, $until: Date!) { product(product: \"atelier\") {
        trend(period: { from: $from, until: $until }) { asOf value { score responses } }
        features(first: 3) { nodes { key trend(period: { from: $from, until: $until }, step: WEEK, valueDays: 30) {
            asOf value { score lower upper responses asOf } } } } } }";
    let from = last - Days::new(27);
    let data = app.asks(query, json!({ "from": from, "until": last + Days::new(1) })).await;
    assert_eq!(data["product"]["trend"].as_array().unwrap().len(), 4, "{data:#}");
    for feature in data["product"]["features"]["nodes"].as_array().unwrap() {
        let points = feature["trend"].as_array().unwrap();
        let days: Vec<_> = points.iter().map(|point| point["asOf"].as_str().unwrap().to_owned()).collect();
        let weeks = [21, 14, 7, 0].map(|back| (last - Days::new(back)).to_string());
        assert_eq!(days, weeks);
        for point in points {
            let as_of: NaiveDate = point["asOf"].as_str().unwrap().parse().unwrap();
            let query = "query($feature: Reference!, $period: PeriodInput!, $asOf: Date!) {
                feature(feature: $feature, product: \"atelier\") { value(period: $period, asOf: $asOf) {
                    score lower upper responses asOf } } }";
            let period = json!({ "from": as_of - Days::new(29), "until": as_of + Days::new(1) });
            let asked = json!({ "feature": feature["key"], "period": period, "asOf": as_of });
            assert_eq!(app.asks(query, asked).await["feature"]["value"], point["value"], "{as_of}");
        }
    }
}

async fn a_verdict_carries_its_path(backend: Backend) {
    let (app, last) = planted(backend).await;
    let query = "query($asOf: Date) { product(product: \"atelier\") { releases(first: 10) { nodes { version
        lifecycle regression(asOf: $asOf) { firstDay through features { verdict logEvidence baselineDays
            path { asOf logEvidence } } } } } } }";
    let data = app.asks(query, json!({ "asOf": last })).await;
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
    let app = App::start(backend).await;
    app.product("shop", &["cart"]).await;
    let first: NaiveDate = "2026-01-01".parse().unwrap();
    let plan = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    for (version, day, previous) in [("1.0", 0, None), ("2.0", 40, None), ("1.1", 50, Some("1.0"))] {
        let released_at = format!("{}T00:00:00Z", first + Days::new(day));
        let input =
            json!({ "product": "shop", "version": version, "releasedAt": released_at, "previous": previous });
        app.asks(plan, json!({ "input": input })).await;
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
    let file = app.database.file("lines.csv", &rows);
    app.database.succeeds(&["import", "feedback", &file]).await;
    let query = "query($asOf: Date!) {
        release(release: \"1.1\", product: \"shop\") { regression(asOf: $asOf) { verdict baseline features {
            feature { key } verdict pValue changePoint { detected day } suspects { probability release { version } } } } }
        feature(feature: \"cart\", product: \"shop\") { changePoint(asOf: $asOf) { suspects { release { version } } } } }";
    let data = app.asks(query, json!({ "asOf": first + Days::new(89) })).await;
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
    let (app, last) = planted(backend).await;
    let plan = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    let soon = last + Days::new(3);
    app.asks(plan, json!({ "input": { "product": "atelier", "version": "99", "plannedFor": soon } })).await;
    let query = "query($asOf: Date, $on: Date, $many: [Float!]) { product(product: \"atelier\") {
        features(first: 4) { nodes {
            without: forecast(days: 14, asOf: $asOf) { mean releaseOn releaseEffect { fromDay untilDay rateRatio } }
            with: forecast(days: 14, asOf: $asOf, release: \"99\") { mean releaseOn quantiles { probability incidents } }
            on: forecast(days: 14, asOf: $asOf, releaseOn: $on) { mean days asOf }
            busy: forecast(days: 14, asOf: $asOf, activeCustomers: $many) { mean } } } } }";
    let many: Vec<f64> = vec![1e6; 14];
    let data = app.asks(query, json!({ "asOf": last, "on": soon, "many": many })).await;
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
    let (app, last) = planted(backend).await;
    let today = ballroom::clock::now().date_naive();
    let query =
        "query($period: PeriodInput!) { product(product: \"atelier\") { valueReport(period: $period) {
        complete responses entries { rank value { responses ranked } } } } }";
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
        let data = app.asks(query, json!({ "period": { "from": from, "until": until } })).await;
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
        let said = app.database.succeeds(&said).await;
        let last_day = until.pred_opt().unwrap().to_string();
        let first = said.lines().next().unwrap();
        assert!(first.contains(title) && (!title.is_empty() || first.ends_with(&last_day)), "{said}");
        assert!(said.contains(foot), "{said}");
    }
}

async fn zero_has_no_sign(backend: Backend) {
    let (app, last) = planted(backend).await;
    let query =
        "query($period: PeriodInput!) { product(product: \"atelier\") { valueReport(period: $period) {
        entries { feature { key } value { incidentContribution historyContribution feedbackContribution customerDays incidentImpact } } } } }";
    let period = json!({ "from": last - Days::new(29), "until": last + Days::new(1) });
    let data = app.asks(query, json!({ "period": period })).await;
    let entries = data["product"]["valueReport"]["entries"].as_array().unwrap();
    let unharmed = entries
        .iter()
        .filter(|entry| entry["value"]["customerDays"] != 0.0 && entry["value"]["incidentImpact"] == 0.0);
    assert!(unharmed.count() > 0, "some feature is used and had no incident: {data:#}");
    assert!(!has_signed_zero(&data), "{data:#}");
    for report in ["value", "release"] {
        let said =
            app.database.succeeds(&["report", report, "--product", "atelier", "--format", "json"]).await;
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

async fn products_are_compared_by_their_wholes(backend: Backend) {
    let app = App::start(backend).await;
    for (product, rating) in [("good", 5), ("bad", 1), ("few", 5)] {
        app.product(product, &["part"]).await;
        let answers = if product == "few" { 2 } else { 30 };
        for _ in 0..answers {
            app.submits(json!({ "product": product, "scale": "csat", "rating": rating })).await;
        }
        // A verdict on a part does not apply to the whole.
        for _ in 0..10 {
            let part =
                json!({ "product": product, "feature": "part", "scale": "csat", "rating": 6 - rating });
            app.submits(part).await;
        }
    }
    app.product("unheard", &[]).await;
    let query = "{ productComparison { entries { rank product { key } value { score responses } } }
        good: product(product: \"good\") { value { score } } }";
    let data = app.asks(query, json!({})).await;
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
    let app = App::start(backend).await;
    let now = ballroom::clock::now();
    let create = "mutation($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
    // Wherever the clock stands, these two never have the same day.
    let zones = [("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11)];
    for (zone, _) in zones {
        let key = zone.replace('/', "-");
        app.asks(create, json!({ "input": { "key": key, "timeZone": zone } })).await;
        for _ in 0..6 {
            app.submits(json!({ "product": key, "scale": "csat", "rating": 4, "occurredAt": now })).await;
        }
    }
    let query =
        "query($asOf: Date) { productComparison(asOf: $asOf) { asOf entries { product { key timeZone }
        value { asOf responses } } } }";
    let day = |zone: &str| {
        let hours = zones.iter().find(|(name, _)| *name == zone).unwrap().1;
        (now + chrono::TimeDelta::hours(hours)).date_naive()
    };
    let latest = day(zones[0].0);
    for as_of in [Value::Null, json!(latest)] {
        let data = app.asks(query, json!({ "asOf": as_of })).await["productComparison"].clone();
        assert_eq!(data["asOf"], json!(latest), "the latest of their days");
        for entry in data["entries"].as_array().unwrap() {
            let zone = entry["product"]["timeZone"].as_str().unwrap();
            assert_eq!(entry["value"], json!({ "asOf": day(zone), "responses": 6 }), "{zone}");
        }
        assert_eq!(data["entries"].as_array().unwrap().len(), 2);
    }
    // A period is over where its last day is, and of all products once it is of each.
    let compared = "query($period: PeriodInput!) { productComparison(period: $period) { complete } }";
    let earliest = day(zones[1].0);
    for (until, complete) in
        [(latest + Days::new(1), false), (latest, false), (earliest + Days::new(1), false), (earliest, true)]
    {
        let period = json!({ "from": "2026-01-01", "until": until });
        let data = app.asks(compared, json!({ "period": period })).await;
        assert_eq!(data["productComparison"]["complete"], complete, "{until}");
    }
    let tomorrow = json!({ "asOf": latest + Days::new(1) });
    assert_eq!(app.is_refused(query, tomorrow).await.1, "asOf");
}

const PARAMETERS: &str =
    "query($asOf: Date) { scoreParameters(asOf: $asOf) { asOf computedAt mean overdispersion
    varianceBetweenFeatures features strata { mean scale { key } segment { key } } method } }";

async fn a_product_s_figures_and_change_point_rest_on_all_its_features(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "cart"]).await;
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
    let submit = "mutation($items: [SubmitFeedbackInput!]!) { submitFeedbackBatch(input: { items: $items }) { refused } }";
    app.asks(submit, json!({ "items": items })).await;
    let query = "{ product(product: \"shop\") {
        standardFigures(period: { from: \"2026-01-01\", until: \"2026-04-01\" }) { scale { key } value responses }
        changePoint(asOf: \"2026-03-21\") { detected day suspects { probability } otherProbability }
        early: changePoint(asOf: \"2026-02-09\") { detected suspects { probability } otherProbability } } }";
    let product = app.asks(query, json!({})).await["product"].clone();
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

async fn kept_parameters_make_a_past_score_come_out_again(backend: Backend) {
    let (app, last) = planted(backend).await;
    let as_of = last - Days::new(10);
    let value = "query($asOf: Date!, $period: PeriodInput!) { product(product: \"atelier\") {
        features(first: 12) { nodes { key value(period: $period, asOf: $asOf) { score base historyContribution feedbackContribution } } } } }";
    let period = json!({ "from": as_of - Days::new(29), "until": as_of + Days::new(1) });
    let asked = json!({ "asOf": as_of, "period": period });
    let on_the_fly = app.asks(value, asked.clone()).await;
    let computed = app.asks(PARAMETERS, json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert_eq!(computed["computedAt"], Value::Null);

    let compute =
        "mutation($input: ComputeScoreParametersInput!) { computeScoreParameters(input: $input) { days } }";
    let input = json!({ "input": { "period": { "from": as_of, "until": as_of + Days::new(1) } } });
    let days = app.asks(compute, input.clone()).await["computeScoreParameters"]["days"].clone();
    assert_eq!(days, json!([as_of]));
    let kept = app.asks(PARAMETERS, json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert!(kept["computedAt"].is_string());
    let without_time = |mut parameters: Value| {
        parameters["computedAt"] = Value::Null;
        parameters
    };
    // Not about the same: to the last digit, through JSON and the database and back.
    assert_eq!(without_time(kept.clone()), computed);
    assert_eq!(app.asks(value, asked.clone()).await, on_the_fly);

    // A few late responses change what would be estimated for that day, not the stored parameters.
    let keys = app.asks("{ product(product: \"atelier\") { features { nodes { key } } } }", json!({})).await;
    for feature in keys["product"]["features"]["nodes"].as_array().unwrap() {
        let late = json!({ "product": "atelier", "feature": feature["key"], "scale": "csat", "rating": 1,
            "occurredAt": format!("{}T12:00:00Z", as_of - Days::new(100)) });
        app.submits(late).await;
    }
    let still = app.asks(PARAMETERS, json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert_eq!(still, kept);

    // An import of data before a stored day recomputes it.
    let mut rows = "product,feature,scale,rating,occurred_at\n".to_owned();
    for index in 0..40 {
        let day = as_of - Days::new(index % 20);
        rows.push_str(&format!("atelier,search,csat,1,{day}T10:00:00Z\n"));
    }
    let file = app.database.file("late.csv", &rows);
    app.database.succeeds(&["import", "feedback", &file, "--create", "features"]).await;
    let anew = app.asks(PARAMETERS, json!({ "asOf": as_of })).await["scoreParameters"].clone();
    assert_ne!(without_time(anew), without_time(kept));
    app.verify().await;
}

async fn a_server_keeps_the_days_that_are_over(backend: Backend) {
    let mut app = App::start(backend).await;
    app.product("shop", &["cart"]).await;
    let now = ballroom::clock::now();
    for days in [1, 2, 3] {
        let occurred_at = now - Days::new(days);
        let answer = json!({ "product": "shop", "feature": "cart", "scale": "csat", "rating": 4,
            "occurredAt": occurred_at });
        app.submits(answer).await;
    }
    // Without a product there was nothing to do when the server first started; it looks again whenever it starts.
    app.restart().await;
    let yesterday = now.date_naive() - Days::new(1);
    for _ in 0..100 {
        let kept = app.asks(PARAMETERS, json!({ "asOf": yesterday })).await;
        if kept["scoreParameters"]["computedAt"].is_string() {
            assert_eq!(kept["scoreParameters"]["features"], 1);
            let said = app.database.succeeds(&["parameters"]).await;
            assert!(said.contains("Nothing to compute"), "{said}");
            let from = (yesterday - Days::new(1)).to_string();
            let said = app.database.succeeds(&["parameters", "--from", &from]).await;
            assert!(said.contains("parameters of 2 days"), "{said}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("yesterday's parameters were not computed within 10 s");
}

/// One field reads the counts anew; the others must not be answered from a snapshot that does not know the product.
async fn all_fields_of_a_query_know_a_new_product(backend: Backend) {
    let app = App::start(backend).await;
    for number in 0..6 {
        let product = format!("shop-{number}");
        app.product(&product, &["cart"]).await;
        let answer = json!({ "product": product, "feature": "cart", "scale": "csat", "rating": 4 });
        app.submits(answer).await;
        let query = format!(
            "{{ product(product: \"{product}\") {{ standardFigures {{ value }} value {{ score }} alerts {{ kind }}
            features(first: 5) {{ nodes {{ value {{ responses }} alerts {{ kind }} }} }} }} }}"
        );
        let shown = app.asks(&query, json!({})).await["product"].clone();
        assert_eq!(shown["features"]["nodes"][0]["value"]["responses"], 1, "{shown:#}");
    }
}

async fn bad_days_are_explained(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["cart"]).await;
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
        let (code, field, message) = app.is_refused(&query, json!({})).await;
        assert!(code == "INVALID_ARGUMENT" || code == "NOT_FOUND", "{query}: {code}");
        assert_eq!(field, argument, "{query}: {message}");
        assert!(message.contains(says), "{query}: {message}");
    }
}
