//! Customer-days that incidents took from customers, for charts.

use std::collections::{BTreeMap, HashMap};

use crate::error::Result;
use crate::facts::Day;
use crate::prepared::Prepared;

/// The customer-days that the incidents of some features spoiled, weighted by severity, in each of a series of periods
/// that follow one another: each begins on one of `starts` and ends where the next begins, the last with `until`.
///
/// On no day does a feature lose more customers than were active, where that is known. None where nothing is: nobody
/// recorded how many customers were active, nor how many an incident hurt.
pub fn customer_days_lost(
    prepared: &Prepared,
    features: &[u32],
    starts: &[Day],
    until: Day,
) -> Result<Vec<Option<f64>>> {
    let features: Vec<_> = features.iter().map(|code| prepared.feature(*code)).collect::<Result<_>>()?;
    let ends = starts.iter().skip(1).copied().chain([until]);
    let of_period = |(from, until): (Day, Day)| {
        let (mut lost, mut known) = (0.0, false);
        for feature in &features {
            let active: HashMap<Day, i64> =
                feature.exposure.total.daily(from, until).map(|(day, [active])| (day, active)).collect();
            let mut spoiled: BTreeMap<Day, f64> = BTreeMap::new();
            for incident in feature.incidents(from, until) {
                *spoiled.entry(incident.day).or_default() += incident.spoiled;
            }
            known |= !active.is_empty() || spoiled.values().any(|spoiled| *spoiled > 0.0);
            let capped = |(day, spoiled): (&Day, &f64)| match active.get(day) {
                Some(active) => spoiled.min(*active as f64),
                None => *spoiled,
            };
            lost += spoiled.iter().map(capped).sum::<f64>();
        }
        known.then_some(lost)
    };
    Ok(starts.iter().copied().zip(ends).map(of_period).collect())
}
