//! Where a command asks: the database, or a server that has it. Both answer the same GraphQL documents, so that a command
//! prints the same whichever it asks.

use std::{fmt, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Args;
use reqwest::{StatusCode, Url, header};
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::{organization::Tenant, settings::Database};
use crate::{
    deliver::{self, Deliveries},
    domain::{access::Viewer, token},
    feed::Feed,
    graphql::{
        self, Schema, Services,
        document::{self, Documents, Params},
    },
    inbound::Inbound,
    ingest::{GroupCommit, RateSettings, Rates, Uploads},
    job::{self, Jobs},
    score::Scores,
    store::Store,
};

/// How long a server may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long it may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A server to ask in place of the database.
#[derive(Args, Clone)]
#[command(next_help_heading = "Server")]
pub(super) struct Server {
    /// Ask the server at this URL instead of the database, for example https://ballroom.example.com.
    #[arg(long, global = true, env = "BALLROOM_SERVER", value_name = "URL", value_parser = address)]
    server: Option<Url>,

    /// Token for the server; better passed in the environment variable, because other users of the machine can see
    /// arguments.
    #[arg(long, global = true, env = "BALLROOM_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl Server {
    /// The server, if one was given.
    pub(super) fn url(&self) -> Option<&Url> {
        self.server.as_ref()
    }

    /// The server that was given, else the database.
    pub(super) async fn client(self, database: &Database, tenant: &Tenant) -> anyhow::Result<Client> {
        match self.server {
            Some(server) => Ok(Client::There(Remote::new(server, self.token)?)),
            None => {
                let store = database.open().await?;
                let viewer = token::operator(tenant.find(&store).await?.id);
                Ok(Client::Here(Box::new(Local::new(store, viewer)?)))
            }
        }
    }
}

/// Whom a command asks.
pub(super) enum Client {
    /// This process, on the database.
    Here(Box<Local>),
    /// A server.
    There(Remote),
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Unanswered {
    message: String,
    /// Whether the same question may be answered later.
    pub(super) is_temporary: bool,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unanswered {}

impl Unanswered {
    fn now(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_temporary: true }
    }

    fn ever(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_temporary: false }
    }
}

impl Client {
    /// The data of an operation without errors.
    pub(super) async fn ask(&self, document: &str, variables: Value) -> Result<Value, Unanswered> {
        let reply = match self {
            Self::Here(local) => local.reply(document, variables).await?,
            Self::There(remote) => remote.reply(document, variables).await?,
        };
        data(reply)
    }

    /// Ends what runs in this process.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Here(local) => local.close().await,
            Self::There(_) => Ok(()),
        }
    }
}

/// The data of a response, or its errors, each once.
fn data(mut reply: Value) -> Result<Value, Unanswered> {
    let errors = match reply.get("errors").and_then(Value::as_array) {
        Some(errors) if !errors.is_empty() => errors,
        _ => return Ok(reply["data"].take()),
    };
    let mut messages: Vec<&str> = errors.iter().filter_map(|error| error["message"].as_str()).collect();
    messages.dedup();
    let code = |error: &Value| error["extensions"]["code"].as_str().map(str::to_owned);
    let busy = ["OVERLOADED", "UNAVAILABLE", "RATE_LIMITED", "TIMEOUT"];
    let is_temporary =
        errors.iter().all(|error| code(error).is_some_and(|code| busy.contains(&code.as_str())));
    Err(Unanswered { message: messages.join("; "), is_temporary })
}

/// The executor of a server, without its port.
pub(super) struct Local {
    store: Store,
    viewer: Viewer,
    schema: Schema,
    services: Services,
    documents: Documents,
}

impl Local {
    fn new(store: Store, viewer: Viewer) -> anyhow::Result<Self> {
        // The writer ends with its last handle; whoever is answered has nothing left to wait for.
        let (answers, _) = GroupCommit::start(store.clone());
        let scores = Scores::new(store.clone());
        let feed = Feed::start(store.clone(), scores.clone());
        let rates = Arc::new(Rates::new(RateSettings::default()));
        let jobs = Jobs::new(store.clone(), scores.clone(), job::Settings::default());
        let deliveries = Deliveries::new(store.clone(), deliver::Settings::default())?;
        let inbound = Inbound::new(store.clone());
        let services = Services {
            store: store.clone(),
            uploads: Uploads::new(store.clone(), scores.clone()),
            scores,
            answers,
            feed,
            rates,
            jobs,
            deliveries,
            inbound,
        };
        let documents = Documents::new(document::Settings {
            limits: document::Limits::default(),
            introspection: document::Introspection::On,
            federation: false,
            persisted: 0,
            trusted: None,
        });
        let documents = documents.map_err(anyhow::Error::msg)?;
        Ok(Self { store, viewer, schema: graphql::schema(services.clone()), services, documents })
    }

