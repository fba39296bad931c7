//! Health: `/healthz` says that the process runs, `/readyz` that it can answer.

use std::{sync::atomic::Ordering, time::Duration};

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::{State, page};

/// How long whoever asks whether the server is ready waits, at most: well below a second.
const PATIENCE: Duration = Duration::from_millis(700);

/// What it takes beyond that to hear what was found.
const GRACE: Duration = Duration::from_millis(100);

pub(super) fn routes(app: &mut web::ServiceConfig) {
    for (path, route) in [("/healthz", page::read().to(alive)), ("/readyz", page::read().to(ready))] {
        app.service(web::resource(path).route(route).default_service(web::to(page::only_read)));
    }
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Ready when the database answers at once and has every migration.
async fn ready(state: web::Data<State>) -> HttpResponse {
    let store = state.services.store.clone();
    let is_migrated = state.is_migrated.load(Ordering::Relaxed);
    // On the main runtime: there the database's connections live.
    let asked = state.runtime.spawn(async move {
        match store.is_there(PATIENCE).await {
            true if is_migrated => Some(Ok(0)),
            true => Some(store.pending_migrations().await),
            false => None,
        }
    });
    let asked = tokio::time::timeout(PATIENCE + GRACE, asked).await;
    if matches!(asked, Ok(Ok(Some(Ok(0))))) {
        state.is_migrated.store(true, Ordering::Relaxed);
    }
    let status = match asked {
        Ok(Ok(Some(Ok(0)))) => return HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(Ok(Some(Ok(pending)))) => {
            format!("migrations are pending: {pending}; run `ballroom migrate`")
        }
        Ok(Ok(Some(Err(error)))) => {
            tracing::error!(%error, "whether migrations are pending cannot be found out");
            "the database does not answer".to_owned()
        }
        Ok(Ok(None) | Err(_)) | Err(_) => "the database does not answer".to_owned(),
    };
    HttpResponse::ServiceUnavailable().json(json!({ "status": status }))
}
