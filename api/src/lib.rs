//! The Ballroom server: what it serves and how, from the command line inwards.

pub mod clock;
pub mod counts;
pub mod domain;
pub mod graphql;

pub mod ingest;

pub mod store;
