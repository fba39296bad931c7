//! Groups of customers that are too small to be shown to callers who may not see single customers, and figures that are coarse
//! enough that no two of them can be subtracted to find such a group.

use ballroom_entity::organization;

/// Number of customers from which a group is shown to callers who may not see single customers: a setting of the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MinGroup(i64);

/// A distance between the values to which a figure from 0 to 100 is rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step(f64);

impl MinGroup {
    /// Number of a new organization.
    pub const DEFAULT: i32 = 5;
    /// Smallest and largest number that can be set: a group of one is a person.
    pub const BOUNDS: std::ops::RangeInclusive<i32> = 2..=1_000;

    /// The number that an organization has set.
    pub fn of(row: &organization::Model) -> Self {
        Self(i64::from(row.min_group).max(i64::from(*Self::BOUNDS.start())))
    }

    /// A number, whatever an organization has set.
    #[cfg(test)]
    pub(crate) fn for_tests(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub fn number(self) -> i64 {
        self.0
    }

    /// Whether a number of customers is enough to be shown.
    pub fn is_enough(self, customers: i64) -> bool {
        customers >= self.0
    }

    /// A number rounded to a multiple of the smallest group, so that no two of them can be subtracted to find a smaller one.
    pub fn rounded(self, number: i64) -> i64 {
        (number + self.0 / 2).div_euclid(self.0) * self.0
    }

    /// The same where too few cannot be left out: they are shown as 0.
    pub fn count(self, number: i64) -> i64 {
        if self.is_enough(number) { self.rounded(number) } else { 0 }
    }

    /// The same of a number with decimals.
    pub fn amount(self, number: f64) -> f64 {
        let group = self.0 as f64;
        if number < group { 0.0 } else { (number / group).round() * group }
    }

    /// The step to which a figure between 0 and 100 is rounded that rests on a number of customers: a group that is too small to
    /// be shown could hardly change it by more, so that no two figures can be subtracted to find its responses.
    pub fn step(self, customers: i64) -> Step {
        let most = 100.0 * (self.0 - 1) as f64 / customers.max(1) as f64;
        Step([1.0, 2.0, 5.0, 10.0, 20.0, 50.0].into_iter().find(|step| *step >= most).unwrap_or(100.0))
    }

    /// Number of customers from which the step is the smallest: how many there are beyond makes no difference.
    pub fn most_that_matter(self) -> u64 {
        100 * self.0.unsigned_abs()
    }

    /// Which of some groups of customers are shown: none of those that are too small, and not the smallest of the others if the
    /// customers of all hidden ones together were too few, because the total less the shown ones would be theirs.
    pub fn visible(self, groups: &[i64]) -> Vec<bool> {
        let mut visible: Vec<bool> =
            groups.iter().map(|customers| *customers == 0 || self.is_enough(*customers)).collect();
        let hidden: i64 =
            groups.iter().zip(&visible).filter(|(_, visible)| !**visible).map(|(group, _)| group).sum();
        if 0 < hidden && !self.is_enough(hidden) {
            let smallest =
                (0..groups.len()).filter(|at| visible[*at] && groups[*at] > 0).min_by_key(|at| groups[*at]);
            if let Some(smallest) = smallest {
                visible[smallest] = false;
            }
        }
        visible
    }
}

/// A number of customers as it is shown to a caller who sees single customers (none), or groups only; none: too few to be shown.
pub fn shown(customers: u64, only_groups: Option<MinGroup>) -> Option<i64> {
    let customers = customers as i64;
    (customers == 0 || only_groups.is_none_or(|group| group.is_enough(customers))).then_some(customers)
}

impl Step {
    /// The coarser of two steps.
    pub fn or(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// A number rounded to it. Zero has no sign.
    pub fn rounded(self, value: f64) -> f64 {
        let rounded = (value / self.0).round() * self.0;
        if rounded == 0.0 { 0.0 } else { rounded }
    }

    /// A figure from 0 to 100. Those at the ends are shown as half a step from them: rounding makes no 100 of the responses of
    /// a few, and nobody can tell from the figure that all said the same.
    pub fn figure(self, value: f64) -> f64 {
        self.rounded(value).clamp(self.0 / 2.0, 100.0 - self.0 / 2.0)
    }

    /// A share from 0 to 1.
    pub fn share(self, share: f64) -> f64 {
        self.figure(100.0 * share) / 100.0
    }

    /// A value, a lower and an upper end. The interval is rounded outward: it still contains what it contained.
    pub fn interval(self, [value, lower, upper]: [f64; 3]) -> [f64; 3] {
        [self.rounded(value), self.outward(lower, f64::floor), self.outward(upper, f64::ceil)]
    }

    /// The same of a figure from 0 to 100.
    pub fn figure_with_interval(self, [value, lower, upper]: [f64; 3]) -> [f64; 3] {
        let value = self.figure(value);
        let [_, lower, upper] = self.interval([value, lower, upper]);
        [value, lower.clamp(0.0, value), upper.clamp(value, 100.0)]
    }

    fn outward(self, end: f64, to: fn(f64) -> f64) -> f64 {
        let steps = to(end / self.0);
        if steps == 0.0 { 0.0 } else { steps * self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: MinGroup = MinGroup(5);

    #[test]
    fn a_small_group_cannot_be_found_by_subtraction() {
        assert_eq!(FIVE.visible(&[40, 30, 3]), [true, false, false]);
        assert_eq!(FIVE.visible(&[40, 30, 3, 4]), [true, true, false, false]);
        assert_eq!(FIVE.visible(&[40, 5]), [true, true]);
        assert_eq!(FIVE.visible(&[3]), [false]);
        assert_eq!(FIVE.visible(&[40, 0]), [true, true]);
        assert_eq!(MinGroup(50).visible(&[400, 60, 40]), [true, false, false]);
    }

    #[test]
    fn rounded_numbers_differ_by_whole_groups() {
        for group in [MinGroup(2), FIVE, MinGroup(12)] {
            for number in 0..200 {
                let difference = group.rounded(number + group.0 - 1) - group.rounded(number);
                assert!([0, group.0].contains(&difference), "{number}");
                assert!((group.rounded(number) - number).abs() <= group.0 / 2, "{number}");
            }
        }
        assert_eq!([0, 1, 4, 5, 7, 8].map(|number| FIVE.count(number)), [0, 0, 0, 5, 5, 10]);
    }

    #[test]
    fn the_fewer_customers_the_coarser_a_figure() {
        let steps = [5, 8, 10, 40, 100, 400, 9_999].map(|customers| FIVE.step(customers).0);
        assert_eq!(steps, [100.0, 50.0, 50.0, 10.0, 5.0, 1.0, 1.0]);
        assert_eq!(MinGroup(50).step(400).0, 20.0);
        assert_eq!(FIVE.step(FIVE.most_that_matter() as i64).0, 1.0);
    }

    #[test]
    fn an_interval_is_rounded_outward() {
        assert_eq!(Step(5.0).figure_with_interval([71.3, 68.9, 73.2]), [70.0, 65.0, 75.0]);
        assert_eq!(Step(50.0).figure_with_interval([71.3, 68.9, 73.2]), [50.0, 50.0, 100.0]);
        assert_eq!(Step(2.0).interval([-14.2, -17.1, -0.4]), [-14.0, -18.0, 0.0]);
    }

    #[test]
    fn rounding_makes_neither_0_nor_100_of_a_small_group() {
        assert_eq!(Step(100.0).figure_with_interval([76.0, 60.0, 88.0]), [50.0, 0.0, 100.0]);
        assert_eq!(Step(50.0).figure_with_interval([100.0, 90.0, 100.0]), [75.0, 50.0, 100.0]);
        assert_eq!(Step(20.0).share(1.0), 0.9);
        assert_eq!(Step(1.0).figure(0.2), 0.5);
        for step in [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0].map(Step) {
            for value in 0..=1_000 {
                let value = f64::from(value) / 10.0;
                let [figure, lower, upper] = step.figure_with_interval([value, value - 1.0, value + 1.0]);
                assert!(0.0 < figure && figure < 100.0 && lower <= figure && figure <= upper, "{value}");
            }
        }
    }
}
