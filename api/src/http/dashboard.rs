//! The dashboard: the files that `build.rs` made from `web/`, each in the forms in which it was compressed then.
//!
//! A file whose name changes with its content is kept by browsers for good; the others are asked for each time, and answered
//! with 304 as long as they are the same. Addresses of pages are the dashboard's own matter: each gets the one page.

use std::{
    collections::HashMap,
    io::{self, Read},
    sync::LazyLock,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web,
};
use flate2::read::GzDecoder;
use serde::Deserialize;

use super::{graphql::names, media, page};

/// All files, one after another.
static BUNDLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/dashboard/bundle.bin"));

/// Which part of the bundle is what.
const FILES: &str = include_str!(concat!(env!("OUT_DIR"), "/dashboard/files.json"));

static BY_PATH: LazyLock<HashMap<String, File>> = LazyLock::new(|| {
    let files: Vec<File> = serde_json::from_str(FILES).unwrap_or_default();
    files.into_iter().map(|file| (file.path.clone(), file)).collect()
});

/// The page that runs the dashboard.
const PAGE: &str = "index.html";

/// The script for pages of others.
const WIDGET: &str = "widget.js";

/// What the pages may do: run the scripts and styles of this server, and talk to it. Charts are saved as pictures by way of
/// `blob:` and `data:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What they do not need is closed to whatever gets into them.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// A file of the dashboard.
#[derive(Deserialize)]
struct File {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    hash: String,
    /// Whether its name has its hash.
    hashed: bool,
    brotli: Option<Part>,
    gzip: Option<Part>,
    plain: Option<Part>,
}

/// From where to where in the bundle.
type Part = (usize, usize);

pub(super) fn routes(app: &mut web::ServiceConfig) {
    let mut paths: Vec<&str> = BY_PATH.keys().map(String::as_str).filter(|path| *path != PAGE).collect();
    paths.sort_unstable();
    for path in paths {
        let read = page::read().to(move |request: HttpRequest| async move { file(path, request.headers()) });
        app.service(web::resource(path).route(read).default_service(web::to(page::method_not_allowed)));
    }
}

/// What a browser is shown at `/`.
pub(super) async fn root(request: HttpRequest) -> HttpResponse {
    shell(request.headers())
}

/// Whoever opens `/graphql` in a browser is taken to the page that asks, with the operation of the address.
pub(super) async fn graphql(request: HttpRequest) -> HttpResponse {
    let query = request.query_string();
    let there = if query.is_empty() { "/graphiql".to_owned() } else { format!("/graphiql?{query}") };
    let answer = HttpResponse::SeeOther()
        .insert_header((header::LOCATION, there))
        .insert_header((header::VARY, "Accept"))
        .finish();
    page::plain(answer)
}

/// What is at addresses that nothing else has: a page, for whoever looks for pages. Files that are not there are not there.
pub(super) async fn elsewhere(request: HttpRequest) -> HttpResponse {
    let reads = matches!(request.method().as_str(), "GET" | "HEAD");
    let is_file = request.path().starts_with("/assets/") || request.path().starts_with("/docs/");
    if reads && !is_file && media::prefers_html(request.headers()) {
        return shell(request.headers());
    }
    super::not_found().await
}

fn shell(asked: &HeaderMap) -> HttpResponse {
    let mut answer = file(PAGE, asked);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    answer
}

fn file(path: &str, asked: &HeaderMap) -> HttpResponse {
    let Some(file) = BY_PATH.get(path) else {
        return HttpResponse::NotFound().finish();
    };
    // Weak, for each form has other bytes.
    let tag = format!("W/\"{}\"", file.hash);
    let same = asked.get_all(header::IF_NONE_MATCH).any(|given| names(given, &tag));
    let mut answer =
        if same { HttpResponse::build(StatusCode::NOT_MODIFIED).finish() } else { file.body(asked) };
    let keep = if file.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    // Pages of other sites may run the widget; all else is for ours.
    let resource = if path == WIDGET { "cross-origin" } else { "same-origin" };
    let headers = answer.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static(resource));
    answer
}

impl File {
    /// The smallest form that the caller takes.
    fn body(&self, asked: &HeaderMap) -> HttpResponse {
        let part = |(from, until): Part| BUNDLE.get(from..until).unwrap_or_default();
        let mut answer = HttpResponse::Ok();
        answer.content_type(self.kind.as_str());
        let forms = [("br", self.brotli), ("gzip", self.gzip)];
        let taken =
            forms.into_iter().find_map(|(name, form)| Some((name, form.filter(|_| takes(asked, name))?)));
        match (taken, self.plain, self.gzip) {
            (Some((name, form)), ..) => {
                answer.insert_header((header::CONTENT_ENCODING, name)).body(part(form))
            }
            (None, Some(form), _) => answer.body(part(form)),
            (None, None, Some(form)) => match unpacked(part(form)) {
                Ok(bytes) => answer.body(bytes),
                Err(error) => {
                    tracing::error!(%error, path = self.path, "a file of the dashboard cannot be unpacked");
                    HttpResponse::InternalServerError().finish()
                }
            },
            (None, None, None) => HttpResponse::NotFound().finish(),
        }
    }
}

/// Whoever takes nothing compressed is rare; the plain form is not kept for them.
fn unpacked(gzip: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether the caller takes a content coding by its name.
fn takes(asked: &HeaderMap, coding: &str) -> bool {
    let values = asked.get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let none = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(coding) && !none
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_view_is_light() {
        #[derive(Deserialize)]
        struct View {
            files: Vec<String>,
            brotli: usize,
        }
        let text = include_str!(concat!(env!("OUT_DIR"), "/dashboard/first-view.json"));
        let view: View = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        let (files, bytes) = (view.files.len(), view.brotli);
        println!("The first view: {files} files, {bytes} bytes.");
        assert!(files > 5 && view.files.iter().all(|path| BY_PATH.contains_key(path)), "{:?}", view.files);
        assert!(bytes < 180_000, "the first view has {bytes} bytes, and may have 180,000: {:?}", view.files);
    }

    #[test]
    fn a_coding_is_taken_if_it_is_named() {
        for (accept, taken) in [
            ("br", true),
            ("gzip, deflate, BR", true),
            ("gzip;q=1, br;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0, gzip", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(takes(&headers, "br"), taken, "{accept}");
        }
    }

    #[test]
    fn whoever_takes_nothing_compressed_gets_the_same() {
        let page = BY_PATH.get(PAGE).and_then(|page| page.gzip);
        let (from, until) = page.unwrap_or_else(|| panic!("there is no page"));
        let page = unpacked(&BUNDLE[from..until]).unwrap_or_else(|error| panic!("{error}"));
        assert!(String::from_utf8_lossy(&page).contains("<title>Ballroom</title>"));
    }
}
