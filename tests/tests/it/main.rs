//! All stories, in one program: linking is what building them costs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod access;
mod architecture;
mod charts;
mod client;
mod command_line;
mod connections;
mod contract;
mod counts;
mod demo;
mod durability;
mod federation;
mod feedback;
mod identities;
mod import;
mod import_rows;
mod incident_weights;
mod inputs;
mod jobs;
mod limits;
mod live;
mod nouns;
mod objects;
mod oidc;
mod organizations;
mod people;
mod propagation;
mod protocol;
mod readme;
mod releases;
mod running;
mod schema;
mod scores;
mod statements;
mod states;
mod unrated;
