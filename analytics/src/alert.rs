//! Which days and weeks had more incidents than was to be expected? Bursts come from anywhere: no release is asked for.
//!
//! Every day and every seven days that end on it are compared with their [forecast](crate::forecast), made from the
//! rows before them and nothing later. The probability of so many incidents or more is that of the forecast's negative
//! binomial; it is adjusted (Bonferroni) for all that is looked at in a year: each known feature and the product as a
//! whole, days and weeks, 365 times. That holds whatever depends on whatever, as overlapping weeks, days within their
//! weeks and features within their product do; and an alert stays what it is, whichever days are asked for.

mod calendar;
mod expected;
mod level;

use std::collections::HashMap;

use calendar::World;
use expected::{Others, Unit};

use crate::error::{Error, Result};
use crate::facts::Day;
use crate::forecast::HISTORY;
use crate::prepared::Prepared;

/// Which alerts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertQuery {
    /// The feature that stands for the product as a whole. It is not looked at by itself: its incidents and those of
    /// all the product's features are added for the product.
    pub whole: u32,
    /// The first day on which a day or week may end.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
}

/// A day or a week with more incidents than was to be expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The feature's code; [`AlertQuery::whole`] for the product with all its features.
    pub feature: u32,
    /// Day or week.
    pub kind: AlertKind,
    /// The first day.
    pub first_day: Day,
    /// Incidents opened, whatever release or none they come from.
    pub incidents: i64,
    /// The forecast's mean.
    pub expected: f64,
    /// The number of incidents that the forecast exceeds with a probability of 5 %.
    pub quantile_95: f64,
    /// The probability of so many incidents or more by the forecast.
    pub probability: f64,
    /// The probability that anything so unlikely would be seen in a year of this product, at most.
    pub adjusted_probability: f64,
    /// How many forecasts a year that is adjusted for.
    pub forecasts: u32,
    /// The method's version.
    pub method: &'static str,
}

/// The time that incidents are counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertKind {
    /// One day.
    Day,
    /// Seven days.
    Week,
}

impl AlertKind {
    /// Length in days.
    pub fn days(self) -> Day {
        match self {
            Self::Day => 1,
            Self::Week => 7,
        }
    }
}

/// Adjusted probability up to which there is an alert.
pub const LEVEL: f64 = 0.05;
/// Fewer incidents are never an alert, however rare the feature's incidents are.
const LEAST: i64 = 3;
/// Minimum number of days that a product is known: with fewer, the variation of its incidents is unknown.
const KNOWN: Day = 56;
/// Days of a year: how often each feature is looked at.
const LOOKS: u32 = 365;
/// The longest time that may be asked for.
const LONGEST: Day = 3_660;
/// Days without an alert after which the next one is another.
const PAUSE: Day = 3;

/// The alerts of a product and its features, in the order of their last days. Of those of one burst the most unlikely is
/// taken.
pub fn alerts(prepared: &Prepared, query: &AlertQuery) -> Result<Vec<Alert>> {
    if query.until.saturating_sub(query.from) > LONGEST {
        return Err(Error::Invalid { column: "until", reason: "must be at most 3660 days after from" });
    }
    let product = prepared.feature(query.whole)?.product;
    let codes = prepared.features_of(product);
    let known = codes.iter().filter_map(|code| prepared.first_day(*code)).min();
    let Some(known) = known else { return Ok(Vec::new()) };
    let mut pasts = HashMap::new();
    let world = World::of(prepared, query.from - AlertKind::Week.days() - HISTORY, query.until);
    let units: Vec<_> = std::iter::once(Unit { code: query.whole, parts: codes.clone(), of_product: true })
        .chain(codes.iter().filter(|code| **code != query.whole).map(|code| Unit {
            code: *code,
            parts: vec![*code],
            of_product: false,
        }))
        .collect();
    let mut found = Vec::new();
    for last in query.from..query.until {
        let is_known = |code| prepared.first_day(code).is_some_and(|first| first <= last);
        let looked_at = units.iter().filter(|unit| unit.of_product || is_known(unit.code));
        let forecasts = 2 * LOOKS * looked_at.count() as u32;
        for kind in [AlertKind::Day, AlertKind::Week] {
            let first = last + 1 - kind.days();
            if first - known < KNOWN {
                continue;
            }
            for unit in &units {
                let incidents = unit.incidents(prepared, first, last + 1);
                if incidents < LEAST {
                    continue;
                }
                let past = pasts.entry(first).or_insert_with(|| Others::of(prepared, &world, product, first));
                let Some(told) = past.forecast(prepared, &world, unit, first, kind) else { continue };
                let probability = told.tail(incidents as f64);
                let adjusted_probability = (probability * f64::from(forecasts)).min(1.0);
                if adjusted_probability <= LEVEL {
                    found.push(Alert {
                        feature: unit.code,
                        kind,
                        first_day: first,
                        incidents,
                        expected: told.mean,
                        quantile_95: told.quantile(0.95),
                        probability,
                        adjusted_probability,
                        forecasts,
                        method: crate::METHOD,
                    });
                }
            }
        }
    }
    Ok(one_a_burst(found))
}

/// Of alerts of one kind and feature that follow each other, day after day, the most unlikely: one burst is one alert, however
/// long it lasts.
fn one_a_burst(mut found: Vec<Alert>) -> Vec<Alert> {
    found.sort_by_key(|a| (a.feature, a.kind.days(), a.first_day));
    let goes_on = |a: &Alert, b: &Alert| {
        (a.feature, a.kind) == (b.feature, b.kind) && b.first_day - a.first_day <= PAUSE
    };
    let bursts = found.chunk_by(goes_on);
    let most_unlikely =
        |burst: &[Alert]| burst.iter().min_by(|a, b| a.probability.total_cmp(&b.probability)).cloned();
    let mut kept: Vec<_> = bursts.filter_map(most_unlikely).collect();
    kept.sort_by_key(|a| (a.first_day + a.kind.days(), a.kind.days(), a.feature));
    kept
}
