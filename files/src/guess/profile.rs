//! What a column holds.

use std::collections::HashSet;

use chrono_tz::UTC;

use crate::date::{DateOrder, Dates};
use crate::record::Record;
use crate::value::{self, ScaleShape, SeverityRange, rating, severity};

/// Number of values that are looked at.
const LOOKED_AT: usize = 500;

/// What a column holds, as shares of the values that are not empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// Rows that were looked at.
    pub(super) rows: usize,
    /// Those with a value.
    pub(super) count: usize,
    /// The share of rows that have a value.
    pub(super) fill: f64,
    pub(super) dates: f64,
    /// Numbers of days since 1900, from 1954 on.
    pub(super) serials: f64,
    pub(super) numbers: f64,
    /// Numbers with a point or more.
    pub(super) decimals: f64,
    pub(super) ratings: f64,
    pub(super) thumbs: f64,
    pub(super) severities: f64,
    pub(super) counts: f64,
    pub(super) versions: f64,
    pub(super) uuids: f64,
    pub(super) spaced: f64,
    pub(super) unique: f64,
    pub(super) distinct: usize,
    /// The mean length in characters.
    pub(super) length: f64,
    /// The range of the ratings that are numbers.
    pub(super) range: Option<(f64, f64)>,
    /// Different ratings.
    pub(super) levels: usize,
}

impl Profile {
    pub(super) fn of(at: usize, sample: &[Record]) -> Profile {
        let missing = ["NA", "N/A", "-", "null", "none", "nan", "?", "unknown"];
        let values: Vec<&str> = sample
            .iter()
            .filter_map(|record| record.at(at).map(str::trim))
            .filter(|text| !text.is_empty() && !missing.iter().any(|one| one.eq_ignore_ascii_case(text)))
            .collect();
        let count = values.len();
        if count == 0 {
            return Profile { rows: sample.len(), ..Profile::default() };
        }
        let looked_at = &values[..count.min(LOOKED_AT)];
        let share = |is_it: &dyn Fn(&str) -> bool| {
            looked_at.iter().filter(|text| is_it(text)).count() as f64 / looked_at.len() as f64
        };
        let day_first = Dates::in_zone(UTC).with_order(Some(DateOrder::DayFirst));
        let month_first = Dates::in_zone(UTC).with_order(Some(DateOrder::MonthFirst));
        let thumbs = ScaleShape { key: String::new(), min: 0.0, max: 1.0, thumbs: true };
        let five = ScaleShape { key: String::new(), min: 1.0, max: 5.0, thumbs: false };
        let number = |text: &str| rating(text, Some(&five)).or_else(|_| rating(text, None)).ok();
        let is_number = |text: &str| text.parse::<f64>().is_ok();
        let numbers: Vec<f64> = looked_at.iter().filter_map(|text| number(text)).collect();
        let range = numbers.iter().fold(None, |range: Option<(f64, f64)>, number| {
            Some(range.map_or((*number, *number), |(min, max)| (min.min(*number), max.max(*number))))
        });
        let mut levels: Vec<f64> = numbers.clone();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let distinct: HashSet<&str> = values.iter().copied().collect();
        let in_range = |text: &str| number(text).is_some_and(|number| (-10.0..=100.0).contains(&number));
        Profile {
            rows: sample.len(),
            count,
            fill: count as f64 / sample.len() as f64,
            // A number of five digits may be a date, but a column of such numbers need not be one.
            dates: share(&|text| {
                (day_first.moment(text).is_ok() || month_first.moment(text).is_ok())
                    && !(is_number(text) && text.len() < 8)
            }),
            serials: share(&|text| {
                text.len() < 8 && text.parse().is_ok_and(|day: f64| (20_000.0..80_000.0).contains(&day))
            }),
            numbers: share(&is_number),
            decimals: share(&|text| text.contains('.')),
            ratings: share(&|text| in_range(text) || rating(text, Some(&thumbs)).is_ok()),
            thumbs: share(&|text| rating(text, Some(&thumbs)).is_ok()),
            severities: share(&|text| {
                severity(text, SeverityRange { most: 0.0, least: 5.0 }).is_ok()
                    || severity(text, SeverityRange::default()).is_ok()
            }),
            counts: share(&|text| value::count(text).is_ok()),
            versions: share(&is_version),
            uuids: share(&is_uuid),
            spaced: share(&|text| {
                text.contains(char::is_whitespace)
                    || text.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c))
            }),
            unique: distinct.len() as f64 / count as f64,
            distinct: distinct.len(),
            length: looked_at.iter().map(|text| text.chars().count()).sum::<usize>() as f64
                / looked_at.len() as f64,
            range: if numbers.len() * 2 > looked_at.len() { range } else { None },
            levels: levels.len(),
        }
    }

    /// Whether the values are like ratings, with no name to say so: few small numbers, several of which are in use.
    pub(super) fn looks_like_a_scale(&self) -> bool {
        self.numbers > 0.9
            && (3..=11).contains(&self.levels)
            && self.range.is_some_and(|(min, max)| min >= 0.0 && (2.0..=10.0).contains(&max))
    }
}

fn is_version(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    // An address of the Internet looks like one.
    let numbers = text.split('.').map(str::parse::<u8>);
    if numbers.clone().count() == 4 && numbers.clone().all(|number| number.is_ok()) {
        return false;
    }
    let parts = || text.split(['.', '-', '+', ' ', '(', ')']);
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains('.')
        && parts().count() <= 8
        && text.len() < 40
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && text.matches('-').count() == 4
}