    async fn reply(&self, document: &str, variables: Value) -> Result<Value, Unanswered> {
        let variables = match variables {
            Value::Object(variables) => variables,
            _ => Map::new(),
        };
        let params = Params { query: Some(document.to_owned()), variables, ..Params::default() };
        let admitted = self.documents.admit(&self.viewer, params);
        let viewer = self.viewer.clone();
        let reply = match admitted {
            Ok(admitted) => {
                let runtime = Handle::current();
                self.documents.run(&runtime, &self.schema, &self.services, viewer, admitted).await
            }
            Err(refusal) => Err(refusal),
        };
        let reply = match reply {
            Ok(reply) => serde_json::to_value(&reply),
            Err(refusal) => serde_json::to_value(refusal.errors()).map(|errors| json!({ "errors": errors })),
        };
        reply.map_err(|error| Unanswered::ever(format!("the response cannot be read: {error}")))
    }

    async fn close(self) -> anyhow::Result<()> {
        let Self { store, .. } = self;
        store.close().await?;
        Ok(())
    }
}

/// A server, and who asks it.
pub(super) struct Remote {
    client: reqwest::Client,
    server: Url,
    token: String,
}

impl Remote {
    fn new(server: Url, token: Option<String>) -> anyhow::Result<Self> {
        let token = token.filter(|token| !token.trim().is_empty());
        let token = token.context(
            "--server needs a token; give it with --token or BALLROOM_TOKEN (`ballroom token create` makes one)",
        )?;
        // All TLS of this program uses ring. An error means that the provider is already set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A redirect could carry the token to another host.
        let client = reqwest::Client::builder()
            .timeout(ANSWER_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("ballroom/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("cannot create the HTTP client")?;
        Ok(Self { client, server, token: token.trim().to_owned() })
    }

    async fn reply(&self, document: &str, variables: Value) -> Result<Value, Unanswered> {
        let at = &self.server;
        let url = at.join("graphql").map_err(|error| Unanswered::ever(format!("{at}: {error}")))?;
        let sent = self
            .client
            .post(url)
            .bearer_auth(&self.token)
            .header(header::ACCEPT, "application/graphql-response+json, application/json")
            .json(&json!({ "query": document, "variables": variables }))
            .send()
            .await;
        let response =
            sent.map_err(|error| Unanswered::now(format!("cannot reach {at}: {}", root(&error))))?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("?");
            let message = format!("{at} redirects to {to}; give that server with --server");
            return Err(Unanswered::ever(message));
        }
        let is_json = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
        let text = response.text().await;
        let text = text.map_err(|error| Unanswered::now(format!("{at}: {}", root(&error))))?;
        match serde_json::from_str(&text) {
            Ok(reply) if is_json => Ok(reply),
            _ if status == StatusCode::NOT_FOUND => {
                Err(Unanswered::ever(format!("{at} is not a Ballroom server: it has no /graphql")))
            }
            _ => {
                let message = format!("{at} answered {status}, and not with JSON; is it a Ballroom server?");
                Err(Unanswered { message, is_temporary: status.is_server_error() })
            }
        }
    }
}

/// The innermost cause: the others repeat the address.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// The address of a server. People copy that of GraphQL as well.
fn address(text: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("{why}; write it like https://ballroom.example.com");
    let mut url = Url::parse(text.trim()).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("the scheme must be http or https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it must not contain a user name or password"));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/graphql").unwrap_or(path).to_owned();
    url.set_path(&format!("{path}/"));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_server_may_be_that_of_its_graphql() {
        let read = |text: &str| address(text).map(String::from);
        for (text, expected) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http://127.0.0.1:8080/graphql", "http://127.0.0.1:8080/"),
            ("https://example.com/tools/ballroom/", "https://example.com/tools/ballroom/"),
            ("https://example.com/tools/graphql?a=b#c", "https://example.com/tools/"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected));
        }
        for text in ["example.com", "ftp://example.com", "https://me:secret@example.com", ""] {
            let refused = read(text).unwrap_err();
            assert!(
                refused.contains("https://ballroom.example.com") && !refused.contains("secret"),
                "{refused}"
            );
        }
    }

    #[test]
    fn an_error_is_temporary_if_all_its_causes_are() {
        let told = |errors: Value| match data(json!({ "errors": errors })) {
            Ok(data) => panic!("{data}"),
            Err(unanswered) => (unanswered.message.clone(), unanswered.is_temporary),
        };
        let error = |message: &str, code: &str| json!({ "message": message, "extensions": { "code": code } });
        let busy = error("try later", "OVERLOADED");
        assert_eq!(told(json!([busy, busy])), ("try later".to_owned(), true));
        let wrong = error("no release", "NOT_FOUND");
        assert_eq!(told(json!([busy, wrong])), ("try later; no release".to_owned(), false));
    }
}
