//! Whether a release has a known error, by the release graph.
//!
//! A release has the changes of its ancestors. So of the releases that introduced or fixed the error the nearest one on the line
//! of ancestors decides: a fix that was ported back to an older line counts there, and does not count for releases that do not
//! descend from it. Only where no line of ancestors connects them, the order in which releases reached customers decides.

use std::collections::HashSet;

use ballroom_entity::id::ReleaseId;

use crate::store::Dimensions;

/// Whether a release has a known error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It has the error.
    Affected,
    /// It contains the fix.
    Fixed,
    /// It does not have the error, which came later or on another line.
    NotAffected,
}

/// From what an effect was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The predecessors of the release.
    Graph,
    /// The order of releases, because no line of predecessors connects them.
    Order,
    /// Nothing: the release that introduced the error is unknown.
    Assumed,
}

/// The effect of a known error on a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impact {
    /// Whether the release has the error.
    pub effect: Effect,
    /// From what this was determined.
    pub basis: Basis,
    /// The release that introduced or fixed the error and decided; none: no release did.
    pub decided_by: Option<ReleaseId>,
}

/// Whether a release has an error that was introduced in a release, or in an unknown one, and is fixed in others.
pub fn impact(
    dimensions: &Dimensions,
    release: ReleaseId,
    introduced: Option<ReleaseId>,
    fixes: &[ReleaseId],
) -> Impact {
    let line = ancestors(dimensions, release);
    let decisive = line.iter().find(|id| Some(**id) == introduced || fixes.contains(id));
    if let Some(id) = decisive {
        let effect = if fixes.contains(id) { Effect::Fixed } else { Effect::Affected };
        return Impact { effect, basis: Basis::Graph, decided_by: Some(*id) };
    }
    // No release of the line decides. Lines that meet show that the release does not descend from the others.
    let meets = |other: &ReleaseId| ancestors(dimensions, *other).iter().any(|id| line.contains(id));
    let apart: Vec<ReleaseId> = fixes.iter().copied().filter(|fix| !meets(fix)).collect();
    let place = dimensions.place(release);
    let last_fix = apart
        .iter()
        .copied()
        .filter(|id| dimensions.place(*id) <= place)
        .max_by_key(|id| dimensions.place(*id));
    match introduced {
        Some(introduced) if meets(&introduced) => {
            Impact { effect: Effect::NotAffected, basis: Basis::Graph, decided_by: Some(introduced) }
        }
        Some(introduced) if dimensions.place(introduced) > place => {
            Impact { effect: Effect::NotAffected, basis: Basis::Order, decided_by: Some(introduced) }
        }
        _ => match (last_fix, introduced) {
            (Some(fix), _)
                if introduced
                    .is_none_or(|introduced| dimensions.place(fix) > dimensions.place(introduced)) =>
            {
                Impact { effect: Effect::Fixed, basis: Basis::Order, decided_by: Some(fix) }
            }
            (_, Some(introduced)) => {
                Impact { effect: Effect::Affected, basis: Basis::Order, decided_by: Some(introduced) }
            }
            (_, None) => Impact { effect: Effect::Affected, basis: Basis::Assumed, decided_by: None },
        },
    }
}

/// Whether a release came before another, so that it cannot fix what the other introduced: it is one of its ancestors, or reached
/// customers first. A release that came again has no place by which it could be said.
pub fn precedes(dimensions: &Dimensions, first: ReleaseId, second: ReleaseId) -> bool {
    let is_older =
        dimensions.earlier(second).is_empty() && dimensions.place(first) < dimensions.place(second);
    first != second && (is_older || ancestors(dimensions, second).contains(&first))
}

/// A release and its ancestors, the nearest first.
fn ancestors(dimensions: &Dimensions, release: ReleaseId) -> Vec<ReleaseId> {
    let (mut line, mut seen) = (Vec::new(), HashSet::new());
    let mut next = Some(release);
    while let Some(id) = next.filter(|id| seen.insert(*id)) {
        line.push(id);
        next = dimensions.releases.get(&id).and_then(|row| row.previous_release_id);
    }
    line
}
