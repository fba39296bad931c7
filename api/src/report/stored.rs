//! Reports as they are stored, and as files.

use std::sync::Arc;

use ballroom_entity::stored_report::{Model, ReportKind};
use ballroom_render::{
    self as render, Format, Options, RenderError, Report,
    model::{Change, Kind},
};

use crate::{base::error::Error, domain::stored_report::NewStoredReport, store::Dimensions};

/// The kind of a stored report.
pub fn kind(of: ReportKind) -> Kind {
    match of {
        ReportKind::Iteration => Kind::Iteration,
        ReportKind::Value => Kind::Value,
        ReportKind::Release => Kind::Release,
        ReportKind::Overview => Kind::Overview,
        ReportKind::Security => Kind::Security,
    }
}

/// A kind as it is stored.
pub fn stored_kind(of: Kind) -> ReportKind {
    match of {
        Kind::Iteration => ReportKind::Iteration,
        Kind::Value => ReportKind::Value,
        Kind::Release => ReportKind::Release,
        Kind::Overview => ReportKind::Overview,
        Kind::Security => ReportKind::Security,
    }
}

/// A report, to be stored.
pub fn to_store(report: &Report, dimensions: &Dimensions) -> NewStoredReport {
    let key = report.product.as_ref().and_then(|product| product.key.as_deref());
    NewStoredReport {
        kind: stored_kind(report.kind),
        product: key.and_then(|key| dimensions.known_product(key)).map(|product| product.id),
        title: report.title.clone(),
        audience: format!("{:?}", report.audience).to_uppercase(),
        detailed: report.min_group.is_none(),
        as_of: report.as_of,
        method: report.method.clone(),
        revision: report.revision,
        model: render::json(report),
    }
}

/// A stored report.
pub fn read(row: &Model) -> Result<Report, Error> {
    serde_json::from_str(&row.model).map_err(|error| {
        Error::Inconsistent(format!("the stored report {} cannot be read: {error}", row.id.0))
    })
}

/// What changed between two stored reports of one kind.
pub fn changes_between(before: &Model, now: &Model) -> Result<Vec<Change>, Error> {
    if before.kind != now.kind {
        let kinds = [kind(before.kind).name(), kind(now.kind).name()];
        let reason = format!("is a report of the kind {}; give one of the kind {}", kinds[0], kinds[1]);
        return Err(Error::invalid("report", reason.to_owned()));
    }
    Ok(render::compare(&read(before)?, &read(now)?))
}

/// A report as a file. It is written on a blocking thread: documents take a while.
pub async fn rendered(report: Arc<Report>, format: Format, table: Option<String>) -> Result<Vec<u8>, Error> {
    if table.is_some() && !matches!(format, Format::Csv | Format::Parquet) {
        return Err(Error::invalid(
            "table",
            format!("does not apply to {format}, which contains all tables; omit it"),
        ));
    }
    let written =
        tokio::task::spawn_blocking(move || render::render(&report, format, &Options { table })).await;
    let written = written.map_err(|error| Error::internal("the rendering was aborted", error))?;
    written.map_err(|error| match error {
        RenderError::Table { .. } => Error::invalid("table", error.to_string()),
        error => Error::internal("the report cannot be rendered", error),
    })
}
