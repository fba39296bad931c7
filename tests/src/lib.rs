//! The harness: a real server process on a real database, spoken to over HTTP like any client does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod database;
mod postgres;
pub mod receiver;
mod shared;
pub mod story;
pub mod walk;

use std::{
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub use database::{Backend, Database};
pub use postgres::{Pooler, PostgresServer};
pub use shared::{ballroom, shared_data};

/// Turns each test function, which takes a [`Backend`], into a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                $crate::with_large_stacks(|| super::$name($crate::Backend::Sqlite))
            })*
        }

        mod on_postgres {
            $(#[test]
            fn $name() {
                $crate::with_large_stacks(|| super::$name($crate::Backend::Postgres))
            })*
        }
    };
}

/// The stacks of threads that execute GraphQL: as large as those of the server.
const STACK: usize = 16 * 1024 * 1024;

/// Runs a test on a runtime whose threads have large stacks.
pub fn with_large_stacks<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    let name = std::thread::current().name().unwrap_or("test").to_owned();
    let thread = std::thread::Builder::new().name(name).stack_size(STACK).spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).thread_stack_size(STACK).enable_all().build();
        runtime.expect("a runtime").block_on(test())
    });
    if let Err(panic) = thread.expect("a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

/// A running server.
pub struct App {
    /// Its database.
    pub database: Database,
    /// An administrator's token.
    pub token: String,
    address: String,
    process: Child,
    http: reqwest::Client,
    arguments: Vec<String>,
}

impl App {
    /// Starts a server on a database of its own.
    pub async fn start(backend: Backend) -> Self {
        Self::on(Database::create(backend).await).await
    }

    /// Starts a server on a database that is there.
    pub async fn on(database: Database) -> Self {
        Self::with(database, &[]).await
    }

    /// Starts a server with settings of its own.
    pub async fn with(database: Database, arguments: &[&str]) -> Self {
        let migrate = database.ballroom(&["migrate"]).await;
        assert!(migrate.status.success(), "{migrate:?}");
        let create = async |name: &str| {
            database
                .ballroom(&["token", "create", "--role", "administrator", "--name", name, "--quiet"])
                .await
        };
        let mut made = create("test").await;
        if !made.status.success() {
            // Another server on the same database was first.
            made = create(&format!("test {}", uuid::Uuid::now_v7().simple())).await;
        }
        let token = made.out.trim().to_owned();
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (process, address) = serve(&database, &arguments).await;
        Self { database, token, address, process, http: http(), arguments }
    }

    /// Its address.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The HTTP client.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Asks, and gets data without errors.
    pub async fn asks(&self, query: &str, variables: Value) -> Value {
        let answer = self.answer(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// Asks, and gets one error: its code, its argument and its message.
    pub async fn is_refused(&self, query: &str, variables: Value) -> (String, String, String) {
        let answer = self.answer(query, variables).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{query}\n{answer:#}"));
        assert_eq!(errors.len(), 1, "{answer:#}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let extensions = &errors[0]["extensions"];
        (text(&extensions["code"]), text(&extensions["argument"]), text(&errors[0]["message"]))
    }

    /// Asks, and gets the whole response.
    pub async fn answer(&self, query: &str, variables: Value) -> Value {
        self.answer_to(&self.token, query, variables).await.1
    }

    /// Sends a request with a token, and returns the status and the whole response. `userErrors` of mutations are added
    /// to the errors: most tests do not distinguish the two.
    pub async fn answer_to(&self, token: &str, query: &str, variables: Value) -> (u16, Value) {
        let (status, mut answer) = self.plain_answer_to(token, &with_user_errors(query), variables).await;
        raise_user_errors(&mut answer);
        (status, answer)
    }

    /// The same, word by word.
    pub async fn plain_answer_to(&self, token: &str, query: &str, variables: Value) -> (u16, Value) {
        let body = json!({ "query": query, "variables": variables });
        let answer =
            self.http.post(self.url("/graphql")).bearer_auth(token).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    /// A product with features, and a release of it that is with customers since a day.
    pub async fn product(&self, key: &str, features: &[&str]) {
        let query =
            "mutation($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
        self.asks(query, json!({ "input": { "key": key } })).await;
        for feature in features {
            let query =
                "mutation($input: CreateFeatureInput!) { createFeature(input: $input) { feature { id } } }";
            self.asks(query, json!({ "input": { "product": key, "key": feature } })).await;
        }
    }

    /// Submits a response and gets the payload.
    pub async fn submits(&self, input: Value) -> Value {
        let query = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) {
            outcome supersession feedback { id rating counted day comment } } }";
        self.asks(query, json!({ "input": input })).await["submitFeedback"].clone()
    }

    /// Stops the server as an operator does, and waits for its end.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal("TERM").await;
        tokio::time::timeout(Duration::from_secs(60), self.process.wait()).await.expect("it stops").unwrap()
    }

    /// Kills the server.
    pub async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process.id().expect("it runs")
    }

    /// Sends the server a signal.
    pub async fn signal(&self, name: &str) {
        let id = self.process().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.unwrap();
        assert!(sent.success());
    }

    /// Stops the server and starts another on the same database.
    pub async fn restart(&mut self) {
        let _ = self.process.kill().await;
        (self.process, self.address) = serve(&self.database, &self.arguments).await;
    }

    /// Checks that the daily counts agree with the rows.
    pub async fn verify(&self) {
        self.database.verify().await;
    }
}

/// A mutation that also selects its user errors.
fn with_user_errors(query: &str) -> String {
    if !query.trim_start().starts_with("mutation") {
        return query.to_owned();
    }
    let (mut asked, mut rest) = (String::new(), query);
    while let Some((before, after)) = rest.split_once("(input:") {
        asked.push_str(before);
        asked.push_str("(input:");
        // The selection begins after the parenthesis that ends the arguments.
        let mut open = 1;
        let end = after.find(|character| {
            open += match character {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            open == 0
        });
        let (arguments, selection) = after.split_at(end.expect("the arguments end"));
        asked.push_str(arguments);
        rest = selection;
        if let Some((before, after)) = selection.split_once('{') {
            asked.push_str(before);
            asked.push_str("{ userErrors { code field message } ");
            rest = after;
        }
    }
    asked + rest
}

/// Puts what stands in `userErrors` among the errors.
fn raise_user_errors(answer: &mut Value) {
    let Some(data) = answer["data"].as_object_mut() else { return };
    let mut raised = Vec::new();
    for payload in data.values_mut().filter_map(Value::as_object_mut) {
        let Some(Value::Array(errors)) = payload.remove("userErrors") else { continue };
        raised.extend(errors.into_iter().map(|error| {
            json!({ "message": error["message"],
                "extensions": { "code": error["code"], "argument": error["field"] } })
        }));
    }
    if !raised.is_empty() {
        answer["errors"] = raised.into();
    }
}

/// An HTTP client. All TLS in this workspace uses ring, and reqwest must be configured for it.
pub fn http() -> reqwest::Client {
    // Fails if another test of this process has done it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

async fn serve(database: &Database, arguments: &[String]) -> (Child, String) {
    let mut command = database.command();
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let mut process = command.spawn().expect("the server starts");
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
    let first = first.expect("the server says where it listens").unwrap().expect("it says something");
    let address = first.split_whitespace().find(|word| word.starts_with("http")).expect(&first).to_owned();
    // Later output must not fill the pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (process, address)
}

/// The `ballroom` binary that was built with these tests.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BALLROOM_BIN") {
        return path.into();
    }
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.push("ballroom");
    assert!(path.exists(), "{} is not built; tests/run builds it", path.display());
    path
}

/// A response whose numbers are rounded to six digits: the last ones depend on the order in which a database gives
/// its rows.
pub fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            json!((number.as_f64().unwrap_or_default() * 1e6).round() / 1e6)
        }
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, rounded(value))).collect(),
        other => other,
    }
}
