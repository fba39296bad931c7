//! Outcomes of submissions.

use async_graphql::{Enum, Value, parser::types::Field, resolver_utils::enum_value};

use super::plain::{AtOnce, Known};

/// Outcome of a submission. The object is identified by its external ID, key, name, version or email address.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::domain::sent::Outcome")]
pub(super) enum Outcome {
    /// The object was unknown and was created.
    Created,
    /// The object was known and differed: the given fields were updated, omitted ones kept.
    Updated,
    /// This version was known: nothing was changed, and later corrections are kept.
    Unchanged,
    /// A later version, by `updatedAt`, was known: nothing was changed.
    Outdated,
}

impl AtOnce for Outcome {
    fn at_once(&self, _: &Known<'_>, _: &Field) -> Option<Value> {
        Some(enum_value(*self))
    }
}
