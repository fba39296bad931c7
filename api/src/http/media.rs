//! The media type of a response, and what it means for the status.

use actix_web::http::{
    StatusCode,
    header::{self, HeaderMap, HeaderValue},
};

use crate::graphql::Code;

/// The media types of GraphQL over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`, the older one: a well-formed request gets status 200, whatever its result.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was run.
    Response,
    /// `text/event-stream`: a stream of responses. A refusal before it begins is JSON with an error status.
    Events,
    /// `text/html`: a page for browsers.
    Page,
}

/// The media types that the caller accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// The media type of a response: a stream only if nothing else is accepted.
    pub(super) media: Media,
    /// Whether a stream is accepted; a subscription requires it.
    pub(super) events: bool,
}

impl Accepted {
    /// The acceptable media types; none if none is supported.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let ranges = Ranges::of(headers);
        // Everything (`*/*`) is what clients take that have not thought of streams.
        let events = ranges.preference(Media::Events).is_some_and(|preference| preference.named);
        let media = ranges.best(&[Media::Response, Media::Json]);
        let media = media.or(events.then_some(Media::Events))?;
        Some(Self { media, events })
    }
}

/// Whether the caller prefers HTML to JSON, as browsers do.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    Ranges::of(headers).best(&[Media::Page, Media::Response, Media::Json]) == Some(Media::Page)
}

impl Media {
    /// The name of the media type.
    fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Response => "application/graphql-response+json",
            Self::Events => "text/event-stream",
            Self::Page => "text/html",
        }
    }

    /// The value of `Content-Type` of a response that is JSON.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json | Self::Events | Self::Page => "application/json; charset=utf-8",
        })
    }

    /// The status of a refusal. The older media type has status 200 for requests that it understood.
    pub(super) fn status(self, code: Code) -> StatusCode {
        match (code, self) {
            (Code::BadRequest, _) => StatusCode::BAD_REQUEST,
            (Code::Unauthenticated, _) => StatusCode::UNAUTHORIZED,
            (Code::PreflightRequired, _) => StatusCode::FORBIDDEN,
            (Code::Overloaded | Code::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
            (Code::Timeout, _) => StatusCode::GATEWAY_TIMEOUT,
            (Code::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
            (_, Self::Json) => StatusCode::OK,
            (Code::Forbidden | Code::DocumentNotTrusted, _) => StatusCode::FORBIDDEN,
            (Code::TooLarge, _) => StatusCode::PAYLOAD_TOO_LARGE,
            // Understood, but it does not fit the schema, or its limits.
            (Code::ValidationError | Code::InvalidArgument | Code::TooComplex, _) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Preference for a media type; the greater, the more preferred.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    /// In thousandths.
    quality: u16,
    /// Whether it was named, rather than matched by a wildcard.
    named: bool,
    /// Position in the header.
    early: usize,
}

/// The ranges of an `Accept` header.
struct Ranges(Vec<Range>);

/// One of them.
struct Range {
    ty: String,
    /// In thousandths.
    quality: u16,
    utf8: bool,
}

impl Ranges {
    /// What is accepted; without a header it is JSON.
    fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
        let ranges = values.flat_map(|value| value.split(',')).filter(|range| !range.trim().is_empty());
        let mut ranges: Vec<Range> = ranges.map(Range::read).collect();
        if ranges.is_empty() {
            ranges.push(Range::read(Media::Json.name()));
        }
        Self(ranges)
    }

    /// Preference for a media type: that of the most specific matching range, the first of equals.
    fn preference(&self, media: Media) -> Option<Preference> {
        let fitting = self.0.iter().enumerate().filter_map(|(place, range)| {
            let early = usize::MAX - place;
            Some((range.precision(media)?, early, range.quality))
        });
        let (precision, early, quality) = fitting.max()?;
        (quality > 0).then_some(Preference { quality, named: precision > 0, early })
    }

    /// The most preferred type; of equals the last, which is the older one where a wildcard matches both.
    fn best(&self, offered: &[Media]) -> Option<Media> {
        let liked = offered.iter().filter_map(|media| Some((self.preference(*media)?, *media)));
        liked.max_by_key(|(preference, _)| *preference).map(|(_, media)| media)
    }
}

impl Range {
    fn read(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let ty = parts.next().unwrap_or("").to_ascii_lowercase();
        let mut range = Self { ty, quality: 1_000, utf8: true };
        for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => {
                    let quality = value.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
                    range.quality = (quality * 1_000.0).round() as u16;
                }
                "charset" => range.utf8 = is_utf8(value),
                _ => (),
            }
        }
        range
    }

    /// How specifically the range matches a media type, if it does: by name, by type, or as `*/*`.
    fn precision(&self, media: Media) -> Option<u8> {
        let name = media.name();
        let family = || self.ty.strip_suffix("/*").filter(|family| name.split('/').next() == Some(family));
        match self.ty.as_str() {
            _ if !self.utf8 => None,
            "*/*" | "*" => Some(0),
            ty if ty == name => Some(2),
            _ => family().map(|_| 1),
        }
    }
}

