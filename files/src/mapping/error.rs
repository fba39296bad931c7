//! Errors of mappings.

use thiserror::Error;

use ballroom_names::near::meant;

/// An error in a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MappingError {
    /// A pair without `=`.
    #[error("`{0}` has no `=`; write FIELD=VALUE, for example rating=score")]
    NotAPair(String),
    /// No values of a field.
    #[error("`{0}` does not say what texts mean; write FIELD:TEXT=VALUE, for example rating:Yes=5,No=1")]
    NotValues(String),
    /// An unknown target for the kind of rows.
    #[error("unknown field `{target}` for {kind}{}; use one of {known}", meant(near))]
    UnknownTarget {
        /// The kind of row.
        kind: &'static str,
        /// What was written.
        target: String,
        /// The targets that there are.
        known: String,
        /// What may have been meant.
        near: Vec<String>,
    },
    /// An unknown column.
    #[error("the file has no column `{column}` for {target}{}; it has the columns {there}", meant(near))]
    NoSuchColumn {
        /// The target that should have come from it.
        target: &'static str,
        /// What was written.
        column: String,
        /// The columns that there are.
        there: String,
        /// What may have been meant.
        near: Vec<String>,
    },
    /// A target given twice.
    #[error("{target} is given twice; give it once")]
    Twice {
        /// The target.
        target: &'static str,
    },
    /// A required target without a column or a constant.
    #[error(
        "{target} is required, and the file has no column of that name; name the column \
         (--map {target}=COLUMN) or give it to all rows (--set {target}=VALUE); the file has {there}"
    )]
    Missing {
        /// The target.
        target: &'static str,
        /// The columns that there are.
        there: String,
    },
}
