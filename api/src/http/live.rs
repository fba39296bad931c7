//! What WebSockets and event streams have in common: how many there may be, how long each is kept, and the operations
//! that run on them.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    http::{
        Uri,
        header::{self, HeaderMap, HeaderValue},
    },
};
use async_graphql::ServerError;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream::BoxStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{State, graphql::refused};
use crate::{
    clock,
    domain::access::Viewer,
    graphql::{
        Code, LiveSchema, Said, Services,
        document::{Admitted, OperationKind, Refusal},
    },
};

/// Seconds after which it may be tried again to find room.
const LATER: u64 = 10;

/// The longest time that is slept at once; a token may be good for longer than a timer can be set.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// How listening connections are kept.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// WebSockets and event streams at the same time.
    pub listeners: usize,
    /// Operations at the same time on one WebSocket.
    pub operations: usize,
    /// Bytes of a message on a WebSocket, in however many pieces it comes.
    pub message: usize,
    /// How long a WebSocket may take to be initialised.
    pub init_timeout: Duration,
    /// How long a listener may take nothing of what it is sent.
    pub send_timeout: Duration,
    /// From one sign of life to the next.
    pub ping: Duration,
    /// From one look whether the token still works to the next.
    pub token_recheck: Duration,
    /// Whose pages may open a WebSocket, beside those of this server: origins, or `*` for all.
    pub origins: Vec<String>,
}

/// What listening connections share.
#[derive(Clone)]
pub struct Live {
    schema: LiveSchema,
    pub(super) settings: Arc<LiveSettings>,
    room: Arc<Semaphore>,
    ended: watch::Receiver<bool>,
}

/// All listening connections, for whoever wants to end them.
pub struct Listeners(watch::Sender<bool>);

impl Listeners {
    /// Ends them. No others are taken.
    pub fn end(&self) {
        self.0.send_replace(true);
    }
}

/// Why nobody else may listen.
pub(super) struct NoRoom(&'static str);

impl From<NoRoom> for HttpResponse {
    fn from(NoRoom(why): NoRoom) -> Self {
        let mut answer = HttpResponse::ServiceUnavailable();
        answer.insert_header((header::RETRY_AFTER, LATER));
        refused(answer, Code::Overloaded, why)
    }
}

impl Live {
    /// What listening connections share, and the handle that ends them.
    pub fn new(services: Services, settings: LiveSettings) -> (Self, Listeners) {
        let (end, ended) = watch::channel(false);
        let room = Arc::new(Semaphore::new(settings.listeners.min(Semaphore::MAX_PERMITS)));
        let schema = LiveSchema::new(services);
        (Self { schema, settings: Arc::new(settings), room, ended }, Listeners(end))
    }

    /// Room for one more.
    pub(super) fn room(&self) -> Result<OwnedSemaphorePermit, NoRoom> {
        if *self.ended.borrow() {
            return Err(NoRoom("The server is stopping; connect again."));
        }
        let full = NoRoom("As many listen as this server allows; try again later.");
        self.room.clone().try_acquire_owned().map_err(|_| full)
    }

    /// Waits until all are to end.
    pub(super) async fn end(&self) {
        let mut ended = self.ended.clone();
        // A handle that was dropped cannot be waited for any more: the server is gone.
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// Whether a page of this origin may open a WebSocket. Browsers let every page open one to every server, so the
    /// server must look. Who sends no origin is no browser.
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

/// The host, and the port unless it is the usual one: what a browser sends as `Host` to the origin.
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

/// Waits until a token has run out.
pub(super) async fn expiry(expires_at: Option<DateTime<Utc>>) {
    let Some(end) = expires_at else { return std::future::pending().await };
    while let Ok(left) = (end - clock::now()).to_std() {
        // Not a moment too early: a client that comes again at once must find the token to have run out.
        tokio::time::sleep(left.min(LONG) + Duration::from_millis(1)).await;
    }
}

/// Runs an operation; the stream ends with it.
pub(super) fn run(state: &State, viewer: Viewer, admitted: Admitted) -> BoxStream<'static, Said> {
    match admitted.kind {
        OperationKind::Subscription => state.live.schema.subscribe(viewer, admitted.request),
        OperationKind::Query | OperationKind::Mutation => {
            let state = state.clone();
            futures::stream::once(async move { answer(&state, viewer, admitted).await }).boxed()
        }
    }
}

async fn answer(state: &State, viewer: Viewer, admitted: Admitted) -> Said {
    let State { documents, runtime, schema, services, .. } = state;
    match documents.run(runtime, schema, services, viewer, admitted).await {
        Ok(answer) => Said::Next(answer),
        Err(refusal) => Said::Failed(refusal.into_errors()),
    }
}

/// What is said of an operation whose task ended early.
pub(super) fn broken() -> Vec<ServerError> {
    let message = "The server failed. Whatever was acknowledged is stored. Try again.";
    Refusal::new(Code::Internal, message).into_errors()
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
