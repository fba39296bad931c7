//! Dates and times in files.
//!
//! Common formats are read. A date that could mean two (`04/05/2023`) is refused unless the file itself shows the order of
//! day and month, or the user says it; it is never guessed from the text alone.

mod forms;
mod months;
mod order;
mod zones;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use thiserror::Error;

pub use order::{DateOrder, OrderFinder};

use super::record::excerpt;
use super::value::plain;
use zones::in_zone;

/// Parses dates and times, in the supported formats or in a given one; local times in a time zone.
#[derive(Clone, Debug)]
pub struct Dates {
    zone: Tz,
    order: Option<DateOrder>,
    form: Option<Form>,
}

#[derive(Clone, Debug)]
struct Form {
    format: String,
    /// Whether an abbreviation or a name of a zone follows.
    zone_follows: bool,
}

/// A text that is not a date or time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// Unsupported format.
    #[error(
        "unsupported date format `{0}`; supported are 2023-04-24T04:59:54Z, 2023-04-24 04:59 (with or without +02:00 \
         or a time zone), 2023-04-24, 24.04.2023, 30/Sep/21 17:20, Apr 24, 2023 5:20 PM, seconds or milliseconds since \
         1970, and serial numbers of spreadsheets; for another form give it: --date-format \"%d.%m.%Y %H:%M\""
    )]
    Unknown(String),
    /// Day and month may be meant either way.
    #[error(
        "`{0}` has its day and month in an unknown order; give it: --date-order dmy (24/04/2023) or --date-order mdy \
         (04/24/2023)"
    )]
    Ambiguous(String),
    /// The order is another one.
    #[error(
        "`{text}` is no date in the order {order} of the other dates; correct the value, or give --date-order"
    )]
    OtherOrder {
        /// The text.
        text: String,
        /// The order.
        order: &'static str,
    },
    /// Several zones have the abbreviation, or none.
    #[error(
        "`{text}`: the time zone `{zone}` is unknown or ambiguous; write an offset such as +02:00, or give the zone of \
         the file: --time-zone Europe/Amsterdam"
    )]
    Zone {
        /// The text.
        text: String,
        /// The abbreviation.
        zone: String,
    },
    /// It does not match the given format.
    #[error("`{text}` does not match the date format {format}; correct the value or --date-format")]
    OtherForm {
        /// The text.
        text: String,
        /// The date format that was given.
        format: String,
    },
    /// It is a leap second.
    #[error("`{0}` is a leap second, which cannot be stored; write second 59")]
    LeapSecond(String),
    /// The given format is invalid.
    #[error("--date-format: `{0}` is not a date format; use for example %Y-%m-%d %H:%M:%S")]
    BadFormat(String),
    /// The given format has a zone where it cannot be read.
    #[error(
        "--date-format: `{0}` has %Z before its end; the name of a time zone can only be read at the end"
    )]
    ZoneInFormat(String),
}

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq)]
enum DateValue {
    Moment(DateTime<Utc>),
    Local(NaiveDateTime),
    /// A local time in a zone that the text names.
    In(NaiveDateTime, Tz),
    Day(NaiveDate),
}

impl Dates {
    /// The known forms; a time without an offset is local in `zone`.
    pub fn in_zone(zone: Tz) -> Dates {
        Dates { zone, order: None, form: None }
    }

    /// One form only, in the notation of `strftime`.
    pub fn with_format(zone: Tz, format: &str) -> Result<Dates, DateError> {
        let (bare, zone_follows) = match format.trim_end().strip_suffix("%Z") {
            Some(bare) => (bare.trim_end(), true),
            None => (format, false),
        };
        if bare.contains("%Z") {
            return Err(DateError::ZoneInFormat(format.into()));
        }
        let known = !bare.trim().is_empty() && StrftimeItems::new(bare).all(|item| item != Item::Error);
        let form = Form { format: bare.to_owned(), zone_follows };
        known
            .then_some(Dates { zone, order: None, form: Some(form) })
            .ok_or_else(|| DateError::BadFormat(format.into()))
    }

    /// The order of day and month where a date does not show it.
    pub fn with_order(self, order: Option<DateOrder>) -> Dates {
        Dates { order, ..self }
    }

    /// The order in use.
    pub fn order(&self) -> Option<DateOrder> {
        self.order
    }

    /// Whether a format is given.
    pub fn has_format(&self) -> bool {
        self.form.is_some()
    }

    /// The time zone of times without one.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The moment that a text names. A day without a time is its first moment in the zone.
    pub fn moment(&self, text: &str) -> Result<DateTime<Utc>, DateError> {
        self.read(text).map(|seen| match seen {
            DateValue::Moment(at) => at,
            DateValue::Local(at) => in_zone(self.zone, at),
            DateValue::In(at, zone) => in_zone(zone, at),
            DateValue::Day(day) => in_zone(self.zone, day.and_time(NaiveTime::MIN)),
        })
    }

    /// The day that a text names; of a moment, its day in the zone.
    pub fn day(&self, text: &str) -> Result<NaiveDate, DateError> {
        self.read(text).map(|seen| match seen {
            DateValue::Moment(at) => at.with_timezone(&self.zone).date_naive(),
            DateValue::In(at, zone) => in_zone(zone, at).with_timezone(&self.zone).date_naive(),
            DateValue::Local(at) => at.date(),
            DateValue::Day(day) => day,
        })
    }

    fn read(&self, text: &str) -> Result<DateValue, DateError> {
        let text = text.trim();
        let seen = match &self.form {
            Some(form) => self.in_form(text, form),
            None => forms::read(&plain(text), self.order, self.zone),
        }?;
        if seen.is_leap_second() { Err(DateError::LeapSecond(excerpt(text))) } else { Ok(seen) }
    }

    fn in_form(&self, text: &str, form: &Form) -> Result<DateValue, DateError> {
        let other = || DateError::OtherForm { text: excerpt(text), format: form.format.clone() };
        if !form.zone_follows {
            return parse_format(text, &form.format).ok_or_else(other);
        }
        let (rest, name) = text.rsplit_once(' ').ok_or_else(other)?;
        let Some(DateValue::Local(at)) = parse_format(rest.trim_end(), &form.format) else {
            return Err(other());
        };
        zones::named(name, at, self.zone)
            .ok_or_else(|| DateError::Zone { text: excerpt(text), zone: name.to_owned() })
    }
}

impl DateValue {
    fn is_leap_second(&self) -> bool {
        use chrono::Timelike;
        let nanosecond = match self {
            DateValue::Moment(at) => at.nanosecond(),
            DateValue::Local(at) | DateValue::In(at, _) => at.nanosecond(),
            DateValue::Day(_) => 0,
        };
        nanosecond >= 1_000_000_000
    }
}

fn parse_format(text: &str, form: &str) -> Option<DateValue> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, StrftimeItems::new(form)).ok()?;
    if parsed.offset().is_some() || parsed.timestamp().is_some() {
        let at = parsed.to_datetime().map(|at| at.to_utc());
        return at.or_else(|_| parsed.to_datetime_with_timezone(&Utc)).ok().map(DateValue::Moment);
    }
    let local = parsed.to_naive_datetime_with_offset(0).map(DateValue::Local);
    local.or_else(|_| parsed.to_naive_date().map(DateValue::Day)).ok()
}

#[cfg(test)]
mod tests;
