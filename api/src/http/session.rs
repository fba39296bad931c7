//! Sessions of browsers: a secret in a cookie that scripts cannot read, and that browsers do not send for pages of other sites.
//!
//! `POST /session` creates one, with a one-time link or a token; `GET` tells whether there is one, and `DELETE` ends it.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
    web,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{
    Settings, State,
    auth::{self, AuthError},
    graphql::refused,
    media, page, params,
};
use crate::{
    clock,
    domain::session::{self, Opened},
    graphql::Code,
};

/// Names of the cookie. The prefix `__Host-` prevents other hosts of the domain from setting it.
const PLAIN: &str = "ballroom_session";
const SECURE: &str = "__Host-ballroom_session";

/// The largest body of a request for a session, in bytes.
const BODY: usize = 4 * 1024;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/session")
            .route(web::post().to(open))
            .route(web::delete().to(end))
            .route(page::read().to(tell))
            .default_service(web::to(not_allowed)),
    );
}

/// The credential with which a session is created.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Wanted {
    /// The part of a one-time link after the `#`.
    Link(String),
    /// A token.
    Token(String),
}

/// The secret of the session, from the cookie.
pub(super) fn secret(request: &HttpRequest) -> Option<String> {
    let of = |name| Some(request.cookie(name)?.value().to_owned());
    of(SECURE).or_else(|| of(PLAIN))
}

/// Whether browsers connect to this server with TLS.
fn is_secure(settings: &Settings) -> bool {
    settings.public_url.starts_with("https://")
}

/// The cookie of a session.
pub(super) fn cookie(settings: &Settings, opened: Opened) -> Cookie<'static> {
    let left = (opened.expires_at - clock::now()).num_seconds().max(0);
    made(settings, opened.secret, Duration::seconds(left))
}

/// The cookie that deletes it.
fn no_cookie(settings: &Settings) -> Cookie<'static> {
    made(settings, String::new(), Duration::ZERO)
}

fn made(settings: &Settings, value: String, lasts: Duration) -> Cookie<'static> {
    let secure = is_secure(settings);
    Cookie::build(if secure { SECURE } else { PLAIN }, value)
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Strict)
        .max_age(lasts)
        .finish()
}

/// The name of the browser.
pub(super) fn user_agent(request: &HttpRequest) -> Option<String> {
    let named = request.headers().get(header::USER_AGENT)?;
    Some(String::from_utf8_lossy(named.as_bytes()).into_owned())
}

async fn open(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    // A page of another site could sign the user in as somebody else.
    if !auth::is_same_origin(&request) {
        return another_site();
    }
    if !media::is_json(request.headers()) {
        let message = "Send the request as JSON, with `Content-Type: application/json` (in UTF-8).";
        return refused(HttpResponse::UnsupportedMediaType(), Code::BadRequest, message);
    }
    let body = params::body(payload, BODY, state.settings.read_timeout, |_| Ok(())).await;
    let Some(wanted) = body.ok().and_then(|body| serde_json::from_slice::<Wanted>(&body).ok()) else {
        let message = "Send `{ \"link\": … }` or `{ \"token\": … }`.";
        return refused(HttpResponse::BadRequest(), Code::BadRequest, message);
    };
    let (store, user_agent, at) = (state.services.store.clone(), user_agent(&request), clock::now());
    let opened = auth::on_main(&state, async move {
        let user_agent = user_agent.as_deref();
        match wanted {
            Wanted::Link(link) => {
                let opened = session::open_link(&store, &link, user_agent, at).await;
                opened.map_err(|error| AuthError::from_error(&error))?.ok_or(AuthError::Unauthenticated(
                    "This link was used already, or has expired. `ballroom sign-in` prints a new one.",
                ))
            }
            Wanted::Token(token) => {
                let opened = session::open_for_token(&store, &token, user_agent, at).await;
                opened.map_err(|error| AuthError::from_error(&error))?.ok_or(AuthError::Unauthenticated(
                    "This token is unknown, revoked or expired, or cannot read; create one with `ballroom token create`.",
                ))
            }
        }
    });
    match opened.await {
        Ok(opened) => {
            let expires_at = opened.expires_at;
            let mut answer = HttpResponse::Ok();
            answer.cookie(cookie(&state.settings, opened));
            told(&state, &mut answer, Some(expires_at))
        }
        Err(nobody) => auth::response_to(nobody),
    }
}

/// Tells whether the browser has a session, and whether the server offers single sign-on.
async fn tell(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let expires_at = match secret(&request) {
        None => None,
        Some(_) => match auth::caller_of(&state, &request).await {
            Ok(caller) => caller.expires_at,
            Err(refusal) if refusal.status().is_server_error() => return refusal,
            Err(_) => None,
        },
    };
    told(&state, &mut HttpResponse::Ok(), expires_at)
}

async fn end(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    if !auth::is_same_origin(&request) {
        return another_site();
    }
    if let Some(secret) = secret(&request) {
        let store = state.services.store.clone();
        let ended = auth::on_main(&state, async move {
            session::end(&store, &secret, clock::now()).await.map_err(|error| AuthError::from_error(&error))
        });
        if let Err(nobody) = ended.await {
            return auth::response_to(nobody);
        }
    }
    let mut answer = HttpResponse::Ok();
    answer.cookie(no_cookie(&state.settings));
    told(&state, &mut answer, None)
}

fn told(
    state: &State,
    answer: &mut actix_web::HttpResponseBuilder,
    expires_at: Option<DateTime<Utc>>,
) -> HttpResponse {
    let signs_in = state.oidc.as_ref().is_some_and(|oidc| oidc.signs_in());
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer.insert_header((header::VARY, "Cookie"));
    answer.json(json!({ "expiresAt": expires_at, "openIdConnect": signs_in }))
}

fn another_site() -> HttpResponse {
    let message = "Only pages of this server may create and end its sessions.";
    refused(HttpResponse::Forbidden(), Code::Forbidden, message)
}

async fn not_allowed() -> HttpResponse {
    let mut answer = HttpResponse::MethodNotAllowed();
    answer.insert_header((header::ALLOW, "GET, HEAD, POST, DELETE"));
    refused(
        answer,
        Code::BadRequest,
        "Method not allowed; use POST to create a session, DELETE to end it, and GET to see whether there is one.",
    )
}
