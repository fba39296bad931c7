//! Validation of arguments: each error names the field, what is wrong, and what would be valid.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use crate::{
    base::{error::Error, reference, text},
    words,
};

/// Maximum length of a key, name or external ID, in characters.
pub(crate) const NAME_LENGTH: usize = 200;

/// Maximum length of a comment, description or note, in characters: the longest text seen in a public bug tracker has
/// 75,000.
pub(crate) const TEXT_LENGTH: usize = 100_000;

/// Maximum number of items of a batch, so that one request cannot lock the database for long.
pub(crate) const BATCH_LENGTH: usize = 10_000;

/// Maximum difference between the clocks of two systems.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// A key: a name for files, URLs and people.
pub(crate) fn key(field: &str, key: &str) -> Result<String, Error> {
    let key = line(field, &text::key(key), NAME_LENGTH)?;
    if reference::looks_like_an_id(&key) {
        return Err(Error::invalid(field, "must not have the form of an ID; choose a name"));
    }
    if matches!(&*key, "." | "..") {
        let reason = format!("is \"{key}\", which names a directory in paths and URLs; choose another name");
        return Err(Error::invalid(field, reason));
    }
    Ok(key)
}

/// A number of customers, as far as the API can return it.
pub(crate) fn customers(field: &str, number: i64) -> Result<i64, Error> {
    if (0..=i64::from(i32::MAX)).contains(&number) {
        return Ok(number);
    }
    Err(Error::invalid(field, format!("is {number}; it must be between 0 and 2,147,483,647")))
}

/// A name: some text on one line.
pub(crate) fn name(field: &str, name: &str) -> Result<String, Error> {
    line(field, name, NAME_LENGTH)
}

/// Some text on one line, with a limit of its own.
pub(crate) fn line(field: &str, text: &str, most: usize) -> Result<String, Error> {
    let text = &*text::name(text);
    if text.is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    length(field, text, most)?;
    if text.contains(|one: char| one.is_control() || matches!(one, '\u{2028}' | '\u{2029}')) {
        return Err(Error::invalid(field, "must be a single line without control characters"));
    }
    whole(field, text)?;
    Ok(text.to_owned())
}

/// The same for an optional line: empty is none.
pub(crate) fn optional_line(field: &str, text: Option<&str>, most: usize) -> Result<Option<String>, Error> {
    match text.map(text::name).as_deref() {
        None | Some("") => Ok(None),
        Some(text) => line(field, text, most).map(Some),
    }
}

/// A longer text, as it was written; blank is none.
pub(crate) fn text(field: &str, text: Option<&str>) -> Result<Option<String>, Error> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    length(field, text, TEXT_LENGTH)?;
    if text.contains('\0') {
        return Err(Error::invalid(field, "must not contain the character NUL (U+0000)"));
    }
    whole(field, text)?;
    Ok(Some(text.to_owned()))
}

/// Refuses half of a surrogate pair.
fn whole(field: &str, text: &str) -> Result<(), Error> {
    match text.contains(text::BROKEN) {
        true => Err(Error::invalid(
            field,
            "contains half of a surrogate pair (such as \\ud83d alone); send complete characters",
        )),
        false => Ok(()),
    }
}

/// A time in the past, with a tolerance of a day for clocks and time zones.
pub(crate) fn moment(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    if is_leap(at) {
        return Err(Error::invalid(
            field,
            format!("{} is a leap second, which cannot be stored; send second 59", words::time(at)),
        ));
    }
    if at > now + TimeDelta::days(1) {
        return Err(in_future(field, at, now));
    }
    if at < DateTime::UNIX_EPOCH {
        let reason = format!("{} is before 1970; send a later time", words::time(at));
        return Err(Error::invalid(field, reason));
    }
    Ok(chrono::SubsecRound::trunc_subsecs(at, 6))
}

