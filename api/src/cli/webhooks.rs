//! Settings of webhooks: each is an option and an environment variable.

use std::time::Duration;

use clap::{Args, builder::BoolishValueParser, value_parser};

use super::limits::seconds;
use crate::deliver::Settings;

/// Settings of webhooks.
#[derive(Args, Clone)]
#[command(next_help_heading = "Webhooks")]
pub(super) struct Webhooks {
    /// Number of requests to webhooks at a time; 0 leaves them to other processes.
    #[arg(long, env = "BALLROOM_WEBHOOK_WORKERS", value_name = "N", default_value_t = 16, value_parser = value_parser!(u16).range(0..=1000))]
    webhook_workers: u16,

    /// Time limit of a request to a webhook, in seconds.
    #[arg(long, env = "BALLROOM_WEBHOOK_TIMEOUT", value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    webhook_timeout: Duration,

    /// Number of attempts before a delivery to a webhook is given up.
    #[arg(long, env = "BALLROOM_WEBHOOK_ATTEMPTS", value_name = "N", default_value_t = 10, value_parser = value_parser!(u32).range(1..=100))]
    webhook_attempts: u32,

    /// Pause before a failed delivery is attempted again, in seconds; tripled after each further attempt, up to six hours.
    #[arg(long, env = "BALLROOM_WEBHOOK_PAUSE", value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    webhook_pause: Duration,

    /// Allow webhooks to private and loopback addresses, and without TLS. Whoever administers an organization can then make this
    /// server send requests within its network.
    #[arg(long, env = "BALLROOM_WEBHOOK_PRIVATE_ADDRESSES", value_parser = BoolishValueParser::new())]
    webhook_private_addresses: bool,
}

impl Webhooks {
    pub(super) fn settings(&self) -> Settings {
        Settings {
            workers: self.webhook_workers.into(),
            timeout: self.webhook_timeout,
            attempts: self.webhook_attempts,
            pause: self.webhook_pause,
            private: self.webhook_private_addresses,
        }
    }
}
