//! GraphQL over server-sent events, by the protocol `graphql-sse` in its mode of distinct connections: one request, one
//! operation, one stream of `next` events and a `complete`.

use std::convert::Infallible;

use actix_web::{HttpResponse, http::header, web::Bytes};
use futures::{FutureExt, StreamExt};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{Instant, interval_at, timeout},
};

use super::{
    State,
    auth::{AuthError, Caller},
    live,
};
use crate::graphql::{Reply, SubscriptionMessage, document::Admitted};

/// Maximum number of events waiting for the connection.
const MAX_UNSENT: usize = 16;

/// Starts the stream of an admitted operation.
pub(super) fn open(
    state: &State,
    caller: Caller,
    admitted: Admitted,
    permit: OwnedSemaphorePermit,
) -> HttpResponse {
    let (events, written) = mpsc::channel(MAX_UNSENT);
    state.runtime.spawn(stream_events(state.clone(), caller, admitted, events, permit));
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-cache, no-store"))
        // A compressor or a proxy would buffer events.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(futures::stream::unfold(written, |mut written| async {
            let bytes: Bytes = written.recv().await?;
            Some((Ok::<_, Infallible>(bytes), written))
        }))
}

/// Runs the operation and writes its events until it ends, the token becomes invalid or the client disconnects.
async fn stream_events(
    state: State,
    caller: Caller,
    admitted: Admitted,
    events: mpsc::Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
) {
    let settings = state.live.settings.clone();
    let mut running = live::run(&state, caller.viewer.clone(), admitted);
    let every = |period| interval_at(Instant::now() + period, period);
    let (mut ping, mut recheck) = (every(settings.ping), every(settings.token_recheck));
    let mut expiry = live::expiry(caller.expires_at).boxed();
    loop {
        let (text, last) = tokio::select! {
            said = running.next() => match said {
                Some(SubscriptionMessage::Next(response)) => (event(&response), false),
                Some(SubscriptionMessage::Failed(errors)) => (event(&errors.into()) + COMPLETE, true),
                None => (COMPLETE.to_owned(), true),
            },
            _ = ping.tick() => (":\n\n".to_owned(), false),
            _ = recheck.tick() => match caller.recheck(&state).await {
                Err(AuthError::Unauthenticated(_) | AuthError::ForbiddenOrigin | AuthError::ForbiddenSite) => return,
                // The database may be back before the next check.
                Ok(_) | Err(AuthError::Failed | AuthError::Unavailable) => continue,
            },
            // Without a `complete`: the client reconnects, and learns that the token has expired or finds the
            // next server.
            () = &mut expiry => return,
            () = state.live.end() => return,
            () = events.closed() => return,
        };
        let sent = timeout(settings.send_timeout, events.send(Bytes::from(text))).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

/// The event that ends an operation.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// The event of a result; JSON has no line breaks, so one line holds it.
fn event(response: &Reply) -> String {
    format!("event: next\ndata: {}\n\n", serde_json::to_string(response).unwrap_or_default())
}
