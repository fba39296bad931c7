//! For browsers: the pages, the manual, and the schema. All of it is part of the program; nothing is loaded from other
//! servers.

use actix_web::{
    HttpRequest, HttpResponse, Route, guard,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web,
};
use serde_json::json;

#[cfg(feature = "dashboard")]
use super::dashboard as pages;
#[cfg(not(feature = "dashboard"))]
use super::form as pages;
use super::{State, auth, graphql::refused, media};
use crate::graphql::Code;

/// The manual, by the names of its files.
const MANUAL: [(&str, &str); 20] = [
    ("access.md", include_str!("../../../docs/access.md")),
    ("announcements.md", include_str!("../../../docs/announcements.md")),
    ("dashboard.md", include_str!("../../../docs/dashboard.md")),
    ("export.md", include_str!("../../../docs/export.md")),
    ("gate.md", include_str!("../../../docs/gate.md")),
    ("glossary.md", include_str!("../../../docs/glossary.md")),
    ("graphql.md", include_str!("../../../docs/graphql.md")),
    ("import.md", include_str!("../../../docs/import.md")),
    ("knowledge.md", include_str!("../../../docs/knowledge.md")),
    ("limits.md", include_str!("../../../docs/limits.md")),
    ("method.md", include_str!("../../../docs/method.md")),
    ("operation.md", include_str!("../../../docs/operation.md")),
    ("performance.md", include_str!("../../../docs/performance.md")),
    ("reports.md", include_str!("../../../docs/reports.md")),
    ("requests.md", include_str!("../../../docs/requests.md")),
    ("schedules.md", include_str!("../../../docs/schedules.md")),
    ("subscriptions.md", include_str!("../../../docs/subscriptions.md")),
    ("webhooks.md", include_str!("../../../docs/webhooks.md")),
    ("widget.md", include_str!("../../../docs/widget.md")),
    ("words.md", include_str!("../../../docs/words.md")),
];

pub(super) fn routes(app: &mut web::ServiceConfig) {
    for (path, route) in
        [("/", read().to(root)), ("/schema.graphql", read().to(schema)), ("/docs/{name}", read().to(manual))]
    {
        app.service(web::resource(path).route(route).default_service(web::to(method_not_allowed)));
    }
    pages::routes(app);
}

/// What is at addresses that nothing else has.
pub(super) async fn elsewhere(request: HttpRequest) -> HttpResponse {
    pages::elsewhere(request).await
}

/// A read-only route: GET, or HEAD for the same without a body.
pub(super) fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// A route for browsers, on a path that also serves programs.
pub(super) fn browser_page() -> Route {
    let prefers_html = guard::fn_guard(|ctx| media::prefers_html(ctx.head().headers()));
    read().guard(prefers_html).to(pages::graphql)
}

async fn root(request: HttpRequest) -> HttpResponse {
    if media::prefers_html(request.headers()) {
        return pages::root(request).await;
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
    let viewer = match auth::viewer(&state, &request).await {
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
pub(super) fn plain(mut answer: HttpResponse) -> HttpResponse {
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
