//! Importing a file: a few thousand rows per transaction, each row accepted or rejected separately. Rows
//! imported before are recognized, so an interrupted import is resumed by starting it again.

mod about;
mod check;
mod create;
mod given;
mod lineage;
mod outputs;
mod preview;
mod rows;
pub(crate) mod scales;
mod submit;
mod take;

use std::{collections::BTreeSet, path::Path};

use anyhow::Context;
use ballroom_entity::{id::ImportId, import::ImportKind, scale::ScaleKind};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::sync::mpsc;

use ballroom_files::{Kind, Plan, RowHash, ScaleShape, Settings, Target};

pub use about::{ImportEvent, ImportOptions, OnConflict, Progress, Summary};
pub use create::{Create, Created};
pub use given::{Given, given};
pub use preview::{Preview, preview};

use crate::{
    base::error::Error,
    clock,
    domain::{
        access::Manage,
        import::{self as record, ImportCounts, NewImport, Stage},
    },
    store::Store,
};
use outputs::Outputs;
use rows::{Batch, Failure, read};
use take::Taking;

/// The default system that data come from.
pub const SOURCE: &str = "import";

/// Rows per transaction. Twice as many are not faster and take longer to be durable.
const ROWS: usize = 2_000;

/// Time after which the progress of an import is recorded again.
const NOTED: TimeDelta = TimeDelta::seconds(2);

/// Number of reasons of rejects that are recorded.
const RECORDED_REASONS: usize = 20;

/// Maximum number of similar names that are reported one by one; more are only counted.
const MAX_SIMILAR_REPORTED: u64 = 50;

/// Plans the import of a file: how it is read, and what its columns mean.
pub async fn plan(store: &Store, by: Manage, file: &Path, settings: Settings) -> anyhow::Result<Plan> {
    let dimensions = store.dimensions(by.organization()).await?;
    let scales = dimensions.scales.values().map(|scale| ScaleShape {
        key: scale.key.clone(),
        min: scale.min,
        max: scale.max,
        thumbs: scale.kind == ScaleKind::Thumbs,
    });
    let settings = Settings { scales: scales.collect(), ..settings };
    let path = file.to_owned();
    Ok(tokio::task::spawn_blocking(move || ballroom_files::plan(&path, &settings)).await??)
}

/// Imports a file; `report` is called for every transaction and every warning.
pub async fn import(
    store: &Store,
    by: Manage,
    file: &Path,
    options: ImportOptions,
    mut report: impl FnMut(ImportEvent),
) -> anyhow::Result<Summary> {
    let plan = plan(store, by, file, options.settings.clone()).await?;
    check::check_settings(&plan.mapping, options.create, &*store.dimensions(by.organization()).await?)?;
    check::warnings(&plan).for_each(|warning| report(ImportEvent::Warning(warning)));
    let kind = plan.mapping.kind();
    let options = options.with_defaults(kind);
    anyhow::ensure!(
        options.rejects != file,
        "--rejects names the imported file {}; choose another file",
        file.display()
    );
    let mut outputs = Outputs::begin(&options.rejects, options.rejects_limit, &plan.columns)?;
    let content = content(&plan, file).await?;
    let earlier = earlier(store, by, &plan, &options, content.as_deref()).await?;
    let new = new_import(&plan, file, &options, content)?;
    let entry = record::begin(store, by, new, clock::now()).await?;
    report(ImportEvent::Begun(entry.id));
    let mut taking = Taking {
        store,
        by,
        options: &options,
        import: Some(entry.id),
        began: began(&plan),
        similar: create::SimilarCustomers::default(),
        named: BTreeSet::new(),
    };
    // Reading is work that blocks, so it has a thread of its own; two batches ahead of the database are enough.
    let (sender, mut batches) = mpsc::channel(2);
    let path = file.to_owned();
    let how = (options.version_line, None);
    let reading = tokio::task::spawn_blocking(move || read(&path, &plan, how, sender));
    let mut summary = Summary { kind: Some(kind), import: Some(entry.id), ..Summary::default() };
    let (mut named, mut noted) = (0, clock::now());
    let taken: anyhow::Result<()> = async {
        while let Some(batch) = batches.recv().await {
            let Batch { mut rows, bad, records, skipped, bytes, bytes_total, remark, .. } = batch;
            let about = |twin: String| {
                named += 1;
                if named <= MAX_SIMILAR_REPORTED {
                    report(ImportEvent::Warning(twin));
                }
            };
            recognize(store, by, (kind, &earlier), &mut rows).await?;
            let refused = taking.take(rows, &mut summary, about).await?;
            summary.read += records;
            summary.skipped += skipped;
            let mut bad: Vec<Failure> = bad.into_iter().chain(refused).collect();
            // In the order of the file, whatever it was that refused them.
            bad.sort_by_key(Failure::line);
            outputs.write(bad)?;
            report(ImportEvent::Progress(Progress { rows: summary.read, bytes, bytes_total }));
            summary.bytes_read = bytes;
            if clock::now() - noted >= NOTED {
                noted = clock::now();
                record::report(store, by, entry.id, (counts(&summary), Stage::Running), noted).await?;
            }
            remark.into_iter().for_each(|remark| report(ImportEvent::Warning(remark)));
        }
        if named > MAX_SIMILAR_REPORTED {
            report(ImportEvent::Warning(format!(
                "{} more objects were created with names similar to existing ones",
                named - MAX_SIMILAR_REPORTED
            )));
        }
        outputs.finish(&mut summary)?;
        reading.await?
    }
    .await;
    let stage = match &taken {
        Ok(()) => Stage::Finished,
        Err(error) => Stage::Failed(failure(error, file, &options.file_name)),
    };
    let recorded = record::report(store, by, entry.id, (counts(&summary), stage), clock::now()).await;
    taken.with_context(|| format!("{} rows were imported before the error", summary.read))?;
    recorded?;
    Ok(summary)
}

