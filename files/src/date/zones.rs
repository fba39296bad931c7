//! Time zones in the text of a date, by name or by abbreviation.

use chrono::{DateTime, Days, FixedOffset, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetName, Tz};

use super::DateValue;

/// Abbreviations with one meaning in practice, in minutes east of UTC. Not those of several zones: CST is Chicago's and
/// China's, IST India's, Ireland's and Israel's, BST Britain's and Bangladesh's. They are read if they are those of
/// the file's zone.
const ABBREVIATIONS: [(&str, i32); 29] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("MEZ", 60),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("PKT", 300),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("HST", -600),
];

/// A local time in a zone that is named or abbreviated.
pub(super) fn named(name: &str, at: NaiveDateTime, file: Tz) -> Option<DateValue> {
    let name = name.trim_matches(['(', ')', '[', ']']);
    let upper = name.to_uppercase();
    if name.contains('/')
        && let Ok(zone) = name.parse::<Tz>()
    {
        return Some(DateValue::In(at, zone));
    }
    let here = file.from_local_datetime(&at);
    let of_the_file = [here.earliest(), here.latest()].into_iter().flatten();
    if let Some(moment) =
        of_the_file.into_iter().find(|moment| moment.offset().abbreviation() == Some(upper.as_str()))
    {
        return Some(DateValue::Moment(moment.to_utc()));
    }
    let (_, minutes) = ABBREVIATIONS.iter().find(|(known, _)| *known == upper)?;
    let offset = FixedOffset::east_opt(minutes * 60)?;
    Some(DateValue::Moment(offset.from_local_datetime(&at).single()?.to_utc()))
}

/// The moment of a local time: the earlier one when clocks go back over it, the first one after when they
/// jump over it.
pub(super) fn in_zone(zone: Tz, at: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&at) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
        LocalResult::None => {
            // No zone jumps further than a day; take the offset that held before the jump.
            let before = zone.from_local_datetime(&(at - Days::new(1))).earliest();
            before.map_or_else(|| at.and_utc(), |before| before.to_utc() + TimeDelta::days(1))
        }
    }
}
