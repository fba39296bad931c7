//! Who responses: pseudonyms, each in a segment, each with a habit of updating.

use super::catalog::{LONG_TERM, RELEASES, SEGMENTS};
use super::dice::{Dice, Stream};

/// A respondent.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// The pseudonym.
    pub pseudonym: String,
    /// The key of the segment.
    pub segment: &'static str,
    /// Difference of the ratings of this customer from those of the segment.
    pub(super) mood: f64,
    /// Days from a release to the day on which this customer has it.
    pub(super) updates_after: i64,
    /// Whether this customer stays on the long-term line once there is one.
    pub(super) careful: bool,
}

/// All customers, by segment.
pub(super) fn all(seed: u64) -> Vec<Customer> {
    let mut dice = Dice::new(seed, Stream::Customers);
    let segments = SEGMENTS.iter().flat_map(|segment| (0..segment.customers).map(move |_| segment));
    let customer = |(n, segment): (usize, &'static super::Segment)| {
        let haste = dice.unit();
        Customer {
            pseudonym: format!("customer-{n:04}"),
            segment: segment.key,
            mood: dice.bell(0.06),
            updates_after: (15.0 * haste * haste) as i64,
            careful: segment.mood > 0.0 && dice.chance(0.12),
        }
    };
    (1..).zip(segments).map(customer).collect()
}

impl Customer {
    /// The place of the release that this customer uses on a day.
    pub(super) fn uses(&self, day: i64) -> usize {
        let has = |plan: &&super::catalog::Plan| plan.day + self.updates_after <= day || plan.day < 0;
        let newest = |long_term: bool| {
            let on_line = |version| LONG_TERM.contains(&version);
            let fits = |plan: &super::catalog::Plan| match long_term {
                true => on_line(plan.version),
                false => !on_line(plan.version) || plan.version == LONG_TERM[0],
            };
            RELEASES.iter().rposition(|plan| has(&plan) && fits(plan))
        };
        let careful = if self.careful { newest(true) } else { None };
        careful.or_else(|| newest(false)).unwrap_or_default()
    }
}
