//! GraphQL over HTTP as specified: POST with JSON, GET for queries, two media types.

use actix_cors::Cors;
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Condition,
    web,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Settings, State, auth,
    auth::Caller,
    log,
    media::{self, Accepted, Media},
    page, params,
    room::Room,
    sse, websocket,
};
use crate::graphql::{
    Busy, Code, Reply,
    document::{OperationKind, Params, Refusal},
};

/// The methods of `/graphql`.
const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, POST");

/// Headers that a page cannot send to another site without a preflight. Any of them proves that a GET was not
/// caused by a link, an image or a form.
const PREFLIGHTED_HEADERS: [&str; 4] =
    ["authorization", "graphql-require-preflight", "apollo-require-preflight", "x-requested-with"];

/// Request headers that a response depends on.
const VARY: HeaderValue = HeaderValue::from_static("Authorization, Accept");

/// The route, open to pages of other sites if the settings allow it.
pub(super) fn routes(app: &mut web::ServiceConfig, settings: &Settings) {
    app.service(
        web::resource("/graphql")
            .wrap(cors(&settings.cors_origins))
            .route(websocket::route())
            .route(web::post().to(post))
            .route(page::browser_page())
            .route(page::read().to(get))
            .default_service(web::to(not_allowed)),
    );
}

/// Closed by default. Credentials are never allowed: callers send a token, which no browser adds by itself.
fn cors(origins: &[String]) -> Condition<Cors> {
    let mut cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST])
        .allowed_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .allowed_headers(PREFLIGHTED_HEADERS)
        .expose_headers([header::ETAG, header::RETRY_AFTER, header::WWW_AUTHENTICATE, log::REQUEST_ID])
        .max_age(3_600);
    for origin in origins {
        cors =
            if origin == "*" { cors.allow_any_origin().send_wildcard() } else { cors.allowed_origin(origin) };
    }
    Condition::new(!origins.is_empty(), cors)
}

/// A request in progress, with the media types that the caller accepts.
struct Exchange<'a> {
    state: &'a State,
    request: &'a HttpRequest,
    headers: &'a HeaderMap,
    method: &'a Method,
    accepted: Accepted,
}

/// The result of an admitted operation.
enum Outcome {
    Answer(Reply),
    Stream(HttpResponse),
}

async fn post(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Some(accepted) = Accepted::of(request.headers()) else { return not_acceptable() };
    let (headers, method) = (request.headers(), request.method());
    let exchange = Exchange { state: &state, request: &request, headers, method, accepted };
    exchange.post(payload).await.unwrap_or_else(|refused| exchange.with_headers(refused))
}

async fn get(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let Some(accepted) = Accepted::of(request.headers()) else { return not_acceptable() };
    let (headers, method) = (request.headers(), request.method());
    let exchange = Exchange { state: &state, request: &request, headers, method, accepted };
    exchange.get(request.query_string()).await.unwrap_or_else(|refused| exchange.with_headers(refused))
}

