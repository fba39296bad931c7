//! Importing a file: a few thousand rows per transaction, each row accepted or rejected separately. Rows
//! imported before are recognized, so an interrupted import is resumed by starting it again.

mod create;
mod lineage;
mod outputs;
mod rows;
mod submit;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use ballroom_entity::{
    id::ImportId,
    import::{ImportKind, ImportState},
    scale::ScaleKind,
};
use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::mpsc;

pub use create::{Create, Created};

use ballroom_files::{Columns, Kind, Mapping, Plan, Record, Reject, ScaleShape, Settings, Target};

use crate::{
    base::error::Error,
    clock,
    domain::{
        access::Manage,
        import::{self as record, ImportCounts, NewImport},
    },
    store::{Dimensions, Store},
};
use outputs::Outputs;
use rows::{Batch, Failure, Row, read};
use submit::{RowOutcome, described, reject, submit};

/// Rows per transaction. Twice as many are not faster and take longer to be durable.
const ROWS: usize = 2_000;

/// Options of an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// How the file is read, and what its columns mean.
    pub settings: Settings,
    /// Objects to create when a row refers to them and they do not exist.
    pub create: Create,
    /// The system that the data come from: external IDs are unique within it.
    pub source: String,
    /// File for rejected rows.
    pub rejects: PathBuf,
    /// What happens to rows whose ID is known with other contents; none: responses are reported, others applied.
    pub on_conflict: Option<OnConflict>,
    /// Declares what releases follow by the order of their versions, in lines of versions with so many leading numbers in
    /// common; none: as the file says.
    pub version_line: Option<usize>,
}

/// What happens to rows whose ID is known with other contents. Where the source gives the time of each version, the newest one
/// is applied whatever this says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// The stored version is kept, and the row is counted.
    Keep,
    /// The row is applied.
    Update,
    /// The stored version is kept, and the row is written to a file.
    Report,
}

/// The outcomes of the rows; `read` is their sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The import.
    pub import: Option<ImportId>,
    /// What the rows contain.
    pub kind: Option<Kind>,
    /// Rows read.
    pub read: u64,
    /// Rows stored, each of which counts if it has a rating.
    pub accepted: u64,
    /// Of the accepted responses, those without a rating.
    pub unrated: u64,
    /// Rows that updated something known.
    pub updated: u64,
    /// Rows of something known in the same or a later version.
    pub unchanged: u64,
    /// Responses stored beside another of the same customer, feature, scale and day: the last one counts for both.
    pub superseded: u64,
    /// Rows of responses that were deleted: they stay deleted.
    pub deleted: u64,
    /// Rows whose ID is known with other contents, which were not applied.
    pub differing: u64,
    /// Rows skipped because they have neither a rating nor a comment.
    pub skipped: u64,
    /// Rejected rows.
    pub rejected: u64,
    /// Accepted anonymous responses that equal one of an earlier import.
    pub repeated: u64,
    /// The created objects.
    pub created: Created,
    /// The first day whose counts changed; none when none did.
    pub first_day: Option<NaiveDate>,
    /// File with the rejected rows; none if there are none.
    pub rejects: Option<PathBuf>,
    /// File with the rows that differ from what is stored; none if there are none.
    pub differences: Option<PathBuf>,
    /// The most frequent reasons of rejects with their numbers, each with its first example.
    pub reasons: Vec<(u64, Reject)>,
}

/// Progress of an import.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Rows done.
    pub rows: u64,
    /// Bytes of the file read.
    pub bytes: u64,
    /// Bytes of the file in all.
    pub bytes_total: u64,
}

