//! What became of a thing that was sent.

use async_graphql::Enum;

/// What a mutation did with what was sent: the object is known by its external ID, key, name, version or e-mail address.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::domain::sent::Outcome")]
pub(super) enum Outcome {
    /// The object was not known and was created.
    Created,
    /// The object was known and differed: what was given was changed, what was left out stayed.
    Updated,
    /// The same was there: nothing was changed, not even what was corrected since it was sent.
    Unchanged,
    /// A later state of the object, by `updatedAt`, was there: nothing was changed.
    Outdated,
}
