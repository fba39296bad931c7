//! All tests of the method, in one program: linking is what building them costs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod alerts;
mod blame;
mod changes;
mod controls;
mod figures;
mod golden;
mod properties;
mod releases;
mod simulate;
mod verdicts;
mod world;
