//! For browsers: a page with a form for queries, the manual, and the schema. All of it
//! is part of the program; nothing is loaded from other servers.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse, Route, guard,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{State, auth, graphql::refused, media};
use crate::graphql::Code;

const PAGE: &str = include_str!("page.html");

/// The manual, by the names of its files.
const MANUAL: [(&str, &str); 7] = [
    ("access.md", include_str!("../../../docs/access.md")),
    ("graphql.md", include_str!("../../../docs/graphql.md")),
    ("limits.md", include_str!("../../../docs/limits.md")),
    ("method.md", include_str!("../../../docs/method.md")),
    ("operation.md", include_str!("../../../docs/operation.md")),
    ("performance.md", include_str!("../../../docs/performance.md")),
    ("subscriptions.md", include_str!("../../../docs/subscriptions.md")),
];

/// The page runs only its own script and style, and connects to this server only.
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

pub(super) fn routes(app: &mut web::ServiceConfig) {
    for (path, route) in
        [("/", read().to(root)), ("/schema.graphql", read().to(schema)), ("/docs/{name}", read().to(manual))]
    {
        app.service(web::resource(path).route(route).default_service(web::to(method_not_allowed)));
    }
}

/// A read-only route: GET, or HEAD for the same without a body.
pub(super) fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// A route for browsers, on a path that also serves programs.
pub(super) fn browser_page() -> Route {
    let prefers_html = guard::fn_guard(|ctx| media::prefers_html(ctx.head().headers()));
    read().guard(prefers_html).to(page)
}

async fn page() -> HttpResponse {
    let policy = HeaderValue::from_str(&POLICY);
    let mut answer = HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE);
    let headers = answer.headers_mut();
    if let Ok(policy) = policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    plain(answer)
}

async fn root(request: HttpRequest) -> HttpResponse {
    if media::prefers_html(request.headers()) {
        return page().await;
    }
    let answer = HttpResponse::Ok().insert_header((header::VARY, "Accept")).json(json!({
        "name": "Ballroom",
        "version": env!("CARGO_PKG_VERSION"),
        "graphql": "/graphql",
        "schema": "/schema.graphql",
        "manual": MANUAL.map(|(name, _)| format!("/docs/{name}")),
        "health": ["/healthz", "/readyz"],
    }));
    plain(answer)
}

/// The schema, for callers that may introspect it.
async fn schema(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let viewer = match auth::viewer(&state, request.headers(), request.peer_addr()).await {
        Ok(viewer) => viewer,
        Err(refused) => return refused,
    };
    if !state.documents.may_introspect(&viewer) {
        let message = "Introspection is not allowed with this token; see --introspection.";
        return refused(HttpResponse::Forbidden(), Code::Forbidden, message);
    }
    let text = HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(state.sdl.to_string());
    plain(text)
}

async fn manual(name: web::Path<String>) -> HttpResponse {
    match MANUAL.iter().find(|(known, _)| *known == name.as_str()) {
        // As plain text, which browsers show.
        Some((_, text)) => plain(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(*text)),
        None => super::not_found().await,
    }
}

/// Adds headers: the content type is not to be guessed, and the content may change with the next version.
fn plain(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}

/// The response to other methods on a read-only path.
pub(super) async fn method_not_allowed() -> HttpResponse {
    HttpResponse::build(StatusCode::METHOD_NOT_ALLOWED)
        .insert_header((header::ALLOW, "GET, HEAD"))
        .content_type("text/plain; charset=utf-8")
        .body("Method not allowed; use GET or HEAD. GraphQL is at /graphql.\n")
}
