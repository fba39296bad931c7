//! Data frames: the names and the types of their columns, how rows become frames, and how the frames are
//! checked and summed. Nothing else in the workspace's scores knows polars.
//!
//! | frame | column | type | |
//! |---|---|---|---|
//! | feedback | `feature`, `segment`, `scale`, `level` | UInt32 | |
//! | | `release` | UInt32, null | null: not labelled |
//! | | `day` | Int32 | |
//! | | `count` | Int64 | not negative |
//! | incidents | `feature` | UInt32 | |
//! | | `release` | UInt32, null | |
//! | | `no_change` | Boolean | |
//! | | `day` | Int32 | |
//! | | `opened` | Int64 | not negative |
//! | | `spoiled` | Float64 | finite, not negative |
//! | exposure | `feature`, `segment` | UInt32 | |
//! | | `day` | Int32 | |
//! | | `active` | Int64 | not negative |

use polars_core::{df, prelude::*};

use crate::error::{Error, Result};
use crate::facts::{Day, ExposureRow, Facts, FeedbackRow, IncidentRow, Scale, Stratum};
use crate::levels::{LevelKey, MAX_CODES};

/// Days from 1950 to 2150. A day outside is a unit gone wrong, and would overflow the weights of history.
const DAYS: std::ops::RangeInclusive<Day> = -7_305..=65_744;

/// The data frame of these responses.
pub fn feedback(rows: &[FeedbackRow]) -> Result<DataFrame> {
    Ok(df!(
        "feature" => column(rows, |r| r.feature),
        "release" => column(rows, |r| r.release),
        "segment" => column(rows, |r| r.segment),
        "scale" => column(rows, |r| r.scale),
        "day" => column(rows, |r| r.day),
        "level" => column(rows, |r| r.level),
        "count" => column(rows, |r| r.count),
    )?)
}

/// The data frame of these incidents.
pub fn incidents(rows: &[IncidentRow]) -> Result<DataFrame> {
    Ok(df!(
        "feature" => column(rows, |r| r.feature),
        "release" => column(rows, |r| r.release),
        "no_change" => column(rows, |r| r.no_change),
        "day" => column(rows, |r| r.day),
        "opened" => column(rows, |r| r.opened),
        "spoiled" => column(rows, |r| r.spoiled),
    )?)
}

/// The data frame of these exposures.
pub fn exposure(rows: &[ExposureRow]) -> Result<DataFrame> {
    Ok(df!(
        "feature" => column(rows, |r| r.feature),
        "segment" => column(rows, |r| r.segment),
        "day" => column(rows, |r| r.day),
        "active" => column(rows, |r| r.active),
    )?)
}

fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Customers of one feature, segment and day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exposures {
    pub(crate) feature: u32,
    pub(crate) segment: u32,
    pub(crate) day: Day,
    pub(crate) active: i64,
}

/// Checks the responses; everything below rests on it.
pub(crate) fn check_answers(facts: &Facts) -> Result<()> {
    let frame = &facts.feedback;
    check_codes(frame, "feature", facts.features.len())?;
    check_codes(frame, "release", facts.releases.len())?;
    check_codes(frame, "segment", facts.segments as usize)?;
    check_codes(frame, "scale", facts.scales.len())?;
    check_days(frame)?;
    check_counts(frame, "count")?;
    check_levels(facts)
}

/// The responses of each feature, in the order of the features; each key once.
pub(crate) fn levels(facts: &Facts) -> Result<Vec<(u32, LevelKey, i64)>> {
    let most_levels = facts.scales.iter().map(Scale::levels).max().unwrap_or(1) as usize;
    if facts.scales.len() > MAX_CODES || most_levels > MAX_CODES {
        return Err(Error::Invalid { column: "scales", reason: "must be fewer, with fewer levels" });
    }
    let key = Key::of(&[
        ("feature", facts.features.len()),
        ("scale", facts.scales.len()),
        ("segment", facts.segments as usize),
        ("release", facts.releases.len()),
        ("level", most_levels),
    ])?;
    let summed = sums(&facts.feedback, &key, "count")?;
    let rows = summed.into_iter().filter(|(_, count)| *count > 0).map(|(packed, count)| {
        let ([feature, scale, segment, release, level], day) = key.unpack(packed);
        let stratum = Stratum { scale, segment };
        (feature, LevelKey { day, stratum, label: release.checked_sub(1), level }, count)
    });
    Ok(rows.collect())
}

/// The incidents, checked.
pub(crate) fn incident_rows(facts: &Facts) -> Result<Vec<IncidentRow>> {
    let frame = &facts.incidents;
    check_codes(frame, "feature", facts.features.len())?;
    check_codes(frame, "release", facts.releases.len())?;
    check_days(frame)?;
    check_counts(frame, "opened")?;
    if frame.column("spoiled")?.f64()?.iter().any(|x| x.is_none_or(|x| !x.is_finite() || x < 0.0)) {
        return Err(Error::Invalid { column: "spoiled", reason: "must be a number and not negative" });
    }
    if frame.column("no_change")?.null_count() > 0 {
        return Err(Error::Invalid { column: "no_change", reason: "must be true or false" });
    }
    let (features, releases) = (frame.column("feature")?.u32()?, frame.column("release")?.u32()?);
    let (days, no_change) = (frame.column("day")?.i32()?, frame.column("no_change")?.bool()?);
    let (opened, spoiled) = (frame.column("opened")?.i64()?, frame.column("spoiled")?.f64()?);
    let row = |i| {
        Some(IncidentRow {
            feature: features.get(i)?,
            release: releases.get(i),
            no_change: no_change.get(i)?,
            day: days.get(i)?,
            opened: opened.get(i)?,
            spoiled: spoiled.get(i)?,
        })
    };
    Ok((0..frame.height()).filter_map(row).collect())
}

