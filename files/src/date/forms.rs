//! The known forms of dates and times.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::{DateError, DateOrder, DateValue, months, zones};
use crate::record::excerpt;

/// A text longer than this is no date.
const LONGEST: usize = 120;

/// Reads a text in any of the known forms.
pub(super) fn read(text: &str, order: Option<DateOrder>, zone: Tz) -> Result<DateValue, DateError> {
    let unknown = || DateError::Unknown(excerpt(text));
    if text.len() > LONGEST {
        return Err(unknown());
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !is_dotted(text) {
        return number(text).ok_or_else(unknown);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(DateValue::Moment(at.to_utc())).filter(is_plausible).ok_or_else(unknown);
    }
    if let Some(spread) = spread(text) {
        return read(&spread, order, zone);
    }
    let text_of_date = text;
    let parts = Parts::of(text).ok_or_else(unknown)?;
    let day = match parts.date {
        Date::Day(day) => day,
        Date::Open { first, second, year, dotted } => {
            let order = match order {
                _ if dotted => DateOrder::DayFirst,
                Some(order) => order,
                None if first > 12 => DateOrder::DayFirst,
                None if second > 12 => DateOrder::MonthFirst,
                None if first == second => DateOrder::DayFirst,
                None => return Err(DateError::Ambiguous(excerpt(text_of_date))),
            };
            let (day, month) = match order {
                DateOrder::DayFirst => (first, second),
                DateOrder::MonthFirst => (second, first),
            };
            NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| match dotted {
                true => unknown(),
                false => DateError::OtherOrder { text: excerpt(text_of_date), order: order.name() },
            })?
        }
    };
    let Some(time) = parts.time else {
        return Some(DateValue::Day(day)).filter(is_plausible).ok_or_else(unknown);
    };
    let local = day.and_time(time) + TimeDelta::days(i64::from(parts.is_next_day));
    let value = match parts.zone {
        Zone::None => DateValue::Local(local),
        Zone::Offset(seconds) => DateValue::Moment((local - TimeDelta::seconds(seconds)).and_utc()),
        Zone::Name(name) => zones::named(name, local, zone)
            .ok_or_else(|| DateError::Zone { text: excerpt(text_of_date), zone: name.to_owned() })?,
    };
    Some(value).filter(is_plausible).ok_or_else(unknown)
}

/// The first two numbers of a date such as 04/05/2023, whose order is not certain.
pub(super) fn numbers(text: &str) -> Option<(u32, u32)> {
    match Parts::of(text.trim())?.date {
        Date::Open { first, second, dotted: false, .. } => Some((first, second)),
        _ => None,
    }
}

struct Parts<'a> {
    date: Date,
    time: Option<NaiveTime>,
    /// Whether the time was 24:00, which is 00:00 of the next day.
    is_next_day: bool,
    zone: Zone<'a>,
}

enum Date {
    Day(NaiveDate),
    Open { first: u32, second: u32, year: i32, dotted: bool },
}

enum Zone<'a> {
    None,
    Offset(i64),
    Name(&'a str),
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Parts<'a>> {
        let (date, rest) = date(text)?;
        let rest = rest.trim_start_matches([',', ' ', '\u{a0}', '\u{202f}']);
        let rest =
            rest.strip_prefix(['T', 't', ':']).or_else(|| rest.strip_prefix("at ")).unwrap_or(rest).trim();
        if rest.is_empty() {
            return Some(Parts { date, time: None, is_next_day: false, zone: Zone::None });
        }
        let midnight = ["24:00:00", "24:00"].iter().find_map(|text| rest.strip_prefix(text));
        let (time, rest) = match midnight {
            Some(rest) => (NaiveTime::MIN, rest),
            None => time(rest)?,
        };
        let rest = rest.trim();
        let is_word = ["uhr", "hrs", "h"].iter().any(|word| rest.eq_ignore_ascii_case(word));
        let rest = if is_word { "" } else { rest };
        let zone = match rest {
            "" => Zone::None,
            rest => match offset(rest) {
                Some(seconds) => Zone::Offset(seconds),
                None => Zone::Name(name_of_zone(rest)?),
            },
        };
        Some(Parts { date, time: Some(time), is_next_day: midnight.is_some(), zone })
    }
}

