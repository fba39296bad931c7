//! Importing files over HTTP: `POST /imports` with the file as its body, and `GET /imports/<id>/rejects.csv`.

use std::path::Path;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, ContentDisposition, DispositionParam, DispositionType},
    },
    web,
};
use ballroom_entity::{id::ImportId, import_created::CreatedKind};
use ballroom_files::Reject;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::{State, auth, graphql::refused, page};
use crate::{
    base::{
        error::{Error, with_causes},
        reference::PublicId,
    },
    domain::{access::Manage, import as record},
    graphql::{Code, RETRY_AFTER},
    ingest::{
        Failed, FailedBy, Sent,
        import::{Given, Preview, Summary},
    },
};

/// Maximum size of a file, in bytes.
const FILE: u64 = 1 << 30;

/// Number of reasons of rejects in an answer.
const REASONS: usize = 20;

/// Number of names of created objects in an answer.
const NAMES: usize = 20;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    let imports = web::resource("/imports").route(web::post().to(receive));
    app.service(imports.default_service(web::to(only_post)));
    let file = web::resource("/imports/{import}/{name}.csv").route(page::read().to(file));
    app.service(file.default_service(web::to(page::method_not_allowed)));
}

async fn only_post() -> HttpResponse {
    let text = "Method not allowed; use POST. Imports are listed at /graphql.\n";
    page::plain(HttpResponse::MethodNotAllowed().content_type("text/plain; charset=utf-8").body(text))
}

/// Takes a file and imports it, or says what it would become.
async fn receive(state: web::Data<State>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let by = match manager(&state, &request).await {
        Ok(by) => by,
        Err(refused) => return refused,
    };
    let Ok(web::Query(options)) = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
    else {
        return invalid("The query string is invalid; send name=value pairs in UTF-8.");
    };
    let uploads = state.services.uploads.clone();
    let read = state.runtime.spawn(async move { uploads.given(by, &options).await });
    let given = match read.await {
        Ok(Ok(given)) => given,
        Ok(Err(error)) if is_server_error(&error) => return rejected(&error),
        Ok(Err(error)) => return invalid(&format!("{error:#}.")),
        Err(_) => return failed(),
    };
    let sent = match state.services.uploads.place() {
        Ok(Some(sent)) => sent,
        Ok(None) => {
            let message = "Too many files are being imported. Nothing was done; try again later.";
            let mut answer = HttpResponse::ServiceUnavailable();
            answer.insert_header((header::RETRY_AFTER, RETRY_AFTER));
            return refused(answer, Code::Overloaded, message);
        }
        Err(error) => {
            tracing::error!(%error, "cannot keep a file that was sent");
            return failed();
        }
    };
    if let Err(refusal) = keep(&state, &sent.path(), payload).await {
        return refusal;
    }
    // On the main runtime: there the database's connections live.
    let uploads = state.services.uploads.clone();
    let work = state.runtime.spawn(async move { answer(uploads, by, sent, given).await });
    let (status, body) = match work.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return rejected(&error),
        Err(_) => return failed(),
    };
    page::plain(HttpResponse::build(status).json(body))
}

async fn answer(
    uploads: crate::ingest::Uploads,
    by: Manage,
    sent: Sent,
    given: Given,
) -> anyhow::Result<(StatusCode, Value)> {
    if given.preview {
        return Ok((StatusCode::OK, preview(&uploads.preview(by, sent, given).await?)));
    }
    let wait = given.wait;
    let begun = uploads.begin(by, sent, given).await?;
    let import = begun.import.public();
    if !wait {
        return Ok((StatusCode::ACCEPTED, json!({ "import": import })));
    }
    Ok(match begun.end.await {
        Ok(Ok(done)) => (
            StatusCode::OK,
            json!({ "import": import, "rows": outcome(&done), "rejects": rejects(&done.reasons) }),
        ),
        Ok(Err(Failed { reason, by })) => {
            let (status, code) = match by {
                FailedBy::File => (StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidArgument),
                FailedBy::Database => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
                FailedBy::Load => (StatusCode::SERVICE_UNAVAILABLE, Code::Overloaded),
                FailedBy::Server => (StatusCode::INTERNAL_SERVER_ERROR, Code::Internal),
            };
            let message = format!("{reason}.");
            let errors = json!([{ "message": message, "extensions": { "code": code.name() } }]);
            (status, json!({ "import": import, "errors": errors }))
        }
        Err(_) => anyhow::bail!("the import was aborted"),
    })
}

