//! Health: `/healthz` shows whether the process runs, `/readyz` whether it can serve requests.

use std::{sync::atomic::Ordering, time::Duration};

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::{State, page};

/// Time limit of the readiness check: well below a second.
const CHECK_TIMEOUT: Duration = Duration::from_millis(700);

/// Additional time for the result to arrive.
const RESULT_MARGIN: Duration = Duration::from_millis(100);

pub(super) fn routes(app: &mut web::ServiceConfig) {
    for (path, route) in [("/healthz", page::read().to(health)), ("/readyz", page::read().to(ready))] {
        app.service(web::resource(path).route(route).default_service(web::to(page::method_not_allowed)));
    }
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Ready if the database responds at once and has every migration.
async fn ready(state: web::Data<State>) -> HttpResponse {
    let store = state.services.store.clone();
    let is_migrated = state.is_migrated.load(Ordering::Relaxed);
    // On the main runtime: there the database's connections live.
    let result = state.runtime.spawn(async move {
        match store.is_there(CHECK_TIMEOUT).await {
            true if is_migrated => Some(Ok(0)),
            true => Some(store.pending_migrations().await),
            false => None,
        }
    });
    let result = tokio::time::timeout(CHECK_TIMEOUT + RESULT_MARGIN, result).await;
    if matches!(result, Ok(Ok(Some(Ok(0))))) {
        state.is_migrated.store(true, Ordering::Relaxed);
    }
    let status = match result {
        Ok(Ok(Some(Ok(0)))) => return HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(Ok(Some(Ok(pending)))) => {
            format!("pending migrations: {pending}; run `ballroom migrate`")
        }
        Ok(Ok(Some(Err(error)))) => {
            tracing::error!(%error, "cannot list the pending migrations");
            "the database is unavailable".to_owned()
        }
        Ok(Ok(None) | Err(_)) | Err(_) => "the database is unavailable".to_owned(),
    };
    HttpResponse::ServiceUnavailable().json(json!({ "status": status }))
}
