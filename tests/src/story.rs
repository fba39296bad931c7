//! Stories: actors with their own tokens send named operations of a `.graphql` file, and what they get is asserted, or written down
//! in a transcript, which is a snapshot.

mod actor;
mod operations;
mod transcript;

use std::{
    ops::{Deref, DerefMut},
    sync::Mutex,
};

use serde_json::{Value, json};

pub use actor::Actor;
use transcript::Transcript;

use crate::{App, Backend, Database};

/// A server, the operations of a story, and its transcript.
pub struct Story {
    /// The server.
    pub app: App,
    /// An administrator's token.
    pub admin: Actor,
    operations: &'static str,
    transcript: Mutex<Transcript>,
}

impl Deref for Story {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl DerefMut for Story {
    fn deref_mut(&mut self) -> &mut App {
        &mut self.app
    }
}

impl Story {
    /// A story on a server of its own, with the operations of a `.graphql` file.
    pub async fn on(backend: Backend, operations: &'static str) -> Self {
        Self::at(App::start(backend).await, operations)
    }

    /// The same, with the product `shop` and these features of it.
    pub async fn in_shop(backend: Backend, operations: &'static str, features: &[&str]) -> Self {
        let story = Self::on(backend, operations).await;
        story.product("shop", features).await;
        story
    }

    /// A story on a server with settings of its own.
    pub async fn with(database: Database, arguments: &[&str], operations: &'static str) -> Self {
        Self::at(App::with(database, arguments).await, operations)
    }

    /// A story on a server that is there.
    pub fn at(app: App, operations: &'static str) -> Self {
        let admin = Actor::new("admin", &app.token, operations, app.url("/graphql"), app.http().clone());
        Self { app, admin, operations, transcript: Mutex::new(Transcript::begin()) }
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
        self.admin.creates_customer(json!({ "key": key, "segment": segment })).await;
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
        self.actor(name, made["createToken"]["secret"].as_str().unwrap())
    }

    /// Somebody with a token that is there.
    pub fn actor(&self, name: &str, token: &str) -> Actor {
        Actor::new(name, token, self.operations, self.app.url("/graphql"), self.app.http().clone())
    }

    /// Stops the server and starts another on the same database. Actors who were there before ask the one that is gone.
    pub async fn restart(&mut self) {
        self.app.restart().await;
        self.admin = self.actor("admin", &self.app.token);
    }

    /// Sends an operation as an administrator, and gets data without errors.
    pub async fn gets(&self, operation: &str, variables: Value) -> Value {
        self.admin.gets(operation, variables).await
    }

    /// Sends an operation as an administrator, and gets one error: its code, its argument and its message.
    pub async fn is_refused(&self, operation: &str, variables: Value) -> (String, String, String) {
        self.admin.is_refused(operation, variables).await
    }

    /// Sends an operation as an administrator, and gets the whole response.
    pub async fn answer(&self, operation: &str, variables: Value) -> Value {
        self.admin.answer(operation, variables).await
    }

    /// Sends an operation with a token, and gets the status and the whole response.
    pub async fn answer_to(&self, token: &str, operation: &str, variables: Value) -> (u16, Value) {
        self.actor("token", token).answer_with_status(operation, variables).await
    }

    /// Sends an operation as an actor, writes down what it gets, and returns its data.
    pub async fn asks(&self, actor: &Actor, operation: &str, variables: Value) -> Value {
        let answer = actor.plain_answer(self.operations, operation, variables.clone()).await;
        let data = answer["data"].clone();
        self.transcript.lock().unwrap().add(&actor.name, operation, variables, answer);
        data
    }

    /// The same, and nothing is written down: the data contain numbers that differ from run to run.
    pub async fn asks_silently(&self, actor: &Actor, operation: &str, variables: Value) -> Value {
        let answer = actor.plain_answer(self.operations, operation, variables).await;
        assert!(answer.get("errors").is_none(), "{operation}\n{answer:#}");
        answer["data"].clone()
    }

    /// What happened so far.
    pub fn transcript(&self) -> String {
        self.transcript.lock().unwrap().text().to_owned()
    }
}
