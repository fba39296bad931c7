//! The public view of a product, for everybody: a page without scripts, or JSON. An organization switches it on.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::{Value, json};

use super::{State, media, page};
use crate::domain::{
    known_error::KnownErrorState,
    public_view::{self, PublicView},
};

/// Seconds for which a page may be shown again.
const FRESH: &str = "public, max-age=60";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;\
    background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin-bottom:.2rem}\
    .state{font-weight:600}p{margin:.3rem 0}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#9cf}}";

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
    let mut answer = match media::prefers_html(request.headers()) {
        true => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html(&view)),
        false => HttpResponse::Ok().json(json(&view)),
    };
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, FRESH),
        (header::VARY, "Accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
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
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{name}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