/// Whether a request says that its body is JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().unwrap_or("").eq_ignore_ascii_case("application/json");
    let charset = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    json && charset.is_none_or(|(_, value)| is_utf8(value))
}

fn is_utf8(value: &str) -> bool {
    let name = value.trim().trim_matches('"');
    name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        headers
    }

    #[test]
    fn the_caller_chooses_the_media_type() {
        let (json, response) = (Some(Media::Json), Some(Media::Response));
        for (accept, media) in [
            ("", json),
            ("*/*", json),
            ("application/*", json),
            ("application/json", json),
            ("APPLICATION/JSON; charset=UTF-8", json),
            ("application/graphql-response+json", response),
            ("application/graphql-response+json; charset=\"utf-8\"", response),
            ("application/graphql-response+json, application/json;q=0.9", response),
            ("application/json, application/graphql-response+json", json),
            ("application/json;q=0.5, application/graphql-response+json;q=0.6", response),
            ("application/json;q=0, */*", response),
            ("application/json;q=0", None),
            ("multipart/mixed;deferSpec=20220824, application/json", json),
            ("text/html, */*;q=0.1", json),
            ("text/html", None),
            ("application/json; charset=iso-8859-1", None),
            ("application/json;q=nonsense", None),
            ("application/graphql-response+json;q=0.2, */*;q=0.8", json),
            ("application/*;q=0, */*", None),
            ("*/*;q=0, application/json;q=0.1", json),
            ("*/*;q=0", None),
            ("application/graphql-response+json;q=0.001, application/json;q=0.0001", response),
        ] {
            assert_eq!(Accepted::of(&headers(accept)).map(|accepted| accepted.media), media, "{accept}");
        }
        assert_eq!(Accepted::of(&HeaderMap::new()), Some(Accepted { media: Media::Json, events: false }));
    }

    #[test]
    fn a_stream_is_for_subscriptions_or_for_whoever_takes_nothing_else() {
        for (accept, media, events) in [
            ("text/event-stream", Media::Events, true),
            ("text/*", Media::Events, true),
            ("text/event-stream;q=0.1", Media::Events, true),
            ("application/json, text/event-stream", Media::Json, true),
            ("text/event-stream, application/json", Media::Json, true),
            ("text/event-stream;q=0.1, application/json", Media::Json, true),
            ("text/event-stream, application/json;q=0.1", Media::Json, true),
            ("text/event-stream, application/json;q=0", Media::Events, true),
            ("text/event-stream, */*;q=0.1", Media::Json, true),
            ("text/event-stream;q=0, application/json", Media::Json, false),
            ("text/event-stream; q=0.000, */*", Media::Json, false),
            ("text/*, text/event-stream;q=0, application/json", Media::Json, false),
            ("*/*", Media::Json, false),
        ] {
            assert_eq!(Accepted::of(&headers(accept)), Some(Accepted { media, events }), "{accept}");
        }
        assert_eq!(Accepted::of(&headers("text/event-stream;q=0")), None);
    }

    #[test]
    fn a_browser_gets_a_page() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        for (accept, page) in [
            (browser, true),
            ("text/html", true),
            ("text/html, application/json", true),
            ("application/json, text/html", false),
            ("text/html;q=0.5, application/json", false),
            ("text/html;q=0, */*", false),
            ("*/*", false),
            ("", false),
        ] {
            assert_eq!(prefers_html(&headers(accept)), page, "{accept}");
        }
    }
}
