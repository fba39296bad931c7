//! A feature's incidents around a release.

use std::ops::Range;

use super::watch::Watch;
use super::{RateBasis, RateRatio};
use crate::evidence::{
    Direction, Rate, SD_LOG_RATE_RATIO, change_interval, incident_change, log_e_incidents,
};
use crate::facts::Day;
use crate::prepared::{FeatureCounts, IncidentDay, Prepared};
use crate::release::Timeline;
use crate::running::Running;

/// Days for which a feature must be known before incidents can be compared.
const MIN_DAYS: f64 = 14.0;

/// How much of each day's exposure can show incidents of one side of a comparison, from a first day on.
///
/// An incident that names no release is assigned to the newest one of its day, so a release has hardly any after the next
/// release. Its exposure must end as well, otherwise every release would look better than the previous one. A day counts
/// in full while a release of the side is the newest; afterwards by the share of the product's incidents so far that
/// name their release.
#[derive(Clone)]
pub(super) struct Attributable {
    first_day: Day,
    shares: Vec<f64>,
}

impl Attributable {
    pub(super) fn of(
        prepared: &Prepared,
        product: u32,
        days: Range<Day>,
        is_of_side: impl Fn(Option<u32>) -> bool,
    ) -> Self {
        let timeline = Timeline::of_product(&prepared.releases, product);
        let share = |day| {
            let newest = timeline.live_or_earlier(product, day);
            if is_of_side(newest) { 1.0 } else { prepared.labelled_incidents(product, day + 1) }
        };
        Self { first_day: days.start, shares: days.map(share).collect() }
    }

    fn without(mut self, days: &[Range<Day>]) -> Self {
        let days = days.iter().flat_map(Clone::clone).map(|day| (day - self.first_day) as usize);
        days.for_each(|day| self.shares[day] = 0.0);
        self
    }

    /// The sum of the shares of the days before each day from `from` on, times what each day weighs.
    fn running(&self, from: Day, weight: impl Fn(Day) -> f64) -> Vec<f64> {
        let skipped = (from - self.first_day).clamp(0, self.shares.len() as Day);
        let days = (self.first_day + skipped..).zip(&self.shares[skipped as usize..]);
        let mut sum = 0.0;
        let mut sums = vec![sum];
        sums.extend(days.map(|(day, share)| {
            sum += share * weight(day);
            sum
        }));
        sums
    }
}

pub(super) struct Incidents {
    first_day: Day,
    pub(super) basis: RateBasis,
    /// Days before the release on which the feature is known; 0 or less for a feature that began with the release.
    pub(super) baseline_days: Day,
    /// Number of these on which incidents of the baseline can be seen.
    attributable_days: f64,
    exposed_before: f64,
    pub(super) opened_before: i64,
    /// Running number of the incidents of the release.
    opened: Running<1>,
    /// The exposure of the days before each day since the release.
    exposed: Vec<f64>,
}

impl Incidents {
    pub(super) fn of(watch: &Watch, feature: &FeatureCounts) -> Self {
        let (from, first_day) = (watch.from, watch.first_day);
        let since = feature.first_day.filter(|d| *d < watch.until).unwrap_or(first_day);
        // The earlier days of a release that was shipped again belong to neither side.
        let own = &watch.prepared.releases[watch.release as usize];
        let left_out = own.earlier_days(from, watch.before);
        let known_from = since.max(from);
        let left_out_days: Day =
            own.earlier_days(known_from, watch.before).iter().map(|days| days.len() as Day).sum();
        let total = |sums: &[f64]| sums.last().copied().unwrap_or(0.0);
        let active = |day| feature.exposure.between(day, day + 1);
        let one = |_| 1.0;
        let days_before = watch.attributable_before.clone().without(&left_out);
        let attributable_days = total(&days_before.running(known_from, one));
        let before = total(&days_before.running(from, active));
        let exposed = before > 0.0 && feature.exposure.between(first_day, watch.until) > 0.0;
        let of_change = |i: &&IncidentDay| i.is_of_change();
        let earlier = feature.incidents(from, watch.before).iter().filter(of_change);
        let earlier = earlier.filter(|i| watch.is_baseline(i.release));
        let earlier = earlier.filter(|i| !left_out.iter().any(|days| days.contains(&i.day)));
        let own = feature.incidents(first_day, watch.until).iter().filter(of_change);
        let own = own.filter(|i| i.release == Some(watch.release));
        let days_after = &watch.attributable_after;
        Self {
            first_day,
            basis: if exposed { RateBasis::Exposure } else { RateBasis::Days },
            baseline_days: watch.before - known_from - left_out_days,
            attributable_days,
            exposed_before: if exposed { before } else { attributable_days },
            opened_before: earlier.map(|i| i.opened).sum(),
            opened: Running::of(own.map(|i| (i.day, [i.opened]))),
            exposed: if exposed {
                days_after.running(first_day, active)
            } else {
                days_after.running(first_day, one)
            },
        }
    }

    /// Whether the feature is known for long enough, and incidents of the product are recorded at all.
    pub(super) fn are_compared(&self, watch: &Watch) -> bool {
        let product = watch.prepared.releases[watch.release as usize].product;
        self.attributable_days >= MIN_DAYS
            && watch.prepared.first_incident(product).is_some_and(|first| first < watch.first_day)
    }

    pub(super) fn log_e(&self, until: Day, phi: f64, direction: Direction, factor: f64) -> f64 {
        let Rate { incidents, exposure } = self.after_until(until);
        log_e_incidents(self.before(), Rate { incidents, exposure: factor * exposure }, phi, direction)
    }

    /// Expected number of incidents up to a day by the baseline.
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
        // With very few incidents the upper bound is not a finite number.
        upper.is_finite().then_some(RateRatio { estimate, lower, upper })
    }

    fn before(&self) -> Rate {
        Rate { incidents: self.opened_before as f64, exposure: self.exposed_before }
    }

    fn after_until(&self, until: Day) -> Rate {
        let exposure = self.exposed[(until - self.first_day) as usize];
        Rate { incidents: self.opened_until(until) as f64, exposure }
    }
}
