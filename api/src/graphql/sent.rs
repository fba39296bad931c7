//! What became of a thing that was sent.

use async_graphql::Enum;

/// What became of a thing that was sent: it is known by its external id, key, name or version, and what is newer is
/// taken.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::domain::sent::Became")]
pub(super) enum SentOutcome {
    /// It was not known: it was made.
    Created,
    /// It was known and was different: what was given was changed, what was left out stayed.
    Updated,
    /// The same was there: nothing was changed, not even what was corrected since it was sent.
    AlreadyThere,
    /// A later state of it, by `updatedAt`, was there: nothing was changed.
    Outdated,
}
