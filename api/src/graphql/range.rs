//! Ranges of filters: half-open, and unlimited at an omitted end.

use std::fmt::Display;

use async_graphql::InputObject;
use chrono::{NaiveDate, Utc};
use sea_orm::{ColumnTrait, Condition, Value};

use super::{
    fault::Fault,
    scalar::{Date, DateTime},
};
use crate::domain::range as domain;

/// Times from `from` (inclusive) to `until` (exclusive); an omitted end is unlimited.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeRangeInput {
    /// First time, inclusive.
    from: Option<DateTime>,
    /// End time, exclusive.
    until: Option<DateTime>,
}

/// Days from `from` (inclusive) to `until` (exclusive); an omitted end is unlimited.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateRangeInput {
    /// First day, inclusive.
    from: Option<Date>,
    /// Day after the last one.
    until: Option<Date>,
}

/// A range of a filter.
pub(super) trait Range: Copy {
    /// The type of its values.
    type Of: PartialOrd + Display + Into<Value>;

    /// The start, inclusive, and the end, exclusive.
    fn ends(self) -> (Option<Self::Of>, Option<Self::Of>);

    /// The condition that a column is in the range.
    fn holds(self, column: impl ColumnTrait) -> Condition {
        let (from, until) = self.ends();
        Condition::all()
            .add_option(from.map(|from| column.gte(from)))
            .add_option(until.map(|until| column.lt(until)))
    }
}

impl Range for TimeRangeInput {
    type Of = chrono::DateTime<Utc>;

    fn ends(self) -> (Option<Self::Of>, Option<Self::Of>) {
        (self.from.map(Into::into), self.until.map(Into::into))
    }
}

impl Range for DateRangeInput {
    type Of = NaiveDate;

    fn ends(self) -> (Option<Self::Of>, Option<Self::Of>) {
        (self.from.map(Into::into), self.until.map(Into::into))
    }
}

/// Refuses an empty range. `field` is the name of the caller's argument.
pub(super) fn check<R: Range>(field: &str, range: Option<R>) -> Result<(), Fault> {
    match range.map(Range::ends) {
        Some((Some(from), Some(until))) if until <= from => {
            Err(Fault::invalid(field, &format!("is empty: until ({until}) must be after from ({from})")))
        }
        _ => Ok(()),
    }
}

impl From<TimeRangeInput> for domain::Range<chrono::DateTime<Utc>> {
    fn from(given: TimeRangeInput) -> Self {
        Self { from: given.from.map(Into::into), until: given.until.map(Into::into) }
    }
}

impl From<DateRangeInput> for domain::Range<NaiveDate> {
    fn from(given: DateRangeInput) -> Self {
        Self { from: given.from.map(Into::into), until: given.until.map(Into::into) }
    }
}
