//! What other systems send, and what becomes of it: each system has a file that reads its payloads.
//!
//! Reading is pure: a payload in, *items* out, so that a dry run shows what a payload would become. Items are then submitted
//! like everything else that systems report, with external IDs, so that the same payload again changes nothing.

mod alertmanager;
mod apply;
mod cdevents;
mod github;
mod mapping;
mod sentry;
mod verify;

use std::{sync::Arc, time::Duration};

use ballroom_entity::{
    deployment::DeploymentStatus,
    id::ProductId,
    inbound_webhook::{InboundKind, Model},
};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};

pub use mapping::{Field, ItemKind, Mapping, When};
pub use verify::{Unverified, verify};

use crate::{
    base::{error::with_causes, reference::PublicId},
    clock,
    domain::{
        feedback::NewFeedback,
        inbound::{self as domain, Done},
        incident::NewIncident,
        release::NewRelease,
    },
    store::Store,
};

/// Interval of checks for what other processes have received.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Maximum number of items of a payload.
const ITEMS: usize = 1_000;

/// A deployment of a release that is named by its version.
#[derive(Clone, Debug)]
pub struct NamedDeployment {
    /// The product, by ID or key.
    pub product: String,
    /// The release, by ID or version.
    pub release: String,
    /// The environment.
    pub environment: String,
    /// The result.
    pub status: DeploymentStatus,
    /// When it finished.
    pub deployed_at: Option<DateTime<Utc>>,
    /// The sender's ID of it.
    pub external_id: Option<String>,
    /// Time of this version according to the sender.
    pub updated_at: Option<DateTime<Utc>>,
}

/// What a part of a payload becomes.
#[derive(Clone, Debug)]
pub enum Item {
    /// An incident that is opened, updated or resolved.
    Incident(Box<NewIncident>),
    /// A release that is planned or has shipped.
    Release(Box<NewRelease>),
    /// A deployment.
    Deployment(Box<NamedDeployment>),
    /// A response.
    Feedback(Box<NewFeedback>),
}

/// What a payload becomes.
#[derive(Clone, Debug)]
pub enum Read {
    /// Items.
    Items(Vec<Item>),
    /// Nothing, and why.
    Nothing(String),
}

/// Why a payload cannot be read: the place in it, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// What holds for all payloads of a webhook.
struct Terms<'a> {
    product: String,
    version_prefix: Option<&'a str>,
}

impl Terms<'_> {
    /// A version without the prefix.
    fn version(&self, version: &str) -> String {
        let version = version.trim();
        self.version_prefix.and_then(|prefix| version.strip_prefix(prefix)).unwrap_or(version).to_owned()
    }
}

/// Reads a payload.
pub fn read(webhook: &Model, event: &str, body: &str) -> Result<Read, Unreadable> {
    let json: Json = serde_json::from_str(body)
        .map_err(|error| Unreadable(format!("the payload is not JSON: {error}")))?;
    let terms =
        Terms { product: product(webhook.product_id), version_prefix: webhook.version_prefix.as_deref() };
    let read = match webhook.kind {
        InboundKind::Github => github::read(&terms, event, &json),
        InboundKind::Sentry => sentry::read(&terms, event, &json),
        InboundKind::Alertmanager => alertmanager::read(&terms, &json),
        InboundKind::Cdevents => cdevents::read(&terms, &json),
        InboundKind::Generic => {
            let stored = webhook.mapping.clone().unwrap_or_default();
            let mapping = Mapping::stored(stored).map_err(Unreadable)?;
            mapping.read(&terms, &json)
        }
    }?;
    match read {
        Read::Items(items) if items.len() > ITEMS => {
            Err(Unreadable(format!("the payload has {} items; at most {ITEMS} are allowed", items.len())))
        }
        read => Ok(read),
    }
}

fn product(id: ProductId) -> String {
    id.public()
}

/// A text at a path of names, such as `["release", "tag_name"]`.
fn text<'a>(json: &'a Json, path: &[&str]) -> Option<&'a str> {
    at(json, path)?.as_str().filter(|text| !text.trim().is_empty())
}

/// A text that must be there.
fn needed<'a>(json: &'a Json, path: &[&str]) -> Result<&'a str, Unreadable> {
    text(json, path).ok_or_else(|| Unreadable(format!("`{}` is missing, or is not a text", path.join("."))))
}

/// A time at a path; an unreadable one is an error, and the zero time of some senders is none.
fn time(json: &Json, path: &[&str]) -> Result<Option<DateTime<Utc>>, Unreadable> {
    let Some(given) = text(json, path) else { return Ok(None) };
    let read: DateTime<Utc> = given
        .parse()
        .or_else(|_| format!("{given}Z").parse())
        .map_err(|_| Unreadable(format!("`{}` is \"{given}\", which is not a time", path.join("."))))?;
    Ok(Some(read).filter(|at| at.timestamp() > 0))
}

fn at<'a>(json: &'a Json, path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(json, |json, name| json.get(name))
}

/// A text in one line of at most so many characters.
fn line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(most).collect()
}

/// Works off what was received.
#[derive(Clone)]
pub struct Inbound {
    store: Store,
    received: Arc<Notify>,
}

impl Inbound {
    /// Nothing is worked off before [`work`](Self::work) is called.
    pub fn new(store: Store) -> Self {
        Self { store, received: Arc::default() }
    }

    /// Stores what was sent. Returns whether it was new.
    pub async fn receive(
        &self,
        webhook: &Model,
        (key, event): (&str, &str),
        body: String,
    ) -> Result<bool, crate::base::error::Error> {
        let new = domain::receive(&self.store, webhook, (key, event), body, clock::now()).await?;
        self.received.notify_one();
        Ok(new)
    }

    /// Something is to be worked off again.
    pub fn again(&self) {
        self.received.notify_one();
    }

    /// Works until `stop` becomes true; what was begun is finished.
    pub async fn work(self, mut stop: watch::Receiver<bool>) {
        let mut works = true;
        while !*stop.borrow() {
            match self.next().await {
                Ok(true) => continue,
                Ok(false) => works = true,
                Err(error) if works => {
                    works = false;
                    tracing::warn!(error = with_causes(&error), "cannot read what other systems have sent");
                }
                Err(_) => (),
            }
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = self.received.notified() => (),
                () = sleep(POLL_INTERVAL) => (),
            }
        }
    }

    /// Works off one payload; returns whether there was one.
    async fn next(&self) -> Result<bool, crate::base::error::Error> {
        let Some((delivery, webhook)) = domain::claim(&self.store, clock::now()).await? else {
            return Ok(false);
        };
        let done = match read(&webhook, &delivery.event, &delivery.body) {
            Ok(Read::Items(items)) => apply::apply(&self.store, &webhook, items).await,
            Ok(Read::Nothing(reason)) => Done::Ignored(reason),
            Err(Unreadable(reason)) => Done::Refused(Vec::new(), reason),
        };
        domain::done(&self.store, &delivery, done, clock::now()).await?;
        Ok(true)
    }
}

/// Waits until the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
