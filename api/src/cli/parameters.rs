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

/// Compute the parameters that scores rest on from the counts as they are, and keep them. `serve` does so every
/// night and `import` at its end; this is for days that many late answers have changed.
#[derive(Args)]
pub(super) struct Parameters {
    /// The first day; without it, the days that were missed.
    #[arg(long, env = "BALLROOM_FROM", value_name = "DAY")]
    from: Option<NaiveDate>,

    /// The day after the last; without it, all days that are over.
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
                let until = until.context("there is no product yet, so no day is over")?;
                let period = Period { from, until };
                parameters::compute(&store, &scores, by, period, now).await?
            }
        };
        match (computed.first(), computed.last()) {
            (Some(first), Some(last)) => {
                let days = counted(computed.len() as u64, "day");
                let are = if computed.len() == 1 { "is" } else { "are" };
                println!("{days} {are} kept, from {first} to {last}.");
            }
            _ => println!("Nothing to compute: no day is missing, or none has answers."),
        }
        store.close().await?;
        Ok(())
    }
}