/// `20260301T101500Z` with the signs that it is written with elsewhere.
fn spread(text: &str) -> Option<String> {
    let (day, time) = text.split_once(['T', 't'])?;
    let is_day = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
    let end = time.find(|c: char| !c.is_ascii_digit()).unwrap_or(time.len());
    let (time, rest) = time.split_at(end);
    let seconds = match time.len() {
        4 => "00",
        6 => &time[4..],
        _ => return None,
    };
    let date = |day: &str| format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
    is_day.then(|| format!("{}T{}:{}:{seconds}{rest}", date(day), &time[..2], &time[2..4]))
}

/// What stands after a time that is a name: `PDT`, `Europe/Berlin`, `(UTC)`.
fn name_of_zone(rest: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/_-+()[]".contains(c);
    (rest.len() <= 40
        && rest.starts_with(|c: char| c.is_ascii_alphabetic() || "([".contains(c))
        && rest.chars().all(is_part))
    .then_some(rest)
}

/// `+02:00`, `-0800`, `+02`, `GMT+2`, `UTC+02:00`, `+02:00[Europe/Berlin]`.
fn offset(text: &str) -> Option<i64> {
    let text = text.split('[').next().unwrap_or_default().trim();
    let text = ["GMT", "UTC"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let is_number = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(hours) || !is_number(minutes) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A time at the beginning of a text: `4:59`, `04:59:54.123`, `5:20 PM`, `17.20`, `10h30`.
fn time(text: &str) -> Option<(NaiveTime, &str)> {
    let (hour, rest) = digits(text, 2)?;
    let after = rest.strip_prefix([':', 'h', '.'])?;
    let (minute, mut rest) = digits(after, 2)?;
    // 17.20 is a time, and 17.2 is a number.
    if text.as_bytes().get(text.len() - after.len() - 1) == Some(&b'.') && after.len() - rest.len() < 2 {
        return None;
    }
    let (mut second, mut nano) = (0, 0);
    if let Some(after) = rest.strip_prefix(':') {
        (second, rest) = digits(after, 2)?;
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let fraction: String = after[..end].chars().chain("000000000".chars()).take(9).collect();
            (nano, rest) = (fraction.parse().ok()?, &after[end..]);
        }
    }
    let spaced = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let (half, after) = halves(spaced);
    let hour = match half {
        Some(_) if hour == 0 || hour > 12 => return None,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None => hour,
    };
    let rest = if half.is_some() { after } else { rest };
    // A leap second is told apart by the caller.
    let time = match second {
        60 => NaiveTime::from_hms_nano_opt(hour, minute, 59, 1_000_000_000 + nano),
        second => NaiveTime::from_hms_nano_opt(hour, minute, second, nano),
    }?;
    Some((time, rest))
}

/// Whether the text begins with a.m. (false) or p.m. (true).
fn halves(text: &str) -> (Option<bool>, &str) {
    for (name, afternoon) in [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)] {
        if let (Some(start), Some(rest)) = (text.get(..name.len()), text.get(name.len()..))
            && start.eq_ignore_ascii_case(name)
            && !rest.starts_with(|c: char| c.is_alphabetic())
        {
            return (Some(afternoon), rest);
        }
    }
    (None, text)
}

/// A date at the beginning of a text, and what follows it.
fn date(text: &str) -> Option<(Date, &str)> {
    // "Fri, 3 May 2024 ...", "Mon Jan 13 14:13:13 UTC 2014", "Monday, January 13, 2014".
    let rest = weekday(text).unwrap_or(text);
    if rest.starts_with(|c: char| c.is_alphabetic()) {
        return month_first(rest);
    }
    let (first, after) = digits(rest, 4)?;
    let length = rest.len() - after.len();
    if length == 4 {
        let separator = after.chars().next().filter(|c| "-/.".contains(*c))?;
        let (month, after) = digits(&after[1..], 2)?;
        let (day, after) = digits(after.strip_prefix(separator)?, 2)?;
        return Some((Date::Day(NaiveDate::from_ymd_opt(first as i32, month, day)?), after));
    }
    if length > 2 {
        return None;
    }
    let after = after.strip_prefix('.').filter(|rest| rest.starts_with(' ')).unwrap_or(after);
    let named = after.trim_start_matches([' ', '-', '/', '.']);
    let named = named.strip_prefix("de ").unwrap_or(named);
    if named.starts_with(|c: char| c.is_alphabetic()) && named.len() < after.len() {
        let end = named.find(|c: char| !c.is_alphabetic()).unwrap_or(named.len());
        let month = months::month(&named[..end])?;
        let rest = named[end..].trim_start_matches(['.', ' ', '-', '/', ',']);
        let rest = rest.strip_prefix("de ").unwrap_or(rest);
        let (year, rest) = year(rest)?;
        return Some((Date::Day(NaiveDate::from_ymd_opt(year, month, first)?), rest));
    }
    let separator = after.chars().next().filter(|c| "-/.".contains(*c))?;
    let (second, after) = digits(&after[1..], 2)?;
    let after = after.strip_prefix(separator)?;
    let (year, rest) =
        digits(after, 4).filter(|(_, rest)| after.len() - rest.len() == 4 || separator == '/')?;
    let year = if after.len() - rest.len() == 2 { 2000 + year as i32 } else { year as i32 };
    let is_date = after.len() - rest.len() != 3 && after.len() - rest.len() != 1;
    is_date.then_some((Date::Open { first, second, year, dotted: separator == '.' }, rest))
}

