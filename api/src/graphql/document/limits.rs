//! The limits of an operation, in one place.

use std::time::Duration;

/// Limits of a request. `docs/limits.md` gives the reasons for each.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a document.
    pub document: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Nesting of brackets, and of selections through fragments.
    pub nesting: usize,
    /// Operations in a document; a request runs one of them.
    pub operations: usize,
    /// Nesting of fields.
    pub depth: u64,
    /// Root fields.
    pub roots: u64,
    /// Aliases, including those in spread fragments.
    pub aliases: u64,
    /// Directives, including those in spread fragments.
    pub directives: u64,
    /// Fields, including those in spread fragments.
    pub fields: u64,
    /// Items of a list in a query or a subscription.
    pub list: usize,
    /// Items of a list in a mutation.
    pub batch: usize,
    /// Bytes of the variables of a query or a subscription; those of a mutation are bounded by the body.
    pub variables: usize,
    /// Maximum cost of an operation.
    pub cost: u64,
    /// Cost from which an operation is heavy; operations with scores always are.
    pub heavy_cost: u64,
    /// Number of heavy operations that run at the same time.
    pub heavy: usize,
    /// Number of heavy operations that may wait.
    pub waiting: usize,
    /// Maximum waiting time of a heavy operation.
    pub patience: Duration,
    /// Maximum duration of an operation.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document: 100_000,
            tokens: 10_000,
            nesting: 64,
            operations: 20,
            depth: 16,
            roots: 50,
            aliases: 100,
            directives: 100,
            fields: 2_000,
            list: 1_000,
            batch: 10_000,
            variables: 256 * 1024,
            cost: 100_000,
            heavy_cost: 20_000,
            heavy: 1,
            waiting: 64,
            patience: Duration::from_secs(10),
            time: Duration::from_secs(30),
        }
    }
}
