//! Groups of customers that are too small to be shown to callers who may not see single customers.

/// Minimum number of customers of a group that is shown to callers who may not see single customers.
pub const MIN_GROUP: i64 = 5;

/// A number of customers as it is shown to a caller who sees single customers, or does not; none: too few to be shown.
pub fn shown(customers: u64, sees_customers: bool) -> Option<i64> {
    let customers = customers as i64;
    (sees_customers || customers == 0 || customers >= MIN_GROUP).then_some(customers)
}

/// A number rounded to a multiple of the smallest group, so that no two of them can be subtracted to find a smaller one.
pub fn rounded(number: i64) -> i64 {
    (number + MIN_GROUP / 2).div_euclid(MIN_GROUP) * MIN_GROUP
}

/// The step to which a figure between 0 and 100 is rounded that rests on a number of customers: a group that is too small to be
/// shown could hardly change it by more, so that no two figures can be subtracted to find its responses.
pub fn step(customers: i64) -> f64 {
    let most = 100.0 * (MIN_GROUP - 1) as f64 / customers.max(1) as f64;
    [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].into_iter().find(|step| *step >= most).unwrap_or(100.0)
}

/// Which of some groups of customers are shown: none of those that are too small, and not the smallest of the others if the
/// customers of all hidden ones together were too few, because the total less the shown ones would be theirs.
pub fn visible(groups: &[i64]) -> Vec<bool> {
    let mut visible: Vec<bool> =
        groups.iter().map(|customers| *customers == 0 || *customers >= MIN_GROUP).collect();
    let hidden: i64 =
        groups.iter().zip(&visible).filter(|(_, visible)| !**visible).map(|(group, _)| group).sum();
    if 0 < hidden && hidden < MIN_GROUP {
        let smallest =
            (0..groups.len()).filter(|at| visible[*at] && groups[*at] > 0).min_by_key(|at| groups[*at]);
        if let Some(smallest) = smallest {
            visible[smallest] = false;
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_group_cannot_be_found_by_subtraction() {
        assert_eq!(visible(&[40, 30, 3]), [true, false, false]);
        assert_eq!(visible(&[40, 30, 3, 4]), [true, true, false, false]);
        assert_eq!(visible(&[40, 5]), [true, true]);
        assert_eq!(visible(&[3]), [false]);
        assert_eq!(visible(&[40, 0]), [true, true]);
    }

    #[test]
    fn rounded_numbers_differ_by_whole_groups() {
        for number in 0..200 {
            let difference = rounded(number + MIN_GROUP - 1) - rounded(number);
            assert!([0, MIN_GROUP].contains(&difference), "{number}");
            assert!((rounded(number) - number).abs() <= MIN_GROUP / 2, "{number}");
        }
    }

    #[test]
    fn the_fewer_customers_the_coarser_a_figure() {
        assert_eq!([5, 8, 10, 40, 100, 400, 9_999].map(step), [100.0, 50.0, 50.0, 10.0, 5.0, 1.0, 1.0]);
    }
}