/// `Apr 24, 2023 5:20 PM`, `Jan 13 14:13:13 UTC 2014`.
fn month_first(text: &str) -> Option<(Date, &str)> {
    let end = text.find(|c: char| !c.is_alphabetic())?;
    let month = months::month(&text[..end])?;
    let (day, rest) = digits(text[end..].trim_start_matches(['.', ' ', '-', '/']), 2)?;
    let rest = ["st", "nd", "rd", "th"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
    let after = rest.trim_start_matches([',', ' ', '-', '/']);
    if let Some((year, rest)) = year(after) {
        return Some((Date::Day(NaiveDate::from_ymd_opt(year, month, day)?), rest));
    }
    // The form of `date` and of C: the year comes last. The rest is the time alone.
    let (before, year) = after.rsplit_once(' ')?;
    let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    Some((Date::Day(NaiveDate::from_ymd_opt(year, month, day)?), before))
}

fn weekday(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphabetic())?;
    let name = text[..end].to_lowercase();
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let is_day = name.len() >= 3 && days.iter().any(|day| day.starts_with(&name));
    is_day.then(|| text[end..].trim_start_matches(['.', ',', ' ']))
}

/// A year of four digits, or of two in this century.
fn year(text: &str) -> Option<(i32, &str)> {
    let (number, rest) = digits(text, 4)?;
    match text.len() - rest.len() {
        4 => Some((number as i32, rest)),
        2 if !rest.starts_with(':') => Some((2000 + number as i32, rest)),
        _ => None,
    }
}

fn digits(text: &str, most: usize) -> Option<(u32, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    (end > 0 && end <= most).then(|| text[..end].parse().ok().map(|number| (number, &text[end..]))).flatten()
}

/// `24.04.2023`, which is no number.
fn is_dotted(text: &str) -> bool {
    text.matches('.').count() == 2
}

/// A two-digit year read as the year 21 indicates a different format.
fn is_plausible(value: &DateValue) -> bool {
    let year = match value {
        DateValue::Moment(at) => at.year(),
        DateValue::Local(at) | DateValue::In(at, _) => at.year(),
        DateValue::Day(day) => day.year(),
    };
    (1000..10_000).contains(&year)
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, by magnitude. Eight digits are a day written without
/// separators: as seconds they would all be before 1973. Five are days since 1900, as spreadsheets count them.
fn number(text: &str) -> Option<DateValue> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse::<f64>().ok()? };
    let number: i64 = whole.parse().ok()?;
    let at = match whole.len() {
        5 if (20_000..80_000).contains(&number) => return serial(number, fraction),
        8 if fraction == 0.0 => return NaiveDate::parse_from_str(whole, "%Y%m%d").ok().map(DateValue::Day),
        14 if fraction == 0.0 => {
            return NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").ok().map(DateValue::Local);
        }
        9 | 10 => DateTime::from_timestamp(number, (fraction * 1e9) as u32),
        12 | 13 => DateTime::from_timestamp_millis(number),
        16 => DateTime::from_timestamp_micros(number),
        19 => Some(DateTime::from_timestamp_nanos(number)),
        _ => None,
    };
    at.map(DateValue::Moment)
}

/// Days since 1899-12-30, with the time as their fraction.
fn serial(days: i64, fraction: f64) -> Option<DateValue> {
    let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(TimeDelta::days(days))?;
    if fraction == 0.0 {
        return Some(DateValue::Day(day));
    }
    // Fractions are rounded: a second is a bit more than a hundred-thousandth of a day.
    let seconds = (fraction * 86_400.0).round() as i64;
    Some(DateValue::Local(day.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds)))
}
