//! GraphQL over server-sent events, by the protocol `graphql-sse` in its mode of distinct connections: one request, one
//! operation, one stream of `next` events and a `complete`.

use std::convert::Infallible;

use actix_web::{HttpResponse, http::header, web::Bytes};
use async_graphql::Response;
use futures::{FutureExt, StreamExt};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{Instant, interval_at, timeout},
};

use super::{
    State,
    auth::{Caller, Nobody},
    live,
};
use crate::graphql::{Said, document::Admitted};

/// Events that are written and not yet taken by the connection.
const UNSENT: usize = 16;

/// Begins the stream of an operation that was let in.
pub(super) fn open(
    state: &State,
    caller: Caller,
    admitted: Admitted,
    room: OwnedSemaphorePermit,
) -> HttpResponse {
    let (events, written) = mpsc::channel(UNSENT);
    state.runtime.spawn(tell(state.clone(), caller, admitted, events, room));
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-cache, no-store"))
        // A compressor or a proxy would gather events until there are enough of them.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(futures::stream::unfold(written, |mut written| async {
            let bytes: Bytes = written.recv().await?;
            Some((Ok::<_, Infallible>(bytes), written))
        }))
}

/// Runs the operation and writes its events, until it or the right to hear of it ends, or nobody takes them.
async fn tell(
    state: State,
    caller: Caller,
    admitted: Admitted,
    events: mpsc::Sender<Bytes>,
    _room: OwnedSemaphorePermit,
) {
    let settings = state.live.settings.clone();
    let mut running = live::run(&state, caller.viewer.clone(), admitted);
    let every = |period| interval_at(Instant::now() + period, period);
    let (mut ping, mut recheck) = (every(settings.ping), every(settings.token_recheck));
    let mut expiry = live::expiry(caller.expires_at).boxed();
    loop {
        let (text, last) = tokio::select! {
            said = running.next() => match said {
                Some(Said::Next(response)) => (event(&response), false),
                Some(Said::Failed(errors)) => (event(&Response::from_errors(errors)) + COMPLETE, true),
                None => (COMPLETE.to_owned(), true),
            },
            _ = ping.tick() => (":\n\n".to_owned(), false),
            _ = recheck.tick() => match caller.again(&state).await {
                Err(Nobody::Unauthenticated(_) | Nobody::Stranger | Nobody::OtherPage) => return,
                // The database may be back before the next look.
                Ok(_) | Err(Nobody::Failed | Nobody::Unavailable) => continue,
            },
            // Without a `complete`: the client connects again, and hears that the token has run out or finds the
            // server that comes after this one.
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

/// The event with which an operation is over.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// The event of a result; JSON has no line breaks, so one line holds it.
fn event(response: &Response) -> String {
    format!("event: next\ndata: {}\n\n", serde_json::to_string(response).unwrap_or_default())
}
