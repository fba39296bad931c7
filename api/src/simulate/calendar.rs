//! Days of the simulated year and moments in them.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};

use super::PRODUCT;

/// Counts days from the first one, which may be before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    first_day: NaiveDate,
}

impl Calendar {
    pub(super) fn from(first_day: NaiveDate) -> Calendar {
        Calendar { first_day }
    }

    pub(super) fn day(&self, day: i64) -> NaiveDate {
        match u64::try_from(day) {
            Ok(after) => self.first_day + Days::new(after),
            Err(_) => self.first_day - Days::new(day.unsigned_abs()),
        }
    }

    /// The time this many seconds into a day of the product's time zone. On the days on which the clocks change the
    /// time may be an hour off, but it is never on another day.
    pub(super) fn at(&self, day: i64, second: i64) -> DateTime<Utc> {
        let local = self.day(day).and_time(NaiveTime::MIN) + TimeDelta::seconds(second);
        let moment = PRODUCT.time_zone.from_local_datetime(&local).earliest();
        let later = || PRODUCT.time_zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest();
        moment.or_else(later).map_or_else(|| local.and_utc(), |moment| moment.to_utc())
    }

    /// Relative activity of a day: less at weekends, more towards the end of the year. Weeks are counted from the first
    /// day, so that the year is the same whenever it begins.
    pub(super) fn bustle(day: i64) -> f64 {
        let growth = 0.85 + 0.3 * day as f64 / super::DAYS as f64;
        let weekday = [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.4][day.rem_euclid(7) as usize];
        growth * weekday
    }
}
