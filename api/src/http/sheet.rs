//! Pages for people without an account: a title and text, in one template. They run nothing, load nothing, and send forms to this
//! server only.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// The page; what stands in braces is filled in.
const PAGE: &str = include_str!("sheet.html");

/// The only style that is allowed is that of the template, by its hash.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style =
        PAGE.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map(|(style, _)| style);
    let style = STANDARD.encode(Sha256::digest(style.unwrap_or_default()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

/// For whom a page is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Whoever has its address, which is a secret: it goes nowhere, and the page is stored nowhere.
    WithSecret,
    /// Everybody: the page is wide, and may be shown again for a minute.
    Everybody,
}

/// A page with this title; `main` is HTML.
pub(super) fn html(status: StatusCode, reader: Reader, title: &str, main: &str) -> HttpResponse {
    let class = if reader == Reader::Everybody { " class=\"wide\"" } else { "" };
    // What is filled in is not looked through for further places.
    let mut text = String::with_capacity(PAGE.len() + title.len() + main.len());
    let mut rest = PAGE;
    for (place, filled) in [("{title}", escaped(title).as_str()), ("{class}", class), ("{main}", main)] {
        let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
        text.push_str(before);
        text.push_str(filled);
        rest = after;
    }
    text.push_str(rest);
    let mut response = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text);
    let secret: &[(HeaderName, &str)] = &[
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    let public: &[(HeaderName, &str)] =
        &[(header::CACHE_CONTROL, "public, max-age=60"), (header::VARY, "Accept")];
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    for (name, value) in if reader == Reader::Everybody { public } else { secret } {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name.clone(), value);
        }
    }
    response
}

/// A text as text in HTML, whatever it contains.
pub(super) fn escaped(text: &str) -> String {
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
