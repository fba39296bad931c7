//! Conversion between dates and the day numbers of analytics: days since 1970-01-01.

use ballroom_analytics::Day;
use chrono::{DateTime, Days, NaiveDate};

/// The number of a date.
pub fn day(date: NaiveDate) -> Day {
    (date - DateTime::UNIX_EPOCH.date_naive()).num_days() as Day
}

/// The date of a day number.
pub fn date(day: Day) -> NaiveDate {
    let epoch = DateTime::UNIX_EPOCH.date_naive();
    if day >= 0 { epoch + Days::new(day as u64) } else { epoch - Days::new(u64::from(day.unsigned_abs())) }
}
