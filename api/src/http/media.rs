//! Which media type an answer has, and what that means for its status.

use actix_web::http::{
    StatusCode,
    header::{self, HeaderMap, HeaderValue},
};

use crate::graphql::Code;

/// The media types of GraphQL over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`, the older one: a request that was understood is answered with 200, whatever came of it.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was run.
    Response,
}

impl Media {
    /// The media type that the caller likes best; the older one if it does not care.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = headers.get_all(header::ACCEPT).flat_map(ranges).peekable();
        if ranges.peek().is_none() {
            return Some(Self::Json);
        }
        let ranges: Vec<Range> = ranges.collect();
        let liked = |media: Self| {
            // The most specific range that fits says how much it is liked; of equals the first.
            let fitting = ranges.iter().enumerate().filter(|(_, range)| range.fits(media));
            let (place, range) = fitting.max_by_key(|(place, range)| (range.exact(), usize::MAX - place))?;
            (range.quality > 0).then_some((range.quality, range.exact(), usize::MAX - place))
        };
        // Of two that are liked alike the last is taken: the older one where a wildcard fits both.
        [Self::Response, Self::Json]
            .into_iter()
            .filter_map(|media| Some((liked(media)?, media)))
            .max_by_key(|(liked, _)| *liked)
            .map(|(_, media)| media)
    }

    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Response => "application/graphql-response+json; charset=utf-8",
        })
    }

    /// The status of a refusal. What the older media type answers with 200 was a request that it understood.
    pub(super) fn status(self, code: Code) -> StatusCode {
        match (code, self) {
            (Code::BadRequest, _) => StatusCode::BAD_REQUEST,
            (Code::Unauthenticated, _) => StatusCode::UNAUTHORIZED,
            (Code::PreflightRequired, _) => StatusCode::FORBIDDEN,
            (Code::Overloaded | Code::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
            (Code::Timeout, _) => StatusCode::GATEWAY_TIMEOUT,
            (Code::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
            (_, Self::Json) => StatusCode::OK,
            (Code::Forbidden | Code::DocumentNotTrusted, Self::Response) => StatusCode::FORBIDDEN,
            (Code::TooLarge, Self::Response) => StatusCode::PAYLOAD_TOO_LARGE,
            (_, Self::Response) => StatusCode::BAD_REQUEST,
        }
    }
}

/// One range of an `Accept` header.
struct Range {
    ty: String,
    /// In thousandths.
    quality: u16,
    utf8: bool,
}

impl Range {
    fn fits(&self, media: Media) -> bool {
        let exact = match media {
            Media::Json => "application/json",
            Media::Response => "application/graphql-response+json",
        };
        self.utf8 && (self.ty == exact || !self.exact() && (self.ty == "*/*" || self.ty == "application/*"))
    }

    fn exact(&self) -> bool {
        !self.ty.ends_with("/*")
    }
}

fn ranges(value: &HeaderValue) -> Vec<Range> {
    let text = value.to_str().unwrap_or("");
    text.split(',').filter(|range| !range.trim().is_empty()).map(range).collect()
}

fn range(text: &str) -> Range {
    let mut parts = text.split(';').map(str::trim);
    let ty = parts.next().unwrap_or("").to_ascii_lowercase();
    let mut range = Range { ty, quality: 1_000, utf8: true };
    for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => {
                let quality = value.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
                range.quality = (quality * 1_000.0) as u16;
            }
            "charset" => range.utf8 = is_utf8(value),
            _ => (),
        }
    }
    range
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
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(Media::negotiate(&headers), media, "{accept}");
        }
        assert_eq!(Media::negotiate(&HeaderMap::new()), json);
    }
}
