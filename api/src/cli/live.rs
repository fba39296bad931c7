//! Settings of subscriptions, each an option and an environment variable.

use std::time::Duration;

use clap::{Args, value_parser};

use crate::http::LiveSettings;

/// WebSocket connections and event streams.
#[derive(Args, Clone)]
#[command(next_help_heading = "Subscriptions")]
pub(super) struct Live {
    /// Maximum number of open WebSocket connections and event streams.
    #[arg(long, env = "BALLROOM_LISTENERS", value_name = "N", default_value_t = 5_000)]
    listeners: usize,

    /// Maximum number of operations that run at the same time on one WebSocket connection.
    #[arg(long, env = "BALLROOM_SOCKET_OPERATIONS", value_name = "N", default_value_t = 100)]
    socket_operations: usize,

    /// Maximum size of a WebSocket message, in bytes.
    #[arg(long, env = "BALLROOM_SOCKET_MESSAGE", value_name = "BYTES", default_value_t = 1_048_576)]
    socket_message: usize,

    /// Time within which a client must send connection_init, in seconds; at least 1.
    #[arg(long, env = "BALLROOM_SOCKET_INIT_TIMEOUT", value_name = "SECONDS", default_value_t = 10, value_parser = value_parser!(u64).range(1..))]
    socket_init_timeout: u64,

    /// Time after which a client that reads nothing is disconnected, in seconds; at least 1.
    #[arg(long, env = "BALLROOM_LISTENER_TIMEOUT", value_name = "SECONDS", default_value_t = 15, value_parser = value_parser!(u64).range(1..))]
    listener_timeout: u64,

    /// Interval between keep-alive messages on an idle connection, in seconds; at least 1.
    #[arg(long, env = "BALLROOM_LISTENER_PING", value_name = "SECONDS", default_value_t = 20, value_parser = value_parser!(u64).range(1..))]
    listener_ping: u64,

    /// Time within which the revocation of a token closes its connections, in seconds; at least 1.
    #[arg(long, env = "BALLROOM_TOKEN_RECHECK", value_name = "SECONDS", default_value_t = 15, value_parser = value_parser!(u64).range(1..))]
    token_recheck: u64,
}

impl Live {
    pub(super) fn settings(&self, origins: Vec<String>) -> LiveSettings {
        LiveSettings {
            listeners: self.listeners,
            operations: self.socket_operations,
            message: self.socket_message,
            init_timeout: Duration::from_secs(self.socket_init_timeout),
            send_timeout: Duration::from_secs(self.listener_timeout),
            ping: Duration::from_secs(self.listener_ping),
            token_recheck: Duration::from_secs(self.token_recheck),
            origins,
        }
    }
}
