//! Importing a file: a few thousand rows per transaction, each row accepted or rejected separately. Rows
//! imported before are recognized, so an interrupted import is resumed by starting it again.

mod create;

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context;
use ballroom_entity::release::ReleaseLifecycle;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{
    BadRecord, Columns, Dates, ExternalIds, Kind, Mapping, ReadError, ReadOptions, Reader, Record, Reject,
    Rejects, Target, open, parse,
};
use crate::{
    base::{
        error::{Error, perhaps},
        text,
    },
    clock,
    domain::{
        access::Manage,
        exposure::{self, NewExposure},
        feedback::{self, EventDetail, NewFeedback, Submission, Submitted},
        incident::{self, NewIncident},
        release::{self, NewRelease, Planned, TouchedFeature},
        sent::{Nulls, Outcome},
    },
    store::{Dimensions, Store},
    transaction::Transaction,
};

pub use create::{Create, Created};

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

/// A row of any kind.
#[derive(Clone)]
enum Row {
    Feedback(parse::FeedbackRow),
    Incident(parse::IncidentRow),
    Exposure(parse::ExposureRow),
    Release(parse::ReleaseRow),
}

impl Row {
    /// Normalizes names, so that names that look alike are equal.
    fn write_names(&mut self) {
        let (product, features, segment, customer, versions): (
            _,
            Vec<&mut String>,
            _,
            _,
            Vec<&mut Option<String>>,
        ) = match self {
            Self::Feedback(row) => (
                &mut row.product,
                row.feature.iter_mut().collect(),
                row.segment.as_mut(),
                row.customer.as_mut(),
                vec![&mut row.release],
            ),
            Self::Incident(row) => {
                (&mut row.product, row.features.iter_mut().collect(), None, None, vec![&mut row.release])
            }
            Self::Exposure(row) => {
                (&mut row.product, vec![&mut row.feature], row.segment.as_mut(), None, Vec::new())
            }
            Self::Release(row) => {
                row.version = text::name(&row.version).into_owned();
                let features = row.features.iter_mut().map(|touch| &mut touch.feature).collect();
                (&mut row.product, features, None, None, vec![&mut row.previous])
            }
        };
        for key in features.into_iter().chain([product]).chain(segment).chain(customer) {
            *key = text::key(key).into_owned();
        }
        for version in versions.into_iter().flatten() {
            *version = text::name(version).into_owned();
        }
    }
}

enum Failure {
    Unreadable(BadRecord),
    Refused(Reject, Record),
}

impl Failure {
    fn line(&self) -> u64 {
        match self {
            Self::Unreadable(bad) => bad.line,
            Self::Refused(reject, _) => reject.line,
        }
    }
}

/// Rows that go into one transaction.
struct Batch {
    rows: Vec<(Record, Row)>,
    bad: Vec<Failure>,
    bytes: u64,
    bytes_total: u64,
}

fn read(
    mut reader: Reader,
    mapping: Mapping,
    dates: Dates,
    mut ids: ExternalIds,
    batches: mpsc::Sender<Batch>,
) -> anyhow::Result<()> {
    loop {
        let (mut rows, mut bad) = (Vec::with_capacity(ROWS), Vec::new());
        let mut end = None;
        while rows.len() < ROWS && bad.len() < ROWS {
            match reader.next() {
                None => {
                    end = Some(Ok(()));
                    break;
                }
                Some(Err(error @ ReadError::File { .. })) => {
                    end = Some(Err(error.into()));
                    break;
                }
                Some(Err(ReadError::Record(record))) => bad.push(Failure::Unreadable(record)),
                Some(Ok(record)) => match row(&record, &mapping, &dates, &mut ids) {
                    Ok(row) => rows.push((record, row)),
                    Err(reject) => bad.push(Failure::Refused(reject, record)),
                },
            }
        }
        let batch = Batch { rows, bad, bytes: reader.bytes_read(), bytes_total: reader.bytes_total() };
        if batches.blocking_send(batch).is_err() {
            // The import has already failed.
            return Ok(());
        }
        if let Some(end) = end {
            return end;
        }
    }
}

