//! The days of every product by the time since its latest release, and the incidents that fell on them.

use std::collections::HashMap;

use crate::evidence::Rate;
use crate::facts::Day;
use crate::forecast::{self, Past, release_days};
use crate::prepared::{FeatureCounts, Prepared};

/// The calendar of every product.
pub(super) struct World {
    origin: Day,
    until: Day,
    calendars: HashMap<u32, Calendar>,
}

/// The days of a product by the effect of the latest release.
pub(super) struct Calendar {
    /// The effect of the latest release on each day; 3: none.
    bins: Vec<usize>,
    /// Running number of days of each effect.
    days: Vec<[f64; 4]>,
}

impl World {
    pub(super) fn of(prepared: &Prepared, origin: Day, until: Day) -> Self {
        let mut world = Self { origin, until, calendars: HashMap::new() };
        for feature in &prepared.features {
            if !world.calendars.contains_key(&feature.product) {
                world.calendars.insert(feature.product, world.calendar(prepared, feature));
            }
        }
        world
    }

    fn calendar(&self, prepared: &Prepared, feature: &FeatureCounts) -> Calendar {
        let mut releases = release_days(prepared, feature, self.until);
        releases.sort_unstable();
        let age = |day: Day| {
            let started = releases.partition_point(|release| *release <= day);
            started.checked_sub(1).map(|latest| day - releases[latest])
        };
        let bins: Vec<_> =
            (self.origin..self.until).map(|day| forecast::bin(age(day)).unwrap_or(3)).collect();
        let mut days = vec![[0.0; 4]];
        let mut sum = [0.0; 4];
        for bin in &bins {
            sum[*bin] += 1.0;
            days.push(sum);
        }
        Calendar { bins, days }
    }

    pub(super) fn bin(&self, product: u32, day: Day) -> usize {
        self.calendars[&product].bins[(day - self.origin) as usize]
    }

    pub(super) fn days(&self, product: u32, from: Day, until: Day) -> [f64; 4] {
        let days = &self.calendars[&product].days;
        let (low, high) = (days[(from - self.origin) as usize], days[(until - self.origin) as usize]);
        std::array::from_fn(|i| high[i] - low[i])
    }

    /// Incidents and exposure of some features by days since a release; exposure in customer-days of `exposed`, else in days.
    pub(super) fn past<'a>(
        &self,
        parts: impl Iterator<Item = &'a FeatureCounts>,
        exposed: Option<&FeatureCounts>,
        product: u32,
        from: Day,
        until: Day,
    ) -> Past {
        let mut exposure = [0.0; 4];
        match exposed {
            Some(feature) => {
                for (day, [active]) in feature.exposure.total.daily(from, until) {
                    exposure[self.bin(product, day)] += active as f64;
                }
            }
            None => exposure = self.days(product, from, until),
        }
        let mut bins = exposure.map(|exposure| Rate { incidents: 0.0, exposure });
        for incident in parts.flat_map(|part| part.incidents(from, until)) {
            bins[self.bin(product, incident.day)].incidents += incident.opened as f64;
        }
        Past(bins)
    }
}
