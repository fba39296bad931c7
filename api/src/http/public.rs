//! The public view of a product, for everybody: a page without scripts, or JSON. An organization switches it on.

use std::fmt::Write;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use serde_json::{Value, json};

use super::{
    State, media, page,
    sheet::{self, Reader, escaped},
};
use crate::domain::{
    known_error::KnownErrorState,
    public_view::{self, PublicView},
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/public/{organization}/{product}")
            .route(page::read().to(show))
            .default_service(web::to(page::method_not_allowed)),
    );
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
) -> HttpResponse {
    let (organization, product) = names.into_inner();
    let store = state.services.store.clone();
    // On the main runtime: there the database's connections live.
    let found = state.runtime.spawn(async move { public_view::read(&store, &organization, &product).await });
    let view = match found.await {
        Ok(Ok(Some(view))) => view,
        Ok(Ok(None)) => return super::not_found().await,
        _ => {
            return HttpResponse::ServiceUnavailable()
                .content_type("text/plain; charset=utf-8")
                .body("The database is not available; try again later.\n");
        }
    };
    if media::prefers_html(request.headers()) {
        let title = format!("{}: what was said and what was done", view.product);
        return sheet::html(StatusCode::OK, Reader::Everybody, &title, &html(&view));
    }
    let mut answer = HttpResponse::Ok().json(json(&view));
    for (name, value) in [
        (header::CACHE_CONTROL, "public, max-age=60"),
        (header::VARY, "Accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        answer.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    answer
}

fn words(state: KnownErrorState) -> &'static str {
    match state {
        KnownErrorState::Open => "Open",
        KnownErrorState::FixPlanned => "A fix is planned",
        KnownErrorState::Fixed => "Fixed",
        KnownErrorState::WontFix => "Will not be fixed",
    }
}

fn json(view: &PublicView) -> Value {
    let known = view.known_errors.iter().map(|one| {
        let state = match one.state {
            KnownErrorState::Open => "OPEN",
            KnownErrorState::FixPlanned => "FIX_PLANNED",
            KnownErrorState::Fixed => "FIXED",
            KnownErrorState::WontFix => "WONT_FIX",
        };
        json!({ "title": one.title, "symptom": one.symptom, "workaround": one.workaround, "state": state,
            "wontFixReason": one.wont_fix, "fixedIn": one.fixed_in, "reporters": one.reporters })
    });
    let releases = view.releases.iter().map(|one| {
        json!({ "version": one.version, "title": one.title, "releasedOn": one.released_on, "fixes": one.fixes })
    });
    let articles =
        view.articles.iter().map(|one| json!({ "title": one.title, "body": one.body, "url": one.url }));
    json!({
        "product": view.product,
        "knownErrors": known.collect::<Vec<_>>(),
        "releases": releases.collect::<Vec<_>>(),
        "articles": articles.collect::<Vec<_>>(),
    })
}

/// Everything is text, and is escaped.
fn html(view: &PublicView) -> String {
    let mut body = String::new();
    let name = escaped(&view.product);
    let _ = write!(body, "<h1>{name}: what was said and what was done</h1>");
    body.push_str("<h2>Known errors</h2>");
    if view.known_errors.is_empty() {
        body.push_str("<p>None is known.</p>");
    }
    for one in &view.known_errors {
        let _ = write!(body, "<h3>{}</h3><p class=\"state\">{}", escaped(&one.title), words(one.state));
        if !one.fixed_in.is_empty() {
            let _ = write!(body, " in {}", escaped(&one.fixed_in.join(", ")));
        }
        body.push_str("</p>");
        let texts = [("", &one.symptom), ("Workaround: ", &one.workaround), ("Reason: ", &one.wont_fix)];
        for (label, text) in texts {
            if let Some(text) = text {
                let _ = write!(body, "<p>{label}{}</p>", escaped(text));
            }
        }
        if let Some(reporters) = one.reporters {
            let _ = write!(body, "<p>Reported by {reporters} customers.</p>");
        }
    }
    body.push_str("<h2>Releases</h2>");
    if view.releases.is_empty() {
        body.push_str("<p>There is none yet.</p>");
    }
    for one in &view.releases {
        let title = one.title.as_deref().map(|title| format!(": {title}")).unwrap_or_default();
        let day = one.released_on.map(|day| format!(" ({day})")).unwrap_or_default();
        let _ = write!(body, "<h3>{}</h3>", escaped(&format!("{}{title}{day}", one.version)));
        for fix in &one.fixes {
            let _ = write!(body, "<p>Fixed: {}</p>", escaped(fix));
        }
    }
    if !view.articles.is_empty() {
        body.push_str("<h2>Help</h2>");
    }
    for one in &view.articles {
        let _ = write!(body, "<h3>{}</h3>", escaped(&one.title));
        if let Some(text) = &one.body {
            let _ = write!(body, "<p>{}</p>", escaped(text).replace("\n\n", "</p><p>"));
        }
        if let Some(url) = &one.url {
            let url = escaped(url);
            let _ = write!(body, "<p><a href=\"{url}\" rel=\"nofollow noreferrer\">{url}</a></p>");
        }
    }
    body
}
