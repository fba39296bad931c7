//! `ballroom verify`.

use std::process::ExitCode;

use clap::Args;

use super::{organization::Tenant, settings::Database};
use crate::{
    domain::{
        organization,
        verify::{Verification, rebuild},
    },
    words::counted,
};

/// Number of differences that are printed.
const PRINTED: usize = 50;

/// Check the daily counts against the stored rows.
#[derive(Args)]
pub(super) struct Verify {
    /// Also rebuild daily counts that differ.
    #[arg(long)]
    rebuild: bool,

    #[command(flatten)]
    tenant: Tenant,
}

impl Verify {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let store = database.open().await?;
        let mut clean = true;
        let all = match self.tenant.named(&store).await? {
            Some(named) => vec![named],
            None => organization::all(&store).await?,
        };
        for organization in all {
            let found = store.verify(organization.id).await?;
            let Verification { answers, incidents, figures, drift } = &found;
            println!(
                "{}: {}, {}, {}",
                organization.key,
                counted(*answers, "response"),
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
                println!("  the daily counts agree with the rows");
            } else if self.rebuild {
                rebuild(&store, organization.id).await?;
                let left = store.verify(organization.id).await?.drift;
                let left_over = counted(left.len() as u64, "difference");
                println!("  rebuilt the daily counts from the rows; remaining: {left_over}");
                clean &= left.is_empty();
            } else {
                let found = counted(drift.len() as u64, "difference");
                println!("  {found}; rebuild the counts with `ballroom verify --rebuild`");
                clean = false;
            }
        }
        store.close().await?;
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
