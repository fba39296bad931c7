//! Authentication: from a token to a viewer.

use std::net::{IpAddr, SocketAddr};

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderMap},
};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Oidc, State, graphql::refused, oidc::Identified};
use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::{access::Viewer, token},
    graphql::{Code, RETRY_AFTER},
};

/// The message for a page whose origin may not use the token.
pub(super) const FORBIDDEN_ORIGIN: &str =
    "Pages of this origin may not use this token; create a token with the origin.";

/// An authenticated caller, for as long as the token is valid.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) viewer: Viewer,
    /// Expiration time of the token; none: never.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// The value of `Authorization`, to be checked again.
    authorization: String,
    source: RequestSource,
}

/// Where a request comes from.
#[derive(Clone, Default)]
pub(super) struct RequestSource {
    /// The origin of the page, as sent by the browser; none: not a web page, as far as is known.
    origin: Option<String>,
    address: Option<IpAddr>,
}

impl RequestSource {
    /// The origin and address of a request. A header with the address is trusted if the settings name it.
    pub(super) fn of(state: &State, headers: &HeaderMap, peer: Option<SocketAddr>) -> Self {
        let forwarded = state.settings.address_header.as_ref().and_then(|name| {
            let last = headers.get_all(name.as_str()).last()?.to_str().ok()?;
            last.rsplit(',').next()?.trim().parse().ok()
        });
        let origin =
            headers.get(header::ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned());
        Self { origin, address: forwarded.or_else(|| peer.map(|peer| peer.ip())) }
    }
}

/// Why a caller cannot be authenticated.
pub(super) enum AuthError {
    /// There is no valid token; the text says what to do.
    Unauthenticated(&'static str),
    /// Pages of this origin may not use the token.
    ForbiddenOrigin,
    /// Internal error; the cause is logged.
    Failed,
    /// The database is unavailable.
    Unavailable,
}

impl Caller {
    /// The same caller, if the token is still valid.
    pub(super) async fn recheck(&self, state: &State) -> Result<Self, AuthError> {
        caller(state, Some(&self.authorization), self.source.clone()).await
    }
}

impl AuthError {
    /// The error for a failed lookup.
    pub(super) fn from_error(error: &Error) -> Self {
        match error {
            Error::Unavailable { .. } => {
                // The log already says once that the database is unavailable.
                tracing::debug!(
                    error = with_causes(error),
                    "cannot check a token: the database is unavailable"
                );
                Self::Unavailable
            }
            _ => {
                tracing::error!(error = with_causes(error), "cannot check a token");
                Self::Failed
            }
        }
    }
}

/// The response while the database is unavailable.
fn unavailable() -> HttpResponse {
    let message = "The database is unavailable. Nothing was done; try again later.";
    HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, RETRY_AFTER)).json(json!({ "errors": [{
        "message": message, "extensions": { "code": Code::Unavailable.name(), "retryAfter": RETRY_AFTER } }] }))
}

/// The viewer authenticated by the headers, or the response to an unauthenticated caller.
pub(super) async fn viewer(
    state: &State,
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
) -> Result<Viewer, HttpResponse> {
    Ok(caller_of(state, headers, peer).await?.viewer)
}

/// The same, to be checked again later.
pub(super) async fn caller_of(
    state: &State,
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
) -> Result<Caller, HttpResponse> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let source = RequestSource::of(state, headers, peer);
    caller(state, given, source).await.map_err(|nobody| match nobody {
        AuthError::Unauthenticated(message) => {
            let mut answer = HttpResponse::Unauthorized();
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"ballroom\""));
            refused(answer, Code::Unauthenticated, message)
        }
        AuthError::ForbiddenOrigin => refused(HttpResponse::Forbidden(), Code::Forbidden, FORBIDDEN_ORIGIN),
        AuthError::Failed => {
            let message = "Internal error. Nothing was done; try again.";
            refused(HttpResponse::InternalServerError(), Code::Internal, message)
        }
        AuthError::Unavailable => unavailable(),
    })
}

/// The caller authenticated by the value of an `Authorization` header, wherever it came from.
pub(super) async fn caller(
    state: &State,
    authorization: Option<&str>,
    source: RequestSource,
) -> Result<Caller, AuthError> {
    let Holder { mut viewer, expires_at, authorization } = find_holder(state, authorization).await?;
    if !viewer.may_come_from(source.origin.as_deref()) {
        return Err(AuthError::ForbiddenOrigin);
    }
    viewer.address = source.address;
    Ok(Caller { viewer, expires_at, authorization, source })
}

/// The holder of a token, wherever it is used.
struct Holder {
    viewer: Viewer,
    expires_at: Option<DateTime<Utc>>,
    authorization: String,
}

async fn find_holder(state: &State, authorization: Option<&str>) -> Result<Holder, AuthError> {
    let Some((scheme, token)) = authorization.and_then(|value| value.trim().split_once(' ')) else {
        return Err(AuthError::Unauthenticated(
            "The request has no token; send the header `Authorization: Bearer <token>`.",
        ));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::Unauthenticated(
            "Unsupported scheme of Authorization; use `Authorization: Bearer <token>`.",
        ));
    }
    let (store, token) = (state.services.store.clone(), token.trim().to_owned());
    let authorization = format!("{scheme} {token}");
    if let Some(oidc) = state.oidc.clone().filter(|_| Oidc::is_issuer_token(&token)) {
        let named = state.runtime.spawn(async move { oidc.named(&store, &token).await }).await;
        let Identified { viewer, expires_at } = named.unwrap_or_else(|error| {
            tracing::error!(%error, "the check of a token was aborted");
            Err(AuthError::Failed)
        })?;
        return Ok(Holder { viewer, expires_at, authorization });
    }
    // On the main runtime: there the database's connections live.
    let checked = state.runtime.spawn(async move { token::check(&store, &token, clock::now()).await }).await;
    match checked {
        Ok(Ok(Some(find_holder))) => {
            Ok(Holder { viewer: find_holder.viewer, expires_at: find_holder.expires_at, authorization })
        }
        Ok(Ok(None)) => Err(AuthError::Unauthenticated(
            "The token is unknown, revoked or expired; create one with `ballroom token create`.",
        )),
        Ok(Err(error)) => Err(AuthError::from_error(&error)),
        Err(error) => {
            tracing::error!(%error, "the check of a token was aborted");
            Err(AuthError::Failed)
        }
    }
}
