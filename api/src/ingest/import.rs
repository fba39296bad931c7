//! Importing a file: some thousand rows a transaction, each row taken or refused by itself. Whatever was
//! imported before is there already, so an import that was interrupted is resumed by starting it again.

mod create;

use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::NaiveDate;
use chrono_tz::Tz;
use tokio::sync::mpsc;

use super::{
    BadRecord, Dates, ExternalIds, Kind, Mapping, ReadError, ReadOptions, Reader, Record, Reject, Rejects,
    open, parse,
};
use crate::{
    clock,
    domain::{
        access::Manage,
        error::{Error, perhaps},
        exposure::{self, NewExposure},
        feedback::{self, NewFeedback, Outcome, Submission, Telling},
        incident::{self, NewIncident},
        release::{self, NewRelease, TouchedFeature},
        text,
    },
    store::{Store, Transaction},
};

pub use create::{Create, Created};

/// Rows in one transaction. Twice as many are no faster, and wait longer to be safe.
const ROWS: usize = 2_000;

/// How a file is imported.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// What its rows are.
    pub kind: Kind,
    /// How it is read.
    pub read: ReadOptions,
    /// Which column is which target: pairs of target and column.
    pub map: Vec<(String, String)>,
    /// Targets that are the same in all rows: pairs of target and text.
    pub set: Vec<(String, String)>,
    /// The time zone of times that name none.
    pub time_zone: Tz,
    /// How times are written, if not in one of the usual ways.
    pub date_format: Option<String>,
    /// What is made when a row is the first to name it.
    pub create: Create,
    /// The system that the data come from: external ids are unique within it.
    pub source: String,
    /// Where the rows go that cannot be taken.
    pub rejects: PathBuf,
}

/// What became of the rows: `read` is the sum of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows read.
    pub read: u64,
    /// Rows stored, each of which counts.
    pub accepted: u64,
    /// Rows whose external id was there: nothing was changed.
    pub already_there: u64,
    /// Answers stored beside another of the same customer, feature, scale and day: the last one counts for both.
    pub superseded: u64,
    /// Rows that could not be taken.
    pub rejected: u64,
    /// What was made because a row was the first to name it.
    pub created: Created,
    /// The first day whose counts changed; none when none did.
    pub first_day: Option<NaiveDate>,
    /// Where the rejects are; none when there were none.
    pub rejects: Option<PathBuf>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Rows done.
    pub rows: u64,
    /// Bytes of the file read.
    pub bytes: u64,
    /// Bytes of the file in all.
    pub bytes_total: u64,
}

/// Imports a file; `progress` hears of every transaction.
pub async fn import(
    store: &Store,
    by: Manage,
    file: &Path,
    options: ImportOptions,
    mut progress: impl FnMut(Progress),
) -> anyhow::Result<Summary> {
    let reader = open(file, &options.read)?;
    let mapping = Mapping::new(options.kind, reader.columns(), &options.map, &options.set)?;
    let dates = match &options.date_format {
        Some(format) => Dates::with_format(options.time_zone, format)?,
        None => Dates::in_zone(options.time_zone),
    };
    let mut rejects = Rejects::new(&options.rejects, reader.columns());
    anyhow::ensure!(options.rejects != file, "the rejects cannot go into the file that is imported");
    // Those of an earlier import of the file say nothing about this one.
    let _ = std::fs::remove_file(&options.rejects);
    // Reading is work that blocks, so it has a thread of its own; two batches ahead of the database are enough.
    let (sender, mut batches) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || read(reader, mapping, dates, sender));
    let mut summary = Summary::default();
    while let Some(batch) = batches.recv().await {
        let Batch { rows, bad, bytes, bytes_total } = batch;
        for bad in bad {
            summary.read += 1;
            match bad {
                Bad::Unreadable(bad) => rejects.write_bad(&bad)?,
                Bad::Refused(reject, record) => rejects.write(&reject, &record)?,
            }
        }
        summary.read += rows.len() as u64;
        take(store, by, &options, rows, &mut rejects, &mut summary).await?;
        progress(Progress { rows: summary.read, bytes, bytes_total });
    }
    summary.rejected = rejects.count();
    summary.rejects = rejects.finish()?;
    reading.await?.with_context(|| format!("{} rows were imported before that", summary.read))?;
    Ok(summary)
}

/// A row of any kind.
enum Row {
    Feedback(parse::FeedbackRow),
    Incident(parse::IncidentRow),
    Exposure(parse::ExposureRow),
    Release(parse::ReleaseRow),
}

impl Row {
    /// Writes the names in it in the form in which they are kept, so that two that look alike are one.
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

enum Bad {
    Unreadable(BadRecord),
    Refused(Reject, Record),
}

/// Rows that go into one transaction.
struct Batch {
    rows: Vec<(Record, Row)>,
    bad: Vec<Bad>,
    bytes: u64,
    bytes_total: u64,
}

fn read(
    mut reader: Reader,
    mapping: Mapping,
    dates: Dates,
    batches: mpsc::Sender<Batch>,
) -> anyhow::Result<()> {
    let mut ids = ExternalIds::new();
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
                Some(Err(ReadError::Record(record))) => bad.push(Bad::Unreadable(record)),
                Some(Ok(record)) => match row(&record, &mapping, &dates, &mut ids) {
                    Ok(row) => rows.push((record, row)),
                    Err(reject) => bad.push(Bad::Refused(reject, record)),
                },
            }
        }
        let batch = Batch { rows, bad, bytes: reader.bytes_read(), bytes_total: reader.bytes_total() };
        if batches.blocking_send(batch).is_err() {
            // The import has ended with an error of its own.
            return Ok(());
        }
        if let Some(end) = end {
            return end;
        }
    }
}

