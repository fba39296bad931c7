//! Ranges of filters: half open, and open at an end that is left out.

use std::fmt::Display;

use async_graphql::InputObject;
use chrono::Utc;
use sea_orm::{ColumnTrait, Condition, Value};

use super::{fault::Fault, scalar::DateTime};

/// Times from `from` on, up to but not including `until`; an end that is left out does not limit the range.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeRangeInput {
    /// First time.
    from: Option<DateTime>,
    /// Time after the last.
    until: Option<DateTime>,
}

/// A range of a filter.
pub(super) trait Range: Copy {
    /// What lies in it.
    type Of: PartialOrd + Display + Into<Value>;

    /// The first, and what comes after the last.
    fn ends(self) -> (Option<Self::Of>, Option<Self::Of>);

    /// That a column lies in the range.
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

/// Refuses a range that holds nothing. `field` is what the caller calls it.
pub(super) fn check<R: Range>(field: &str, range: Option<R>) -> Result<(), Fault> {
    match range.map(Range::ends) {
        Some((Some(from), Some(until))) if until <= from => {
            Err(Fault::invalid(field, &format!("is empty: until ({until}) must lie after from ({from})")))
        }
        _ => Ok(()),
    }
}
