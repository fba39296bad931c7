//! Days and weeks with more incidents than expected, with or without a release.
//!
//! Every day, and every seven days that end on it, are compared with their [forecast](crate::forecast) from the rows
//! before them. The probability of at least as many incidents is that of the forecast's negative binomial distribution,
//! adjusted (Bonferroni) for all forecasts of a year: each known feature and the product as a whole, days and weeks, 365
//! times. This holds under any dependence, which matters because weeks overlap and contain days, and features fail
//! together; and an alert does not depend on which days are queried.

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

/// Which alerts to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertQuery {
    /// The feature that stands for the product as a whole. It is not evaluated alone: its incidents and those of
    /// all the product's features are added for the product.
    pub whole: u32,
    /// The first day on which a day or week may end.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
}

/// A day or a week with more incidents than expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The feature's code; [`AlertQuery::whole`] for the product with all its features.
    pub feature: u32,
    /// Day or week.
    pub kind: AlertKind,
    /// The first day.
    pub first_day: Day,
    /// Incidents opened, whether or not attributed to a release.
    pub incidents: i64,
    /// The forecast's mean.
    pub expected: f64,
    /// The number of incidents that the forecast exceeds with a probability of 5 %.
    pub quantile_95: f64,
    /// The forecast's probability of at least as many incidents.
    pub probability: f64,
    /// Upper bound of the probability of anything as unlikely in a year of this product.
    pub adjusted_probability: f64,
    /// Number of forecasts a year that is adjusted for.
    pub forecasts: u32,
    /// The method's version.
    pub method: &'static str,
}

/// The period over which incidents are counted.
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
/// Minimum number of incidents of an alert, however rare the feature's incidents are.
const MIN_INCIDENTS: i64 = 3;
/// Minimum number of days for which a product is known: with fewer, the variation of its incidents is unknown.
const MIN_KNOWN_DAYS: Day = 56;
/// Number of forecasts a year of each feature and kind.
const FORECASTS_PER_YEAR: u32 = 365;
/// Maximum length of a query in days.
const MAX_DAYS: Day = 3_660;
/// Maximum distance in days of two alerts of one burst.
const MAX_DISTANCE: Day = 3;

/// The alerts of a product and its features, in the order of their last days. Of a burst, only the
/// most unlikely.
pub fn alerts(prepared: &Prepared, query: &AlertQuery) -> Result<Vec<Alert>> {
    if query.until.saturating_sub(query.from) > MAX_DAYS {
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
        let forecasts = 2 * FORECASTS_PER_YEAR * looked_at.count() as u32;
        for kind in [AlertKind::Day, AlertKind::Week] {
            let first = last + 1 - kind.days();
            if first - known < MIN_KNOWN_DAYS {
                continue;
            }
            for unit in &units {
                let incidents = unit.incidents(prepared, first, last + 1);
                if incidents < MIN_INCIDENTS {
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

/// The most unlikely of the alerts of each burst: of one kind and feature, without a pause between them.
fn one_a_burst(mut found: Vec<Alert>) -> Vec<Alert> {
    found.sort_by_key(|a| (a.feature, a.kind.days(), a.first_day));
    let goes_on = |a: &Alert, b: &Alert| {
        (a.feature, a.kind) == (b.feature, b.kind) && b.first_day - a.first_day <= MAX_DISTANCE
    };
    let bursts = found.chunk_by(goes_on);
    let most_unlikely =
        |burst: &[Alert]| burst.iter().min_by(|a, b| a.probability.total_cmp(&b.probability)).cloned();
    let mut kept: Vec<_> = bursts.filter_map(most_unlikely).collect();
    kept.sort_by_key(|a| (a.first_day + a.kind.days(), a.kind.days(), a.feature));
    kept
}
