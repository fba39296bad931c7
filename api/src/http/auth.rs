//! Authentication: from a token, or the session of a browser, to a viewer.

use std::net::{IpAddr, SocketAddr};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderMap},
    },
};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Oidc, State, graphql::refused, live::is_of_host, oidc::Identified, session};
use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::{
        access::Viewer,
        session as sessions,
        token::{self, Holder},
    },
    graphql::{Code, RETRY_AFTER},
};

/// The message for a page whose origin may not use the token.
pub(super) const FORBIDDEN_ORIGIN: &str =
    "Pages of this origin may not use this token; create a token with the origin.";

/// The message for a page of another site that sends the session of this server's pages.
const FORBIDDEN_SITE: &str =
    "Only pages of this server may use its sessions; send the header `Authorization: Bearer <token>`.";

/// The credential of a caller.
#[derive(Clone)]
pub(super) enum Credential {
    /// The value of `Authorization`.
    Authorization(String),
    /// The secret of a session, from a cookie.
    Session(String),
}

impl Credential {
    /// The credential of a request. Browsers add cookies to the requests of every page, so a session is accepted only from
    /// pages of this server.
    fn of(request: &HttpRequest) -> Result<Option<Self>, AuthError> {
        if let Some(given) = request.headers().get(header::AUTHORIZATION) {
            return Ok(given.to_str().ok().map(|given| Self::Authorization(given.to_owned())));
        }
        let Some(secret) = session::secret(request) else { return Ok(None) };
        if !is_same_origin(request) {
            return Err(AuthError::ForbiddenSite);
        }
        Ok(Some(Self::Session(secret)))
    }
}

/// Whether a request comes from a page of this server, or from outside of any page and only reads. Browsers send the relation
/// of the sites in `Sec-Fetch-Site`; older ones send at least the origin with every request that could change something, and
/// with WebSockets.
pub(super) fn is_same_origin(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let only_reads =
        matches!(*request.method(), Method::GET | Method::HEAD) && !headers.contains_key(header::UPGRADE);
    match (headers.get("sec-fetch-site"), headers.get(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || (site == "none" && only_reads),
        (None, Some(origin)) => is_of_host(origin, headers),
        (None, None) => only_reads,
    }
}

/// An authenticated caller, for as long as the token or the session is valid.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) viewer: Viewer,
    /// Expiration time of the token or the session; none: never.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// To be checked again.
    credential: Credential,
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
    /// Pages of other sites may not use the session.
    ForbiddenSite,
    /// Internal error; the cause is logged.
    Failed,
    /// The database is unavailable.
    Unavailable,
}

impl Caller {
    /// The same caller, if the token is still valid.
    pub(super) async fn recheck(&self, state: &State) -> Result<Self, AuthError> {
        caller(state, Some(self.credential.clone()), self.source.clone()).await
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

/// The viewer authenticated by a request, or the response to an unauthenticated caller.
pub(super) async fn viewer(state: &State, request: &HttpRequest) -> Result<Viewer, HttpResponse> {
    Ok(caller_of(state, request).await?.viewer)
}

/// The same, to be checked again later.
pub(super) async fn caller_of(state: &State, request: &HttpRequest) -> Result<Caller, HttpResponse> {
    let source = RequestSource::of(state, request.headers(), request.peer_addr());
    let credential = Credential::of(request).map_err(response_to)?;
    caller(state, credential, source).await.map_err(response_to)
}

/// The response to an unauthenticated caller.
pub(super) fn response_to(error: AuthError) -> HttpResponse {
    match error {
        AuthError::Unauthenticated(message) => {
            let mut answer = HttpResponse::Unauthorized();
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"ballroom\""));
            refused(answer, Code::Unauthenticated, message)
        }
        AuthError::ForbiddenOrigin => refused(HttpResponse::Forbidden(), Code::Forbidden, FORBIDDEN_ORIGIN),
        AuthError::ForbiddenSite => refused(HttpResponse::Forbidden(), Code::Forbidden, FORBIDDEN_SITE),
        AuthError::Failed => {
            let message = "Internal error. Nothing was done; try again.";
            refused(HttpResponse::InternalServerError(), Code::Internal, message)
        }
        AuthError::Unavailable => unavailable(),
    }
}

/// The caller authenticated by a credential, wherever it came from.
pub(super) async fn caller(
    state: &State,
    credential: Option<Credential>,
    source: RequestSource,
) -> Result<Caller, AuthError> {
    let missing = "The request has no token; send the header `Authorization: Bearer <token>`.";
    let credential = credential.ok_or(AuthError::Unauthenticated(missing))?;
    let Holder { mut viewer, expires_at } = match &credential {
        Credential::Authorization(text) => token_holder(state, text, missing).await?,
        Credential::Session(secret) => session_holder(state, secret.clone()).await?,
    };
    if !viewer.may_come_from(source.origin.as_deref()) {
        return Err(AuthError::ForbiddenOrigin);
    }
    viewer.address = source.address;
    Ok(Caller { viewer, expires_at, credential, source })
}

async fn token_holder(
    state: &State,
    authorization: &str,
    missing: &'static str,
) -> Result<Holder, AuthError> {
    let Some((scheme, token)) = authorization.trim().split_once(' ') else {
        return Err(AuthError::Unauthenticated(missing));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::Unauthenticated(
            "Unsupported scheme of Authorization; use `Authorization: Bearer <token>`.",
        ));
    }
    let (store, token) = (state.services.store.clone(), token.trim().to_owned());
    if let Some(oidc) = state.oidc.clone().filter(|_| Oidc::is_issuer_token(&token)) {
        let Identified { viewer, expires_at } =
            on_main(state, async move { oidc.named(&store, &token).await }).await?;
        return Ok(Holder { viewer, expires_at });
    }
    if let Some(holder) = token::check_recent(&store, &token, clock::now()) {
        return Ok(holder);
    }
    let checked = async move {
        token::check(&store, &token, clock::now()).await.map_err(|error| AuthError::from_error(&error))
    };
    on_main(state, checked).await?.ok_or(AuthError::Unauthenticated(
        "The token is unknown, revoked or expired; create one with `ballroom token create`.",
    ))
}

async fn session_holder(state: &State, secret: String) -> Result<Holder, AuthError> {
    let store = state.services.store.clone();
    let checked = async move {
        sessions::check(&store, &secret, clock::now()).await.map_err(|error| AuthError::from_error(&error))
    };
    on_main(state, checked).await?.ok_or(AuthError::Unauthenticated("The session has ended. Sign in again."))
}

/// Runs a future on the main runtime: there the database's connections live.
pub(super) async fn on_main<T: Send + 'static>(
    state: &State,
    work: impl Future<Output = Result<T, AuthError>> + Send + 'static,
) -> Result<T, AuthError> {
    state.runtime.spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the check of a caller was aborted");
        Err(AuthError::Failed)
    })
}