impl Exchange<'_> {
    async fn post(&self, payload: web::Payload) -> Result<HttpResponse, HttpResponse> {
        // A form or plain text can be sent across sites without a preflight; JSON cannot.
        if !media::is_json(self.headers) {
            let message =
                "Unsupported Content-Type; send JSON in UTF-8 with `Content-Type: application/json`.";
            return Err(refused(HttpResponse::UnsupportedMediaType(), Code::BadRequest, message));
        }
        if self.headers.contains_key(header::CONTENT_ENCODING) {
            let message = "Unsupported Content-Encoding; send the body uncompressed.";
            return Err(refused(HttpResponse::UnsupportedMediaType(), Code::BadRequest, message));
        }
        let caller = auth::caller_of(self.state, self.request).await?;
        let settings = &self.state.settings;
        let (rooms, mut room) = (&self.state.rooms, Room::default());
        let body = params::body(payload, settings.body, settings.read_timeout, |length| {
            rooms.receive(&mut room, length)
        });
        let body = body.await;
        let body = body.map_err(|refusal| {
            let status = match refusal.code() {
                Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Code::Timeout => StatusCode::REQUEST_TIMEOUT,
                Code::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::BAD_REQUEST,
            };
            let mut answer = self.refused_with(status, refusal);
            // The rest of the body is not waited for.
            answer.head_mut().set_connection_type(ConnectionType::Close);
            answer
        })?;
        rooms.work(&mut room, body.len()).await.map_err(|refusal| self.refused(refusal))?;
        let params = match body.len() > LARGE_BODY {
            true => in_background(move || params::of_body(&body)).await,
            false => params::of_body(&body),
        };
        let params = params.map_err(|refusal| self.refused(refusal))?;
        Ok(match self.run(caller, params).await? {
            Outcome::Answer(answer) => self.answered(&answer),
            Outcome::Stream(stream) => stream,
        })
    }

    async fn get(&self, query_string: &str) -> Result<HttpResponse, HttpResponse> {
        if !PREFLIGHTED_HEADERS.iter().any(|name| self.headers.contains_key(*name)) {
            let message = "Send a token with `Authorization: Bearer <token>`, or at least `GraphQL-Require-Preflight: 1`: \
                 a GET without any such header could come from a page of another site.";
            return Err(self.refused(Refusal::new(Code::PreflightRequired, message)));
        }
        let caller = auth::caller_of(self.state, self.request).await?;
        let params = params::of_query_string(query_string).map_err(|refusal| self.refused(refusal))?;
        Ok(match self.run(caller, params).await? {
            Outcome::Answer(answer) if answer.is_ok() => self.cacheable(&answer),
            Outcome::Answer(answer) => self.answered(&answer),
            Outcome::Stream(stream) => stream,
        })
    }

    /// Admits the request and runs it.
    async fn run(&self, caller: Caller, params: Params) -> Result<Outcome, HttpResponse> {
        let State { documents, schema, services, runtime, .. } = self.state;
        let admitted = match large(self.headers) {
            true => {
                let (documents, viewer) = (documents.clone(), caller.viewer.clone());
                in_background(move || documents.admit(&viewer, params)).await
            }
            false => documents.admit(&caller.viewer, params),
        };
        let admitted = admitted.map_err(|refusal| self.refused(refusal))?;
        log::note(self.request, &admitted);
        match admitted.kind {
            OperationKind::Mutation if self.method != Method::POST => {
                let message = "A mutation cannot be sent by GET; use POST.";
                let refusal = Refusal::new(Code::BadRequest, message);
                let mut answer = self.refused_with(StatusCode::METHOD_NOT_ALLOWED, refusal);
                answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
                return Err(answer);
            }
            _ if self.streams(admitted.kind) => {
                let permit = self.state.live.permit()?;
                return Ok(Outcome::Stream(sse::open(self.state, caller, admitted, permit)));
            }
            OperationKind::Subscription => {
                let message = "A subscription requires a WebSocket or server-sent events (`Accept: text/event-stream`), not JSON.";
                return Err(self.refused(Refusal::new(Code::BadRequest, message)));
            }
            OperationKind::Query | OperationKind::Mutation => (),
        }
        let answer = documents.run(runtime, schema, services, caller.viewer, admitted).await;
        answer.map(Outcome::Answer).map_err(|refusal| self.refused(refusal))
    }

    /// Whether the response is a stream: for a subscription if the caller accepts one, for others if it accepts nothing else.
    fn streams(&self, kind: OperationKind) -> bool {
        let Accepted { media, events } = self.accepted;
        let wanted = kind == OperationKind::Subscription || media == Media::Events;
        events && wanted && self.method != Method::HEAD
    }

    /// The response to an operation. If it failed because the server is busy, the status shows it as well, for clients
    /// that retry by status.
    fn answered(&self, answer: &Reply) -> HttpResponse {
        let Some((busy, wait)) = answer.busy() else { return self.answer(StatusCode::OK, answer) };
        let status = match busy {
            Busy::Server => StatusCode::SERVICE_UNAVAILABLE,
            Busy::Caller => StatusCode::TOO_MANY_REQUESTS,
        };
        let mut response = self.answer(status, answer);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        response
    }

    /// A response that may not be cached.
    fn answer(&self, status: StatusCode, answer: &impl Serialize) -> HttpResponse {
        self.with_headers(HttpResponse::build(status).json(answer))
    }

    /// A response to a query by GET: the caller may cache and revalidate it.
    fn cacheable(&self, answer: &Reply) -> HttpResponse {
        let body = match serde_json::to_vec(answer) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "cannot serialize a response");
                let message = "Internal error. Nothing was stored; try again.";
                return self.refused(Refusal::new(Code::Internal, message));
            }
        };
        // Weak: a compressed response has other bytes.
        let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..18]));
        let same = self.headers.get_all(header::IF_NONE_MATCH).any(|given| names(given, &tag));
        let status = if same { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let keep = match self.state.settings.max_age {
            0 => "private, no-cache".to_owned(),
            seconds => format!("private, max-age={seconds}, must-revalidate"),
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((header::ETAG, tag));
        response.insert_header((header::CACHE_CONTROL, keep));
        self.with_headers(if same { response.finish() } else { response.body(body) })
    }

    fn refused(&self, refusal: Refusal) -> HttpResponse {
        self.refused_with(self.accepted.media.status(refusal.code()), refusal)
    }

    fn refused_with(&self, status: StatusCode, refusal: Refusal) -> HttpResponse {
        let wait = refusal.retry_after();
        // A request that was not run has errors and no data, not even null.
        let mut answer = HttpResponse::build(status).json(json!({ "errors": refusal.errors() }));
        if let Some(wait) = wait {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        answer
    }

    /// Adds the headers of every response.
    fn with_headers(&self, mut answer: HttpResponse) -> HttpResponse {
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.accepted.media.content_type());
        headers.append(header::VARY, VARY);
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        answer
    }
}

/// Minimum size of a body, in bytes, that is parsed on another thread.
const LARGE_BODY: usize = 64 * 1024;

/// Whether a body may be large: one without Content-Length may be, too.
fn large(headers: &HeaderMap) -> bool {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.map_or(headers.contains_key(header::TRANSFER_ENCODING), |length| length > LARGE_BODY)
}

/// Runs work on a blocking thread, so that only its caller waits for it.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the parsing of a request was aborted");
        Err(Refusal::new(Code::Internal, "Internal error. Nothing was stored; try again."))
    })
}

/// Whether a value of `If-None-Match` matches an entity tag.
pub(super) fn names(given: &HeaderValue, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let given = given.to_str().unwrap_or("");
    given.trim() == "*" || given.split(',').any(|one| opaque(one) == opaque(tag))
}

async fn not_allowed() -> HttpResponse {
    let mut answer = HttpResponse::MethodNotAllowed();
    answer.insert_header((header::ALLOW, ALLOWED));
    refused(answer, Code::BadRequest, "Method not allowed; send GraphQL requests by POST, or queries by GET.")
}

fn not_acceptable() -> HttpResponse {
    let message = "Answers are application/graphql-response+json or application/json, and of subscriptions text/event-stream, in \
         UTF-8; accept one of them.";
    refused(HttpResponse::NotAcceptable(), Code::BadRequest, message)
}

/// An error response in the form of GraphQL.
pub(super) fn refused(mut answer: HttpResponseBuilder, code: Code, message: &str) -> HttpResponse {
    answer.json(json!({ "errors": [{ "message": message, "extensions": { "code": code.name() } }] }))
}
