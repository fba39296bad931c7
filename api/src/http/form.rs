//! The page of a server that was built without the dashboard: it says what this is and asks for whoever looks. All of it is
//! in the program: nothing is fetched from elsewhere.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::page::plain;

const PAGE: &str = include_str!("form.html");

/// The page runs the one script and the one style that it has, and talks to this server only.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |tag: &str| {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        let inner = PAGE.split_once(&open).and_then(|(_, rest)| rest.split_once(&close));
        let (inner, _) = inner.unwrap_or_default();
        format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inner)))
    };
    let (style, script) = (hash("style"), hash("script"));
    format!(
        "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// It has no files but itself.
pub(super) fn routes(_: &mut web::ServiceConfig) {}

/// What a browser is shown at `/`.
pub(super) async fn root(_: HttpRequest) -> HttpResponse {
    page()
}

/// What a browser is shown at `/graphql`; the page reads the operation from its address.
pub(super) async fn graphql(_: HttpRequest) -> HttpResponse {
    page()
}

/// What is at addresses that nothing else has.
pub(super) async fn elsewhere(_: HttpRequest) -> HttpResponse {
    super::not_found().await
}

fn page() -> HttpResponse {
    let mut answer = HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE);
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    plain(answer)
}
