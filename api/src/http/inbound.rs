//! Where other systems send: `/inbound/...`. A request is verified, stored and accepted; what becomes of it comes after that.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde_json::json;

use super::{State, page, params, room::Room};
use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::inbound,
    graphql::Code,
    inbound::verify,
};

/// Maximum size of a payload, in bytes.
const BODY: usize = 5 * 1024 * 1024;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    let resource = web::resource("/inbound/{webhook}").route(web::post().to(receive));
    app.service(resource.default_service(web::to(only_post)));
}

async fn only_post() -> HttpResponse {
    said(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed; use POST.")
}

async fn receive(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    // Memory for bodies is shared with all other requests.
    let mut room = Room::default();
    let read = params::body(payload, BODY, state.settings.read_timeout, |length| {
        state.rooms.receive(&mut room, length)
    });
    let body = match read.await {
        Ok(body) => body,
        Err(refusal) => {
            let (status, reason) = match refusal.code() {
                Code::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body is longer than 5 MiB."),
                Code::Timeout => {
                    (StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time; send it again.")
                }
                Code::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "Too much load; send it again later."),
                _ => (StatusCode::BAD_REQUEST, "The body is incomplete; send it again."),
            };
            return said(status, reason);
        }
    };
    let names = [
        "x-hub-signature-256",
        "x-github-delivery",
        "x-github-event",
        "sentry-hook-signature",
        "sentry-hook-resource",
        "request-id",
        "authorization",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ];
    let headers: Vec<(&str, String)> = names
        .into_iter()
        .filter_map(|name| Some((name, request.headers().get(name)?.to_str().ok()?.to_owned())))
        .collect();
    let end = request.match_info().get("webhook").unwrap_or_default().to_owned();
    let services = state.services.clone();
    // On the main runtime: there the database's connections live.
    let stored = state.runtime.spawn(async move {
        let Some(webhook) = inbound::at_path(&services.store, &end).await? else {
            return Ok(Err((
                StatusCode::NOT_FOUND,
                "There is no webhook at this address, or it is disabled.".into(),
            )));
        };
        let header =
            |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let (key, event) = match verify(&webhook, &header, &body, clock::now()) {
            Ok(known) => known,
            Err(reason) => return Ok(Err((StatusCode::UNAUTHORIZED, format!("Not accepted: {reason}.")))),
        };
        let text = String::from_utf8(body.to_vec()).unwrap_or_default();
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
            return Ok(Err((StatusCode::BAD_REQUEST, "The body is not JSON in UTF-8.".to_owned())));
        }
        Ok::<_, Error>(Ok(services.inbound.receive(&webhook, (&key, &event), text).await?))
    });
    match stored.await {
        Ok(Ok(Ok(new))) => {
            let status = if new { "accepted" } else { "known" };
            page::plain(HttpResponse::Accepted().json(json!({ "status": status })))
        }
        Ok(Ok(Err((status, text)))) => said(status, &text),
        Ok(Err(error)) => {
            tracing::error!(error = with_causes(&error), "cannot store what another system has sent");
            said(StatusCode::SERVICE_UNAVAILABLE, "It could not be stored; send it again.")
        }
        Err(_) => said(StatusCode::SERVICE_UNAVAILABLE, "It could not be stored; send it again."),
    }
}

fn said(status: StatusCode, text: &str) -> HttpResponse {
    page::plain(
        HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(format!("{text}\n")),
    )
}
