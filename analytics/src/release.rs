//! Which release is the newest on a day.

use std::collections::HashMap;

use crate::facts::{Day, Release};

impl Release {
    /// Whether customers had it on that day.
    pub(crate) fn is_live(&self, day: Day) -> bool {
        let Some(first) = self.first_day else { return false };
        let taken_back = self.withdrawn.is_some_and(|w| w >= first && w <= day);
        first <= day && !taken_back
    }
}

/// The releases of each product from the newest back.
pub(crate) struct Timeline<'a> {
    releases: &'a [Release],
    newest_first: HashMap<u32, Vec<u32>>,
}

impl<'a> Timeline<'a> {
    /// Of all releases with a first day.
    pub(crate) fn of(releases: &'a [Release]) -> Self {
        Self::with(releases, |_| true)
    }

    /// Only of those that somebody declared.
    pub(crate) fn declared(releases: &'a [Release]) -> Self {
        Self::with(releases, |release| !release.inferred)
    }

    fn with(releases: &'a [Release], wanted: impl Fn(&Release) -> bool) -> Self {
        let mut newest_first: HashMap<u32, Vec<u32>> = HashMap::new();
        for (code, release) in (0..).zip(releases) {
            if release.first_day.is_some() && wanted(release) {
                newest_first.entry(release.product).or_default().push(code);
            }
        }
        for codes in newest_first.values_mut() {
            codes.sort_by(|a, b| {
                let (a, b) = (&releases[*a as usize], &releases[*b as usize]);
                (b.first_day, b.order).cmp(&(a.first_day, a.order))
            });
        }
        Self { releases, newest_first }
    }

    /// The newest release of the product that is live on the day: the latest first day, then the greater
    /// `order`.
    pub(crate) fn live(&self, product: u32, day: Day) -> Option<u32> {
        let codes = self.newest_first.get(&product)?;
        let started = codes.partition_point(|c| self.releases[*c as usize].first_day > Some(day));
        codes[started..].iter().copied().find(|c| self.releases[*c as usize].is_live(day))
    }

    /// The same; before the first release of a product that has any, a code of its own ([`earlier`]): what was
    /// there before is a baseline too.
    pub(crate) fn live_or_earlier(&self, product: u32, day: Day) -> Option<u32> {
        let known = self.newest_first.contains_key(&product);
        self.live(product, day).or(known.then(|| earlier(self.releases)))
    }

    /// The newest release of the product that began before `first_day`, withdrawn or not.
    pub(crate) fn before(&self, product: u32, first_day: Day) -> Option<u32> {
        let codes = self.newest_first.get(&product)?;
        codes.iter().copied().find(|c| self.releases[*c as usize].first_day < Some(first_day))
    }
}

/// The code that stands for the time before the first release.
pub(crate) fn earlier(releases: &[Release]) -> u32 {
    releases.len() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_release_that_came_again_after_its_withdrawal_is_live() {
        let timeline_of = |w| [release(Some(0), None, 0), release(Some(70), w, 1)];
        let releases = timeline_of(Some(60));
        assert_eq!(Timeline::of(&releases).live(0, 75), Some(1));
        assert_eq!(Timeline::of(&releases).live(0, 65), Some(0));
    }
}
