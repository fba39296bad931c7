//! Who calls: from a token to a viewer.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderMap},
};

use super::{State, graphql::refused};
use crate::{
    clock,
    domain::{access::Viewer, token},
    graphql::Code,
};

/// The caller whom the headers name, or the answer to one who is nobody.
pub(super) async fn viewer(state: &State, headers: &HeaderMap) -> Result<Viewer, HttpResponse> {
    let unauthenticated = |message| {
        let mut answer = HttpResponse::Unauthorized();
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"ballroom\""));
        refused(answer, Code::Unauthenticated, message)
    };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, token)) = given.and_then(|value| value.trim().split_once(' ')) else {
        return Err(unauthenticated("Send a token: `Authorization: Bearer <token>`."));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unauthenticated("The scheme of Authorization must be Bearer."));
    }
    match token::check(&state.services.store, token.trim(), clock::now()).await {
        Ok(Some(viewer)) => Ok(viewer),
        Ok(None) => Err(unauthenticated(
            "The token is unknown, revoked or has run out. `ballroom token create` makes one.",
        )),
        Err(error) => {
            tracing::error!(%error, "a token could not be checked");
            let message = "The server failed; nothing was done. Try again.";
            Err(refused(HttpResponse::InternalServerError(), Code::Internal, message))
        }
    }
}
