//! Running sums over days, so that a window of any length costs two lookups.

use crate::facts::Day;

/// `N` counts per day, summed from the first day on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Running<const N: usize> {
    days: Vec<Day>,
    /// `sums[i]` is the sum over the first `i` days, so there is one more sum than days.
    sums: Vec<[i64; N]>,
}

impl<const N: usize> Running<N> {
    /// From counts in the order of their days; counts of the same day are added.
    pub(crate) fn of(counts: impl IntoIterator<Item = (Day, [i64; N])>) -> Self {
        let (mut days, mut sums) = (Vec::new(), vec![[0; N]]);
        let mut total = [0; N];
        for (day, count) in counts {
            for (sum, x) in total.iter_mut().zip(count) {
                *sum = i64::saturating_add(*sum, x);
            }
            if days.last() == Some(&day) {
                sums.pop();
            } else {
                days.push(day);
            }
            sums.push(total);
        }
        Self { days, sums }
    }

    /// Adds to the counts of a day; days whose counts are all zero are not stored. Returns the index of the first changed sum:
    /// most changes are of the last day, and cost one addition.
    pub(crate) fn add(&mut self, day: Day, count: [i64; N]) -> usize {
        let place = self.before(day);
        if self.days.get(place) != Some(&day) {
            if count == [0; N] {
                return place;
            }
            self.days.insert(place, day);
            self.sums.insert(place + 1, self.sums[place]);
        }
        for sums in &mut self.sums[place + 1..] {
            sums.iter_mut().zip(count).for_each(|(sum, x)| *sum = i64::saturating_add(*sum, x));
        }
        if self.sums[place] == self.sums[place + 1] {
            self.days.remove(place);
            self.sums.remove(place + 1);
        }
        place
    }

    /// Whether no day has counts.
    pub(crate) fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The days with counts.
    pub(crate) fn days(&self) -> &[Day] {
        &self.days
    }

    /// The sum over `from <= day < until`.
    pub(crate) fn between(&self, from: Day, until: Day) -> [i64; N] {
        if until <= from {
            return [0; N];
        }
        let (low, high) = (self.sums[self.before(from)], self.sums[self.before(until)]);
        std::array::from_fn(|i| high[i] - low[i])
    }

    /// The sum over all days before `day`.
    pub(crate) fn until(&self, day: Day) -> [i64; N] {
        self.sums[self.before(day)]
    }

    /// The days of a window, with their counts.
    pub(crate) fn daily(&self, from: Day, until: Day) -> impl Iterator<Item = (Day, [i64; N])> + Clone {
        (self.before(from)..self.before(until)).map(|i| {
            let (low, high) = (self.sums[i], self.sums[i + 1]);
            (self.days[i], std::array::from_fn(|k| high[k] - low[k]))
        })
    }

    /// Number of days with counts before `day`. Most series have counts on every day or spread evenly, so
    /// the index is estimated by interpolation and searched from there.
    pub(crate) fn before(&self, day: Day) -> usize {
        let (Some(&first), Some(&last)) = (self.days.first(), self.days.last()) else { return 0 };
        if day <= first {
            return 0;
        }
        if day > last {
            return self.days.len();
        }
        let span = (last - first) as usize;
        let guess = (day - first) as usize * (self.days.len() - 1) / span;
        if self.days[guess] == day {
            return guess;
        }
        const NEAR: usize = 16;
        let low = guess.saturating_sub(NEAR);
        let high = (guess + NEAR).min(self.days.len());
        let near = self.days[low] < day && self.days[high - 1] >= day;
        if near {
            low + self.days[low..high].partition_point(|d| *d < day)
        } else {
            self.days.partition_point(|d| *d < day)
        }
    }
}

/// Running sums in which the weight of a count is halved for every `half_life` days of age.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Discounted {
    half_life: f64,
    first: Day,
    /// Aligned with the sums of the original series. Weights grow towards the present, so the
    /// difference of two sums keeps its digits.
    sums: Vec<[f64; 3]>,
}

