//! Stored reports as files, for links: `/reports/<id>.<extension>`.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ContentDisposition, DispositionParam, DispositionType, HeaderValue},
    web,
};
use ballroom_render::{self as render, Format};
use serde::Deserialize;

use super::{State, auth, graphql::refused, page};
use crate::{
    base::error::{Error, with_causes},
    domain::stored_report,
    graphql::Code,
    report,
};

/// What a page of a report may do: show itself. Its text comes from customers.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

#[derive(Deserialize)]
struct Asked {
    table: Option<String>,
}

pub(super) fn routes(app: &mut web::ServiceConfig) {
    let file = page::read().to(file);
    app.service(
        web::resource("/reports/{name}").route(file).default_service(web::to(page::method_not_allowed)),
    );
}

async fn file(
    state: web::Data<State>,
    request: HttpRequest,
    name: web::Path<String>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let viewer = match auth::viewer(&state, &request).await {
        Ok(viewer) => viewer,
        Err(refused) => return refused,
    };
    let Some((id, extension)) = name.rsplit_once('.') else { return super::not_found().await };
    let Ok(format) = extension.parse::<Format>() else { return super::not_found().await };
    let found = async {
        let sees_responses = viewer.reads().is_ok_and(|read| read.only().is_none());
        let store = &state.services.store;
        let row = stored_report::find(store, viewer.reports()?, sees_responses, ("report", id)).await?;
        let report = Arc::new(report::read(&row)?);
        let bytes = report::rendered(report.clone(), format, asked.into_inner().table).await?;
        Ok::<_, Error>((render::file_name(&report, format), bytes))
    };
    match found.await {
        Ok((name, bytes)) => answer(format, name, bytes),
        Err(Error::NotFound { .. }) => super::not_found().await,
        Err(error @ Error::Forbidden(_)) => {
            refused(HttpResponse::Forbidden(), Code::Forbidden, &error.to_string())
        }
        Err(error @ Error::Invalid { .. }) => {
            refused(HttpResponse::BadRequest(), Code::InvalidArgument, &error.to_string())
        }
        Err(error) => {
            tracing::error!(error = with_causes(&error), "cannot render a stored report");
            refused(HttpResponse::InternalServerError(), Code::Internal, "Internal error. Try again.")
        }
    }
}

fn answer(format: Format, name: String, bytes: Vec<u8>) -> HttpResponse {
    // A page is shown, everything else is saved.
    let disposition = match format {
        Format::Html | Format::Pdf => DispositionType::Inline,
        _ => DispositionType::Attachment,
    };
    let parameters = vec![DispositionParam::Filename(name)];
    let mut answer = HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(ContentDisposition { disposition, parameters })
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(bytes);
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A stored report never changes, but another version of the server may render it otherwise.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    answer
}
