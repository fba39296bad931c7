//! Ranges of filters: half-open, and unlimited at an omitted end.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, Condition, Value};

use crate::{base::error::Error, words};

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

/// The end of a range, as a message shows it.
pub(crate) trait End: PartialOrd {
    /// As in the API.
    fn shown(&self) -> String;
}

impl End for NaiveDate {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl End for DateTime<Utc> {
    fn shown(&self) -> String {
        words::time(*self)
    }
}

/// Refuses an empty range. `field` is the name of the caller's argument.
pub(crate) fn check<T: End>(field: &str, range: Option<Range<T>>) -> Result<(), Error> {
    match range {
        Some(Range { from: Some(from), until: Some(until) }) => not_empty(field, from, until),
        _ => Ok(()),
    }
}

/// Refuses a range that ends where it begins, or before.
pub(crate) fn not_empty<T: End>(field: &str, from: T, until: T) -> Result<(), Error> {
    if until > from {
        return Ok(());
    }
    let reason = format!("is empty: until ({}) must be after from ({})", until.shown(), from.shown());
    Err(Error::invalid(field, reason))
}
