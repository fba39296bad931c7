//! Simulated numbers of customers who use a feature on a day.

use chrono::NaiveDate;

use super::answers::place;
use super::calendar::Calendar;
use super::catalog::{BRINGS_WHITEBOARD, DAYS, FEATURES, SEGMENTS, WHITEBOARD};
use super::dice::{Dice, Stream};

/// The active customers of a feature in a segment on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// The day, in the product's time zone.
    pub day: NaiveDate,
    /// The key of the feature.
    pub feature: &'static str,
    /// The key of the segment.
    pub segment: &'static str,
    /// Number of customers who used it.
    pub active_customers: u32,
}

/// The whole year, day by day. A feature that is not there yet has no rows.
pub(super) fn all(seed: u64, calendar: &Calendar) -> Vec<Exposure> {
    let mut dice = Dice::new(seed, Stream::Exposure);
    let mut rows = Vec::new();
    for day in 0..DAYS {
        let there = |key| key != WHITEBOARD || day >= place(BRINGS_WHITEBOARD).1;
        for feature in FEATURES.iter().filter(|feature| there(feature.key)) {
            for segment in &SEGMENTS {
                let usual = segment.active * feature.adoption * Calendar::bustle(day);
                let active_customers = (usual * dice.between(0.96, 1.04)).round() as u32;
                let (feature, segment) = (feature.key, segment.key);
                rows.push(Exposure { day: calendar.day(day), feature, segment, active_customers });
            }
        }
    }
    rows
}