/// Writes the body to disk: a file may be larger than memory.
async fn keep(state: &State, path: &Path, mut payload: web::Payload) -> Result<(), HttpResponse> {
    let unwritable = |error: std::io::Error| {
        tracing::error!(%error, "cannot keep a file that was sent");
        failed()
    };
    let mut file = tokio::fs::File::create(path).await.map_err(unwritable)?;
    let mut length = 0;
    loop {
        let Ok(piece) = tokio::time::timeout(state.settings.read_timeout, payload.next()).await else {
            let message = "The file did not arrive in time; send it again.";
            return Err(refused(HttpResponse::RequestTimeout(), Code::Timeout, message));
        };
        let Some(piece) = piece else { break };
        let Ok(piece) = piece else { return Err(invalid("The file is incomplete; send it again.")) };
        length += piece.len() as u64;
        if length > FILE {
            let message = "The file is longer than 1 GiB; compress it, split it, or use `ballroom import`.";
            return Err(refused(HttpResponse::PayloadTooLarge(), Code::TooLarge, message));
        }
        file.write_all(&piece).await.map_err(unwritable)?;
    }
    file.flush().await.map_err(unwritable)
}

/// A file that an import has written.
async fn file(
    state: web::Data<State>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let by = match manager(&state, &request).await {
        Ok(by) => by,
        Err(refused) => return refused,
    };
    let (id, name) = path.into_inner();
    let Some(import) = ImportId::parse(&id) else { return super::not_found().await };
    let store = state.services.store.clone();
    let asked = name.clone();
    let found = state.runtime.spawn(async move { record::kept_file(&store, by, (import, &asked)).await });
    match found.await {
        Ok(Ok(content)) => {
            let parameters = vec![DispositionParam::Filename(format!("{id}.{name}.csv"))];
            let disposition = ContentDisposition { disposition: DispositionType::Attachment, parameters };
            let mut answer = HttpResponse::Ok();
            answer.content_type("text/csv; charset=utf-8").insert_header(disposition);
            page::plain(answer.body(content))
        }
        Ok(Err(Error::NotFound { .. })) => super::not_found().await,
        Ok(Err(error)) => {
            tracing::error!(error = with_causes(&error), "cannot read a file of an import");
            failed()
        }
        Err(_) => failed(),
    }
}

/// Who may import.
async fn manager(state: &State, request: &HttpRequest) -> Result<Manage, HttpResponse> {
    let viewer = auth::viewer(state, request).await?;
    viewer.manages().map_err(|error| refused(HttpResponse::Forbidden(), Code::Forbidden, &error.to_string()))
}

fn invalid(message: &str) -> HttpResponse {
    refused(HttpResponse::BadRequest(), Code::InvalidArgument, message)
}

fn failed() -> HttpResponse {
    refused(HttpResponse::InternalServerError(), Code::Internal, "Internal error. Try again.")
}

fn is_server_error(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Error>().is_some_and(Error::is_server_error)
}

