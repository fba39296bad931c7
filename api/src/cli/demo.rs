//! `ballroom demo`.

use std::process::ExitCode;

use clap::Args;

use super::{serve::Listen, settings::Database};

/// Fill an embedded database with a simulated year.
#[derive(Args)]
pub(super) struct Demo {
    #[command(flatten)]
    listen: Listen,
}

impl Demo {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let store = database.embedded(&database.data_dir.join("demo")).await?;
        self.listen.serve(store, None).await?;
        Ok(ExitCode::SUCCESS)
    }
}
