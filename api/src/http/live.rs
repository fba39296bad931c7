//! What WebSocket connections and event streams have in common: their limits, their lifetime, and the operations
//! they carry.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    http::{
        Uri,
        header::{self, HeaderMap, HeaderValue},
    },
};
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream::BoxStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{State, graphql::refused};
use crate::{
    clock,
    domain::access::Viewer,
    graphql::{
        Code, Errors, LiveSchema, Services, SubscriptionMessage,
        document::{Admitted, OperationKind, Refusal},
    },
};

/// Seconds after which a refused client may try again.
const RETRY_AFTER: u64 = 10;

/// The longest single sleep; a token may be valid for longer than a timer allows.
const LONGEST_SLEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// Settings of subscriptions.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// Maximum number of open WebSocket connections and event streams.
    pub listeners: usize,
    /// Maximum number of concurrent operations on one WebSocket connection.
    pub operations: usize,
    /// Maximum size of a WebSocket message, in bytes, over all its frames.
    pub message: usize,
    /// Time within which a client must send connection_init.
    pub init_timeout: Duration,
    /// Time after which a client that reads nothing is disconnected.
    pub send_timeout: Duration,
    /// Interval between keep-alive messages.
    pub ping: Duration,
    /// Interval between checks of the token.
    pub token_recheck: Duration,
    /// Origins whose pages may open a WebSocket, besides this server's own; `*` for all.
    pub origins: Vec<String>,
}

/// State shared by all subscriptions.
#[derive(Clone)]
pub struct Live {
    schema: LiveSchema,
    pub(super) settings: Arc<LiveSettings>,
    permits: Arc<Semaphore>,
    ended: watch::Receiver<bool>,
}

/// A handle that closes all subscriptions.
pub struct Listeners(watch::Sender<bool>);

impl Listeners {
    /// Closes them and accepts no further ones.
    pub fn end(&self) {
        self.0.send_replace(true);
    }
}

/// The reason why a subscription is refused.
pub(super) struct Refused(&'static str);

impl From<Refused> for HttpResponse {
    fn from(Refused(why): Refused) -> Self {
        let mut answer = HttpResponse::ServiceUnavailable();
        answer.insert_header((header::RETRY_AFTER, RETRY_AFTER));
        refused(answer, Code::Overloaded, why)
    }
}

impl Live {
    /// The shared state, and the handle that closes all subscriptions.
    pub fn new(services: Services, settings: LiveSettings) -> (Self, Listeners) {
        let (end, ended) = watch::channel(false);
        let permits = Arc::new(Semaphore::new(settings.listeners.min(Semaphore::MAX_PERMITS)));
        let schema = LiveSchema::new(services);
        (Self { schema, settings: Arc::new(settings), permits, ended }, Listeners(end))
    }

    /// A permit for one more connection.
    pub(super) fn permit(&self) -> Result<OwnedSemaphorePermit, Refused> {
        if *self.ended.borrow() {
            return Err(Refused("The server is shutting down; connect again."));
        }
        let full = Refused("The limit of open subscriptions (--listeners) is reached; try again later.");
        self.permits.clone().try_acquire_owned().map_err(|_| full)
    }

    /// Waits until all are to be closed.
    pub(super) async fn end(&self) {
        let mut ended = self.ended.clone();
        // A dropped handle means that the server is gone.
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// Whether a page of this origin may open a WebSocket. Browsers allow every page to open one to every server, so the
    /// server must check. A client that sends no origin is not a browser.
    pub(super) fn may_connect(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        self.settings.origins.iter().any(|allowed| allowed == "*" || origin == allowed.as_str())
            || is_of_host(origin, headers)
    }
}

/// Whether an origin is the one of the server that is asked.
pub(super) fn is_of_host(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let its = origin.to_str().ok().and_then(authority);
    its.is_some_and(|its| host.is_some_and(|host| its == host.to_ascii_lowercase()))
}

/// The host, and the port unless it is the default: what a browser sends as `Host` to the origin.
fn authority(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    let host = uri.host()?.to_ascii_lowercase();
    let usual = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    Some(match uri.port_u16().filter(|port| *port != usual) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// Waits until a token has expired.
pub(super) async fn expiry(expires_at: Option<DateTime<Utc>>) {
    let Some(end) = expires_at else { return std::future::pending().await };
    while let Ok(left) = (end - clock::now()).to_std() {
        // Not too early: a client that reconnects at once must find the token expired.
        tokio::time::sleep(left.min(LONGEST_SLEEP) + Duration::from_millis(1)).await;
    }
}

/// Runs an operation; the stream ends with it.
pub(super) fn run(
    state: &State,
    viewer: Viewer,
    admitted: Admitted,
) -> BoxStream<'static, SubscriptionMessage> {
    match admitted.kind {
        OperationKind::Subscription => state.live.schema.subscribe(viewer, admitted),
        OperationKind::Query | OperationKind::Mutation => {
            let state = state.clone();
            futures::stream::once(async move { answer(&state, viewer, admitted).await }).boxed()
        }
    }
}

async fn answer(state: &State, viewer: Viewer, admitted: Admitted) -> SubscriptionMessage {
    let State { documents, runtime, schema, services, .. } = state;
    match documents.run(runtime, schema, services, viewer, admitted).await {
        Ok(answer) => SubscriptionMessage::Next(answer),
        Err(refusal) => SubscriptionMessage::Failed(refusal.errors()),
    }
}

/// The errors of an operation whose task was aborted.
pub(super) fn aborted() -> Errors {
    let message = "Internal error. Everything that was acknowledged is stored; try again.";
    Refusal::new(Code::Internal, message).errors()
}

#[cfg(test)]
mod tests {
    use super::authority;

    #[test]
    fn an_origin_has_the_host_that_a_browser_sends() {
        for (origin, host) in [
            ("http://example.com", Some("example.com")),
            ("http://example.com:80", Some("example.com")),
            ("https://Example.com:443", Some("example.com")),
            ("https://example.com:80", Some("example.com:80")),
            ("http://127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("http://[::1]:8080", Some("[::1]:8080")),
            ("ftp://example.com", None),
            ("null", None),
            ("", None),
        ] {
            assert_eq!(authority(origin).as_deref(), host, "{origin}");
        }
    }
}