fn in_future(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Error {
    let now = chrono::SubsecRound::trunc_subsecs(now, 0);
    let reason =
        format!("{} is in the future (now: {}); send a past time", words::time(at), words::time(now));
    Error::invalid(field, reason)
}

/// A time, past or planned.
pub(crate) fn planned(field: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    if is_leap(at) {
        let reason = format!("{} is a leap second, which cannot be stored; send second 59", words::time(at));
        return Err(Error::invalid(field, reason));
    }
    valid_day(field, at.date_naive())?;
    Ok(chrono::SubsecRound::trunc_subsecs(at, 6))
}

/// The time of a version of an object: a version from the future would block later ones. Clocks may differ
/// by a few minutes.
pub(crate) fn updated_at(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let at = moment("updatedAt", at, now)?;
    match at > now + CLOCK_TOLERANCE {
        true => Err(in_future("updatedAt", at, now)),
        false => Ok(at),
    }
}

/// Whether a time is a leap second: the day of such a time would differ
/// from one program to the next.
pub(crate) fn is_leap(at: DateTime<Utc>) -> bool {
    at.nanosecond() >= 1_000_000_000
}

/// A day in the past, with a tolerance of one day.
pub(crate) fn past_day(field: &str, day: NaiveDate, now: DateTime<Utc>) -> Result<NaiveDate, Error> {
    if day > now.date_naive() + Days::new(1) {
        return Err(Error::invalid(
            field,
            format!("{day} is in the future (today: {}); send a past day", now.date_naive()),
        ));
    }
    valid_day(field, day)
}

/// A day within the supported range, past or planned.
pub(crate) fn valid_day(field: &str, day: NaiveDate) -> Result<NaiveDate, Error> {
    let last = NaiveDate::MAX.min(NaiveDate::from_ymd_opt(9999, 12, 30).unwrap_or(NaiveDate::MAX));
    if day < DateTime::UNIX_EPOCH.date_naive() || day > last {
        return Err(Error::invalid(
            field,
            format!("{day} is out of range; send a day between 1970 and 9999"),
        ));
    }
    Ok(day)
}

/// A time zone by its IANA name.
pub(crate) fn time_zone(field: &str, name: &str) -> Result<Tz, Error> {
    name.parse().map_err(|_| {
        Error::invalid(
            field,
            format!("unknown time zone \"{name}\"; use an IANA name such as UTC or Europe/Berlin"),
        )
    })
}

/// The number of items of a batch: at least one, at most [`BATCH_LENGTH`].
pub(crate) fn batch(field: &str, items: usize) -> Result<(), Error> {
    match items {
        0 => Err(Error::invalid(field, "must not be empty")),
        n if n > BATCH_LENGTH => {
            Err(Error::invalid(field, format!("has {n} items; send at most {BATCH_LENGTH} per request")))
        }
        _ => Ok(()),
    }
}

fn length(field: &str, text: &str, most: usize) -> Result<(), Error> {
    let characters = text.chars().count();
    if characters > most {
        return Err(Error::invalid(
            field,
            format!("has {characters} characters; at most {most} are allowed"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_line_and_no_id() {
        assert_eq!(key("key", " search ").unwrap(), "search");
        for bad in ["", "  ", "a\nb", "feature_00000000000000000000000000000000"] {
            assert!(key("key", bad).is_err(), "{bad:?}");
        }
        assert!(key("key", &"x".repeat(201)).unwrap_err().to_string().contains("201 characters"));
    }

    #[test]
    fn a_moment_may_be_a_day_ahead_and_no_more() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        assert!(moment("at", now + TimeDelta::hours(23), now).is_ok());
        assert!(moment("at", now + TimeDelta::hours(25), now).is_err());
        assert!(moment("at", DateTime::UNIX_EPOCH - TimeDelta::days(1), now).is_err());
    }

    #[test]
    fn a_leap_second_is_refused() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(30_000);
        let leap: DateTime<Utc> = "2026-03-31T23:59:60Z".parse().unwrap();
        assert!(moment("at", leap, now).unwrap_err().to_string().contains("second 59"));
        assert!(moment("at", "2026-03-31T23:59:59.999Z".parse().unwrap(), now).is_ok());
    }

    #[test]
    fn text_keeps_its_lines_and_refuses_nul() {
        assert_eq!(text("comment", Some("a\n b ")).unwrap().unwrap(), "a\n b ");
        assert_eq!(text("comment", Some("  ")).unwrap(), None);
        assert!(text("comment", Some("a\0b")).is_err());
    }
}
