//! The newest release of a day.

use std::collections::HashMap;

use crate::facts::{Day, Release};

impl Release {
    /// The first days of all times in which customers had it.
    pub(crate) fn starts(&self) -> impl Iterator<Item = Day> {
        self.earlier.iter().map(|time| time.first_day).chain(self.first_day)
    }

    /// The latest first day of a release that was withdrawn and shipped again: its earlier rows belong to neither
    /// side.
    pub(crate) fn came_again(&self) -> Option<Day> {
        self.first_day.filter(|_| !self.earlier.is_empty())
    }

    /// The release as of a day before it was shipped again; none if it was as it is now.
    pub(crate) fn as_of(&self, day: Day) -> Option<Self> {
        let began = self.first_day.filter(|first| *first > day)?;
        let last =
            self.earlier.iter().filter(|time| time.first_day <= day).max_by_key(|time| time.first_day)?;
        let before = self.earlier.iter().filter(|time| time.first_day < last.first_day.min(began));
        Some(Self {
            first_day: Some(last.first_day),
            withdrawn: Some(last.withdrawn),
            order: last.order,
            earlier: before.copied().collect(),
            ..self.clone()
        })
    }

    /// The days from `from` up to `until` of earlier times in which customers had it.
    pub(crate) fn earlier_days(&self, from: Day, until: Day) -> Vec<std::ops::Range<Day>> {
        let within = self.earlier.iter().map(|time| time.first_day.max(from)..time.withdrawn.min(until));
        within.filter(|days| !days.is_empty()).collect()
    }
}

/// The releases of each product from the newest back.
pub(crate) struct Timeline<'a> {
    releases: &'a [Release],
    newest_first: HashMap<u32, Vec<Time>>,
}

/// A time in which customers had a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) release: u32,
    pub(crate) first_day: Day,
    withdrawn: Option<Day>,
    order: u32,
}

impl Time {
    /// Those of a release, in their order.
    fn of(code: u32, release: &Release) -> impl Iterator<Item = Self> {
        let earlier = release.earlier.iter().map(move |time| Self {
            release: code,
            first_day: time.first_day,
            withdrawn: Some(time.withdrawn),
            order: time.order,
        });
        earlier.chain(release.first_day.map(|first_day| Self {
            release: code,
            first_day,
            withdrawn: release.withdrawn.filter(|withdrawn| *withdrawn >= first_day),
            order: release.order,
        }))
    }

    fn began(&self) -> (Day, u32) {
        (self.first_day, self.order)
    }
}

impl<'a> Timeline<'a> {
    /// Of all releases with a first day.
    pub(crate) fn of(releases: &'a [Release]) -> Self {
        Self::with(releases, |_| true)
    }

    /// Only of a product's.
    pub(crate) fn of_product(releases: &'a [Release], product: u32) -> Self {
        Self::with(releases, |release| release.product == product)
    }

    /// Only of a product's declared ones.
    pub(crate) fn declared_of(releases: &'a [Release], product: u32) -> Self {
        Self::with(releases, |release| release.product == product && !release.inferred)
    }

    fn with(releases: &'a [Release], wanted: impl Fn(&Release) -> bool) -> Self {
        let mut newest_first: HashMap<u32, Vec<Time>> = HashMap::new();
        for (code, release) in (0..).zip(releases).filter(|(_, release)| wanted(release)) {
            let mut times = Time::of(code, release).peekable();
            if times.peek().is_some() {
                newest_first.entry(release.product).or_default().extend(times);
            }
        }
        for times in newest_first.values_mut() {
            times.sort_by_key(|time| std::cmp::Reverse(time.began()));
        }
        Self { releases, newest_first }
    }

    /// The newest release of the product that is live on the day: the latest first day, then the greater
    /// `order`.
    pub(crate) fn live(&self, product: u32, day: Day) -> Option<u32> {
        let times = self.newest_first.get(&product)?;
        let started = times.partition_point(|time| time.first_day > day);
        let is_live = |time: &&Time| time.withdrawn.is_none_or(|withdrawn| day < withdrawn);
        times[started..].iter().find(is_live).map(|time| time.release)
    }

    /// The same; before the first release of a product that has any, a code of its own ([`earlier`]), because
    /// that time is part of the baseline.
    pub(crate) fn live_or_earlier(&self, product: u32, day: Day) -> Option<u32> {
        let known = self.newest_first.contains_key(&product);
        self.live(product, day).or(known.then(|| earlier(self.releases)))
    }

    /// The newest release of its product, withdrawn or not, that began before a release did: on an earlier day, or
    /// on the same one with the smaller `order`.
    pub(crate) fn before(&self, release: u32) -> Option<u32> {
        let this = self.releases.get(release as usize)?;
        let began = (this.first_day?, this.order);
        let times = self.newest_first.get(&this.product)?;
        let earlier = |time: &&Time| time.began() < began && time.release != release;
        times.iter().find(earlier).map(|time| time.release)
    }
}

/// The code of the time before the first release.
pub(crate) fn earlier(releases: &[Release]) -> u32 {
    releases.len() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Earlier;

    fn release(first_day: Option<Day>, withdrawn: Option<Day>, order: u32) -> Release {
        Release { first_day, withdrawn, order, ..Release::default() }
    }

    #[test]
    fn an_unlabelled_row_belongs_to_the_newest_release_live_on_its_day() {
        let releases = [
            release(Some(0), None, 0),
            release(Some(50), Some(60), 10),
            release(Some(50), None, 9),
            release(None, None, 11),
        ];
        let timeline = Timeline::of(&releases);
        assert_eq!(timeline.live(0, -1), None);
        assert_eq!(timeline.live(0, 49), Some(0));
        assert_eq!(timeline.live(0, 50), Some(1), "of one day, the greater order");
        assert_eq!(timeline.live(0, 60), Some(2), "withdrawn from its day of withdrawal on");
        assert_eq!(timeline.live(1, 50), None, "another product's releases do not count");
    }

    #[test]
    fn a_release_that_came_again_is_live_in_each_of_its_times() {
        let first = Earlier { first_day: 50, withdrawn: 60, order: 1 };
        let again = Release { earlier: vec![first], ..release(Some(70), None, 3) };
        let releases = [release(Some(0), None, 0), again, release(Some(50), None, 2)];
        let timeline = Timeline::of(&releases);
        assert_eq!(timeline.live(0, 49), Some(0));
        assert_eq!(timeline.live(0, 50), Some(2), "each time has an order of its own");
        assert_eq!(timeline.live(0, 70), Some(1));
        let alone = Timeline::of(&releases[..2]);
        assert_eq!([59, 60, 69, 70].map(|day| alone.live(0, day)), [Some(1), Some(0), Some(0), Some(1)]);
    }

    #[test]
    fn the_release_before_began_earlier_on_the_same_day_or_before_it() {
        let releases = [
            release(Some(0), None, 0),
            release(Some(50), Some(51), 1),
            release(Some(50), None, 2),
            Release {
                earlier: vec![Earlier { first_day: 60, withdrawn: 62, order: 3 }],
                ..release(Some(80), None, 5)
            },
            release(Some(70), None, 4),
            release(None, None, 6),
        ];
        let timeline = Timeline::of(&releases);
        let before = [0, 1, 2, 3, 4, 5].map(|release| timeline.before(release));
        assert_eq!(before, [None, Some(0), Some(1), Some(4), Some(3), None]);
    }
}
