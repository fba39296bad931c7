//! Sign-in with an OpenID Connect issuer: the authorization code flow with PKCE.
//!
//! What must come back with the reader (state, nonce, the verifier of the code) is kept in a cookie of that browser for
//! some minutes; the server keeps nothing, so that any of several servers may finish what another began. The ID token is
//! checked as every token of the issuer is, and must be for this client and for this sign-in.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
    web,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth2::{CsrfToken, PkceCodeChallenge};
use serde::{Deserialize, Serialize};

use super::{
    Oidc, State,
    auth::{self, AuthError},
    page, session,
};
use crate::{clock, domain::session as sessions};

/// Where it begins, and where the issuer sends readers back to.
const BEGINNING: &str = "/sign-in/oidc";
pub(super) const CALLBACK: &str = "/sign-in/oidc/callback";

const COOKIE: &str = "ballroom_sign_in";

/// How long a reader may take at the issuer.
const PATIENCE: Duration = Duration::minutes(15);

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource(BEGINNING)
            .route(page::read().to(begin))
            .default_service(web::to(page::method_not_allowed)),
    );
    app.service(
        web::resource(CALLBACK)
            .route(page::read().to(finish))
            .default_service(web::to(page::method_not_allowed)),
    );
}

/// What a sign-in has started with.
#[derive(Serialize, Deserialize)]
pub(super) struct Started {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// The page to which the reader wanted to go.
    then: String,
}

/// Why a sign-in came to nothing: what the page says of it in words.
enum Problem {
    /// There is no issuer.
    NotConfigured,
    /// The issuer let nobody in.
    Denied,
    /// It was not started in this browser, or too long ago.
    NotStarted,
    /// The token that came is not the right one, or names nobody who may come in.
    Refused,
    /// The issuer or the database does not answer.
    Unavailable,
}

impl Problem {
    fn name(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::Denied => "denied",
            Self::NotStarted => "not-started",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
        }
    }
}

#[derive(Deserialize)]
struct Wanted {
    then: Option<String>,
}

async fn begin(state: web::Data<State>, wanted: web::Query<Wanted>) -> HttpResponse {
    let Some(oidc) = signs_in(&state) else { return back(&state, &Problem::NotConfigured) };
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let started = Started {
        state: CsrfToken::new_random().into_secret(),
        nonce: CsrfToken::new_random().into_secret(),
        verifier: verifier.into_secret(),
        then: wanted.then.as_deref().filter(|path| is_ours(path)).unwrap_or("/").to_owned(),
    };
    let (public_url, given) =
        (state.settings.public_url.clone(), (started.state.clone(), started.nonce.clone()));
    let there = auth::on_main(&state, async move {
        oidc.authorization_url(&public_url, given, challenge).await.map_err(|error| {
            tracing::error!(error, "a reader could not be sent to the issuer");
            AuthError::Failed
        })
    });
    match there.await {
        Ok(there) => to(&there, Some(cookie(&state, &started))),
        Err(_) => back(&state, &Problem::Unavailable),
    }
}

/// What the issuer sends a reader back with.
#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

async fn finish(state: web::Data<State>, request: HttpRequest, answer: web::Query<Answer>) -> HttpResponse {
    let answer = answer.into_inner();
    let finished = finished(&state, &request, answer).await;
    match finished {
        Ok((opened, then)) => {
            let mut response = to(&then, Some(no_cookie(&state)));
            // A cookie that cannot be written is one that was not opened.
            if response.add_cookie(&session::cookie(&state.settings, opened)).is_err() {
                return back(&state, &Problem::Unavailable);
            }
            response
        }
        Err(problem) => back(&state, &problem),
    }
}

async fn finished(
    state: &State,
    request: &HttpRequest,
    answer: Answer,
) -> Result<(sessions::Opened, String), Problem> {
    let oidc = signs_in(state).ok_or(Problem::NotConfigured)?;
    let started = started(request).ok_or(Problem::NotStarted)?;
    if answer.state.as_deref() != Some(started.state.as_str()) {
        return Err(Problem::NotStarted);
    }
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
        let error = answer.error.unwrap_or_default();
        tracing::warn!(error, "the issuer let a reader not in");
        return Err(Problem::Denied);
    };
    let then = started.then.clone();
    let (store, public_url) = (state.services.store.clone(), state.settings.public_url.clone());
    let user_agent = session::user_agent(request);
    let opened = auth::on_main(state, async move {
        let named = oidc.signed_in(&store, &public_url, code, started).await?;
        let opened = sessions::open_for(&store, &named.viewer, user_agent.as_deref(), clock::now()).await;
        opened.map_err(|error| AuthError::from_error(&error))
    });
    match opened.await {
        Ok(opened) => Ok((opened, then)),
        Err(AuthError::Unauthenticated(why)) => {
            tracing::warn!(why, "a reader whom the issuer let in could not be signed in");
            Err(Problem::Refused)
        }
        Err(AuthError::ForbiddenOrigin | AuthError::ForbiddenSite) => Err(Problem::Refused),
        Err(AuthError::Failed | AuthError::Unavailable) => Err(Problem::Unavailable),
    }
}

fn signs_in(state: &State) -> Option<std::sync::Arc<Oidc>> {
    state.oidc.clone().filter(|oidc| oidc.signs_in())
}

/// Whether an address is a page of this server, and not one that begins like it.
fn is_ours(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n'])
}

fn started(request: &HttpRequest) -> Option<Started> {
    let bytes = URL_SAFE_NO_PAD.decode(request.cookie(COOKIE)?.value()).ok()?;
    let started: Started = serde_json::from_slice(&bytes).ok()?;
    is_ours(&started.then).then_some(started)
}

fn cookie(state: &State, started: &Started) -> Cookie<'static> {
    let text = serde_json::to_vec(started).unwrap_or_default();
    made(state, URL_SAFE_NO_PAD.encode(text), PATIENCE)
}

fn no_cookie(state: &State) -> Cookie<'static> {
    made(state, String::new(), Duration::ZERO)
}

/// It comes along when the issuer sends the reader back, from another site.
fn made(state: &State, value: String, lasts: Duration) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path(BEGINNING)
        .http_only(true)
        .secure(state.settings.public_url.starts_with("https://"))
        .same_site(SameSite::Lax)
        .max_age(lasts)
        .finish()
}

/// Back to the page where readers sign in, which says what went wrong.
fn back(state: &State, problem: &Problem) -> HttpResponse {
    to(&format!("/sign-in?problem={}", problem.name()), Some(no_cookie(state)))
}

fn to(address: &str, cookie: Option<Cookie<'static>>) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, address));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer.insert_header((header::REFERRER_POLICY, "no-referrer"));
    if let Some(cookie) = cookie {
        answer.cookie(cookie);
    }
    answer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_server_are_gone_to() {
        for ours in ["/", "/p/shop/value?days=30", "/sign-in"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nSet-Cookie: x=1"]
        {
            assert!(!is_ours(other), "{other}");
        }
    }
}
