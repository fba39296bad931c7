//! The upgrade of a request to a WebSocket.

use actix_web::{
    HttpRequest, HttpResponse, Route, guard,
    http::header::{self, HeaderMap},
    web,
};

use super::{PROTOCOL, Socket};
use crate::{
    graphql::Code,
    http::{
        State,
        auth::{self, RequestSource},
        graphql::refused,
        session,
    },
};

/// The route of WebSocket upgrades.
pub(crate) fn route() -> Route {
    let wants_websocket = guard::fn_guard(|ctx| {
        let upgrade = ctx.head().headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
        upgrade.is_some_and(|upgrade| upgrade.trim().eq_ignore_ascii_case("websocket"))
    });
    web::get().guard(wants_websocket).to(open)
}

async fn open(state: web::Data<State>, request: HttpRequest, body: web::Payload) -> HttpResponse {
    accept(state, request, body).await.unwrap_or_else(|refused| refused)
}

async fn accept(
    state: web::Data<State>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let headers = request.headers();
    if !state.live.may_connect(headers) {
        let message = "Pages of this origin may not connect; allow the origin with --cors-origin.";
        return Err(refused(HttpResponse::Forbidden(), Code::Forbidden, message));
    }
    let offered = protocols(headers);
    if !offered.is_empty() && !offered.iter().any(|offered| offered == PROTOCOL) {
        let message = "Unsupported subprotocol; send `Sec-WebSocket-Protocol: graphql-transport-ws`.";
        return Err(refused(HttpResponse::BadRequest(), Code::BadRequest, message));
    }
    let permit = state.live.permit()?;
    // A token or a session here is checked here. Pages cannot send a token; theirs comes with `connection_init`. The session
    // of a page of another origin, even of one that may connect, is ignored.
    let has_session = session::secret(&request).is_some() && auth::is_same_origin(&request);
    let caller = match headers.contains_key(header::AUTHORIZATION) || has_session {
        true => Some(auth::caller_of(&state, &request).await?),
        false => None,
    };
    let handshake = actix_ws::handle_with_protocols(&request, body, &[PROTOCOL]);
    let (response, session, messages) = handshake.map_err(|error| {
        let message = format!("Invalid WebSocket handshake: {error}.");
        refused(HttpResponse::BadRequest(), Code::BadRequest, &message)
    })?;
    let most = state.live.settings.message;
    let messages = messages.max_frame_size(most).aggregate_continuations().max_continuation_size(most);
    let source = RequestSource::of(&state, headers, request.peer_addr());
    let socket = Socket::new(state, session, caller, source, permit);
    actix_web::rt::spawn(socket.run(messages, !offered.is_empty()));
    Ok(response)
}

fn protocols(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty())
        .collect()
}
