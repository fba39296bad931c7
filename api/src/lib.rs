//! The Ballroom server as a library.

pub mod ingest;
pub mod simulate;
