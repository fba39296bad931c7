//! Data frames: the names and the types of their columns, how rows become frames, and how the frames are
//! checked, joined with their releases and summed. Nothing else in the workspace's scores knows polars but
//! this file and the [standard figures](crate::standard).
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

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::facts::{Day, ExposureRow, Facts, FeedbackRow, IncidentRow, Stratum};
use crate::labels::{Labels, Tally};
use crate::prepared::IncidentDay;
use crate::release::Timeline;

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

/// The responses, checked and with their releases.
pub(crate) struct AnswerFrames {
    /// One row per level.
    pub(crate) levels: DataFrame,
    /// Summed over levels, sorted by feature, stratum, release, day.
    pub(crate) summed: Vec<Answers>,
}

/// Responses of one feature, stratum, release and day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answers {
    pub(crate) feature: u32,
    pub(crate) stratum: Stratum,
    pub(crate) release: Option<u32>,
    pub(crate) day: Day,
    /// Responses, their levels and their squared levels.
    pub(crate) sums: [i64; 3],
}

/// Incidents of one feature.
pub(crate) struct Incidents {
    pub(crate) feature: u32,
    pub(crate) day: IncidentDay,
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

/// How many responses name which release, in the order of the days. Nothing where nobody needs to know: every response
/// names one, and somebody declared them all.
pub(crate) fn tallies(facts: &Facts) -> Result<Vec<Tally>> {
    let declared = facts.releases.iter().all(|release| !release.is_undeclared());
    if declared && facts.feedback.column("release")?.null_count() == 0 {
        return Ok(Vec::new());
    }
    tally(facts.feedback.clone().lazy(), "count")
}

/// How many incidents name which release, in the order of the days; those that no change caused aside. Nothing where
/// every incident names one.
pub(crate) fn incident_tallies(facts: &Facts) -> Result<Vec<Tally>> {
    if facts.incidents.column("release")?.null_count() == 0 {
        return Ok(Vec::new());
    }
    tally(facts.incidents.clone().lazy().filter(col("no_change").not()), "opened")
}

fn tally(rows: LazyFrame, count: &str) -> Result<Vec<Tally>> {
    let by = ["day", "feature", "release"];
    let sums = rows.filter(col(count).gt(lit(0))).group_by(by.map(col));
    let sums = sums.agg([col(count).sum()]).sort(by, SortMultipleOptions::default()).collect()?;
    let (days, features) = (sums.column("day")?.i32()?, sums.column("feature")?.u32()?);
    let (releases, counts) = (sums.column("release")?.u32()?, sums.column(count)?.i64()?);
    let rows = days.into_no_null_iter().zip(features.into_no_null_iter()).zip(releases.iter());
    let rows = rows.zip(counts.into_no_null_iter());
    Ok(rows.map(|(((day, feature), release), count)| Tally { feature, release, day, count }).collect())
}

pub(crate) fn answers(facts: &Facts, labels: &Labels) -> Result<AnswerFrames> {
    let timeline = Timeline::declared(&facts.releases);
    let release_of = |feature: u32, day| {
        let product = facts.features[feature as usize].product;
        labels.hardly_any(product, day).then(|| timeline.live_or_earlier(product, day)).flatten()
    };
    let levels = with_releases(&facts.feedback, release_of)?.filter(col("count").gt(lit(0))).collect()?;
    let level = || col("level").cast(DataType::Int64);
    let key = Key::of(&[
        ("feature", facts.features.len()),
        ("scale", facts.scales.len()),
        ("segment", facts.segments as usize),
        // One more for the time before any.
        ("release", facts.releases.len() + 1),
    ])?;
    let summed = levels
        .clone()
        .lazy()
        .group_by([key.pack().alias("key")])
        .agg([
            col("count").sum(),
            (col("count") * level()).sum().alias("levels"),
            (col("count") * level() * level()).sum().alias("squares"),
        ])
        .sort(["key"], SortMultipleOptions::default())
        .collect()?;
    let (keys, counts) = (summed.column("key")?.i64()?, summed.column("count")?.i64()?);
    let (sums, squares) = (summed.column("levels")?.i64()?, summed.column("squares")?.i64()?);
    let rows = keys.into_no_null_iter().zip(counts.into_no_null_iter());
    let rows = rows.zip(sums.into_no_null_iter()).zip(squares.into_no_null_iter());
    let summed = rows
        .map(|(((packed, n), levels), squares)| {
            let ([feature, scale, segment, release], day) = key.unpack(packed);
            Answers {
                feature,
                stratum: Stratum { scale, segment },
                release: release.checked_sub(1),
                day,
                sums: [n, levels, squares],
            }
        })
        .collect();
    Ok(AnswerFrames { levels, summed })
}

pub(crate) fn incident_days(facts: &Facts) -> Result<Vec<Incidents>> {
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
    let by = ["feature", "day", "release", "no_change"];
    let timeline = Timeline::of(&facts.releases);
    let release_of =
        |feature: u32, day| timeline.live_or_earlier(facts.features[feature as usize].product, day);
    let days = with_releases(frame, release_of)?
        .group_by(by.map(col))
        .agg([col("opened").sum(), col("spoiled").sum()])
        .sort(by, SortMultipleOptions::default())
        .collect()?;
    let (features, releases) = (days.column("feature")?.u32()?, days.column("release")?.u32()?);
    let (day, no_change) = (days.column("day")?.i32()?, days.column("no_change")?.bool()?);
    let (opened, spoiled) = (days.column("opened")?.i64()?, days.column("spoiled")?.f64()?);
    let row = |i| {
        let day = IncidentDay {
            day: day.get(i)?,
            release: releases.get(i),
            no_change: no_change.get(i)?,
            opened: opened.get(i)?,
            spoiled: spoiled.get(i)?,
        };
        Some(Incidents { feature: features.get(i)?, day })
    };
    Ok((0..days.height()).filter_map(row).collect())
}

pub(crate) fn exposure_days(facts: &Facts) -> Result<Vec<Exposures>> {
    let frame = &facts.exposure;
    check_codes(frame, "feature", facts.features.len())?;
    check_codes(frame, "segment", facts.segments as usize)?;
    check_days(frame)?;
    check_counts(frame, "active")?;
    let key = Key::of(&[("feature", facts.features.len()), ("segment", facts.segments as usize)])?;
    let days = frame
        .clone()
        .lazy()
        .group_by([key.pack().alias("key")])
        .agg([col("active").sum()])
        .sort(["key"], SortMultipleOptions::default())
        .collect()?;
    let rows = days.column("key")?.i64()?.into_no_null_iter();
    let rows = rows.zip(days.column("active")?.i64()?.into_no_null_iter()).map(|(packed, active)| {
        let ([feature, segment], day) = key.unpack(packed);
        Exposures { feature, segment, day, active }
    });
    Ok(rows.collect())
}

/// Every row with its release: its own label, else what is said of its feature and day.
fn with_releases(frame: &DataFrame, release_of: impl Fn(u32, Day) -> Option<u32>) -> Result<LazyFrame> {
    let rows = frame.clone().lazy();
    if frame.column("release")?.null_count() == 0 {
        return Ok(rows);
    }
    let unlabelled = rows
        .clone()
        .filter(col("release").is_null())
        .select([col("feature"), col("day")])
        .unique(None, UniqueKeepStrategy::Any)
        .collect()?;
    let feature = unlabelled.column("feature")?.u32()?.into_no_null_iter();
    let day = unlabelled.column("day")?.i32()?.into_no_null_iter();
    let given: Vec<Option<u32>> = feature.zip(day).map(|(feature, day)| release_of(feature, day)).collect();
    let given = unlabelled.hstack(&[Column::new("given".into(), given)])?;
    let on = [col("feature"), col("day")];
    Ok(rows
        .join(given.lazy(), on.clone(), on, JoinArgs::new(JoinType::Left))
        .with_column(col("release").fill_null(col("given")))
        .drop(by_name(["given"], true, false)))
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

    fn pack(&self) -> Expr {
        let code = |name: &str| match name {
            "release" => (col(name).cast(DataType::Int64) + lit(1_i64)).fill_null(lit(0_i64)),
            _ => col(name).cast(DataType::Int64),
        };
        let codes = self.columns.iter().fold(lit(0_i64), |key, (name, size)| key * lit(*size) + code(name));
        codes * lit(Self::DAYS) + col("day").cast(DataType::Int64) - lit(i64::from(*DAYS.start()))
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
    let highest =
        facts.feedback.clone().lazy().group_by([col("scale")]).agg([col("level").max()]).collect()?;
    let scales = highest.column("scale")?.u32()?.into_no_null_iter();
    for (scale, level) in scales.zip(highest.column("level")?.u32()?.into_no_null_iter()) {
        let levels = facts.scales[scale as usize].levels();
        if level >= levels {
            return Err(Error::Unknown { column: "level", code: u64::from(level), known: u64::from(levels) });
        }
    }
    Ok(())
}
