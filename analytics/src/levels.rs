//! The responses of one feature in full detail, in the order of their days.

use crate::facts::{Day, FeedbackRow, Stratum};

/// Responses of one day that name the same release (or none) and have the same rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LevelKey {
    pub(crate) day: Day,
    pub(crate) stratum: Stratum,
    /// The named release.
    pub(crate) label: Option<u32>,
    pub(crate) level: u32,
}

/// The number of responses of each key; keys without any are not stored. Rows are so small that all of them are stored: later
/// changes are added to them, and all derived figures can be recomputed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Levels {
    rows: Vec<Row>,
}

/// A key and its count, packed.
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

/// Maximum number of scales, and of levels of a scale.
pub(crate) const MAX_CODES: usize = u16::MAX as usize;

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
    /// From keys in any order, each once, with positive counts.
    pub(crate) fn of(counts: impl IntoIterator<Item = (LevelKey, i64)>) -> Self {
        let mut rows: Vec<_> = counts.into_iter().map(|(key, count)| Row::of(key, count)).collect();
        rows.sort_unstable_by_key(Row::key);
        Self { rows }
    }

    /// Adds `count`, which may be negative, to a key. Returns false, and changes nothing, if the result would be negative.
    pub(crate) fn add(&mut self, key: LevelKey, count: i64) -> bool {
        // Most changes are of today.
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
