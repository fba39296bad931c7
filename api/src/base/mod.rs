//! The base of all layers: errors, references to objects, rights, and the forms of names and versions. Knows no
//! database connection and no noun.

pub mod actor;
pub mod day;
pub mod error;
pub mod reference;
pub mod right;

pub(crate) mod lexis;

pub use ballroom_names::text;
pub(crate) use ballroom_names::{near, version};
