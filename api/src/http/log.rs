//! A line in the log for each request, at debug, and an ID that the caller gets: never what is in the request.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};

use crate::graphql::document::Admitted;

/// The header with the request's ID.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the log records of an admitted operation.
struct LoggedOperation {
    name: Option<String>,
    cost: u64,
}

/// Records the operation of a request for the log.
pub(super) fn note(request: &HttpRequest, admitted: &Admitted) {
    request.extensions_mut().insert(LoggedOperation { name: admitted.name.clone(), cost: admitted.cost });
}

/// Handles a request and writes its line.
pub(super) async fn request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let id = id(&request);
    let mut response = next.call(request).await?;
    {
        let request = response.request();
        let extensions = request.extensions();
        let noted = extensions.get::<LoggedOperation>();
        tracing::debug!(
            target: "ballroom::request",
            id = id.to_str().unwrap_or_default(),
            method = %request.method(),
            // The path without the query string, which holds the query of a GET request.
            path = request.match_pattern().as_deref().unwrap_or("(unknown)"),
            status = response.status().as_u16(),
            milliseconds = begun.elapsed().as_secs_f64() * 1e3,
            operation = noted.and_then(|noted| noted.name.as_deref()),
            cost = noted.map(|noted| noted.cost),
            "answered"
        );
    }
    response.headers_mut().insert(REQUEST_ID, id);
    Ok(response)
}

/// The ID given by the caller or a proxy, if it is valid; else a new one.
fn id(request: &ServiceRequest) -> HeaderValue {
    let decent = |id: &&HeaderValue| {
        let id = id.as_bytes();
        let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        (8..=64).contains(&id.len()) && id.iter().all(letters)
    };
    let given = request.headers().get(REQUEST_ID).filter(decent).cloned();
    let new = || HeaderValue::from_str(&uuid::Uuid::now_v7().to_string());
    given.or_else(|| new().ok()).unwrap_or_else(|| HeaderValue::from_static("none"))
}
