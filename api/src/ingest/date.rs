//! Dates and times in files.
//!
//! Common formats are read; an ambiguous date (`04/05/2023`) is rejected with a message that asks
//! for the format; it is never guessed.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use thiserror::Error;

use super::record::excerpt;

/// Parses dates and times, in the supported formats or in a given one; local times in a time zone.
#[derive(Clone, Debug)]
pub struct Dates {
    zone: Tz,
    format: Option<String>,
}

/// A text that is not a date or time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// Unsupported format.
    #[error(
        "unsupported date format `{0}`; supported are 2023-04-24T04:59:54Z, 2023-04-24 04:59:54 \
         (with or without +02:00), 2023-04-24, 30/Sep/21 17:20, and seconds or milliseconds since 1970; \
         for another form give it: --date-format \"%d.%m.%Y %H:%M\""
    )]
    Unknown(String),
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
}

const WITH_OFFSET: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f%#z", "%d/%b/%Y:%H:%M:%S%#z"];
const LOCAL: [&str; 5] =
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%d/%b/%y %H:%M", "%d/%b/%Y %H:%M", "%d/%b/%y %I:%M %p"];
const DAY: [&str; 3] = ["%Y-%m-%d", "%Y/%m/%d", "%d/%b/%y"];

impl Dates {
    /// The known forms; a time without an offset is local in `zone`.
    pub fn in_zone(zone: Tz) -> Dates {
        Dates { zone, format: None }
    }

    /// One form only, in the notation of `strftime`.
    pub fn with_format(zone: Tz, format: &str) -> Result<Dates, DateError> {
        let known = !format.trim().is_empty() && StrftimeItems::new(format).all(|item| item != Item::Error);
        known
            .then(|| Dates { zone, format: Some(format.to_owned()) })
            .ok_or_else(|| DateError::BadFormat(format.into()))
    }

    /// The moment that a text names. A day without a time is its first moment in the zone.
    pub fn moment(&self, text: &str) -> Result<DateTime<Utc>, DateError> {
        self.read(text).map(|seen| match seen {
            DateValue::Moment(at) => at,
            DateValue::Local(at) => in_zone(self.zone, at),
            DateValue::Day(day) => in_zone(self.zone, day.and_time(NaiveTime::MIN)),
        })
    }

    /// The day that a text names; of a moment, its day in the zone.
    pub fn day(&self, text: &str) -> Result<NaiveDate, DateError> {
        self.read(text).map(|seen| match seen {
            DateValue::Moment(at) => at.with_timezone(&self.zone).date_naive(),
            DateValue::Local(at) => at.date(),
            DateValue::Day(day) => day,
        })
    }

    fn read(&self, text: &str) -> Result<DateValue, DateError> {
        let text = text.trim();
        let seen = self.seen(text)?;
        if seen.is_leap_second() { Err(DateError::LeapSecond(excerpt(text))) } else { Ok(seen) }
    }

    fn seen(&self, text: &str) -> Result<DateValue, DateError> {
        match &self.format {
            Some(format) => parse_format(text, format)
                .ok_or_else(|| DateError::OtherForm { text: excerpt(text), format: format.clone() }),
            None => known(text).ok_or_else(|| DateError::Unknown(excerpt(text))),
        }
    }
}

enum DateValue {
    Moment(DateTime<Utc>),
    Local(NaiveDateTime),
    Day(NaiveDate),
}

fn known(text: &str) -> Option<DateValue> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return epoch(text);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(DateValue::Moment(at.to_utc()));
    }
    // "2023-04-24T04:59:54", "... 04:59:54 UTC" and "... 04:59:54 +0200" are the same forms written otherwise.
    let plain = match text.as_bytes().get(10) {
        Some(b'T' | b't') if text.is_char_boundary(10) => format!("{} {}", &text[..10], &text[11..]),
        _ => text.to_owned(),
    };
    let plain = ["UTC", "GMT", "Z"]
        .iter()
        .find_map(|zone| plain.strip_suffix(zone))
        .map_or(plain.clone(), |rest| format!("{}+0000", rest.trim_end()));
    let joined = plain.replace(" +", "+").replace(" -", "-");
    let with_offset = || WITH_OFFSET.iter().find_map(|form| DateTime::parse_from_str(&joined, form).ok());
    let local = || LOCAL.iter().find_map(|form| NaiveDateTime::parse_from_str(&plain, form).ok());
    let day = || DAY.iter().find_map(|form| NaiveDate::parse_from_str(&plain, form).ok());
    let seen = with_offset().map(|at| DateValue::Moment(at.to_utc()));
    seen.or_else(|| local().map(DateValue::Local))
        .or_else(|| day().map(DateValue::Day))
        .filter(DateValue::is_plausible)
}

impl DateValue {
    fn is_leap_second(&self) -> bool {
        use chrono::Timelike;
        let nanosecond = match self {
            DateValue::Moment(at) => at.nanosecond(),
            DateValue::Local(at) => at.nanosecond(),
            DateValue::Day(_) => 0,
        };
        nanosecond >= 1_000_000_000
    }

    /// A two-digit year read as the year 21 indicates a different format.
    fn is_plausible(&self) -> bool {
        use chrono::Datelike;
        let year = match self {
            DateValue::Moment(at) => at.year(),
            DateValue::Local(at) => at.year(),
            DateValue::Day(day) => day.year(),
        };
        (1000..10_000).contains(&year)
    }
}

