//! The link by which a recipient of reports, or of digests, ends the subscription: a page that asks, and the request of mail programs that do it
//! with one click (RFC 8058). Whoever has the link needs no account, and no JavaScript.

use actix_web::{HttpResponse, http::StatusCode, web};

use super::{
    State,
    auth::{self, AuthError},
    page,
    sheet::{self, Reader, escaped},
};
use crate::{
    base::error::Error,
    clock,
    domain::{
        digest::{self, EndDigest},
        schedule,
    },
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/unsubscribe/{organization}/{schedule}/{secret}")
            .route(page::read().to(ask))
            .route(web::post().to(end))
            .default_service(web::to(page::method_not_allowed)),
    );
}

type Parts = web::Path<(String, String, String)>;

/// Asks: programs that follow links of messages end nothing.
async fn ask(state: web::Data<State>, parts: Parts) -> HttpResponse {
    let store = state.services.store.clone();
    let found = auth::on_main(&state, async move {
        let (organization, schedule, secret) = parts.into_inner();
        if let Some(link) = EndDigest::parse(&organization, &schedule, &secret) {
            return digest::address_of(&store, &link).await.map_err(failed);
        }
        match schedule::Unsubscribe::parse(&organization, &schedule, &secret) {
            Some(token) => schedule::unsubscribed_address(&store, &token).await.map_err(failed),
            None => Ok(None),
        }
    });
    match found.await {
        Ok(Some(address)) => shown(
            StatusCode::OK,
            "Stop receiving these mails?",
            &format!(
                "<p>{} will not receive them any more.</p><form method=\"post\"><button>Stop</button></form>",
                escaped(&address)
            ),
        ),
        Ok(None) => gone(),
        Err(_) => unavailable(),
    }
}

async fn end(state: web::Data<State>, parts: Parts) -> HttpResponse {
    let store = state.services.store.clone();
    let ended = auth::on_main(&state, async move {
        let (organization, schedule, secret) = parts.into_inner();
        if let Some(link) = EndDigest::parse(&organization, &schedule, &secret) {
            return digest::end(&store, &link, clock::now()).await.map_err(failed);
        }
        match schedule::Unsubscribe::parse(&organization, &schedule, &secret) {
            Some(token) => schedule::unsubscribe(&store, &token, clock::now()).await.map_err(failed),
            None => Ok(None),
        }
    });
    match ended.await {
        Ok(Some(address)) => {
            let done = format!("<p>{} does not receive these mails any more.</p>", escaped(&address));
            shown(StatusCode::OK, "Done", &done)
        }
        Ok(None) => gone(),
        Err(_) => unavailable(),
    }
}

fn failed(error: Error) -> AuthError {
    AuthError::from_error(&error)
}

fn gone() -> HttpResponse {
    let why = "<p>This link has been used, or nothing is sent any more.</p>";
    shown(StatusCode::NOT_FOUND, "Nothing to stop", why)
}

fn unavailable() -> HttpResponse {
    let why = "<p>The server cannot do this now. Try again in a few minutes.</p>";
    shown(StatusCode::SERVICE_UNAVAILABLE, "Try again later", why)
}

fn shown(status: StatusCode, title: &str, content: &str) -> HttpResponse {
    let main = format!("<h1>{}</h1>\n{content}\n", escaped(title));
    sheet::html(status, Reader::WithSecret, &format!("{title} – Ballroom"), &main)
}