/// An event during an import.
#[derive(Clone, Debug)]
pub enum ImportEvent {
    /// A transaction was committed.
    Progress(Progress),
    /// A warning: a similar object exists, or a column is not read. The text has no period at its end.
    Warning(String),
}

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
    let mapping = &plan.mapping;
    check_settings(mapping, options.create, &*store.dimensions(by.organization()).await?)?;
    let said = plan.notes.iter().cloned();
    for warning in said.chain(unrated(mapping)).chain(unread(mapping, &plan.columns)) {
        report(ImportEvent::Warning(warning));
    }
    let kind = mapping.kind();
    let usual = if kind == Kind::Feedback { OnConflict::Report } else { OnConflict::Update };
    let options = ImportOptions { on_conflict: options.on_conflict.or(Some(usual)), ..options };
    // Responses with an external ID are recognized by it.
    let is_anonymous = kind == Kind::Feedback && mapping.column(Target::ExternalId).is_none();
    let began = is_anonymous.then(clock::now);
    anyhow::ensure!(
        options.rejects != file,
        "--rejects names the imported file {}; choose another file",
        file.display()
    );
    let mut outputs = Outputs::begin(&options.rejects, &plan.columns)?;
    let entry = record::begin(store, by, new_import(&plan, file, &options)?, clock::now()).await?;
    // Reading is work that blocks, so it has a thread of its own; two batches ahead of the database are enough.
    let (sender, mut batches) = mpsc::channel(2);
    let path = file.to_owned();
    let parts = options.version_line;
    let reading = tokio::task::spawn_blocking(move || read(&path, &plan, parts, sender));
    let mut summary = Summary { kind: Some(kind), import: Some(entry.id), ..Summary::default() };
    let mut similar = create::SimilarCustomers::default();
    let mut named = 0;
    while let Some(batch) = batches.recv().await {
        let Batch { rows, bad, records, skipped, bytes, bytes_total, remark } = batch;
        summary.read += records;
        summary.skipped += skipped;
        let about = |twin: String| {
            named += 1;
            if named <= MAX_SIMILAR_REPORTED {
                report(ImportEvent::Warning(twin));
            }
        };
        let refused =
            take(store, by, (&options, entry.id, began), rows, (&mut summary, &mut similar), about).await?;
        let mut bad: Vec<Failure> = bad.into_iter().chain(refused).collect();
        // In the order of the file, whatever it was that refused them.
        bad.sort_by_key(Failure::line);
        outputs.write(bad)?;
        report(ImportEvent::Progress(Progress { rows: summary.read, bytes, bytes_total }));
        remark.into_iter().for_each(|remark| report(ImportEvent::Warning(remark)));
    }
    if named > MAX_SIMILAR_REPORTED {
        report(ImportEvent::Warning(format!(
            "{} more objects were created with names similar to existing ones",
            named - MAX_SIMILAR_REPORTED
        )));
    }
    outputs.finish(&mut summary)?;
    let read = reading.await?;
    let state = if read.is_ok() { ImportState::Finished } else { ImportState::Failed };
    record::report(store, by, entry.id, (counts(&summary), state), clock::now()).await?;
    read.with_context(|| format!("{} rows were imported before the error", summary.read))?;
    Ok(summary)
}

/// What is recorded of an import when it begins.
fn new_import(plan: &Plan, file: &Path, options: &ImportOptions) -> anyhow::Result<NewImport> {
    let Settings { map, set, values, preset, .. } = &plan.settings;
    let pairs = |pairs: &[(String, String)]| -> serde_json::Map<String, serde_json::Value> {
        pairs.iter().map(|(field, text)| (field.clone(), text.as_str().into())).collect()
    };
    Ok(NewImport {
        kind: match plan.mapping.kind() {
            Kind::Feedback => ImportKind::Feedback,
            Kind::Incidents => ImportKind::Incidents,
            Kind::Exposure => ImportKind::Exposure,
            Kind::Releases => ImportKind::Releases,
        },
        file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: std::fs::metadata(file)?.len(),
        fingerprint: plan.fingerprint.iter().map(|byte| format!("{byte:02x}")).collect(),
        source: options.source.clone(),
        mapping: serde_json::json!({ "map": pairs(map), "set": pairs(set), "values": values, "preset": preset }),
    })
}

/// What is recorded of the rows of an import.
fn counts(summary: &Summary) -> ImportCounts {
    let reasons = summary.reasons.iter().take(RECORDED_REASONS).map(|(count, reject)| {
        serde_json::json!({ "count": count, "field": reject.field, "reason": reject.reason, "line": reject.line })
    });
    ImportCounts {
        read: summary.read,
        accepted: summary.accepted + summary.superseded,
        updated: summary.updated,
        unchanged: summary.unchanged + summary.differing,
        rejected: summary.rejected,
        reasons: reasons.collect(),
    }
}

/// The warning about a file without ratings: the column may have another name.
fn unrated(mapping: &Mapping) -> Option<String> {
    (mapping.kind() == Kind::Feedback && !mapping.has(Target::Rating) && !mapping.has_measures()).then(|| {
        "no column is read as `rating`, so all responses are stored without a rating and not counted in scores; if the file has \
         ratings, name their column and their scale (--map rating=COLUMN --scale SCALE)"
            .to_owned()
    })
}

/// The warnings about columns that are not read: a name may be mistyped.
fn unread(mapping: &Mapping, columns: &Columns) -> Vec<String> {
    let unread = mapping.unread(columns);
    let mut said: Vec<String> = unread
        .iter()
        .filter_map(|(name, meant)| {
            let meant = meant.as_ref()?.name();
            Some(format!("column `{name}` is not read; did you mean `{meant}` (--map {meant}={name})?"))
        })
        .collect();
    let others: Vec<String> =
        unread.iter().filter(|(_, meant)| meant.is_none()).map(|(name, _)| format!("`{name}`")).collect();
    match others.as_slice() {
        [] => (),
        [one] => said.push(format!("column {one} is not read")),
        some => said.push(format!("columns not read: {}", some.join(", "))),
    }
    said
}

