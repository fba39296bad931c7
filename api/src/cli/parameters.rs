//! `ballroom parameters`.

use anyhow::Context;
use chrono::{Days, NaiveDate};
use clap::Args;

use super::{organization::Tenant, settings::Database};
use crate::{
    clock,
    domain::token,
    score::{Period, Scores, parameters},
    words::counted,
};

/// Compute the parameters of scores from the current daily counts and store them. `serve` does so every
/// night and `import` at its end; use this command for days that many late responses have changed.
#[derive(Args)]
pub(super) struct Parameters {
    /// First day, for example 2026-01-31; default: the days without parameters.
    #[arg(long, env = "BALLROOM_FROM", value_name = "DAY")]
    from: Option<NaiveDate>,

    /// The day after the last; default: through the last day that is over.
    #[arg(long, env = "BALLROOM_UNTIL", value_name = "DAY", requires = "from")]
    until: Option<NaiveDate>,

    #[command(flatten)]
    tenant: Tenant,
}

impl Parameters {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let by = token::operator(self.tenant.find(&store).await?.id).manages()?;
        let (scores, now) = (Scores::new(store.clone()), clock::now());
        let computed = match self.from {
            None => parameters::catch_up(&store, &scores, by, None, now).await?,
            Some(from) => {
                let dimensions = store.dimensions(by.organization()).await?;
                let over = parameters::last_day(&dimensions, now);
                let until = self.until.or(over.map(|over| over + Days::new(1)));
                let until = until.context(
                    "there is no product yet, so no day has ended; create a product first, or give --until",
                )?;
                let period = Period { from, until };
                parameters::compute(&store, &scores, by, period, now).await?
            }
        };
        match (computed.first(), computed.last()) {
            (Some(first), Some(last)) => {
                let days = counted(computed.len() as u64, "day");
                println!("Stored the parameters of {days}, from {first} through {last}.");
            }
            _ => println!("Nothing to compute: no day lacks parameters, or no day has responses."),
        }
        store.close().await?;
        Ok(())
    }
}
