//! Files in, rows out.
//!
//! ```text
//! file -> gunzip -> encoding -> CSV, JSON, workbook or Parquet -> Record -> Mapping -> FeedbackRow, IncidentRow, ...
//! ```
//!
//! Memory does not grow with the size of the file. A record that cannot be read or parsed is a value with its line and
//! its reason, never the end of the import; only a file that is corrupt as a whole (a truncated gzip, an unclosed
//! quotation mark) ends it. Nothing here knows a database or a clock.

pub mod date;
pub mod guess;
pub mod identity;
pub mod mapping;
pub mod parse;
pub mod plan;
pub mod preset;
pub mod read;
pub mod record;
pub mod rejects;
pub mod value;

mod csv;
mod encoding;
mod gzip;
mod json;
mod parquet;
mod source;
mod table;
mod workbook;

#[cfg(test)]
mod real_files;

pub use date::{DateOrder, Dates, OrderFinder};
pub use encoding::{Certainty, Detected, Encoding};
pub use identity::{ExternalIds, Fingerprint, RowHash};
pub use mapping::{Kind, Mapping, MappingError, Target};
pub use parse::{Change, ExposureRow, FeedbackRow, IncidentRow, Reject, ReleaseRow, Touch};
pub use plan::{Plan, PlanError, Previewed, Settings, plan};
pub use read::{About, Format, OpenError, ReadOptions, Reader, open};
pub use record::{BadRecord, Columns, ReadError, Record};
pub use rejects::Rejects;
pub use value::{ScaleShape, SeverityRange};
