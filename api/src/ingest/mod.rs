//! Data intake: responses as they arrive, grouped into few transactions, and files of any size.
//!
//! ```text
//! file -> gunzip -> encoding -> CSV, NDJSON or Parquet -> Record -> Mapping -> FeedbackRow, IncidentRow, ...
//!      -> import: some thousand rows a transaction -> domain
//! ```
//!
//! Memory does not grow with the size of the file. A record that cannot be read, parsed or stored is a value with
//! its line and its reason, never the end of the import; only a file that is corrupt as a whole (a truncated gzip, an
//! unclosed quotation mark) ends it.

mod group_commit;

pub mod read;
pub mod record;

mod csv;
mod encoding;
mod gzip;
mod ndjson;
mod parquet;

pub mod import;

pub mod date;
pub mod external_id;
pub mod mapping;
pub mod parse;
mod rates;
pub mod rejects;

#[cfg(test)]
mod real_files;

pub use date::Dates;
pub use encoding::Encoding;
pub use external_id::ExternalIds;
pub use group_commit::GroupCommit;
pub use mapping::{Kind, Mapping, MappingError, Target};
pub use parse::{Change, ExposureRow, FeedbackRow, IncidentRow, Reject, ReleaseRow, Touch};
pub use rates::{RateSettings, Rates};
pub use read::{Format, OpenError, ReadOptions, Reader, open};
pub use record::{BadRecord, Columns, ReadError, Record};
pub use rejects::Rejects;
