//! The limits of an operation, in one place.

use std::time::Duration;

/// How much one request may ask for. `docs/limits.md` says why each is what it is.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a document.
    pub document: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Brackets in brackets, and selections in selections through fragments.
    pub nesting: usize,
    /// Operations in a document, of which a request runs one.
    pub operations: usize,
    /// Fields in fields.
    pub depth: u64,
    /// Fields directly below the operation.
    pub roots: u64,
    /// Renamed fields, wherever a fragment puts them.
    pub aliases: u64,
    /// Directives, wherever a fragment puts them.
    pub directives: u64,
    /// Fields, wherever a fragment puts them.
    pub fields: u64,
    /// Items of a list in a query or a subscription.
    pub list: usize,
    /// Items of a list in a mutation.
    pub batch: usize,
    /// Bytes of the variables of a query or a subscription; those of a mutation are bounded by the body.
    pub variables: usize,
    /// What an operation may cost.
    pub cost: u64,
    /// From which cost on an operation is heavy; one that asks for a score always is.
    pub heavy_cost: u64,
    /// Heavy operations at the same time.
    pub heavy: usize,
    /// Heavy operations that wait for their turn.
    pub waiting: usize,
    /// How long a heavy operation waits for its turn.
    pub patience: Duration,
    /// How long an operation may run.
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
            heavy_cost: 5_000,
            heavy: 1,
            waiting: 64,
            patience: Duration::from_secs(10),
            time: Duration::from_secs(30),
        }
    }
}
