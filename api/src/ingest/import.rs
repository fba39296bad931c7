//! Importing a file: a few thousand rows per transaction, each row accepted or rejected separately. Rows
//! imported before are recognized, so an interrupted import is resumed by starting it again.

mod create;
mod rows;
mod submit;

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

pub use create::{Create, Created};

use super::{Columns, Dates, ExternalIds, Kind, Mapping, ReadOptions, Record, Reject, Rejects, Target, open};
use crate::{
    base::error::Error,
    clock,
    domain::access::Manage,
    store::{Dimensions, Store},
};
use rows::{Batch, Failure, Row, read};
use submit::{RowOutcome, described, reject, submit};

/// Rows per transaction. Twice as many are not faster and take longer to be durable.
const ROWS: usize = 2_000;

/// Options of an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// What the rows contain.
    pub kind: Kind,
    /// How the file is read.
    pub read: ReadOptions,
    /// Columns of targets: pairs of target and column.
    pub map: Vec<(String, String)>,
    /// Targets that are the same in all rows: pairs of target and text.
    pub set: Vec<(String, String)>,
    /// Time zone of times without one.
    pub time_zone: Tz,
    /// Format of dates and times, if not a common one.
    pub date_format: Option<String>,
    /// Objects to create when a row refers to them and they do not exist.
    pub create: Create,
    /// Texts that mean "no value"; the default ones if not given.
    pub missing: Option<Vec<String>>,
    /// Prefix of the versions in this file.
    pub release_prefix: Option<String>,
    /// The system that the data come from: external IDs are unique within it.
    pub source: String,
    /// File for rejected rows.
    pub rejects: PathBuf,
}

/// The outcomes of the rows; `read` is their sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
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

/// Maximum number of similar names that are reported one by one; more are only counted.
const MAX_SIMILAR_REPORTED: u64 = 50;

/// Imports a file; `report` is called for every transaction and every warning.
pub async fn import(
    store: &Store,
    by: Manage,
    file: &Path,
    options: ImportOptions,
    mut report: impl FnMut(ImportEvent),
) -> anyhow::Result<Summary> {
    let reader = open(file, &options.read)?;
    let mut mapping = Mapping::new(options.kind, reader.columns(), &options.map, &options.set)?;
    if let Some(missing) = &options.missing {
        mapping = mapping.with_missing(missing);
    }
    if let Some(prefix) = &options.release_prefix {
        mapping = mapping.without_release_prefix(prefix);
    }
    check_settings(&mapping, options.create, &*store.dimensions(by.organization()).await?)?;
    for warning in unrated(&mapping).into_iter().chain(unread(&mapping, reader.columns())) {
        report(ImportEvent::Warning(warning));
    }
    let dates = match &options.date_format {
        Some(format) => Dates::with_format(options.time_zone, format)?,
        None => Dates::in_zone(options.time_zone),
    };
    // Responses with an external ID are recognized by it.
    let began =
        (options.kind == Kind::Feedback && mapping.column(Target::ExternalId).is_none()).then(clock::now);
    let mut rejects = Rejects::new(&options.rejects, reader.columns());
    anyhow::ensure!(
        options.rejects != file,
        "--rejects names the imported file {}; choose another file",
        file.display()
    );
    let unwritable = || {
        format!(
            "cannot write the rejected rows to {}; choose another file with --rejects",
            options.rejects.display()
        )
    };
    // Rejects of an earlier import of the file do not belong to this one; and if they cannot be written, that is an error
    // before anything is imported.
    let there = std::fs::File::create(&options.rejects).and_then(|file| file.metadata());
    if there.with_context(unwritable)?.is_file() {
        std::fs::remove_file(&options.rejects).with_context(unwritable)?;
    }
    // Reading is work that blocks, so it has a thread of its own; two batches ahead of the database are enough.
    let (sender, mut batches) = mpsc::channel(2);
    let path = file.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let ids = ExternalIds::new(hash(&path)?);
        read(reader, mapping, dates, ids, sender)
    });
    let mut summary = Summary::default();
    let mut similar = create::SimilarCustomers::default();
    let mut named = 0;
    while let Some(batch) = batches.recv().await {
        let Batch { rows, bad, bytes, bytes_total } = batch;
        summary.read += (rows.len() + bad.len()) as u64;
        let about = |twin: String| {
            named += 1;
            if named <= MAX_SIMILAR_REPORTED {
                report(ImportEvent::Warning(twin));
            }
        };
        let refused = take(store, by, (&options, began), rows, (&mut summary, &mut similar), about).await?;
        let mut bad: Vec<Failure> = bad
            .into_iter()
            .chain(refused.into_iter().map(|(reject, record)| Failure::Refused(reject, record)))
            .collect();
        // In the order of the file, whatever it was that refused them.
        bad.sort_by_key(Failure::line);
        for bad in bad {
            match bad {
                Failure::Unreadable(bad) => rejects.write_bad(&bad).with_context(unwritable)?,
                Failure::Refused(reject, record) => {
                    rejects.write(&reject, &record).with_context(unwritable)?
                }
            }
        }
        report(ImportEvent::Progress(Progress { rows: summary.read, bytes, bytes_total }));
    }
    if named > MAX_SIMILAR_REPORTED {
        report(ImportEvent::Warning(format!(
            "{} more objects were created with names similar to existing ones",
            named - MAX_SIMILAR_REPORTED
        )));
    }
    summary.rejected = rejects.count();
    summary.rejects = rejects.finish().with_context(unwritable)?;
    reading.await?.with_context(|| format!("{} rows were imported before the error", summary.read))?;
    Ok(summary)
}

