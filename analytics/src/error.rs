//! What can be wrong with facts or questions.

/// Why facts were refused or a question could not be answered. Data that is merely scarce is never an error:
/// it gives a wide interval, or no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A code points outside the table that it indexes.
    #[error("{column} {code} does not exist; there are {known}")]
    Unknown {
        /// The column or argument that holds the code.
        column: &'static str,
        /// The code that was given.
        code: u64,
        /// How many there are; codes run from 0 to one less.
        known: u64,
    },
    /// A value lies outside what its column allows.
    #[error("{column} {reason}")]
    Invalid {
        /// The column, field or argument.
        column: &'static str,
        /// What it must be.
        reason: &'static str,
    },
    /// The data frame engine refused: a column is missing or has another type.
    #[error("cannot read the facts: {0}")]
    Frame(#[from] polars_core::error::PolarsError),
}

/// What the functions of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;
