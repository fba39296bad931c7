//! The daily counts: what scores read. They change with the rows that they count, in the same transaction,
//! by addition; made anew from the rows they are the same.

mod changes;
pub mod facts;
pub mod verify;

pub use changes::{Changes, ExposureKey, FeedbackKey, IncidentKey, IncidentSums};