/// The warning about a file without ratings: the column may have another name.
fn unrated(mapping: &Mapping) -> Option<String> {
    (mapping.kind() == Kind::Feedback && !mapping.has(Target::Rating)).then(|| {
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
    if let Some(scale) = mapping.constant(Target::Scale) {
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

/// The hash of the content of a file, by which it is recognized when it is imported again.
fn hash(path: &Path) -> std::io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut some = vec![0; 1 << 16];
    loop {
        match file.read(&mut some)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&some[..read]),
        }
    }
}

/// Submits rows in one transaction; returns those that are rejected.
///
/// What only a rejected row refers to must not be created, and whether a row is rejected is only known after it was
/// tried. So if something was rejected and something may have been created, the transaction is rolled back, and the rows
/// that were accepted are submitted again without the others.
async fn take(
    store: &Store,
    by: Manage,
    (options, began): (&ImportOptions, Option<DateTime<Utc>>),
    rows: Vec<(Record, Row)>,
    (summary, similar): (&mut Summary, &mut create::SimilarCustomers),
    mut about: impl FnMut(String),
) -> anyhow::Result<Vec<(Reject, Record)>> {
    let mut refused = Vec::new();
    let mut rows = rows;
    rows.iter_mut().for_each(|(_, row)| row.write_names());
    while !rows.is_empty() {
        let mut tx = store.begin(by.organization(), clock::now()).await?.done_by(by.actor());
        let tried: Vec<Row> = rows.iter().map(|(_, row)| row.clone()).collect();
        let made = create::missing(&mut tx, options.create, &tried, similar).await?;
        let mut again = 0;
        let results = submit(&mut tx, options, tried, began.map(|began| (began, &mut again))).await?;
        if options.create.any() && results.iter().any(Result::is_err) {
            drop(tx);
            let mut good = Vec::with_capacity(rows.len());
            for ((record, row), result) in rows.into_iter().zip(results) {
                match result {
                    Ok(_) => good.push((record, row)),
                    Err(error) => refused.push((reject(record.line(), error), record)),
                }
            }
            rows = good;
            continue;
        }
        let first_day = tx.counts.first_day();
        made.warnings.into_iter().for_each(&mut about);
        tx.commit().await?;
        similar.made(made.customers);
        summary.first_day = summary.first_day.into_iter().chain(first_day).min();
        summary.created.add(made.created);
        summary.repeated += again;
        for ((record, _), result) in rows.into_iter().zip(results) {
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
                Err(error) => refused.push((reject(record.line(), error), record)),
            }
        }
        break;
    }
    Ok(refused)
}
