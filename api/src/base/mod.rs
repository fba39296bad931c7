//! What all layers stand on: errors, references to things, rights, and how names and versions are written. Knows no
//! database connection and no noun.

pub mod day;
pub mod error;
pub mod reference;
pub mod right;
pub mod text;

pub(crate) mod near;
pub(crate) mod version;
