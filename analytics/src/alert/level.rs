//! The weekly incidents before a day, and the weeks since the latest change of level.

use crate::dispersion::IncidentDispersion;
use crate::facts::Day;
use crate::prepared::FeatureCounts;

/// Number of weeks from which dispersion is estimated.
pub(super) const WEEKS: Day = 26;
/// Minimum number of weeks of a new level: with fewer, a burst would be one.
const MIN_LEVEL_WEEKS: usize = 4;
/// Minimum deviance of a change of level.
const MIN_DEVIANCE: f64 = 20.0;

/// The incidents of the last 26 weeks, of all kinds, with their exposure, the newest week first.
pub(super) struct Weeks {
    until: Day,
    weeks: [(f64, f64); WEEKS as usize],
    /// Number of weeks since the latest change of level.
    level: usize,
}

impl Weeks {
    pub(super) fn of(parts: &[&FeatureCounts], exposed: &FeatureCounts, first: Day, until: Day) -> Self {
        let from = until - 7 * WEEKS;
        let by_customer = exposed.exposure.between(from, until) > 0.0;
        let mut weeks = [(0.0, 0.0); WEEKS as usize];
        for (week, (_, exposure)) in (0..).zip(&mut weeks) {
            let end = until - 7 * week;
            *exposure = match by_customer {
                true => exposed.exposure.between(end - 7, end),
                false => f64::from((end - first).clamp(0, 7)),
            };
        }
        for incident in parts.iter().flat_map(|part| part.incidents(from, until)) {
            weeks[((until - 1 - incident.day) / 7) as usize].0 += incident.opened as f64;
        }
        Self { until, level: level(&weeks), weeks }
    }

    /// The first day of the present level, not before `first`.
    pub(super) fn from(&self, first: Day) -> Day {
        first.max(self.until - 7 * self.level as Day)
    }

    pub(super) fn add_to(&self, dispersion: &mut IncidentDispersion) {
        if self.weeks.iter().any(|(incidents, _)| *incidents > 0.0) {
            dispersion.add(&self.weeks[..self.level]);
        }
    }
}

/// Number of weeks, from the newest back, since the latest change of level. A component that came into use, or whose incidents
/// are recorded only from some day on, had another level before: it says nothing about the present variation, and would hide
/// later bursts.
///
/// ```text
/// D = 2 (N_1 ln(N_1/X_1) + N_2 ln(N_2/X_2) - N ln(N/X)) / phi;   a new level: the largest D of all splits is 20 or more
/// ```
///
/// `phi` is the dispersion of both parts, each around its own rate. The newer part has at least [`MIN_LEVEL_WEEKS`] weeks and may be
/// split again.
fn level(weeks: &[(f64, f64)]) -> usize {
    let sums = |weeks: &[(f64, f64)]| {
        weeks.iter().fold((0.0, 0.0), |(n, x), (incidents, exposure)| (n + incidents, x + exposure))
    };
    let log_rate = |(n, x): (f64, f64)| if n > 0.0 { n * (n / x).ln() } else { 0.0 };
    let mut level = weeks.len();
    // Of many features no incident is known: no split would have a deviance.
    if weeks.iter().all(|(incidents, _)| *incidents <= 0.0) {
        return level;
    }
    loop {
        let weeks = &weeks[..level];
        let is_known = |(_, exposure): &&(f64, f64)| *exposure > 0.0;
        let apart = |split: usize| {
            let (new, old) = weeks.split_at(split);
            let (new_sums, old_sums) = (sums(new), sums(old));
            if new_sums.1 <= 0.0 || old_sums.1 <= 0.0 {
                return 0.0;
            }
            let all = (new_sums.0 + old_sums.0, new_sums.1 + old_sums.1);
            let mut dispersion = IncidentDispersion::default();
            dispersion.add(new);
            dispersion.add(old);
            2.0 * (log_rate(new_sums) + log_rate(old_sums) - log_rate(all)) / dispersion.phi()
        };
        let known = weeks.iter().filter(is_known).count();
        let splits = MIN_LEVEL_WEEKS..known.saturating_sub(1);
        let best = splits.map(|split| (split, apart(split))).max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((split, apart)) if apart >= MIN_DEVIANCE => level = split,
            _ => return level,
        }
    }
}
