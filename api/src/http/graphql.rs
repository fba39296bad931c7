//! GraphQL over HTTP: one POST, one JSON document.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap},
    web,
};
use async_graphql::{Request, Variables};
use serde::Deserialize;
use serde_json::json;

use super::{State, auth, sse, websocket};
use crate::graphql::{self, Code};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/graphql")
            .route(websocket::route())
            .route(sse::route())
            .route(web::post().to(execute))
            .default_service(web::to(|| async {
                HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "POST")).finish()
            })),
    );
}

/// The body of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: String,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

async fn execute(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    // A form or plain text can be sent across sites without asking; JSON cannot.
    if !is_json(request.headers()) {
        let message = "Send the request as JSON, with `Content-Type: application/json`.";
        return refused(HttpResponse::UnsupportedMediaType(), Code::InvalidArgument, message);
    }
    let viewer = match auth::viewer(&state, request.headers()).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let body: Body = match serde_json::from_slice(&body) {
        Ok(body) => body,
        Err(error) => {
            let message = format!("The body is not a GraphQL request: {error}.");
            return refused(HttpResponse::BadRequest(), Code::InvalidArgument, &message);
        }
    };
    let mut asked = Request::new(body.query);
    asked.operation_name = body.operation_name;
    let variables = serde_json::Value::Object(body.variables.unwrap_or_default());
    asked.variables = Variables::from_json(variables);
    let schema = state.schema.clone();
    let services = state.services.clone();
    // On the main runtime: there the database's connections live, and the scores have threads to block.
    let answer =
        state.runtime.spawn(async move { graphql::execute(&schema, &services, viewer, asked).await });
    match answer.await {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(error) => {
            tracing::error!(%error, "a request ended early");
            let message = "The server failed. Whatever was acknowledged is stored. Try again.";
            refused(HttpResponse::InternalServerError(), Code::Internal, message)
        }
    }
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    media_type.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json")
}

/// An answer in the form of GraphQL, for whoever reads only that.
pub(super) fn refused(mut answer: actix_web::HttpResponseBuilder, code: Code, message: &str) -> HttpResponse {
    answer.json(json!({ "errors": [{ "message": message, "extensions": { "code": code.name() } }] }))
}
