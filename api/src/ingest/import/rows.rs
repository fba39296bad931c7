//! Rows of a file, read and parsed into batches.

use tokio::sync::mpsc;

use super::ROWS;
use crate::{
    base::text,
    ingest::{BadRecord, Dates, ExternalIds, Kind, Mapping, ReadError, Reader, Record, Reject, parse},
};

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

pub(super) enum Failure {
    Unreadable(BadRecord),
    Refused(Reject, Record),
}

impl Failure {
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Unreadable(bad) => bad.line,
            Self::Refused(reject, _) => reject.line,
        }
    }
}

/// Rows that go into one transaction.
pub(super) struct Batch {
    pub(super) rows: Vec<(Record, Row)>,
    pub(super) bad: Vec<Failure>,
    pub(super) bytes: u64,
    pub(super) bytes_total: u64,
}

pub(super) fn read(
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

pub(super) fn row(
    record: &Record,
    mapping: &Mapping,
    dates: &Dates,
    ids: &mut ExternalIds,
) -> Result<Row, Reject> {
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