/// Why an import failed, as others may read it: without the place of the file on this server, and without the causes of internal
/// errors, which the log has.
pub(super) fn failure(error: &anyhow::Error, file: &Path, name: &str) -> String {
    match error.downcast_ref::<Error>() {
        Some(Error::Inconsistent(_)) => "the stored data are inconsistent; run `ballroom verify`".to_owned(),
        Some(error) => error.to_string(),
        None => format!("{error:#}").replace(&file.display().to_string(), name),
    }
}

impl ImportOptions {
    /// With what usually happens to rows whose ID is known with other contents.
    fn with_defaults(self, kind: Kind) -> Self {
        let usual = if kind == Kind::Feedback { OnConflict::Report } else { OnConflict::Update };
        Self { on_conflict: self.on_conflict.or(Some(usual)), ..self }
    }
}

/// The time from which on equal anonymous responses are of this import; none: responses have IDs, by which they are recognized.
fn began(plan: &Plan) -> Option<DateTime<Utc>> {
    let is_anonymous =
        plan.mapping.kind() == Kind::Feedback && plan.mapping.column(Target::ExternalId).is_none();
    is_anonymous.then(clock::now)
}

/// The hash of what the rows of a file say, whatever the mapping.
async fn content(plan: &Plan, file: &Path) -> anyhow::Result<Option<String>> {
    if !matches!(plan.mapping.kind(), Kind::Feedback | Kind::Incidents) {
        return Ok(None);
    }
    let (plan, file) = (plan.clone(), file.to_owned());
    let content = tokio::task::spawn_blocking(move || plan.content(&file)).await??;
    Ok(Some(hexadecimal(&content)))
}

/// Earlier imports of the same rows.
async fn earlier(
    store: &Store,
    by: Manage,
    plan: &Plan,
    options: &ImportOptions,
    content: Option<&str>,
) -> anyhow::Result<Vec<ImportId>> {
    let Some(content) = content else { return Ok(Vec::new()) };
    let of = (import_kind(plan.mapping.kind()), options.source.as_str(), content);
    Ok(record::same_content(store, by, of).await?)
}

/// Gives rows that an earlier import of the same file stored the IDs that they have since: whatever its columns are read as now,
/// it is the same file.
async fn recognize(
    store: &Store,
    by: Manage,
    (kind, earlier): (Kind, &[ImportId]),
    rows: &mut [rows::Item],
) -> anyhow::Result<()> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
    if earlier.is_empty() {
        return Ok(());
    }
    let places = (first.place, last.place);
    let mut ids = record::ids_at(store, by, (import_kind(kind), earlier), places).await?;
    for item in rows {
        if let Some(id) = ids.remove(&item.place) {
            item.row.identify(id);
        }
    }
    Ok(())
}

fn import_kind(kind: Kind) -> ImportKind {
    match kind {
        Kind::Feedback => ImportKind::Feedback,
        Kind::Incidents => ImportKind::Incidents,
        Kind::Exposure => ImportKind::Exposure,
        Kind::Releases => ImportKind::Releases,
    }
}

fn hexadecimal(hash: &RowHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is recorded of an import when it begins.
fn new_import(
    plan: &Plan,
    file: &Path,
    options: &ImportOptions,
    content: Option<String>,
) -> anyhow::Result<NewImport> {
    Ok(NewImport {
        kind: import_kind(plan.mapping.kind()),
        file: options.file_name.clone(),
        bytes: std::fs::metadata(file)?.len(),
        fingerprint: hexadecimal(&plan.fingerprint),
        content,
        source: options.source.clone(),
        mapping: described(&plan.settings),
    })
}

/// The settings of an import, as they are recorded.
fn described(settings: &Settings) -> serde_json::Value {
    let pairs = |pairs: &[(String, String)]| -> serde_json::Map<String, serde_json::Value> {
        pairs.iter().map(|(field, text)| (field.clone(), text.as_str().into())).collect()
    };
    let Settings { map, set, values, preset, missing, feature_columns, list_separator, .. } = settings;
    json!({
        "map": pairs(map),
        "set": pairs(set),
        "values": values,
        "preset": preset,
        "missing": missing,
        "featureColumns": feature_columns,
        "listSeparator": list_separator,
        "releasePrefix": settings.release_prefix,
        "dateFormat": settings.date_format,
        "timeZone": settings.time_zone.name(),
    })
}

/// What is recorded of the rows of an import.
fn counts(summary: &Summary) -> ImportCounts {
    let reasons = summary.reasons.iter().take(RECORDED_REASONS).map(|(count, reject)| {
        json!({ "count": count, "field": reject.field, "reason": reject.reason, "line": reject.line })
    });
    ImportCounts {
        read: summary.read,
        accepted: summary.accepted + summary.superseded,
        updated: summary.updated,
        unchanged: summary.unchanged + summary.differing,
        rejected: summary.rejected,
        bytes_read: summary.bytes_read,
        reasons: reasons.collect(),
    }
}
