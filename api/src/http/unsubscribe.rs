//! The link by which a recipient of reports ends the subscription: a page that asks, and the request of mail programs that do it
//! with one click (RFC 8058). Whoever has the link needs no account, and no JavaScript.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{self, HeaderValue},
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{
    State,
    auth::{self, AuthError},
    page,
};
use crate::{base::error::Error, clock, domain::schedule};

/// The style of the page.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}\
    h1{font-size:1.25rem}button{font:inherit;padding:.5rem 1.25rem}";

/// The page runs nothing and fetches nothing.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/unsubscribe/{organization}/{schedule}/{secret}")
            .route(page::read().to(ask))
            .route(web::post().to(end))
            .default_service(web::to(page::method_not_allowed)),
    );
}

type Parts = web::Path<(String, String, String)>;

/// Asks: programs that follow links of messages end nothing.
async fn ask(state: web::Data<State>, parts: Parts) -> HttpResponse {
    let store = state.services.store.clone();
    let found = auth::on_main(&state, async move {
        let (organization, schedule, secret) = parts.into_inner();
        match schedule::Unsubscribe::parse(&organization, &schedule, &secret) {
            Some(token) => schedule::unsubscribed_address(&store, &token).await.map_err(failed),
            None => Ok(None),
        }
    });
    match found.await {
        Ok(Some(address)) => shown(
            HttpResponse::Ok(),
            "Stop receiving this report?",
            &format!(
                "<p>{} will not receive it any more.</p><form method=\"post\"><button>Stop</button></form>",
                text(&address)
            ),
        ),
        Ok(None) => gone(),
        Err(_) => unavailable(),
    }
}

async fn end(state: web::Data<State>, parts: Parts) -> HttpResponse {
    let store = state.services.store.clone();
    let ended = auth::on_main(&state, async move {
        let (organization, schedule, secret) = parts.into_inner();
        match schedule::Unsubscribe::parse(&organization, &schedule, &secret) {
            Some(token) => schedule::unsubscribe(&store, &token, clock::now()).await.map_err(failed),
            None => Ok(None),
        }
    });
    match ended.await {
        Ok(Some(address)) => {
            let done = format!("<p>{} does not receive this report any more.</p>", text(&address));
            shown(HttpResponse::Ok(), "Done", &done)
        }
        Ok(None) => gone(),
        Err(_) => unavailable(),
    }
}

fn failed(error: Error) -> AuthError {
    AuthError::from_error(&error)
}

fn gone() -> HttpResponse {
    let why = "<p>This link has been used, or the report is not sent any more.</p>";
    shown(HttpResponse::NotFound(), "Nothing to stop", why)
}

fn unavailable() -> HttpResponse {
    let why = "<p>The server cannot do this now. Try again in a few minutes.</p>";
    shown(HttpResponse::ServiceUnavailable(), "Try again later", why)
}

fn shown(mut answer: HttpResponseBuilder, title: &str, content: &str) -> HttpResponse {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title} – Ballroom</title><style>{STYLE}</style><main><h1>{title}</h1>{content}</main></html>"
    );
    let mut answer = answer.content_type("text/html; charset=utf-8").body(body);
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // The address of the page is a secret.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Text in HTML.
fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
