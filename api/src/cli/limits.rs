//! Limits of a request, each an option and an environment variable. `docs/limits.md` gives the reason for each
//! value.

use std::time::Duration;

use clap::{Args, value_parser};

use crate::graphql::document;

/// Limits of a request.
#[derive(Args, Clone)]
#[command(next_help_heading = "Limits of a request")]
pub(super) struct Limits {
    /// Maximum size of a request body, in bytes.
    #[arg(long, env = "BALLROOM_LIMIT_BODY", value_name = "BYTES", default_value_t = 8 * 1024 * 1024)]
    pub(super) limit_body: usize,

    /// Maximum size of a GraphQL document, in bytes.
    #[arg(long, env = "BALLROOM_LIMIT_DOCUMENT", value_name = "BYTES", default_value_t = 100_000)]
    limit_document: usize,

    /// Maximum number of tokens in a document.
    #[arg(long, env = "BALLROOM_LIMIT_TOKENS", value_name = "N", default_value_t = 10_000)]
    limit_tokens: usize,

    /// Maximum nesting of brackets, and of selections through fragments; 1 to 128.
    #[arg(long, env = "BALLROOM_LIMIT_NESTING", value_name = "N", default_value_t = 64, value_parser = value_parser!(u8).range(1..=128))]
    limit_nesting: u8,

    /// Maximum number of operations in a document; a request runs one of them.
    #[arg(long, env = "BALLROOM_LIMIT_OPERATIONS", value_name = "N", default_value_t = 20)]
    limit_operations: usize,

    /// Maximum depth of nested fields.
    #[arg(long, env = "BALLROOM_LIMIT_DEPTH", value_name = "N", default_value_t = 16)]
    limit_depth: u64,

    /// Maximum number of root fields in an operation.
    #[arg(long, env = "BALLROOM_LIMIT_ROOT_FIELDS", value_name = "N", default_value_t = 50)]
    limit_root_fields: u64,

    /// Maximum number of aliases, counted at every use of a fragment.
    #[arg(long, env = "BALLROOM_LIMIT_ALIASES", value_name = "N", default_value_t = 100)]
    limit_aliases: u64,

    /// Maximum number of directives, counted at every use of a fragment.
    #[arg(long, env = "BALLROOM_LIMIT_DIRECTIVES", value_name = "N", default_value_t = 100)]
    limit_directives: u64,

    /// Maximum number of fields, counted at every use of a fragment.
    #[arg(long, env = "BALLROOM_LIMIT_FIELDS", value_name = "N", default_value_t = 2_000)]
    limit_fields: u64,

    /// Maximum number of items in a list argument of a query.
    #[arg(long, env = "BALLROOM_LIMIT_LIST", value_name = "N", default_value_t = 1_000)]
    limit_list: usize,

    /// Maximum number of items in a list argument of a mutation, and so of a bulk mutation.
    #[arg(long, env = "BALLROOM_LIMIT_BATCH", value_name = "N", default_value_t = 10_000)]
    limit_batch: usize,

    /// Maximum size of the variables of a query, in bytes.
    #[arg(long, env = "BALLROOM_LIMIT_VARIABLES", value_name = "BYTES", default_value_t = 256 * 1024)]
    limit_variables: usize,

    /// Maximum cost of an operation: the number of fields its response can have, plus the weight of its scores.
    #[arg(long, env = "BALLROOM_LIMIT_COST", value_name = "N", default_value_t = 100_000)]
    limit_cost: u64,

    /// Maximum execution time of an operation, in seconds; at most 86400.
    #[arg(long, env = "BALLROOM_LIMIT_TIME", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    limit_time: Duration,

    /// Minimum cost of a heavy query; a query for a score is always heavy.
    #[arg(long, env = "BALLROOM_HEAVY_COST", value_name = "N", default_value_t = 20_000)]
    heavy_cost: u64,

    /// Maximum number of heavy operations that run at the same time; default: half the number of processors.
    #[arg(long, env = "BALLROOM_HEAVY_OPERATIONS", value_name = "N", value_parser = value_parser!(u16).range(1..))]
    heavy_operations: Option<u16>,

    /// Maximum number of heavy operations in the queue.
    #[arg(long, env = "BALLROOM_HEAVY_QUEUE", value_name = "N", default_value_t = 64)]
    heavy_queue: usize,

    /// Maximum time that a heavy operation waits in the queue, in seconds; at most 86400.
    #[arg(long, env = "BALLROOM_HEAVY_QUEUE_TIMEOUT", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    heavy_queue_timeout: Duration,
}

impl Limits {
    /// The limits as GraphQL documents use them.
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
            heavy: self.heavy_operations.map_or_else(half_the_processors, usize::from),
            waiting: self.heavy_queue,
            patience: self.heavy_queue_timeout,
            time: self.limit_time,
        }
    }
}

fn half_the_processors() -> usize {
    (std::thread::available_parallelism().map_or(1, usize::from) / 2).max(1)
}

/// A duration in seconds, with a fraction if wanted.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let in_range = |time: &Duration| !time.is_zero() && *time <= Duration::from_secs(86_400);
    seconds.filter(in_range).ok_or_else(|| {
        format!("\"{text}\" is not a duration; write a number of seconds above 0 and at most 86400")
    })
}
