//! Stories: actors with their own tokens send named operations of a `.graphql` file, and what they get is written down.
//!
//! The transcript is a snapshot, the same on both databases: IDs are numbered in the order in which they occur, and times
//! of the test itself are `now`.

use std::{collections::HashMap, fmt::Write, sync::Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{App, Backend};

/// A server, the operations of a story, and its transcript.
pub struct Story {
    /// The server.
    pub app: App,
    operations: &'static str,
    began: DateTime<Utc>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    transcript: String,
    /// The IDs that occurred, each with its number among those of its noun.
    ids: HashMap<String, String>,
    nouns: HashMap<String, usize>,
}

/// Somebody who asks with a token.
pub struct Actor {
    name: String,
    token: String,
}

impl Actor {
    /// The token.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Story {
    /// A story on a server of its own, with the operations of a `.graphql` file.
    pub async fn on(backend: Backend, operations: &'static str) -> Self {
        let app = App::start(backend).await;
        // A second earlier: databases store microseconds.
        let began = ballroom::clock::now() - TimeDelta::seconds(1);
        Self { app, operations, began, state: Mutex::default() }
    }

    /// A member with this name and role, and a token.
    pub async fn member(&self, name: &str, role: &str) -> Actor {
        let create = "mutation($input: CreateMemberInput!) { createMember(input: $input) { member { id } } }";
        let email = format!("{}@example.com", name.to_lowercase());
        let input = json!({ "email": email, "name": name, "roles": [role] });
        self.app.asks(create, json!({ "input": input })).await;
        self.with_token(name, json!({ "role": role, "member": email })).await
    }

    /// A customer, and a token for that customer.
    pub async fn customer(&self, key: &str, segment: Option<&str>) -> Actor {
        let create =
            "mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { id } } }";
        self.app.asks(create, json!({ "input": { "key": key, "segment": segment } })).await;
        self.with_token(key, json!({ "role": "CUSTOMER", "customer": key })).await
    }

    /// A machine with a token of this role and scope.
    pub async fn machine(&self, name: &str, role: &str, scope: &str) -> Actor {
        self.with_token(name, json!({ "role": role, "scope": scope })).await
    }

    async fn with_token(&self, name: &str, mut input: Value) -> Actor {
        let create = "mutation($input: CreateTokenInput!) { createToken(input: $input) { secret } }";
        input["name"] = json!(format!("token of {name}"));
        let made = self.app.asks(create, json!({ "input": input })).await;
        let token = made["createToken"]["secret"].as_str().unwrap().to_owned();
        Actor { name: name.to_owned(), token }
    }

    /// Sends an operation as an actor, writes down what it gets, and returns its data.
    pub async fn asks(&self, actor: &Actor, operation: &str, variables: Value) -> Value {
        let body =
            json!({ "query": self.operations, "operationName": operation, "variables": variables.clone() });
        let sent =
            self.app.http().post(self.app.url("/graphql")).bearer_auth(&actor.token).json(&body).send();
        let answer: Value = sent.await.unwrap().json().await.unwrap();
        let mut state = self.state.lock().unwrap();
        let line = format!("{} · {operation}", actor.name);
        let variables = state.readable(variables, self.began);
        let shown = state.readable(answer.clone(), self.began);
        let _ = writeln!(state.transcript, "## {line}\n\n{}\n", inline(&variables));
        let _ = match (shown.get("errors"), shown.get("data")) {
            (None, Some(data)) => writeln!(state.transcript, "{}\n", pretty(data)),
            (Some(errors), data) => {
                let errors = errors.as_array().into_iter().flatten().map(|error| {
                    let code = error["extensions"]["code"].as_str().unwrap_or_default();
                    format!("{code}: {}", error["message"].as_str().unwrap_or_default())
                });
                let errors = errors.collect::<Vec<_>>().join("\n");
                let data = data.filter(|data| !data.is_null()).map(pretty).unwrap_or_default();
                writeln!(state.transcript, "{errors}\n{data}\n")
            }
            (None, None) => writeln!(state.transcript, "{}\n", pretty(&shown)),
        };
        answer["data"].clone()
    }

    /// The same, and nothing is written down: the data contain numbers that differ from run to run.
    pub async fn asks_silently(&self, actor: &Actor, operation: &str, variables: Value) -> Value {
        let answer = self.answer(actor, operation, &variables).await;
        assert!(answer.get("errors").is_none(), "{operation}\n{answer:#}");
        answer["data"].clone()
    }

    async fn answer(&self, actor: &Actor, operation: &str, variables: &Value) -> Value {
        let body = json!({ "query": self.operations, "operationName": operation, "variables": variables });
        let sent =
            self.app.http().post(self.app.url("/graphql")).bearer_auth(&actor.token).json(&body).send();
        sent.await.unwrap().json().await.unwrap()
    }

    /// What happened so far.
    pub fn transcript(&self) -> String {
        self.state.lock().unwrap().transcript.trim_end().to_owned()
    }
}

impl State {
    fn readable(&mut self, value: Value, began: DateTime<Utc>) -> Value {
        match value {
            Value::String(text) => Value::String(self.named(text, began)),
            Value::Array(items) => items.into_iter().map(|item| self.readable(item, began)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (name, self.readable(value, began))).collect()
            }
            other => other,
        }
    }

    fn named(&mut self, text: String, began: DateTime<Utc>) -> String {
        if let Ok(at) = text.parse::<DateTime<Utc>>() {
            return if at >= began && at <= ballroom::clock::now() { "now".to_owned() } else { text };
        }
        // IDs stand in messages too.
        let mut named = String::with_capacity(text.len());
        for part in text.split_inclusive(|one: char| !one.is_ascii_alphanumeric() && one != '_') {
            let word = part.trim_end_matches(|one: char| !one.is_ascii_alphanumeric() && one != '_');
            named.push_str(&self.name_of(word).unwrap_or_else(|| word.to_owned()));
            named.push_str(&part[word.len()..]);
        }
        named
    }

    /// The name of an ID: its noun, and its number among those of this noun.
    fn name_of(&mut self, word: &str) -> Option<String> {
        let is_id = |hex: &str| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (noun, _) = word.rsplit_once('_').filter(|(_, hex)| is_id(hex))?;
        if let Some(known) = self.ids.get(word) {
            return Some(known.clone());
        }
        let number = self.nouns.entry(noun.to_owned()).or_default();
        *number += 1;
        let name = format!("{noun} {number}");
        self.ids.insert(word.to_owned(), name.clone());
        Some(name)
    }
}

fn inline(value: &Value) -> String {
    value.to_string()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