pub(crate) fn exposure_days(facts: &Facts) -> Result<Vec<Exposures>> {
    let frame = &facts.exposure;
    check_codes(frame, "feature", facts.features.len())?;
    check_codes(frame, "segment", facts.segments as usize)?;
    check_days(frame)?;
    check_counts(frame, "active")?;
    let key = Key::of(&[("feature", facts.features.len()), ("segment", facts.segments as usize)])?;
    let rows = sums(frame, &key, "active")?.into_iter().map(|(packed, active)| {
        let ([feature, segment], day) = key.unpack(packed);
        Exposures { feature, segment, day, active }
    });
    Ok(rows.collect())
}

/// Several codes and the day in one integer, the day last: grouping and sorting by one integer is several
/// times faster than by five columns. A null release is code 0, the others follow.
struct Key<const N: usize> {
    columns: [(&'static str, i64); N],
}

impl<const N: usize> Key<N> {
    const DAYS: i64 = (*DAYS.end() - *DAYS.start()) as i64 + 1;

    fn of(columns: &[(&'static str, usize); N]) -> Result<Self> {
        let columns = columns.map(|(name, size)| (name, size as i64 + i64::from(name == "release")));
        let sizes = columns.iter().map(|(_, size)| (*size).max(1));
        let all = sizes.chain([Self::DAYS]).try_fold(1_i64, i64::checked_mul);
        let too_many =
            Error::Invalid { column: "facts", reason: "must have fewer features, releases and segments" };
        all.map(|_| Self { columns }).ok_or(too_many)
    }

    fn pack(&self, frame: &DataFrame) -> Result<Vec<i64>> {
        let mut keys = vec![0; frame.height()];
        for (name, size) in &self.columns {
            let codes = frame.column(name)?.u32()?;
            for (key, code) in keys.iter_mut().zip(codes.iter()) {
                let code = match *name {
                    "release" => code.map_or(0, |code| i64::from(code) + 1),
                    _ => code.map_or(0, i64::from),
                };
                *key = *key * size + code;
            }
        }
        for (key, day) in keys.iter_mut().zip(frame.column("day")?.i32()?.iter()) {
            *key = *key * Self::DAYS + i64::from(day.unwrap_or(*DAYS.start()) - *DAYS.start());
        }
        Ok(keys)
    }

    fn unpack(&self, packed: i64) -> ([u32; N], Day) {
        let (mut codes, day) = (packed / Self::DAYS, packed % Self::DAYS);
        let mut unpacked = [0; N];
        for (code, (_, size)) in unpacked.iter_mut().zip(&self.columns).rev() {
            *code = (codes % size) as u32;
            codes /= size;
        }
        (unpacked, day as Day + DAYS.start())
    }
}

/// The sum of a column for each key, in the order of the keys.
fn sums<const N: usize>(frame: &DataFrame, key: &Key<N>, name: &str) -> Result<Vec<(i64, i64)>> {
    let keyed = df!("key" => key.pack(frame)?, "sum" => frame.column(name)?.as_materialized_series())?;
    // Its successor is the lazy engine, which is nine crates more and most of a build.
    #[allow(deprecated, reason = "one sum needs no query engine")]
    let summed = keyed.group_by(["key"])?.select(["sum"]).sum()?;
    let summed = summed.sort(["key"], SortMultipleOptions::default())?;
    let keys = summed.column("key")?.i64()?.into_no_null_iter();
    Ok(keys.zip(summed.column("sum_sum")?.i64()?.into_no_null_iter()).collect())
}

fn check_codes(frame: &DataFrame, name: &'static str, known: usize) -> Result<()> {
    let column = frame.column(name)?;
    if name != "release" && column.null_count() > 0 {
        return Err(Error::Invalid { column: name, reason: "must not be null" });
    }
    match column.u32()?.max() {
        Some(code) if code as usize >= known => {
            Err(Error::Unknown { column: name, code: u64::from(code), known: known as u64 })
        }
        _ => Ok(()),
    }
}

fn check_days(frame: &DataFrame) -> Result<()> {
    let column = frame.column("day")?;
    let days = column.i32()?;
    let inside = |day: Option<Day>| day.is_none_or(|day| DAYS.contains(&day));
    if column.null_count() > 0 || !inside(days.min()) || !inside(days.max()) {
        return Err(Error::Invalid { column: "day", reason: "must be between 1950 and 2150" });
    }
    Ok(())
}

fn check_counts(frame: &DataFrame, name: &'static str) -> Result<()> {
    let column = frame.column(name)?;
    if column.null_count() > 0 || column.i64()?.min().is_some_and(|least| least < 0) {
        return Err(Error::Invalid { column: name, reason: "must not be negative or null" });
    }
    Ok(())
}

/// A rating outside its scale is refused, never clipped.
fn check_levels(facts: &Facts) -> Result<()> {
    if facts.feedback.column("level")?.null_count() > 0 {
        return Err(Error::Invalid { column: "level", reason: "must not be null" });
    }
    let scales = facts.feedback.column("scale")?.u32()?.into_no_null_iter();
    for (scale, level) in scales.zip(facts.feedback.column("level")?.u32()?.into_no_null_iter()) {
        let levels = facts.scales[scale as usize].levels();
        if level >= levels {
            return Err(Error::Unknown { column: "level", code: u64::from(level), known: u64::from(levels) });
        }
    }
    Ok(())
}