fn row(record: &Record, mapping: &Mapping, dates: &Dates, ids: &mut ExternalIds) -> Result<Row, Reject> {
    // Every record takes its number, whether it has an id of its own or not, good or bad: so a row's id does
    // not depend on what becomes of the others.
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

/// What became of a row.
enum Taken {
    Accepted,
    AlreadyThere,
    Superseded,
}

async fn take(
    store: &Store,
    by: Manage,
    options: &ImportOptions,
    rows: Vec<(Record, Row)>,
    rejects: &mut Rejects,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (records, mut rows): (Vec<Record>, Vec<Row>) = rows.into_iter().unzip();
    rows.iter_mut().for_each(Row::write_names);
    let mut tx = store.begin(by.organization(), clock::now()).await?;
    let made = create::missing(&mut tx, options.create, &rows).await?;
    let results = submit(&mut tx, options, rows).await?;
    let first_day = tx.counts.first_day();
    tx.commit().await?;
    summary.first_day = summary.first_day.into_iter().chain(first_day).min();
    summary.created.add(made);
    for (record, result) in records.iter().zip(results) {
        match result {
            Ok(Taken::Accepted) => summary.accepted += 1,
            Ok(Taken::AlreadyThere) => summary.already_there += 1,
            Ok(Taken::Superseded) => summary.superseded += 1,
            Err(error) => rejects.write(&reject(record.line(), error), record)?,
        }
    }
    Ok(())
}

/// Hands rows to the domain. A file has rows of one kind; the results are in their order.
async fn submit(
    tx: &mut Transaction,
    options: &ImportOptions,
    rows: Vec<Row>,
) -> Result<Vec<Result<Taken, Error>>, Error> {
    let (mut answers, mut incidents, mut figures, mut releases) = (vec![], vec![], vec![], vec![]);
    for row in rows {
        match row {
            Row::Feedback(row) => answers.push(new_feedback(row)),
            Row::Incident(row) => incidents.push(new_incident(row)),
            Row::Exposure(row) => figures.push(new_exposure(row)),
            Row::Release(row) => releases.push(row),
        }
    }
    let mut results = Vec::new();
    if !answers.is_empty() {
        let how = Submission { create_customers: options.create.customers, telling: Telling::Total };
        for result in feedback::submit_in(tx, &options.source, answers, how).await? {
            results.push(result.map(|submitted| match submitted.outcome {
                Outcome::Accepted => Taken::Accepted,
                Outcome::AlreadyThere => Taken::AlreadyThere,
                Outcome::Supersedes | Outcome::Superseded => Taken::Superseded,
            }));
        }
    }
    let there = |already: bool| if already { Taken::AlreadyThere } else { Taken::Accepted };
    if !incidents.is_empty() {
        for result in incident::open_in(tx, &options.source, incidents, Telling::Total).await? {
            results.push(result.map(|opened| there(opened.already_there)));
        }
    }
    if !figures.is_empty() {
        for result in exposure::record_in(tx, &options.source, figures).await? {
            results.push(result.map(|recorded| there(recorded.already_there)));
        }
    }
    for row in releases {
        results.push(new_release(tx, row).await.map(there));
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
    }
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
        resolved_at: row.resolved_at,
        affected_customers: row.affected_customers,
        customers: Vec::new(),
        external_id: row.external_id,
        source: None,
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

/// Plans, ships and withdraws a release as the row says; says whether it was there already.
async fn new_release(tx: &mut Transaction, row: parse::ReleaseRow) -> Result<bool, Error> {
    let dimensions = tx.dimensions();
    let there = dimensions
        .product("product", &row.product)
        .and_then(|product| dimensions.release(product.id, "version", &row.version))
        .is_ok();
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
    };
    let planned = release::plan_in(tx, new).await?;
    if let Some(withdrawn_at) = row.withdrawn_at {
        release::withdraw_in(tx, planned.id, withdrawn_at).await?;
    }
    Ok(there)
}

fn reject(line: u64, error: Error) -> Reject {
    let (field, reason) = match error {
        Error::Invalid { field, reason } | Error::Conflict { field, reason } => (field, reason),
        Error::NotFound { field, noun, reference, near } => {
            let perhaps = perhaps(&near);
            (field, format!("there is no {noun} \"{reference}\"{perhaps}; --create makes what is missing"))
        }
        other => (String::new(), other.to_string()),
    };
    Reject { line, field: snake(&field), reason }
}

/// A field as files name it: the domain's `occurredAt` is their `occurred_at`.
fn snake(field: &str) -> String {
    let mut name = String::with_capacity(field.len() + 2);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