/// Seconds or milliseconds since 1970, by magnitude. Eight digits are a day written without separators: as seconds they
/// would all be before 1973.
fn epoch(text: &str) -> Option<DateValue> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse::<f64>().ok()? };
    let number: i64 = whole.parse().ok()?;
    let at = match whole.len() {
        8 if fraction == 0.0 => return NaiveDate::parse_from_str(whole, "%Y%m%d").ok().map(DateValue::Day),
        9 | 10 => DateTime::from_timestamp(number, (fraction * 1e9) as u32),
        12 | 13 => DateTime::from_timestamp_millis(number),
        16 => DateTime::from_timestamp_micros(number),
        _ => None,
    };
    at.map(DateValue::Moment)
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

/// The moment of a local time: the earlier one when clocks go back over it, the first one after when they
/// jump over it.
fn in_zone(zone: Tz, at: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&at) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
        LocalResult::None => {
            // No zone jumps further than a day; take the offset that held before the jump.
            let before = zone.from_local_datetime(&(at - Days::new(1))).earliest();
            before.map_or_else(|| at.and_utc(), |before| before.to_utc() + TimeDelta::days(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    fn moment(text: &str) -> String {
        Dates::in_zone(Berlin).moment(text).map_or_else(|e| e.to_string(), |at| at.to_rfc3339())
    }

    #[test]
    fn the_known_forms() {
        for (text, expected) in [
            ("2023-04-24T04:59:54Z", "2023-04-24T04:59:54+00:00"),
            ("2013-11-04T10:03:00.000+01:00", "2013-11-04T09:03:00+00:00"),
            ("2014-01-13 14:13:13+00:00", "2014-01-13T14:13:13+00:00"),
            ("2014-01-13 14:13:13+0000", "2014-01-13T14:13:13+00:00"),
            ("2014-01-13 14:13:13 +0530", "2014-01-13T08:43:13+00:00"),
            ("2014-01-13 14:13:13.25 -08", "2014-01-13T22:13:13.250+00:00"),
            ("2014-01-13 14:13:13 UTC", "2014-01-13T14:13:13+00:00"),
            ("2014-01-13T14:13:13.123456", "2014-01-13T13:13:13.123456+00:00"),
            ("2023-04-24 04:59:54", "2023-04-24T02:59:54+00:00"),
            (" 2023-04-24 04:59 ", "2023-04-24T02:59:00+00:00"),
            ("2023-04-24", "2023-04-23T22:00:00+00:00"),
            ("2023/04/24", "2023-04-23T22:00:00+00:00"),
            ("20230424", "2023-04-23T22:00:00+00:00"),
            ("30/Sep/21 17:20", "2021-09-30T15:20:00+00:00"),
            ("30/Sep/2021 17:20", "2021-09-30T15:20:00+00:00"),
            ("30/Sep/21 5:20 PM", "2021-09-30T15:20:00+00:00"),
            ("30/Sep/2021:17:20:00 +0200", "2021-09-30T15:20:00+00:00"),
            ("1464739558", "2016-06-01T00:05:58+00:00"),
            ("1464739558.5", "2016-06-01T00:05:58.500+00:00"),
            ("1464739558490", "2016-06-01T00:05:58.490+00:00"),
            ("1464739558490000", "2016-06-01T00:05:58.490+00:00"),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for text in [
            "04/05/2023",
            "4.5.2023",
            "yesterday",
            "2023",
            "",
            "2023-13-01",
            "17:20",
            "21-09-30",
            "1e9",
            "é".repeat(11).as_str(),
        ] {
            let told = moment(text);
            assert!(told.starts_with(&format!("unsupported date format `{text}`")), "{told}");
        }
        assert!(moment("x").contains("30/Sep/21 17:20"));
    }

    #[test]
    fn a_given_form_is_the_only_one() {
        for (form, text, expected) in [
            ("%d.%m.%Y %H:%M", "04.05.2023 17:20", "2023-05-04T15:20:00+00:00"),
            ("%m/%d/%Y", "04/05/2023", "2023-04-04T22:00:00+00:00"),
            ("%d.%m.%Y %H:%M %z", "04.05.2023 17:20 +0000", "2023-05-04T17:20:00+00:00"),
            ("%s", "1464739558", "2016-06-01T00:05:58+00:00"),
        ] {
            let dates = Dates::with_format(Berlin, form).unwrap();
            assert_eq!(dates.moment(text).unwrap().to_rfc3339(), expected, "{form}");
        }
        let dates = Dates::with_format(Berlin, "%d.%m.%Y").unwrap();
        let error = dates.moment("2023-05-04").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`2023-05-04` does not match the date format %d.%m.%Y; correct the value or --date-format"
        );
        let error = Dates::with_format(Berlin, "%d.%Q").unwrap_err();
        assert_eq!(
            error.to_string(),
            "--date-format: `%d.%Q` is not a date format; use for example %Y-%m-%d %H:%M:%S"
        );
    }

    #[test]
    fn local_times_that_clocks_repeat_or_skip_still_are_moments() {
        assert_eq!(moment("2023-10-29 02:30"), "2023-10-29T00:30:00+00:00");
        assert_eq!(moment("2023-03-26 02:30"), "2023-03-26T01:30:00+00:00");
    }

    #[test]
    fn a_day_is_the_day_in_the_zone() {
        let dates = Dates::in_zone(Berlin);
        assert_eq!(dates.day("2023-04-24").unwrap().to_string(), "2023-04-24");
        assert_eq!(dates.day("2023-04-24T23:00:00Z").unwrap().to_string(), "2023-04-25");
        assert_eq!(dates.day("2023-04-24 23:00:00").unwrap().to_string(), "2023-04-24");
    }
}
