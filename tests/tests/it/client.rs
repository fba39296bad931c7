//! A client in Rust, generated from the committed schema: it compiles, and runs a query, a mutation and a subscription.

use std::time::Duration;

use ballroom_tests::{App, Backend};
use graphql_client::{GraphQLQuery, QueryBody, Response};
use serde::{Serialize, de::DeserializeOwned};

/// A scalar of the schema; so is the next.
type Reference = String;
type Date = String;
type DateTime = String;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../api/schema.graphql",
    query_path = "tests/client/operations.graphql",
    response_derives = "Debug, PartialEq, Clone"
)]
struct ValueOf;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../api/schema.graphql",
    query_path = "tests/client/operations.graphql",
    variables_derives = "Debug, Default",
    response_derives = "Debug, PartialEq, Clone"
)]
struct Submit;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../api/schema.graphql",
    query_path = "tests/client/operations.graphql",
    response_derives = "Debug, PartialEq, Clone"
)]
struct Received;

async fn asks<V: Serialize, D: DeserializeOwned>(app: &App, body: &QueryBody<V>) -> D {
    let answer = app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(body).send().await;
    let answer: Response<D> = answer.unwrap().json().await.unwrap();
    assert!(answer.errors.is_none(), "{:?}", answer.errors);
    answer.data.unwrap()
}

fn answer(rating: f64, mark: &str) -> QueryBody<submit::Variables> {
    let input = submit::SubmitFeedbackInput {
        respondent: None,
        updated_at: None,
        product: "shop".to_owned(),
        feature: Some("cart".to_owned()),
        scale: Some("csat".to_owned()),
        rating: Some(rating),
        client_mutation_id: Some(mark.to_owned()),
        release: None,
        segment: None,
        customer: None,
        comment: None,
        channel: None,
        occurred_at: None,
        external_id: None,
        source: None,
    };
    Submit::build_query(submit::Variables { input })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_asks_submits_and_listens() {
    let app = App::start(Backend::Sqlite).await;
    app.product("shop", &["cart"]).await;

    let listen = Received::build_query(received::Variables { product: Some("shop".to_owned()) });
    let asked = app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&listen);
    let mut events = asked.header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!(events.status(), 200);

    let mut ids = Vec::new();
    for number in 0..6 {
        let mark = format!("number {number}");
        let done: submit::ResponseData = asks(&app, &answer(4.0, &mark)).await;
        let done = done.submit_feedback.unwrap();
        assert_eq!(done.client_mutation_id, Some(mark));
        assert_eq!(done.outcome, Some(submit::Outcome::CREATED));
        assert!(done.user_errors.is_empty());
        ids.push(done.feedback.unwrap().id);
    }
    let refused: submit::ResponseData = asks(&app, &answer(9.0, "too much")).await;
    let refused = refused.submit_feedback.unwrap();
    let error = &refused.user_errors[0];
    assert_eq!((&error.code, error.field.as_deref()), (&submit::ErrorCode::INVALID_ARGUMENT, Some("rating")));
    assert_eq!(refused.feedback, None);

    let asked = value_of::Variables { feature: "cart".to_owned(), product: "shop".to_owned() };
    let found: value_of::ResponseData = asks(&app, &ValueOf::build_query(asked)).await;
    let value = found.feature.unwrap().value.unwrap();
    assert!(value.ranked && value.lower < value.score && value.score < value.upper, "{value:?}");

    let mut heard = String::new();
    while heard.matches("event: next").count() < ids.len() {
        let piece = tokio::time::timeout(Duration::from_secs(20), events.chunk()).await;
        let piece = piece.expect("every answer is told").unwrap().expect("the stream goes on");
        heard.push_str(std::str::from_utf8(&piece).unwrap());
    }
    let told = heard.lines().filter_map(|line| line.strip_prefix("data: ")).map(|data| {
        let event: Response<received::ResponseData> = serde_json::from_str(data).unwrap();
        event.data.unwrap().feedback_received.id
    });
    assert_eq!(told.collect::<Vec<_>>(), ids);
}
