//! Somebody who acts in a story.

use serde_json::{Value, json};

use super::operations::operation;
use crate::raise_user_errors;

/// The operations of the verbs that many stories begin with.
const VERBS: &str = include_str!("../../tests/stories/verbs.graphql");

/// Somebody who asks with a token.
#[derive(Clone)]
pub struct Actor {
    pub(super) name: String,
    token: String,
    operations: &'static str,
    address: String,
    http: reqwest::Client,
}

impl Actor {
    pub(super) fn new(
        name: &str,
        token: &str,
        operations: &'static str,
        address: String,
        http: reqwest::Client,
    ) -> Self {
        Self { name: name.to_owned(), token: token.to_owned(), operations, address, http }
    }

    /// The token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Sends an operation of the story, and gets data without errors.
    pub async fn gets(&self, operation: &str, variables: Value) -> Value {
        let answer = self.answer(operation, variables).await;
        assert!(answer.get("errors").is_none(), "{}: {operation}\n{answer:#}", self.name);
        answer["data"].clone()
    }

    /// Sends an operation, and gets one error: its code, its argument and its message.
    pub async fn is_refused(&self, operation: &str, variables: Value) -> (String, String, String) {
        let answer = self.answer(operation, variables).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{operation}\n{answer:#}"));
        assert_eq!(errors.len(), 1, "{answer:#}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let extensions = &errors[0]["extensions"];
        (text(&extensions["code"]), text(&extensions["argument"]), text(&errors[0]["message"]))
    }

    /// Sends an operation, and gets the whole response. `userErrors` of mutations are among the errors.
    pub async fn answer(&self, operation: &str, variables: Value) -> Value {
        self.answer_with_status(operation, variables).await.1
    }

    /// The same, with the HTTP status.
    pub async fn answer_with_status(&self, operation: &str, variables: Value) -> (u16, Value) {
        let (status, mut answer) = self.sends(self.operations, operation, variables).await;
        raise_user_errors(&mut answer);
        (status, answer)
    }

    /// The response, word by word.
    pub(super) async fn plain_answer(&self, operations: &str, name: &str, variables: Value) -> Value {
        self.sends(operations, name, variables).await.1
    }

    async fn sends(&self, operations: &str, name: &str, variables: Value) -> (u16, Value) {
        let body =
            json!({ "query": operation(operations, name), "operationName": name, "variables": variables });
        let sent = self.http.post(&self.address).bearer_auth(&self.token).json(&body).send();
        let answer = sent.await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Does something that every story may begin with, and gets the payload.
    async fn does(&self, verb: &str, input: Value) -> Value {
        let mut answer = self.plain_answer(VERBS, verb, json!({ "input": input })).await;
        raise_user_errors(&mut answer);
        assert!(answer.get("errors").is_none(), "{}: {verb}\n{answer:#}", self.name);
        answer["data"]["payload"].take()
    }

    /// Creates a customer, and gets the payload.
    pub async fn creates_customer(&self, input: Value) -> Value {
        self.does("CreateCustomer", input).await
    }

    /// Creates segments with these keys.
    pub async fn creates_segments(&self, keys: &[&str]) {
        for key in keys {
            self.does("CreateSegment", json!({ "key": key })).await;
        }
    }

    /// Plans a release, and gets the payload.
    pub async fn plans_release(&self, input: Value) -> Value {
        self.does("PlanRelease", input).await
    }

    /// Ships a release, and gets the payload.
    pub async fn ships_release(&self, input: Value) -> Value {
        self.does("ShipRelease", input).await
    }

    /// Opens an incident, and gets the payload.
    pub async fn opens_incident(&self, input: Value) -> Value {
        self.does("OpenIncident", input).await
    }

    /// Resolves an incident, and gets the payload.
    pub async fn resolves_incident(&self, input: Value) -> Value {
        self.does("ResolveIncident", input).await
    }

    /// Submits a response, and gets the payload.
    pub async fn responds(&self, input: Value) -> Value {
        self.does("SubmitFeedback", input).await
    }
}
