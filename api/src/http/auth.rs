//! Who calls: from a token, or the session of a browser, to a viewer.

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

use super::{Oidc, State, graphql::refused, live::is_of_host, oidc::Named, session};
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

/// What somebody is told who calls from a page that may not use the token.
pub(super) const STRANGER: &str = "Pages of this origin may not use this token; make one with the origin.";

/// What somebody is told whose browser has a session that another page wants to use.
const OTHER_PAGE: &str =
    "Only pages of this server may use its sessions; send a token with `Authorization: Bearer <token>`.";

/// By what a caller is known.
#[derive(Clone)]
pub(super) enum Credential {
    /// What was sent as `Authorization`.
    Authorization(String),
    /// The secret of a session, in a cookie.
    Session(String),
}

impl Credential {
    /// What a request carries. Browsers add cookies to whatever a page sends, so a session counts only for pages of
    /// this server.
    fn of(request: &HttpRequest) -> Result<Option<Self>, Nobody> {
        if let Some(given) = request.headers().get(header::AUTHORIZATION) {
            return Ok(given.to_str().ok().map(|given| Self::Authorization(given.to_owned())));
        }
        let Some(secret) = session::secret(request) else { return Ok(None) };
        if !is_from_here(request) {
            return Err(Nobody::OtherPage);
        }
        Ok(Some(Self::Session(secret)))
    }
}

/// Whether a request comes from a page of this server, or from what is no page and only reads. Browsers say from what
/// site a request comes; those that do not yet name its origin with all that could change something, and with WebSockets.
pub(super) fn is_from_here(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let only_reads =
        matches!(*request.method(), Method::GET | Method::HEAD) && !headers.contains_key(header::UPGRADE);
    match (headers.get("sec-fetch-site"), headers.get(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || (site == "none" && only_reads),
        (None, Some(origin)) => is_of_host(origin, headers),
        (None, None) => only_reads,
    }
}

/// Who calls, for as long as the token or the session works.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) viewer: Viewer,
    /// When the token or the session runs out; none: never.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// By what the caller is known, to be checked again.
    credential: Credential,
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
    /// The session is not for pages of other sites.
    OtherPage,
    /// It could not be found out; the log has the cause.
    Failed,
    /// It cannot be found out now: the database does not answer.
    Unavailable,
}

impl Caller {
    /// The same caller if the token still works.
    pub(super) async fn again(&self, state: &State) -> Result<Self, Nobody> {
        caller(state, Some(self.credential.clone()), self.visit.clone()).await
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

/// The caller whom a request names, or the answer to one who is nobody.
pub(super) async fn viewer(state: &State, request: &HttpRequest) -> Result<Viewer, HttpResponse> {
    Ok(caller_of(state, request).await?.viewer)
}

/// The same, to be checked again later.
pub(super) async fn caller_of(state: &State, request: &HttpRequest) -> Result<Caller, HttpResponse> {
    let visit = Visit::of(state, request.headers(), request.peer_addr());
    let given = Credential::of(request).map_err(answer_to)?;
    caller(state, given, visit).await.map_err(answer_to)
}

/// What one who is nobody is answered.
pub(super) fn answer_to(nobody: Nobody) -> HttpResponse {
    match nobody {
        Nobody::Unauthenticated(message) => {
            let mut answer = HttpResponse::Unauthorized();
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"ballroom\""));
            refused(answer, Code::Unauthenticated, message)
        }
        Nobody::Stranger => refused(HttpResponse::Forbidden(), Code::Forbidden, STRANGER),
        Nobody::OtherPage => refused(HttpResponse::Forbidden(), Code::Forbidden, OTHER_PAGE),
        Nobody::Failed => {
            let message = "The server failed; nothing was done. Try again.";
            refused(HttpResponse::InternalServerError(), Code::Internal, message)
        }
        Nobody::Unavailable => unavailable(),
    }
}

/// The caller who is known by this, wherever it came from.
pub(super) async fn caller(
    state: &State,
    credential: Option<Credential>,
    visit: Visit,
) -> Result<Caller, Nobody> {
    let Some(credential) = credential else {
        return Err(Nobody::Unauthenticated("Send a token: `Authorization: Bearer <token>`."));
    };
    let Holder { mut viewer, expires_at } = match &credential {
        Credential::Authorization(text) => holder(state, text).await?,
        Credential::Session(secret) => reader(state, secret.clone()).await?,
    };
    if !viewer.may_come_from(visit.origin.as_deref()) {
        return Err(Nobody::Stranger);
    }
    viewer.address = visit.address;
    Ok(Caller { viewer, expires_at, credential, visit })
}

/// Whose token it is.
async fn holder(state: &State, authorization: &str) -> Result<Holder, Nobody> {
    let Some((scheme, token)) = authorization.trim().split_once(' ') else {
        return Err(Nobody::Unauthenticated("Send a token: `Authorization: Bearer <token>`."));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Nobody::Unauthenticated("The scheme of Authorization must be Bearer."));
    }
    let (store, token) = (state.services.store.clone(), token.trim().to_owned());
    if let Some(oidc) = state.oidc.clone().filter(|_| Oidc::is_theirs(&token)) {
        let Named { viewer, expires_at } =
            on_main(state, async move { oidc.named(&store, &token).await }).await?;
        return Ok(Holder { viewer, expires_at });
    }
    let checked = async move { token::check(&store, &token, clock::now()).await.map_err(failed) };
    on_main(state, checked).await?.ok_or(Nobody::Unauthenticated(
        "The token is unknown, revoked or has run out. `ballroom token create` makes one.",
    ))
}

/// Whose session it is.
async fn reader(state: &State, secret: String) -> Result<Holder, Nobody> {
    let store = state.services.store.clone();
    let checked = async move { sessions::check(&store, &secret, clock::now()).await.map_err(failed) };
    on_main(state, checked).await?.ok_or(Nobody::Unauthenticated("The session is over. Sign in again."))
}

fn failed(error: Error) -> Nobody {
    Nobody::because(&error)
}

/// Does something on the main runtime: there the database's connections live.
pub(super) async fn on_main<T: Send + 'static>(
    state: &State,
    work: impl Future<Output = Result<T, Nobody>> + Send + 'static,
) -> Result<T, Nobody> {
    state.runtime.spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the check of a caller ended early");
        Err(Nobody::Failed)
    })
}
