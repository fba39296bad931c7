//! Ranges in filters.

use async_graphql::InputObject;
use chrono::{NaiveDate, Utc};

use super::scalar::{Date, DateTime};
use crate::domain::range::Range;

/// Times from `from` (inclusive) to `until` (exclusive); an omitted end is unlimited.
#[derive(InputObject)]
pub struct TimeRangeInput {
    /// First time, inclusive.
    from: Option<DateTime>,
    /// End time, exclusive.
    until: Option<DateTime>,
}

/// Days from `from` (inclusive) to `until` (exclusive); an omitted end is unlimited.
#[derive(InputObject)]
pub struct DateRangeInput {
    /// First day, inclusive.
    from: Option<Date>,
    /// Day after the last one.
    until: Option<Date>,
}

impl From<TimeRangeInput> for Range<chrono::DateTime<Utc>> {
    fn from(given: TimeRangeInput) -> Self {
        Self { from: given.from.map(Into::into), until: given.until.map(Into::into) }
    }
}

impl From<DateRangeInput> for Range<NaiveDate> {
    fn from(given: DateRangeInput) -> Self {
        Self { from: given.from.map(Into::into), until: given.until.map(Into::into) }
    }
}
