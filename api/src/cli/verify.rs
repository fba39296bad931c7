//! `ballroom verify`.

use std::process::ExitCode;

use clap::Args;

use super::settings::Database;
use crate::{
    domain::{
        organization,
        verify::{Verification, rebuild},
    },
    words::counted,
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
                "{}: {}, {}, {}",
                organization.key,
                counted(*answers, "answer"),
                counted(*incidents, "incident"),
                counted(*figures, "exposure figure")
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
                let left_over = counted(left.len() as u64, "difference");
                println!("  the daily counts were made anew from the rows; left: {left_over}");
                clean &= left.is_empty();
            } else {
                let found = counted(drift.len() as u64, "difference");
                println!("  {found}; `ballroom verify --rebuild` makes the counts anew");
                clean = false;
            }
        }
        store.close().await?;
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
