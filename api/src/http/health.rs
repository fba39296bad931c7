//! Health: `/healthz` says that the process runs, `/readyz` that it can answer.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::{State, page};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    for (path, route) in [("/healthz", page::read().to(alive)), ("/readyz", page::read().to(ready))] {
        app.service(web::resource(path).route(route).default_service(web::to(page::only_read)));
    }
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Ready when the database answers and has every migration.
async fn ready(state: web::Data<State>) -> HttpResponse {
    match state.services.store.pending_migrations().await {
        Ok(0) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(pending) => {
            let status = format!("{pending} migrations are pending; run `ballroom migrate`");
            HttpResponse::ServiceUnavailable().json(json!({ "status": status }))
        }
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            HttpResponse::ServiceUnavailable().json(json!({ "status": "the database does not answer" }))
        }
    }
}
