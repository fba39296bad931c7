//! Data intake: responses as they arrive, grouped into few transactions, and files of any size.
//!
//! ```text
//! file -> crate files -> FeedbackRow, IncidentRow, ... -> import: some thousand rows a transaction -> domain
//! ```
//!
//! A row that cannot be stored is a reject with its line and its reason, never the end of the import.

mod group_commit;
mod rates;
mod upload;

pub mod import;

pub use group_commit::GroupCommit;
pub use rates::{RateSettings, Rates};
pub use upload::{Begun, Failed, FailedBy, Sent, Uploads};
