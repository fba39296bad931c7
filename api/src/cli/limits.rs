//! How much one request may ask for: each limit a flag and an environment variable. `docs/limits.md` says why each is
//! what it is.

use std::time::Duration;

use clap::{Args, value_parser};

use crate::graphql::document;

/// How much one request may ask for.
#[derive(Args, Clone)]
#[command(next_help_heading = "Limits of a request")]
pub(super) struct Limits {
    /// Bytes of a request's body.
    #[arg(long, env = "BALLROOM_LIMIT_BODY", value_name = "BYTES", default_value_t = 8 * 1024 * 1024)]
    pub(super) limit_body: usize,

    /// Bytes of a document.
    #[arg(long, env = "BALLROOM_LIMIT_DOCUMENT", value_name = "BYTES", default_value_t = 100_000)]
    limit_document: usize,

    /// Tokens of a document.
    #[arg(long, env = "BALLROOM_LIMIT_TOKENS", value_name = "N", default_value_t = 10_000)]
    limit_tokens: usize,

    /// Brackets in brackets, and selections in selections through fragments.
    #[arg(long, env = "BALLROOM_LIMIT_NESTING", value_name = "N", default_value_t = 64, value_parser = value_parser!(u8).range(1..=128))]
    limit_nesting: u8,

    /// Operations in a document; a request runs one of them.
    #[arg(long, env = "BALLROOM_LIMIT_OPERATIONS", value_name = "N", default_value_t = 20)]
    limit_operations: usize,

    /// Fields in fields.
    #[arg(long, env = "BALLROOM_LIMIT_DEPTH", value_name = "N", default_value_t = 16)]
    limit_depth: u64,

    /// Fields directly below the operation.
    #[arg(long, env = "BALLROOM_LIMIT_ROOT_FIELDS", value_name = "N", default_value_t = 50)]
    limit_root_fields: u64,

    /// Renamed fields, counted wherever a fragment puts them.
    #[arg(long, env = "BALLROOM_LIMIT_ALIASES", value_name = "N", default_value_t = 100)]
    limit_aliases: u64,

    /// Directives, counted wherever a fragment puts them.
    #[arg(long, env = "BALLROOM_LIMIT_DIRECTIVES", value_name = "N", default_value_t = 100)]
    limit_directives: u64,

    /// Fields of a document, counted wherever a fragment puts them.
    #[arg(long, env = "BALLROOM_LIMIT_FIELDS", value_name = "N", default_value_t = 2_000)]
    limit_fields: u64,

    /// Items of a list in a query.
    #[arg(long, env = "BALLROOM_LIMIT_LIST", value_name = "N", default_value_t = 1_000)]
    limit_list: usize,

    /// Items of a list in a mutation: how much one bulk mutation takes.
    #[arg(long, env = "BALLROOM_LIMIT_BATCH", value_name = "N", default_value_t = 10_000)]
    limit_batch: usize,

    /// Bytes of the variables of a query.
    #[arg(long, env = "BALLROOM_LIMIT_VARIABLES", value_name = "BYTES", default_value_t = 256 * 1024)]
    limit_variables: usize,

    /// Cost of an operation: the fields that its answer can have, plus what its scores weigh.
    #[arg(long, env = "BALLROOM_LIMIT_COST", value_name = "N", default_value_t = 100_000)]
    limit_cost: u64,

    /// Seconds that an operation may run.
    #[arg(long, env = "BALLROOM_LIMIT_TIME", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    limit_time: Duration,

    /// Cost from which on a query is heavy; one that asks for a score always is.
    #[arg(long, env = "BALLROOM_HEAVY_COST", value_name = "N", default_value_t = 5_000)]
    heavy_cost: u64,

    /// Heavy operations at the same time; by default half as many as there are processors.
    #[arg(long, env = "BALLROOM_HEAVY_OPERATIONS", value_name = "N", value_parser = value_parser!(u16).range(1..))]
    heavy_operations: Option<u16>,

    /// Heavy operations that wait for their turn.
    #[arg(long, env = "BALLROOM_HEAVY_WAITING", value_name = "N", default_value_t = 64)]
    heavy_waiting: usize,

    /// Seconds that a heavy operation waits for its turn.
    #[arg(long, env = "BALLROOM_HEAVY_PATIENCE", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    heavy_patience: Duration,
}

impl Limits {
    /// As the documents know them.
    pub(super) fn of_documents(&self) -> document::Limits {
        document::Limits {
            document: self.limit_document,
            tokens: self.limit_tokens,
            nesting: self.limit_nesting.into(),
            operations: self.limit_operations,
            depth: self.limit_depth,
            roots: self.limit_root_fields,
            aliases: self.limit_aliases,
            directives: self.limit_directives,
            fields: self.limit_fields,
            list: self.limit_list,
            batch: self.limit_batch,
            variables: self.limit_variables,
            cost: self.limit_cost,
            heavy_cost: self.heavy_cost,
            heavy: self.heavy_operations.map_or_else(half_of_the_processors, usize::from),
            waiting: self.heavy_waiting,
            patience: self.heavy_patience,
            time: self.limit_time,
        }
    }
}

fn half_of_the_processors() -> usize {
    (std::thread::available_parallelism().map_or(1, usize::from) / 2).max(1)
}

/// A time in seconds, or in parts of one.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let in_range = |time: &Duration| !time.is_zero() && *time <= Duration::from_secs(86_400);
    seconds.filter(in_range).ok_or_else(|| "a number of seconds, above 0 and at most 86400".to_owned())
}
