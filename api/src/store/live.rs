//! Which release of a product was the newest that customers had on a day.

use std::collections::HashMap;

use ballroom_entity::id::{ProductId, ReleaseId};
use chrono::NaiveDate;

use super::Dimensions;

/// The times at which customers had the releases of each product, in the order in which the releases are newer.
#[derive(Clone, Debug, Default)]
pub(super) struct Times(HashMap<ProductId, Vec<Time>>);

/// Ordered by the first day, then by the place among the releases of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Time {
    first_day: NaiveDate,
    place: u32,
    withdrawn_on: Option<NaiveDate>,
    release: ReleaseId,
}

impl Times {
    pub(super) fn of(dimensions: &Dimensions) -> Self {
        let mut times: HashMap<ProductId, Vec<Time>> = HashMap::new();
        for row in dimensions.releases.values() {
            let earlier = dimensions.earlier(row.id).iter().map(|earlier| Time {
                first_day: earlier.time.released_on,
                place: earlier.place,
                withdrawn_on: Some(earlier.time.withdrawn_on),
                release: row.id,
            });
            let last = row.released_on.map(|first_day| Time {
                first_day,
                place: dimensions.place(row.id),
                withdrawn_on: row.withdrawn_on,
                release: row.id,
            });
            times.entry(row.product_id).or_default().extend(earlier.chain(last));
        }
        times.values_mut().for_each(|times| times.sort_unstable());
        Self(times)
    }

    /// Looks back from the day to the first release that had not been withdrawn: usually the first one seen.
    pub(super) fn newest_on(&self, product: ProductId, day: NaiveDate) -> Option<ReleaseId> {
        let times = self.0.get(&product)?;
        let begun = &times[..times.partition_point(|time| time.first_day <= day)];
        let live = begun.iter().rev().find(|time| time.withdrawn_on.is_none_or(|withdrawn| day < withdrawn));
        live.map(|time| time.release)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::reference::PublicId;

    #[test]
    fn the_newest_is_the_last_that_began_and_was_not_withdrawn() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let (product, [old, bad, new]) = (ProductId::new(), [(); 3].map(|()| ReleaseId::new()));
        let time = |first, place, withdrawn: Option<u32>, release| Time {
            first_day: day(first),
            place,
            withdrawn_on: withdrawn.map(day),
            release,
        };
        // Withdrawn on the fifth, and back on the ninth, when another comes that ranks below it.
        let mut all = vec![
            time(1, 0, None, old),
            time(3, 1, Some(5), bad),
            time(9, 3, None, bad),
            time(9, 2, None, new),
        ];
        all.sort_unstable();
        let times = Times(HashMap::from([(product, all)]));
        let on = |first| times.newest_on(product, day(first));
        assert_eq!([1, 2, 3, 4].map(on), [Some(old), Some(old), Some(bad), Some(bad)]);
        assert_eq!([5, 8].map(on), [Some(old), Some(old)]);
        assert_eq!([9, 30].map(on), [Some(bad), Some(bad)]);
        assert_eq!(times.newest_on(product, day(1).pred_opt().unwrap()), None);
        assert_eq!(times.newest_on(ProductId::new(), day(9)), None);
    }
}
