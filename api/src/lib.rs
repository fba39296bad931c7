//! The Ballroom server: what it serves and how, from the command line inwards.

pub mod cli;

pub mod http;

pub mod graphql;

pub mod report;

pub mod feed;

pub mod ingest;

pub mod simulate;

pub mod deliver;

pub mod inbound;

pub mod job;

pub mod score;

pub mod domain;

pub mod transaction;

pub mod counts;

pub mod store;

pub mod base;

pub mod words;

pub mod clock;
