//! The answers of one feature to the last detail, in the order of their days.

use crate::facts::{Day, FeedbackRow, Stratum};

/// Answers of one day that named one release (or none) and gave one rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LevelKey {
    pub(crate) day: Day,
    pub(crate) stratum: Stratum,
    /// The release that they name.
    pub(crate) label: Option<u32>,
    pub(crate) level: u32,
}

/// How many answers each key has; those without any are not there. So few bytes a row that all of them are kept: what
/// changes later is added to them, and what follows from them can be made anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Levels {
    rows: Vec<Row>,
}

/// A key and its count, narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    day: Day,
    segment: u32,
    /// The release plus one; 0: none.
    label: u32,
    scale: u16,
    level: u16,
    count: i64,
}

/// Scales and levels of a scale that can be told apart.
pub(crate) const MOST_CODES: usize = u16::MAX as usize;

impl From<&FeedbackRow> for LevelKey {
    fn from(row: &FeedbackRow) -> Self {
        let stratum = Stratum { scale: row.scale, segment: row.segment };
        Self { day: row.day, stratum, label: row.release, level: row.level }
    }
}

impl Row {
    fn of(key: LevelKey, count: i64) -> Self {
        Self {
            day: key.day,
            segment: key.stratum.segment,
            label: key.label.map_or(0, |release| release + 1),
            scale: key.stratum.scale as u16,
            level: key.level as u16,
            count,
        }
    }

    fn key(&self) -> LevelKey {
        LevelKey {
            day: self.day,
            stratum: Stratum { scale: self.scale.into(), segment: self.segment },
            label: self.label.checked_sub(1),
            level: self.level.into(),
        }
    }
}

impl Levels {
    /// From keys in any order, each once, with counts above zero.
    pub(crate) fn of(counts: impl IntoIterator<Item = (LevelKey, i64)>) -> Self {
        let mut rows: Vec<_> = counts.into_iter().map(|(key, count)| Row::of(key, count)).collect();
        rows.sort_unstable_by_key(Row::key);
        Self { rows }
    }

    /// `count` more of a key, or below zero fewer. False, and nothing is changed, if fewer than none would be left.
    pub(crate) fn add(&mut self, key: LevelKey, count: i64) -> bool {
        // What changes is mostly of today.
        let is_last = self.rows.last().is_none_or(|last| last.key() < key);
        let place =
            if is_last { Err(self.rows.len()) } else { self.rows.binary_search_by_key(&key, Row::key) };
        let known = place.map_or(0, |place| self.rows[place].count);
        match (place, known + count) {
            (_, ..0) => return false,
            (Ok(place), 0) => _ = self.rows.remove(place),
            (Ok(place), total) => self.rows[place].count = total,
            (Err(_), 0) => {}
            (Err(place), total) => self.rows.insert(place, Row::of(key, total)),
        }
        true
    }

    /// The keys of `from <= day < until`, with their counts.
    pub(crate) fn between(&self, from: Day, until: Day) -> impl Iterator<Item = (LevelKey, i64)> + '_ {
        let low = self.rows.partition_point(|row| row.day < from);
        let high = self.rows.partition_point(|row| row.day < until).max(low);
        self.rows[low..high].iter().map(|row| (row.key(), row.count))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows.len() * size_of::<Row>()
    }

    /// All keys, with their counts.
    pub(crate) fn all(&self) -> impl Iterator<Item = (LevelKey, i64)> + '_ {
        self.rows.iter().map(|row| (row.key(), row.count))
    }
}
