//! Who calls: from a token to a viewer.

use std::net::{IpAddr, SocketAddr};

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderMap},
};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Oidc, State, graphql::refused, oidc::Named};
use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::{access::Viewer, token},
    graphql::{Code, RETRY_AFTER},
};

/// What somebody is told who calls from a page that may not use the token.
pub(super) const STRANGER: &str = "Pages of this origin may not use this token; make one with the origin.";

/// Who calls, for as long as the token works.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) viewer: Viewer,
    /// When the token runs out; none: never.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// What was sent as `Authorization`, to be checked again.
    authorization: String,
    visit: Visit,
}

/// From where somebody calls.
#[derive(Clone, Default)]
pub(super) struct Visit {
    /// The origin of the page, as its browser says; none: no page, as far as is known.
    origin: Option<String>,
    address: Option<IpAddr>,
}

impl Visit {
    /// The visit that a request is. What a header says of the address is believed if the settings name the header.
    pub(super) fn of(state: &State, headers: &HeaderMap, peer: Option<SocketAddr>) -> Self {
        let said = state.settings.address_header.as_ref().and_then(|name| {
            let last = headers.get_all(name.as_str()).last()?.to_str().ok()?;
            last.rsplit(',').next()?.trim().parse().ok()
        });
        let origin =
            headers.get(header::ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned());
        Self { origin, address: said.or_else(|| peer.map(|peer| peer.ip())) }
    }
}

/// Why nobody is let in.
pub(super) enum Nobody {
    /// There is no token that works; what to do.
    Unauthenticated(&'static str),
    /// The token is not for pages of this origin.
    Stranger,
    /// It could not be found out; the log has the cause.
    Failed,
    /// It cannot be found out now: the database does not answer.
    Unavailable,
}

impl Caller {
    /// The same caller if the token still works.
    pub(super) async fn again(&self, state: &State) -> Result<Self, Nobody> {
        caller(state, Some(&self.authorization), self.visit.clone()).await
    }
}

impl Nobody {
    /// Nobody, because looking failed.
    pub(super) fn because(error: &Error) -> Self {
        match error {
            Error::Unavailable { .. } => {
                // That the database is gone is in the log already: once, not for everybody who asks meanwhile.
                tracing::debug!(
                    error = with_causes(error),
                    "a token could not be checked: the database cannot take it now"
                );
                Self::Unavailable
            }
            _ => {
                tracing::error!(error = with_causes(error), "a token could not be checked");
                Self::Failed
            }
        }
    }
}

/// What a caller is told while the database does not answer.
fn unavailable() -> HttpResponse {
    let message = "The database does not answer. Nothing was done; send it again after a while.";
    HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, RETRY_AFTER)).json(json!({ "errors": [{
        "message": message, "extensions": { "code": Code::Unavailable.name(), "retryAfter": RETRY_AFTER } }] }))
}

/// The caller whom the headers name, or the answer to one who is nobody.
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
    let visit = Visit::of(state, headers, peer);
    caller(state, given, visit).await.map_err(|nobody| match nobody {
        Nobody::Unauthenticated(message) => {
            let mut answer = HttpResponse::Unauthorized();
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"ballroom\""));
            refused(answer, Code::Unauthenticated, message)
        }
        Nobody::Stranger => refused(HttpResponse::Forbidden(), Code::Forbidden, STRANGER),
        Nobody::Failed => {
            let message = "The server failed; nothing was done. Try again.";
            refused(HttpResponse::InternalServerError(), Code::Internal, message)
        }
        Nobody::Unavailable => unavailable(),
    })
}

/// The caller whom the value of an `Authorization` header names, wherever it came from.
pub(super) async fn caller(
    state: &State,
    authorization: Option<&str>,
    visit: Visit,
) -> Result<Caller, Nobody> {
    let Held { mut viewer, expires_at, authorization } = holder(state, authorization).await?;
    if !viewer.may_come_from(visit.origin.as_deref()) {
        return Err(Nobody::Stranger);
    }
    viewer.address = visit.address;
    Ok(Caller { viewer, expires_at, authorization, visit })
}

/// Whose token it is, wherever it is used.
struct Held {
    viewer: Viewer,
    expires_at: Option<DateTime<Utc>>,
    authorization: String,
}

async fn holder(state: &State, authorization: Option<&str>) -> Result<Held, Nobody> {
    let Some((scheme, token)) = authorization.and_then(|value| value.trim().split_once(' ')) else {
        return Err(Nobody::Unauthenticated("Send a token: `Authorization: Bearer <token>`."));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Nobody::Unauthenticated("The scheme of Authorization must be Bearer."));
    }
    let (store, token) = (state.services.store.clone(), token.trim().to_owned());
    let authorization = format!("{scheme} {token}");
    if let Some(oidc) = state.oidc.clone().filter(|_| Oidc::is_theirs(&token)) {
        let named = state.runtime.spawn(async move { oidc.named(&store, &token).await }).await;
        let Named { viewer, expires_at } = named.unwrap_or_else(|error| {
            tracing::error!(%error, "the check of a token ended early");
            Err(Nobody::Failed)
        })?;
        return Ok(Held { viewer, expires_at, authorization });
    }
    // On the main runtime: there the database's connections live.
    let checked = state.runtime.spawn(async move { token::check(&store, &token, clock::now()).await }).await;
    match checked {
        Ok(Ok(Some(holder))) => {
            Ok(Held { viewer: holder.viewer, expires_at: holder.expires_at, authorization })
        }
        Ok(Ok(None)) => Err(Nobody::Unauthenticated(
            "The token is unknown, revoked or has run out. `ballroom token create` makes one.",
        )),
        Ok(Err(error)) => Err(Nobody::because(&error)),
        Err(error) => {
            tracing::error!(%error, "the check of a token ended early");
            Err(Nobody::Failed)
        }
    }
}