/// Checks the constants before the first row: one typing error should not reject a million rows.
fn check_settings(mapping: &Mapping, create: Create, dimensions: &Dimensions) -> anyhow::Result<()> {
    let said =
        |target: Target, error: Error| anyhow::anyhow!("--set {}: {}", target.name(), described(error).1);
    for scale in mapping.named_scales() {
        dimensions.scale("scale", scale).map_err(|error| {
            let mut known: Vec<&str> = dimensions.scales.values().map(|scale| scale.key.as_str()).collect();
            known.sort_unstable();
            let known = known.join(", ");
            anyhow::anyhow!(
                "--scale: {}; use one of {known}, or create a scale with createScale",
                described(error).1
            )
        })?;
    }
    if let Some(segment) = mapping.constant(Target::Segment).filter(|_| !create.segments) {
        dimensions.segment("segment", segment).map_err(|error| said(Target::Segment, error))?;
    }
    let Some(product) = mapping.constant(Target::Product) else { return Ok(()) };
    let product = match dimensions.product("product", product) {
        Ok(product) => product.id,
        Err(_) if create.products => return Ok(()),
        Err(error) => return Err(said(Target::Product, error)),
    };
    if let Some(feature) = mapping.constant(Target::Feature).filter(|_| !create.features) {
        dimensions.feature(product, "feature", feature).map_err(|error| said(Target::Feature, error))?;
    }
    if let Some(release) = mapping.constant(Target::Release).filter(|_| !create.releases) {
        dimensions.release(product, "release", release).map_err(|error| said(Target::Release, error))?;
    }
    Ok(())
}

/// Submits rows in one transaction; returns those that are rejected.
///
/// What only a rejected row refers to must not be created, and whether a row is rejected is only known after it was
/// tried. So if something was rejected and something may have been created, the transaction is rolled back, and the rows
/// that were accepted are submitted again without the others.
async fn take(
    store: &Store,
    by: Manage,
    (options, import, began): (&ImportOptions, ImportId, Option<DateTime<Utc>>),
    rows: Vec<(Arc<Record>, Row)>,
    (summary, similar): (&mut Summary, &mut create::SimilarCustomers),
    mut about: impl FnMut(String),
) -> anyhow::Result<Vec<Failure>> {
    let mut refused = Vec::new();
    let mut rows = rows;
    rows.iter_mut().for_each(|(_, row)| row.write_names());
    while !rows.is_empty() {
        let mut tx = store.begin(by.organization(), clock::now()).await?.done_by(by.actor());
        let tried: Vec<Row> = rows.iter().map(|(_, row)| row.clone()).collect();
        let made = create::missing(&mut tx, options.create, &tried, similar).await?;
        let mut again = 0;
        let mut stored = Vec::new();
        let anonymous = began.map(|began| (began, &mut again));
        let results = submit(&mut tx, options, tried, anonymous, &mut stored).await?;
        let is_refused = options.create.any() && results.iter().any(Result::is_err);
        let is_kept = |row: &Row, result: &Result<RowOutcome, Error>| {
            options.on_conflict != Some(OnConflict::Update)
                && matches!(result, Ok(RowOutcome::Updated))
                && !row.has_version()
        };
        let conflicts = rows.iter().zip(&results).any(|((_, row), result)| is_kept(row, result));
        if is_refused || conflicts {
            drop(tx);
            let mut good = Vec::with_capacity(rows.len());
            for ((record, row), result) in rows.into_iter().zip(results) {
                if is_kept(&row, &result) {
                    summary.differing += 1;
                    if options.on_conflict == Some(OnConflict::Report) {
                        refused.push(Failure::Differs(row.line(), record));
                    }
                    continue;
                }
                match result {
                    Err(error) if is_refused => {
                        refused.push(Failure::Refused(reject(row.line(), error), record))
                    }
                    _ => good.push((record, row)),
                }
            }
            rows = good;
            continue;
        }
        let first_day = tx.counts.first_day();
        made.warnings.into_iter().for_each(&mut about);
        record::record(&mut tx, import, &stored).await?;
        tx.commit().await?;
        similar.made(made.customers);
        summary.first_day = summary.first_day.into_iter().chain(first_day).min();
        summary.created.add(made.created);
        summary.repeated += again;
        for ((record, row), result) in rows.into_iter().zip(results) {
            match result {
                Ok(RowOutcome::Accepted) => summary.accepted += 1,
                Ok(RowOutcome::Unrated) => {
                    summary.accepted += 1;
                    summary.unrated += 1;
                }
                Ok(RowOutcome::Updated) => summary.updated += 1,
                Ok(RowOutcome::Unchanged) => summary.unchanged += 1,
                Ok(RowOutcome::Superseded) => summary.superseded += 1,
                Ok(RowOutcome::Deleted) => summary.deleted += 1,
                Err(error) => refused.push(Failure::Refused(reject(row.line(), error), record)),
            }
        }
        break;
    }
    Ok(refused)
}
