//! A feature's incidents around a release.

use std::ops::Range;

use super::watch::Watch;
use super::{RateBasis, RateRatio};
use crate::evidence::{
    Direction, Rate, SD_LOG_RATE_RATIO, change_interval, incident_change, log_e_incidents,
};
use crate::facts::Day;
use crate::prepared::{Exposure, FeatureCounts, IncidentDay};
use crate::running::Running;

/// Days for which a feature must be known before incidents can be compared.
const MIN_DAYS: Day = 14;

pub(super) struct Incidents<'a> {
    exposure: &'a Exposure,
    first_day: Day,
    pub(super) basis: RateBasis,
    /// Days before the release on which the feature is known; not above 0 for one that came with it.
    pub(super) baseline_days: Day,
    exposed_before: f64,
    pub(super) opened_before: i64,
    /// Running sum of those of the release.
    opened: Running<1>,
}

impl<'a> Incidents<'a> {
    pub(super) fn of(watch: &Watch, feature: &'a FeatureCounts) -> Self {
        let (from, first_day) = (watch.from, watch.first_day);
        let since = feature.first_day.filter(|d| *d < watch.until).unwrap_or(first_day);
        // Of a release that came again, the days of its first time stand on neither side.
        let own = &watch.prepared.releases[watch.release as usize];
        let left_out = own.earlier_days(from, watch.before);
        let known_from = since.max(from);
        let left_out_days: Day =
            own.earlier_days(known_from, watch.before).iter().map(|days| days.len() as Day).sum();
        let baseline_days = watch.before - known_from - left_out_days;
        let exposure = &feature.exposure;
        let exposed = |days: &Range<Day>| exposure.between(days.start, days.end);
        let before = exposure.between(from, watch.before) - left_out.iter().map(exposed).sum::<f64>();
        let exposed = before > 0.0 && exposure.between(first_day, watch.until) > 0.0;
        let of_change = |i: &&IncidentDay| i.is_of_change();
        let earlier = feature.incidents(from, watch.before).iter().filter(of_change);
        let earlier = earlier.filter(|i| watch.is_baseline(i.release));
        let earlier = earlier.filter(|i| !left_out.iter().any(|days| days.contains(&i.day)));
        let own = feature.incidents(first_day, watch.until).iter().filter(of_change);
        let own = own.filter(|i| i.release == Some(watch.release));
        Self {
            exposure,
            first_day,
            basis: if exposed { RateBasis::Exposure } else { RateBasis::Days },
            baseline_days,
            exposed_before: if exposed { before } else { f64::from(baseline_days) },
            opened_before: earlier.map(|i| i.opened).sum(),
            opened: Running::of(own.map(|i| (i.day, [i.opened]))),
        }
    }

    /// Whether the feature is known for long enough, and somebody records incidents of the product at all.
    pub(super) fn are_compared(&self, watch: &Watch) -> bool {
        let product = watch.prepared.releases[watch.release as usize].product;
        self.baseline_days >= MIN_DAYS
            && watch.prepared.first_incident(product).is_some_and(|first| first < watch.first_day)
    }

    pub(super) fn log_e(&self, until: Day, phi: f64, direction: Direction, factor: f64) -> f64 {
        let Rate { incidents, exposure } = self.after_until(until);
        log_e_incidents(self.before(), Rate { incidents, exposure: factor * exposure }, phi, direction)
    }

    /// How many incidents the baseline lets expect up to a day.
    pub(super) fn expected(&self, until: Day) -> f64 {
        let before = self.before();
        if before.exposure <= 0.0 {
            return 0.0;
        }
        before.incidents / before.exposure * self.after_until(until).exposure
    }

    pub(super) fn opened_until(&self, until: Day) -> i64 {
        self.opened.until(until)[0]
    }

    /// Logarithm of the rate ratio up to a day, and its variance.
    pub(super) fn change(&self, until: Day, phi: f64) -> Option<(f64, f64)> {
        if self.opened_before + self.opened_until(until) == 0 {
            return None;
        }
        incident_change(self.before(), self.after_until(until), phi)
    }

    pub(super) fn ratio(&self, watch: &Watch) -> Option<RateRatio> {
        let (log_ratio, variance) = self.change(watch.until, watch.hyper.phi_incidents)?;
        let (lower, upper) = change_interval(log_ratio, variance, SD_LOG_RATE_RATIO)?;
        let [estimate, lower, upper] = [log_ratio, lower, upper].map(f64::exp);
        // Where next to nothing is known there is no upper bound that a number could say.
        upper.is_finite().then_some(RateRatio { estimate, lower, upper })
    }

    fn before(&self) -> Rate {
        Rate { incidents: self.opened_before as f64, exposure: self.exposed_before }
    }

    fn after_until(&self, until: Day) -> Rate {
        let exposure = match self.basis {
            RateBasis::Exposure => self.exposure.between(self.first_day, until),
            RateBasis::Days => f64::from(until - self.first_day),
        };
        Rate { incidents: self.opened_until(until) as f64, exposure }
    }
}
