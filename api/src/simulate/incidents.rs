//! What did not work.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::answers::place;
use super::calendar::Calendar;
use super::catalog::{DAYS, EXPORT, FEATURES, HURT_INCIDENTS, HURTS, IMPROVES, RELEASES, SEARCH};
use super::customers::Customer;
use super::dice::{Dice, Stream};

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The ID that its source gave it.
    pub external_id: String,
    /// Summary in one line.
    pub title: String,
    /// The keys of the features.
    pub features: Vec<&'static str>,
    /// 1 (critical) to 4 (minor).
    pub severity: u8,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it ended; none: it is open at the end of the year.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Number of affected customers; none: unknown.
    pub affected_customers: Option<u32>,
    /// The reported cause, if any.
    pub release: Option<&'static str>,
}

/// Hours to the end of an incident by severity, from and to.
const HOURS: [(f64, f64); 4] = [(1.0, 10.0), (4.0, 60.0), (12.0, 240.0), (24.0, 720.0)];
/// Affected customers by severity, from and to.
const AFFECTED: [(f64, f64); 4] = [(400.0, 3000.0), (80.0, 900.0), (10.0, 160.0), (1.0, 20.0)];
const SEVERITIES: [f64; 4] = [0.03, 0.16, 0.46, 0.35];

const TITLES: [&str; 8] = [
    "does not respond",
    "is slow for many customers",
    "shows an error on opening",
    "loses the last change",
    "works only after a reload",
    "fails on Safari",
    "fails for files over 50 MB",
    "shows wrong data after a rename",
];

/// As many incidents, in the order in which they were opened, and the IDs of those that the release that hurts caused.
pub(super) fn all(
    seed: u64,
    calendar: &Calendar,
    customers: &[Customer],
    count: usize,
) -> (Vec<Incident>, BTreeSet<String>) {
    let mut dice = Dice::new(seed, Stream::Incidents);
    let end = calendar.at(DAYS, 0);
    let mut spots: Vec<(i64, usize)> = spread(&mut dice, count);
    spots.sort_unstable();
    let mut incidents: Vec<(Incident, bool)> = spots
        .into_iter()
        .map(|(day, feature)| incident(&mut dice, calendar, customers, day, feature))
        .map(|(one, caused)| {
            (Incident { resolved_at: one.resolved_at.filter(|at| *at < end), ..one }, caused)
        })
        .collect();
    incidents.sort_by_key(|(incident, _)| incident.opened_at);
    for (n, (incident, _)) in (1..).zip(&mut incidents) {
        incident.external_id = format!("INC-{n:04}");
    }
    let hurt =
        incidents.iter().filter(|(_, caused)| *caused).map(|(one, _)| one.external_id.clone()).collect();
    (incidents.into_iter().map(|(incident, _)| incident).collect(), hurt)
}

/// Days and features, as often as incidents are planted there.
fn spread(dice: &mut Dice, count: usize) -> Vec<(i64, usize)> {
    let mut sum = 0.0;
    let mut sums = Vec::new();
    for day in 0..DAYS {
        for (place, feature) in FEATURES.iter().enumerate() {
            sum += Calendar::bustle(day) * feature.incidents * planted(feature.key, day);
            sums.push((sum, day, place));
        }
    }
    let roll = |_| {
        let at = dice.unit() * sum;
        let spot = sums.partition_point(|(until, ..)| *until <= at).min(sums.len() - 1);
        (sums[spot].1, sums[spot].2)
    };
    (0..count).map(roll).collect()
}

/// Factor of the frequency of a feature's incidents on a day.
fn planted(feature: &str, day: i64) -> f64 {
    match feature {
        EXPORT if day >= place(HURTS).1 => HURT_INCIDENTS,
        SEARCH if day >= place(IMPROVES).1 => 0.6,
        _ => 1.0,
    }
}

fn incident(
    dice: &mut Dice,
    calendar: &Calendar,
    customers: &[Customer],
    day: i64,
    feature: usize,
) -> (Incident, bool) {
    let feature = &FEATURES[feature];
    let severity = dice.weighted(SEVERITIES.into_iter());
    let opened_at = calendar.at(day, (dice.between(6.0, 23.0) * 3600.0) as i64);
    let (from, to) = HOURS[severity];
    let resolved_at = opened_at + TimeDelta::seconds((dice.between(from, to) * 3600.0) as i64);
    let (least, most) = AFFECTED[severity];
    let affected = dice.between(least, most) as u32;
    let known = dice.chance(0.7);
    let reported = dice.chance(0.5);
    let mut features = vec![feature.key];
    if dice.chance(0.06) {
        let second = FEATURES[dice.weighted(FEATURES.iter().map(|feature| feature.incidents))].key;
        if second != feature.key {
            features.push(second);
        }
    }
    // The reported release is the one in use; incidents of the new export engine belong to its release.
    let caused = feature.key == EXPORT && day >= place(HURTS).1 && dice.chance(1.0 - 1.0 / HURT_INCIDENTS);
    let release =
        if caused { HURTS } else { RELEASES[customers[dice.below(customers.len())].uses(day)].version };
    let incident = Incident {
        external_id: String::new(),
        title: format!("{} {}", feature.name, dice.one(&TITLES)),
        features,
        severity: severity as u8 + 1,
        opened_at,
        resolved_at: Some(resolved_at),
        affected_customers: known.then_some(affected),
        release: reported.then_some(release),
    };
    (incident, caused)
}
