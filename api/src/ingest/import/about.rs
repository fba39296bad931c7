//! Options of an import, its progress, and its outcome.

use std::path::PathBuf;

use ballroom_entity::id::ImportId;
use ballroom_files::{Kind, Reject, Settings};
use chrono::NaiveDate;

use super::{Create, Created};

/// Options of an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// How the file is read, and what its columns mean.
    pub settings: Settings,
    /// Objects to create when a row refers to them and they do not exist.
    pub create: Create,
    /// The system that the data come from: external IDs are unique within it.
    pub source: String,
    /// Name of the file, as it is recorded.
    pub file_name: String,
    /// File for rejected rows.
    pub rejects: PathBuf,
    /// Maximum number of bytes written to that file; further rows are only counted. None: no limit.
    pub rejects_limit: Option<u64>,
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
    /// Bytes read.
    pub bytes_read: u64,
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
    /// The file can be read, and the import is recorded.
    Begun(ImportId),
    /// A transaction was committed.
    Progress(Progress),
    /// A warning: a similar object exists, or a column is not read. The text has no period at its end.
    Warning(String),
}