/// The answer to a file that cannot be imported: its own fault, unless the server failed.
fn rejected(error: &anyhow::Error) -> HttpResponse {
    match error.downcast_ref::<Error>() {
        Some(Error::Unavailable { .. }) => {
            let mut answer = HttpResponse::ServiceUnavailable();
            answer.insert_header((header::RETRY_AFTER, RETRY_AFTER));
            refused(answer, Code::Unavailable, "The database is unavailable; try again later.")
        }
        Some(busy @ Error::Overloaded(_)) => {
            let mut answer = HttpResponse::ServiceUnavailable();
            answer.insert_header((header::RETRY_AFTER, RETRY_AFTER));
            refused(answer, Code::Overloaded, &busy.to_string())
        }
        Some(internal) if internal.is_server_error() => {
            tracing::error!(error = with_causes(internal), "cannot import a file that was sent");
            failed()
        }
        _ => refused(HttpResponse::UnprocessableEntity(), Code::InvalidArgument, &format!("{error:#}.")),
    }
}

fn outcome(summary: &Summary) -> Value {
    json!({
        "read": summary.read,
        "accepted": summary.accepted,
        "unrated": summary.unrated,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "superseded": summary.superseded,
        "deleted": summary.deleted,
        "differing": summary.differing,
        "skipped": summary.skipped,
        "rejected": summary.rejected,
        "repeated": summary.repeated,
    })
}

fn rejects(reasons: &[(u64, Reject)]) -> Vec<Value> {
    let reason = |(rows, reject): &(u64, Reject)| json!({ "rows": rows, "field": reject.field, "reason": reject.reason, "line": reject.line });
    reasons.iter().take(REASONS).map(reason).collect()
}

fn preview(found: &Preview) -> Value {
    let plan = &found.plan;
    let fields: Vec<Value> = plan
        .settings
        .map
        .iter()
        .map(|(field, column)| {
            let guess = plan.guesses.iter().find(|guess| guess.column == *column);
            json!({ "field": field, "column": column, "reason": guess.map(|guess| guess.reason.name()) })
        })
        .chain(plan.mapping.kind().targets().filter_map(|target| {
            let is_mapped = plan.settings.map.iter().any(|(field, _)| field == target.name());
            let column = plan.mapping.column(target).filter(|_| !is_mapped)?;
            Some(json!({ "field": target.name(), "column": column, "reason": null }))
        }))
        .collect();
    let constants: Vec<Value> = plan
        .mapping
        .constants()
        .map(|(target, text)| json!({ "field": target.name(), "value": text }))
        .collect();
    let unread: Vec<&str> = plan.mapping.unread(&plan.columns).into_iter().map(|(name, _)| name).collect();
    let rows: Vec<Value> = found
        .previewed
        .first
        .iter()
        .map(|row| row.iter().map(|(field, text)| ((*field).to_owned(), json!(text))).collect())
        .collect();
    let created: Vec<Value> = [
        (CreatedKind::Product, "products"),
        (CreatedKind::Feature, "features"),
        (CreatedKind::Release, "releases"),
        (CreatedKind::Segment, "segments"),
        (CreatedKind::Customer, "customers"),
    ]
    .into_iter()
    .filter_map(|(kind, noun)| {
        let names: Vec<&String> =
            found.created.iter().filter(|(of, _)| *of == kind).map(|(_, name)| name).collect();
        let some = &names[..names.len().min(NAMES)];
        (!names.is_empty()).then(|| json!({ "kind": noun, "number": names.len(), "names": some }))
    })
    .collect();
    let warnings: Vec<String> = plan.notes.iter().cloned().chain(found.warnings.iter().cloned()).collect();
    json!({
        "about": plan.about.told(),
        "format": plan.about.format.name(),
        "encoding": plan.about.encoding.map(|found| found.encoding.to_string()),
        "sheets": plan.about.sheets,
        "preset": plan.preset.map(|preset| preset.name),
        "kind": plan.mapping.kind().name(),
        "columns": plan.columns.names(),
        "fields": fields,
        "constants": constants,
        "unread": unread,
        "missing": plan.absent.iter().map(|target| target.name()).collect::<Vec<_>>(),
        "firstRows": rows,
        "rows": outcome(&found.summary),
        "hasMoreRows": found.more,
        "rejects": rejects(&found.summary.reasons),
        "created": created,
        "warnings": warnings,
    })
}
