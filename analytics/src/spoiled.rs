//! Customer-days lost to incidents: from the changes on the first day of an incident and after its last one to the state of
//! each day in between.

use std::collections::BTreeMap;

use crate::facts::{Day, IncidentRow};

/// The weights of open incidents, set by the organization. All are shares, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IncidentWeights {
    /// Share of an affected customer's day that is lost, by severity 1 to 4.
    pub severity: [f64; 4],
    /// Assumed share of the feature's active customers that are affected if their number is unknown, by severity 1 to 4.
    pub unknown_share: [f64; 4],
}

impl Default for IncidentWeights {
    fn default() -> Self {
        Self { severity: [1.0, 0.5, 0.2, 0.05], unknown_share: [0.5, 0.2, 0.05, 0.01] }
    }
}

/// Changes from one day to the next of the incidents of one feature, release and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentChange {
    /// Index into [`Facts::features`](crate::Facts::features).
    pub feature: u32,
    /// The release that they are attributed to; none: the newest one live on that day.
    pub release: Option<u32>,
    /// Whether they are known *not* to come from a change.
    pub no_change: bool,
    /// 1 (critical) to 4 (minor).
    pub severity: u8,
    /// The day.
    pub day: Day,
    /// Incidents opened that day.
    pub opened: i64,
    /// Change of the known number of customers affected by open incidents.
    pub affected: i64,
    /// Change of the number of open incidents with an unknown number of affected customers.
    pub unknown: i64,
}

/// Incidents per day, through `today`: the opened ones, and the customer-days lost to the open ones,
/// `w_severity (affected + unknown u_severity active)`. Days on which none opened and nothing was lost are omitted.
pub fn spoiled(
    changes: &[IncidentChange],
    active: impl Fn(u32, Day) -> i64,
    today: Day,
    weights: &IncidentWeights,
) -> Vec<IncidentRow> {
    let mut lines: BTreeMap<_, BTreeMap<Day, Open>> = BTreeMap::new();
    for change in changes {
        let line = (change.feature, change.release, change.no_change, change.severity.clamp(1, 4));
        let day = lines.entry(line).or_default().entry(change.day).or_default();
        day.opened += change.opened;
        day.affected += change.affected;
        day.unknown += change.unknown;
    }
    let mut rows = Vec::new();
    for ((feature, release, no_change, severity), line) in lines {
        let grade = usize::from(severity - 1);
        for (day, open) in states(&line, today) {
            let active = active(feature, day) as f64;
            let hurt = open.affected as f64 + open.unknown as f64 * weights.unknown_share[grade] * active;
            if open.opened > 0 || hurt > 0.0 {
                let spoiled = weights.severity[grade] * hurt;
                rows.push(IncidentRow { feature, release, no_change, day, opened: open.opened, spoiled });
            }
        }
    }
    rows
}

/// The open incidents of a day, or their changes.
#[derive(Clone, Copy, Default)]
struct Open {
    opened: i64,
    affected: i64,
    unknown: i64,
}

/// The state of each day, from changes: from the first of them through `today`.
fn states(changes: &BTreeMap<Day, Open>, today: Day) -> Vec<(Day, Open)> {
    let (mut states, mut open) = (Vec::new(), Open::default());
    let next = changes.keys().skip(1).copied().chain([today + 1]);
    for ((first, change), next) in changes.iter().zip(next) {
        open.affected += change.affected;
        open.unknown += change.unknown;
        states.push((*first, Open { opened: change.opened, ..open }));
        states.extend((first + 1..next).map(|day| (day, open)));
    }
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENED: IncidentChange = IncidentChange {
        feature: 0,
        release: None,
        no_change: false,
        severity: 2,
        day: 10,
        opened: 1,
        affected: 6,
        unknown: 0,
    };

    fn days(changes: &[IncidentChange], weights: &IncidentWeights) -> Vec<(Day, i64, f64)> {
        let active = |feature, day| if feature == 0 && (10..=12).contains(&day) { 100 } else { 0 };
        let rows = spoiled(changes, active, 12, weights);
        rows.iter().map(|row| (row.day, row.opened, row.spoiled)).collect()
    }

    #[test]
    fn an_incident_spoils_every_day_from_its_first_through_its_last() {
        let resolved = IncidentChange { day: 12, opened: 0, affected: -6, ..OPENED };
        let usual = IncidentWeights::default();
        // 6 customers lose half of the 10th and of the 11th; without an end also of today, the 12th.
        assert_eq!(days(&[resolved, OPENED], &usual), [(10, 1, 3.0), (11, 0, 3.0)]);
        assert_eq!(days(&[OPENED], &usual), [(10, 1, 3.0), (11, 0, 3.0), (12, 0, 3.0)]);
    }

    #[test]
    fn weights_and_shares_are_those_that_are_handed_in() {
        let unknown = IncidentChange { affected: 0, unknown: 1, day: 12, ..OPENED };
        let half = IncidentWeights { severity: [1.0, 0.25, 0.2, 0.1], unknown_share: [0.9, 0.4, 0.3, 0.2] };
        // 0.2 of 100 active customers lose 0.5 of the day; then 0.4 of them lose 0.25 of it.
        assert_eq!(days(&[unknown], &IncidentWeights::default()), [(12, 1, 10.0)]);
        assert_eq!(days(&[unknown], &half), [(12, 1, 10.0)]);
        assert_eq!(days(&[IncidentChange { day: 12, ..OPENED }], &half), [(12, 1, 1.5)]);
        // Another severity has its own.
        assert_eq!(days(&[IncidentChange { severity: 4, ..unknown }], &half), [(12, 1, 2.0)]);
    }
}
