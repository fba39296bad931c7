//! GraphQL over server-sent events, by the protocol `graphql-sse` in its mode of distinct connections: one request, one
//! operation, one stream of `next` events and a `complete`.

use std::convert::Infallible;

use actix_web::{
    HttpRequest, HttpResponse, Route, guard,
    http::{
        Method,
        header::{self, HeaderMap},
    },
    web,
    web::Bytes,
};
use async_graphql::Response;
use futures::{FutureExt, StreamExt};
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{Instant, interval_at, timeout},
};

use super::{
    State,
    auth::{self, Caller, Nobody},
    graphql::refused,
    live, media, params,
};
use crate::graphql::{
    Code, Said,
    document::{Admitted, OperationKind, Refusal},
};

/// Events that are written and not yet taken by the connection.
const UNSENT: usize = 16;

const MEDIA_TYPE: &str = "text/event-stream";

/// Whoever accepts an event stream.
pub(super) fn route() -> Route {
    let wants_events = guard::fn_guard(|ctx| {
        let asks = matches!(ctx.head().method, Method::GET | Method::POST);
        asks && accepts_events(ctx.head().headers())
    });
    web::route().guard(wants_events).to(open)
}

fn accepts_events(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let fits = parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case(MEDIA_TYPE));
        fits && !parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0"))
    })
}

async fn open(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    stream(state, &request, payload).await.unwrap_or_else(|refused| refused)
}

/// Errors before the stream are answers as everywhere in HTTP.
async fn stream(
    state: web::Data<State>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let by_get = request.method() == Method::GET;
    // A form or plain text can be sent across sites without asking; JSON cannot, nor can a token.
    if !by_get && !media::is_json(request.headers()) {
        let message = "Send the request as JSON, with `Content-Type: application/json`.";
        return Err(refused(HttpResponse::UnsupportedMediaType(), Code::BadRequest, message));
    }
    let caller = auth::caller_of(&state, request.headers()).await?;
    let params = if by_get {
        params::of_query_string(request.query_string())
    } else {
        let settings = &state.settings;
        let body = params::body(payload, settings.body, settings.read_timeout).await;
        body.and_then(|body| params::of_body(&body))
    };
    let params = params.map_err(not_admitted)?;
    let admitted = state.documents.admit(&caller.viewer, params).map_err(not_admitted)?;
    if by_get && admitted.kind == OperationKind::Mutation {
        let mut answer = HttpResponse::MethodNotAllowed();
        answer.insert_header((header::ALLOW, "POST"));
        return Err(refused(
            answer,
            Code::BadRequest,
            "GET is for queries and subscriptions; send a mutation by POST.",
        ));
    }
    let room = state.live.room()?;
    let (events, written) = mpsc::channel(UNSENT);
    let runtime = state.runtime.clone();
    runtime.spawn(tell(state.into_inner(), caller, admitted, events, room));
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((header::CACHE_CONTROL, "no-cache, no-store"))
        // A compressor or a proxy would gather events until there are enough of them.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(futures::stream::unfold(written, |mut written| async {
            let bytes: Bytes = written.recv().await?;
            Some((Ok::<_, Infallible>(bytes), written))
        })))
}

/// Runs the operation and writes its events, until it or the right to hear of it ends, or nobody takes them.
async fn tell(
    state: std::sync::Arc<State>,
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
                Err(Nobody::Unauthenticated(_)) => return,
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

fn not_admitted(refusal: Refusal) -> HttpResponse {
    let status = match refusal.code() {
        Code::Forbidden | Code::DocumentNotTrusted => HttpResponse::Forbidden(),
        Code::TooLarge => HttpResponse::PayloadTooLarge(),
        Code::Timeout => HttpResponse::RequestTimeout(),
        _ => HttpResponse::BadRequest(),
    };
    let mut status = status;
    status.json(json!({ "errors": refusal.into_errors() }))
}