impl Discounted {
    pub(crate) fn of(series: &Running<3>, half_life: f64) -> Self {
        let mut discounted = Self { half_life, first: 0, sums: Vec::new() };
        discounted.follow(series, 0);
        discounted
    }

    /// Updates the sums from an index on, after the series has changed.
    pub(crate) fn follow(&mut self, series: &Running<3>, place: usize) {
        let first = series.days.first().copied().unwrap_or(0);
        let known = if first == self.first { place + 1 } else { 0 };
        self.first = first;
        self.sums.truncate(known);
        if self.sums.is_empty() {
            self.sums.push([0.0; 3]);
        }
        for at in self.sums.len() - 1..series.days.len() {
            let weight = f64::exp2(f64::from(series.days[at] - first) / self.half_life);
            let mut total = self.sums[at];
            for (sum, i) in total.iter_mut().zip(0..) {
                let count: i64 = series.sums[at + 1][i] - series.sums[at][i];
                *sum += weight * count as f64;
            }
            self.sums.push(total);
        }
    }

    /// The sum over `from <= day < until` of `0.5^((at - day) / half_life)` times the counts.
    pub(crate) fn between(&self, series: &Running<3>, from: Day, until: Day, at: Day) -> [f64; 3] {
        let (low, high) = (series.before(from), series.before(until));
        if low >= high {
            return [0.0; 3];
        }
        let scale = f64::exp2(f64::from(self.first - at) / self.half_life);
        std::array::from_fn(|i| (self.sums[high][i] - self.sums[low][i]).max(0.0) * scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_the_sum_of_its_days() {
        let days = [3, 4, 9, 10, 11, 40, 41, 300];
        let series = Running::of(days.iter().map(|d| (*d, [i64::from(*d)])));
        for from in 0..310 {
            for until in 0..310 {
                let sum =
                    days.iter().filter(|d| from <= **d && **d < until).map(|d| i64::from(*d)).sum::<i64>();
                assert_eq!(series.between(from, until), [sum], "{from}..{until}");
            }
        }
    }

    #[test]
    fn counts_of_one_day_are_put_together() {
        let series = Running::of([(1, [2]), (1, [3]), (2, [1])]);
        assert_eq!(series.daily(0, 9).collect::<Vec<_>>(), [(1, [5]), (2, [1])]);
    }

    #[test]
    fn what_is_added_later_gives_the_same_sums() {
        let counts = [(5, 2), (3, 1), (9, 4), (5, -2), (4, 7), (9, 1), (3, -1), (12, 3), (4, -7)];
        let mut grown = Running::of([]);
        let mut discounted = Discounted::of(&grown, 90.0);
        for (added, (day, count)) in (1..).zip(counts) {
            let place = grown.add(day, [count, 2 * count, 4 * count]);
            discounted.follow(&grown, place);
            let mut days = std::collections::BTreeMap::new();
            counts[..added].iter().for_each(|(day, count)| *days.entry(*day).or_insert(0) += count);
            days.retain(|_, count| *count != 0);
            let at_once = Running::of(days.into_iter().map(|(day, n)| (day, [n, 2 * n, 4 * n])));
            assert_eq!(grown, at_once, "after {added}");
            assert_eq!(discounted, Discounted::of(&at_once, 90.0), "after {added}");
        }
        assert_eq!(grown.days(), [9, 12]);
    }

    #[test]
    fn a_count_weighs_half_after_its_half_life() {
        let series = Running::of([(0, [8, 0, 0]), (90, [4, 0, 0]), (180, [2, 0, 0])]);
        let discounted = Discounted::of(&series, 90.0);
        let [n, ..] = discounted.between(&series, 0, 180, 180);
        assert!((n - (8.0 / 4.0 + 4.0 / 2.0)).abs() < 1e-12);
    }
}
