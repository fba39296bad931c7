//! Rate limits of publishable tokens, each an option and an environment variable. `docs/access.md` explains them.

use std::num::NonZeroU32;

use clap::Args;

use crate::ingest::RateSettings;

/// Rate limits of publishable tokens.
#[derive(Args, Clone)]
#[command(next_help_heading = "Publishable tokens")]
pub(super) struct Rates {
    /// Maximum number of responses per minute with one publishable token.
    #[arg(long, env = "BALLROOM_RATE_TOKEN", value_name = "N", default_value = "1200")]
    rate_token: NonZeroU32,

    /// Maximum number of responses per minute with publishable tokens from one IP address.
    #[arg(long, env = "BALLROOM_RATE_ADDRESS", value_name = "N", default_value = "120")]
    rate_address: NonZeroU32,

    /// Maximum number of responses per minute from one respondent of a publishable token.
    #[arg(long, env = "BALLROOM_RATE_RESPONDENT", value_name = "N", default_value = "20")]
    rate_respondent: NonZeroU32,

    /// Header in which a trusted proxy passes the client's address, for example X-Forwarded-For; of
    /// several addresses the last is used. Default: the address of the connection.
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
