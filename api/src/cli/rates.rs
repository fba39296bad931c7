//! How fast publishable tokens may submit: each limit a flag and an environment variable. `docs/access.md` explains them.

use std::num::NonZeroU32;

use clap::Args;

use crate::ingest::RateSettings;

/// How fast publishable tokens may submit.
#[derive(Args, Clone)]
#[command(next_help_heading = "Publishable tokens")]
pub(super) struct Rates {
    /// Answers a minute with one publishable token.
    #[arg(long, env = "BALLROOM_RATE_TOKEN", value_name = "N", default_value = "1200")]
    rate_token: NonZeroU32,

    /// Answers a minute with publishable tokens from one address.
    #[arg(long, env = "BALLROOM_RATE_ADDRESS", value_name = "N", default_value = "120")]
    rate_address: NonZeroU32,

    /// Answers a minute of one respondent of a publishable token.
    #[arg(long, env = "BALLROOM_RATE_RESPONDENT", value_name = "N", default_value = "20")]
    rate_respondent: NonZeroU32,

    /// The header in which a proxy in front of this server says from where a caller calls, such as X-Forwarded-For; of
    /// several addresses the last is taken. Without it: the address of whoever connects.
    #[arg(long, env = "BALLROOM_ADDRESS_HEADER", value_name = "HEADER")]
    address_header: Option<String>,
}

impl Rates {
    pub(super) fn settings(&self) -> RateSettings {
        RateSettings { token: self.rate_token, address: self.rate_address, respondent: self.rate_respondent }
    }

    pub(super) fn address_header(&self) -> Option<String> {
        self.address_header.clone()
    }
}
