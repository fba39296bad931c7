//! `ballroom verify`.

use std::process::ExitCode;

use clap::Args;

use super::settings::Database;
use crate::{
    counts::verify::{Verification, rebuild},
    domain::organization,
};

/// Drifts that are printed one by one.
const PRINTED: usize = 50;

/// Recount the daily counts from the rows.
#[derive(Args)]
pub(super) struct Verify {
    /// Also replace the daily counts by what the rows say.
    #[arg(long)]
    rebuild: bool,
}

impl Verify {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let store = database.open().await?;
        let mut clean = true;
        for organization in organization::all(&store).await? {
            let found = store.verify(organization.id).await?;
            let Verification { answers, incidents, figures, drift } = &found;
            println!(
                "{}: {answers} answers, {incidents} incidents, {figures} exposure figures",
                organization.key
            );
            for drift in drift.iter().take(PRINTED) {
                println!("  {drift}");
            }
            if drift.len() > PRINTED {
                println!("  and {} more", drift.len() - PRINTED);
            }
            if drift.is_empty() {
                println!("  the daily counts are what the rows say");
            } else if self.rebuild {
                rebuild(&store, organization.id).await?;
                let left = store.verify(organization.id).await?.drift;
                println!(
                    "  the daily counts were made anew from the rows; {} differences are left",
                    left.len()
                );
                clean &= left.is_empty();
            } else {
                println!("  {} differences; `ballroom verify --rebuild` makes the counts anew", drift.len());
                clean = false;
            }
        }
        store.close().await?;
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