fn row(record: &Record, mapping: &Mapping, dates: &Dates, ids: &mut ExternalIds) -> Result<Row, Reject> {
    // Every record is numbered, whether it has an ID or not and whether it is valid or not: a row's ID must
    // not depend on the outcome of others.
    let id = ids.next(record, mapping);
    Ok(match mapping.kind() {
        Kind::Feedback => {
            let mut row = parse::feedback(record, mapping, dates)?;
            row.external_id.get_or_insert(id);
            Row::Feedback(row)
        }
        Kind::Incidents => {
            let mut row = parse::incident(record, mapping, dates)?;
            row.external_id.get_or_insert(id);
            Row::Incident(row)
        }
        Kind::Exposure => Row::Exposure(parse::exposure(record, mapping, dates)?),
        Kind::Releases => Row::Release(parse::release(record, mapping, dates)?),
    })
}

/// The outcome of a row.
enum RowOutcome {
    Accepted,
    Unrated,
    Updated,
    Unchanged,
    Superseded,
    Deleted,
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

/// Submits rows to the domain. A file has rows of one kind; the results are in their order. For anonymous responses,
/// the number of repeated ones is counted.
async fn submit(
    tx: &mut Transaction,
    options: &ImportOptions,
    rows: Vec<Row>,
    anonymous: Option<(DateTime<Utc>, &mut u64)>,
) -> Result<Vec<Result<RowOutcome, Error>>, Error> {
    let (mut answers, mut incidents, mut figures, mut releases) = (vec![], vec![], vec![], vec![]);
    for row in rows {
        match row {
            Row::Feedback(row) => answers.push(new_feedback(row)),
            Row::Incident(row) => incidents.push(new_incident(row)),
            Row::Exposure(row) => figures.push(new_exposure(row)),
            Row::Release(row) => releases.push(row),
        }
    }
    let row_outcome = |outcome| match outcome {
        Outcome::Created => RowOutcome::Accepted,
        Outcome::Updated => RowOutcome::Updated,
        Outcome::Unchanged | Outcome::Outdated => RowOutcome::Unchanged,
    };
    let mut results = Vec::new();
    if !answers.is_empty() {
        let how = Submission { create_customers: options.create.customers, event_detail: EventDetail::Total };
        let submitted = feedback::submit_in(tx, &options.source, answers, how).await?;
        if let Some((began, again)) = anonymous {
            let new = submitted
                .iter()
                .flatten()
                .filter(|one| one.outcome == Outcome::Created && one.supersession.is_none());
            let new = new.map(|one| &one.feedback).filter(|row| row.customer_id.is_none());
            *again = feedback::count_repeated(tx, &new.cloned().collect::<Vec<_>>(), began).await?;
        }
        for result in submitted {
            results.push(match result {
                Ok(submitted) if submitted.supersession.is_some() => Ok(RowOutcome::Superseded),
                Ok(Submitted { outcome: Outcome::Created, feedback, .. }) if feedback.level.is_none() => {
                    Ok(RowOutcome::Unrated)
                }
                Ok(submitted) => Ok(row_outcome(submitted.outcome)),
                // A file that is imported every night remains valid when one of its responses is deleted.
                Err(Error::Deleted { .. }) => Ok(RowOutcome::Deleted),
                Err(error) => Err(error),
            });
        }
    }
    if !incidents.is_empty() {
        for result in incident::open_in(tx, &options.source, incidents, EventDetail::Total).await? {
            results.push(result.map(|opened| row_outcome(opened.outcome)));
        }
    }
    if !figures.is_empty() {
        for result in exposure::record_in(tx, &options.source, figures).await? {
            results.push(result.map(|recorded| row_outcome(recorded.outcome)));
        }
    }
    if !releases.is_empty() {
        for row in releases {
            results.push(match new_release(tx, row).await {
                Err(error) if error.is_ours() => return Err(error),
                result => result.map(row_outcome),
            });
        }
        tx.dimensions_changed().await?;
    }
    Ok(results)
}

fn new_feedback(row: parse::FeedbackRow) -> NewFeedback {
    NewFeedback {
        product: row.product,
        feature: row.feature,
        release: row.release,
        segment: row.segment,
        customer: row.customer,
        scale: row.scale,
        rating: row.rating,
        comment: row.comment,
        channel: row.channel,
        occurred_at: Some(row.occurred_at),
        external_id: row.external_id,
        source: None,
        updated_at: row.updated_at,
        nulls: nulls(&row.empty),
    }
}

/// Empty cells as nulls.
fn nulls(empty: &[Target]) -> Nulls {
    let mut nulls = Nulls::default();
    for target in empty {
        let field = match target {
            Target::AffectedCustomers => "affectedCustomers",
            other => other.name(),
        };
        nulls.note(field, Some(None::<()>));
    }
    nulls
}

fn new_incident(row: parse::IncidentRow) -> NewIncident {
    let untitled = || format!("Incident {}", row.external_id.as_deref().unwrap_or("without a title"));
    NewIncident {
        title: row.title.clone().unwrap_or_else(untitled),
        product: row.product,
        features: row.features,
        release: row.release,
        severity: row.severity.into(),
        description: None,
        opened_at: Some(row.opened_at),
        reopened_at: row.reopened_at,
        resolved_at: row.resolved_at,
        open: row.open,
        affected_customers: row.affected_customers,
        customers: Vec::new(),
        external_id: row.external_id,
        source: None,
        updated_at: row.updated_at,
        nulls: nulls(&row.empty),
    }
}

fn new_exposure(row: parse::ExposureRow) -> NewExposure {
    NewExposure {
        product: row.product,
        feature: Some(row.feature),
        segment: row.segment,
        day: row.day,
        active_customers: row.active_customers,
        source: None,
    }
}

/// Plans, ships and withdraws a release according to the row.
async fn new_release(tx: &mut Transaction, row: parse::ReleaseRow) -> Result<Outcome, Error> {
    let touched = row.features.into_iter().map(|touch| TouchedFeature {
        feature: touch.feature,
        change: match touch.change {
            parse::Change::Added => ballroom_entity::release_feature::FeatureChange::Added,
            parse::Change::Changed => ballroom_entity::release_feature::FeatureChange::Changed,
            parse::Change::Fixed => ballroom_entity::release_feature::FeatureChange::Fixed,
            parse::Change::Removed => ballroom_entity::release_feature::FeatureChange::Removed,
        },
    });
    let new = NewRelease {
        product: row.product,
        version: row.version,
        title: row.title,
        notes: None,
        previous: row.previous,
        planned_for: None,
        released_at: row.released_at,
        features: touched.collect(),
        updated_at: row.updated_at,
        nulls: nulls(&row.empty),
    };
    let Planned { release, outcome, .. } = release::plan_in(tx, new).await?;
    if let Some(withdrawn_at) = row.withdrawn_at
        && release.lifecycle != ReleaseLifecycle::Withdrawn
        && outcome != Outcome::Outdated
    {
        let release = release::withdraw_in(tx, release, withdrawn_at).await?;
        let withdrawn = release.lifecycle == ReleaseLifecycle::Withdrawn;
        return Ok(if withdrawn && outcome != Outcome::Created { Outcome::Updated } else { outcome });
    }
    Ok(outcome)
}

fn reject(line: u64, error: Error) -> Reject {
    let (field, reason) = described(error);
    Reject { line, field: snake_case(&field), reason }
}

/// The invalid field and the message, in the terms of files.
fn described(error: Error) -> (String, String) {
    match error {
        Error::Invalid { field, reason, .. } | Error::Conflict { field, reason } => (field, reason),
        Error::NotFound { field, noun, reference, near } => {
            let made = match noun {
                "product" | "feature" | "release" | "segment" | "customer" => {
                    format!("; create missing ones with --create {noun}s")
                }
                "scale" => {
                    "; create scales with createScale (--create supports only products, features, releases, segments and \
                            customers)"
                        .to_owned()
                }
                _ => String::new(),
            };
            (field, format!("there is no {noun} \"{reference}\"{}{made}", perhaps(&near)))
        }
        other => (String::new(), other.to_string()),
    }
}

/// A field as named in files: `occurredAt` is `occurred_at`.
fn snake_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len() + 2);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
