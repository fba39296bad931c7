//! Rows of a file, read and parsed into batches.

use std::{path::Path, sync::Arc};

use ballroom_files::{
    BadRecord, Dates, ExternalIds, Kind, Mapping, Plan, ReadError, Record, Reject, identity, parse,
};
use tokio::sync::mpsc;

use super::{ROWS, lineage};
use crate::{base::text, domain::import::Place};

/// A row of any kind.
#[derive(Clone)]
pub(super) enum Row {
    Feedback(parse::FeedbackRow),
    Incident(parse::IncidentRow),
    Exposure(parse::ExposureRow),
    Release(parse::ReleaseRow),
}

impl Row {
    /// Normalizes names, so that names that look alike are equal.
    pub(super) fn write_names(&mut self) {
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

impl Row {
    /// The line of its record.
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Feedback(row) => row.line,
            Self::Incident(row) => row.line,
            Self::Exposure(row) => row.line,
            Self::Release(row) => row.line,
        }
    }

    /// Gives it the ID by which it is known.
    pub(super) fn identify(&mut self, id: String) {
        match self {
            Self::Feedback(row) => row.external_id = Some(id),
            Self::Incident(row) => row.external_id = Some(id),
            // They are known by their own keys.
            Self::Exposure(_) | Self::Release(_) => (),
        }
    }

    /// Whether the source gives the time of its version, by which the newest one is known.
    pub(super) fn has_version(&self) -> bool {
        match self {
            Self::Feedback(row) => row.updated_at.is_some(),
            Self::Incident(row) => row.updated_at.is_some(),
            Self::Exposure(_) => false,
            Self::Release(row) => row.updated_at.is_some(),
        }
    }
}

/// A row, and where it comes from.
pub(super) struct Item {
    pub(super) record: Arc<Record>,
    pub(super) place: Place,
    pub(super) row: Row,
}

/// A record that is not imported, and why.
pub(super) enum Failure {
    Unreadable(BadRecord),
    Refused(Reject, Arc<Record>),
    /// It is known with other contents, which are kept.
    Differs(u64, Arc<Record>),
}

impl Failure {
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Unreadable(bad) => bad.line,
            Self::Refused(reject, _) => reject.line,
            Self::Differs(line, _) => *line,
        }
    }
}

/// Rows that go into one transaction.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Item>,
    pub(super) bad: Vec<Failure>,
    /// Number of records, each of which may have become several rows.
    pub(super) records: u64,
    /// Number of records without anything to import.
    pub(super) skipped: u64,
    pub(super) bytes: u64,
    pub(super) bytes_total: u64,
    /// What reading showed about the file, at its end.
    pub(super) remark: Option<String>,
    /// Whether the file has more records than were to be read.
    pub(super) more: bool,
}

/// Reads the rows of a file into batches. Releases are put after those that they follow, so all of them are read first: there are
/// some thousand at most.
pub(super) fn read(
    path: &Path,
    plan: &Plan,
    (version_line, limit): (Option<usize>, Option<u64>),
    batches: mpsc::Sender<Batch>,
) -> anyhow::Result<()> {
    let mut held = Vec::new();
    let mut place = 0;
    let mut reader = plan.open(path)?;
    let mut ids = ExternalIds::new(plan.fingerprint);
    loop {
        let mut batch = Batch::default();
        let mut end = None;
        while batch.rows.len() < ROWS && batch.bad.len() < ROWS {
            let next = reader.next();
            if next.is_some() && limit == Some(place as u64) {
                batch.more = true;
                end = Some(Ok(()));
                break;
            }
            match next {
                None => {
                    end = Some(Ok(()));
                    break;
                }
                Some(Err(error @ ReadError::File { .. })) => {
                    end = Some(Err(error.into()));
                    break;
                }
                Some(Err(ReadError::Record(record))) => batch.bad.push(Failure::Unreadable(record)),
                Some(Ok(record)) => {
                    let record = Arc::new(record);
                    match rows(&record, &plan.mapping, &plan.dates, &mut ids) {
                        Ok(rows) => {
                            batch.skipped += u64::from(rows.is_empty());
                            let items = (0..).zip(rows).map(|(part, row)| Item {
                                record: record.clone(),
                                place: Place { row: place, part },
                                row,
                            });
                            batch.rows.extend(items);
                        }
                        Err(reject) => batch.bad.push(Failure::Refused(reject, record)),
                    }
                }
            }
            batch.records += 1;
            place += 1;
        }
        if plan.mapping.kind() == Kind::Releases {
            held.append(&mut batch.rows);
        }
        if end.is_some() {
            if let Some(parts) = version_line {
                lineage::declare(&mut held, parts);
            }
            lineage::order(&mut held);
            while held.len() > ROWS {
                let rest = held.split_off(ROWS);
                let whole = Batch { rows: std::mem::replace(&mut held, rest), ..Batch::default() };
                if batches.blocking_send(whole).is_err() {
                    return Ok(());
                }
            }
            batch.rows.append(&mut held);
        }
        (batch.bytes, batch.bytes_total) = (reader.bytes_read(), reader.bytes_total());
        batch.remark = end.as_ref().and_then(|_| reader.remark());
        if batches.blocking_send(batch).is_err() {
            // The import has already failed.
            return Ok(());
        }
        if let Some(end) = end {
            return end;
        }
    }
}

fn rows(
    record: &Record,
    mapping: &Mapping,
    dates: &Dates,
    ids: &mut ExternalIds,
) -> Result<Vec<Row>, Reject> {
    Ok(match mapping.kind() {
        Kind::Feedback => {
            let mut rows = parse::feedback(record, mapping, dates)?;
            for row in &mut rows {
                // A row is numbered whether it has an ID or not.
                let id = ids.next(&identity::hash_of_response(row), row.customer.is_none());
                row.external_id.get_or_insert(id);
            }
            rows.into_iter().map(Row::Feedback).collect()
        }
        Kind::Incidents => {
            let mut row = parse::incident(record, mapping, dates)?;
            let id = ids.next(&identity::hash_of_incident(&row), false);
            row.external_id.get_or_insert(id);
            vec![Row::Incident(row)]
        }
        Kind::Exposure => vec![Row::Exposure(parse::exposure(record, mapping, dates)?)],
        Kind::Releases => vec![Row::Release(parse::release(record, mapping, dates)?)],
    })
}
