//! How listening connections are kept: each setting a flag and an environment variable.

use std::time::Duration;

use clap::{Args, value_parser};

use crate::http::LiveSettings;

/// How WebSockets and event streams are kept.
#[derive(Args, Clone)]
#[command(next_help_heading = "Subscriptions")]
pub(super) struct Live {
    /// WebSockets and event streams that are open at the same time.
    #[arg(long, env = "BALLROOM_LISTENERS", value_name = "N", default_value_t = 5_000)]
    listeners: usize,

    /// Operations that run at the same time on one WebSocket.
    #[arg(long, env = "BALLROOM_SOCKET_OPERATIONS", value_name = "N", default_value_t = 100)]
    socket_operations: usize,

    /// Bytes of a message on a WebSocket.
    #[arg(long, env = "BALLROOM_SOCKET_MESSAGE", value_name = "BYTES", default_value_t = 1_048_576)]
    socket_message: usize,

    /// Seconds within which a WebSocket must be initialised.
    #[arg(long, env = "BALLROOM_SOCKET_INIT_TIMEOUT", value_name = "SECONDS", default_value_t = 10, value_parser = value_parser!(u64).range(1..))]
    socket_init_timeout: u64,

    /// Seconds after which a listener is cut off that takes nothing of what it is sent.
    #[arg(long, env = "BALLROOM_LISTENER_TIMEOUT", value_name = "SECONDS", default_value_t = 15, value_parser = value_parser!(u64).range(1..))]
    listener_timeout: u64,

    /// Seconds from one sign of life to the next on a connection that has nothing to say.
    #[arg(long, env = "BALLROOM_LISTENER_PING", value_name = "SECONDS", default_value_t = 20, value_parser = value_parser!(u64).range(1..))]
    listener_ping: u64,

    /// Seconds within which the revocation of a token ends its listening connections.
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
