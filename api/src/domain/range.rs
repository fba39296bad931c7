//! Ranges of filters: half-open, and unlimited at an omitted end.

use std::fmt::Display;

use sea_orm::{ColumnTrait, Condition, Value};

use crate::base::error::Error;

/// Values from `from` (inclusive) to `until` (exclusive); an omitted end is unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range<T> {
    /// The start, inclusive.
    pub from: Option<T>,
    /// The end, exclusive.
    pub until: Option<T>,
}

impl<T: Into<Value>> Range<T> {
    /// The condition that a column is in the range.
    pub(crate) fn holds(self, column: impl ColumnTrait) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| column.gte(from)))
            .add_option(self.until.map(|until| column.lt(until)))
    }
}

/// Refuses an empty range. `field` is the name of the caller's argument.
pub(crate) fn check<T: PartialOrd + Display>(field: &str, range: Option<Range<T>>) -> Result<(), Error> {
    match range {
        Some(Range { from: Some(from), until: Some(until) }) if until <= from => {
            let reason = format!("is empty: until ({until}) must be after from ({from})");
            Err(Error::invalid(field, reason))
        }
        _ => Ok(()),
    }
}
