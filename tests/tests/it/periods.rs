//! Periods that cannot be: refused by the name of the argument, with the value and what to do.

use ballroom_tests::{App, Backend};
use chrono::Days;
use serde_json::json;

const FIELDS: [&str; 7] = [
    "value(PERIOD) { responses }",
    "valueReport(PERIOD) { responses }",
    "timeline(PERIOD) { points { responses } }",
    "ratingDistribution(PERIOD) { responses }",
    "standardFigures(PERIOD) { value }",
    "alerts(PERIOD) { kind }",
    "features(first: 1) { nodes { value(PERIOD) { responses } } }",
];

/// The argument and the message of the only error, without the name of the argument.
async fn refused(app: &App, field: &str) -> (String, String) {
    let query = format!("{{ product(product: \"shop\") {{ {field} }} }}");
    let (code, argument, message) = app.is_refused(&query, json!({})).await;
    assert_eq!(code, "INVALID_ARGUMENT", "{query}: {message}");
    let reason = message.strip_prefix(&format!("{argument}: ")).expect(&message).to_owned();
    (argument, reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_cannot_be_is_refused_with_its_days() {
    let app = App::start(Backend::Sqlite).await;
    app.product("shop", &["search"]).await;
    let before = |until: &str| {
        format!(
            "is {until}, and period.from is 2026-05-01: give a later day for it, since a period ends before its `until`"
        )
    };
    for field in FIELDS {
        for until in ["2026-04-01", "2026-05-01"] {
            let period = format!("period: {{ from: \"2026-05-01\", until: \"{until}\" }}");
            let found = refused(&app, &field.replace("PERIOD", &period)).await;
            assert_eq!(found, ("period.until".to_owned(), before(until)), "{field}");
        }
        let period = "period: { from: \"1900-01-01\", until: \"2026-05-01\" }";
        let found = refused(&app, &field.replace("PERIOD", period)).await;
        let reason = "is 1900-01-01; give 1969-10-03 or a later day".to_owned();
        assert_eq!(found, ("period.from".to_owned(), reason), "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trend_names_the_day_that_cannot_be() {
    let app = App::start(Backend::Sqlite).await;
    app.product("shop", &["search"]).await;
    let today = ballroom_tests::ballroom::clock::now().date_naive();
    let later = today + Days::new(40);
    let future = format!("is {later}, which is in the future; give today ({today}) or an earlier day");
    for field in ["trend(PERIOD) { asOf }", "features(first: 1) { nodes { trend(PERIOD) { asOf } } }"] {
        let period = format!("period: {{ from: \"2026-05-01\", until: \"{}\" }}", later + Days::new(1));
        let found = refused(&app, &field.replace("PERIOD", &period)).await;
        assert_eq!(found, ("period".to_owned(), future.clone()), "{field}");
    }
    let one = "{ product(product: \"shop\") {
        trend(period: { from: \"2026-02-01\", until: \"2026-02-02\" }) { asOf } } }";
    assert_eq!(app.asks(one, json!({})).await["product"]["trend"], json!([{ "asOf": "2026-02-01" }]));
}
