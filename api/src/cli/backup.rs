//! `ballroom backup`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;

use super::settings::Database;
use crate::store::Settings;

/// Copy the embedded database to a file, as a consistent snapshot, even while a server is writing to it.
///
/// Other ways of copying the live file miss what is still in its write-ahead log (ballroom.sqlite-wal). To restore, stop the
/// server, replace ballroom.sqlite with the copy and delete the -wal and -shm files beside it. For PostgreSQL, use
/// pg_dump or its continuous archiving.
#[derive(Args)]
pub(super) struct Backup {
    /// File to create; it must not exist yet.
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let store = database.open_unmigrated(Settings::default()).await?;
        anyhow::ensure!(
            store.is_embedded(),
            "`ballroom backup` copies an embedded database (SQLite) only; for PostgreSQL, use pg_dump or continuous archiving"
        );
        let file = self.file.display();
        anyhow::ensure!(!self.file.exists(), "the file {file} already exists; choose another name");
        // Under another name until it is complete: an interrupted copy is never mistaken for a backup.
        let mut part = self.file.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let _ = std::fs::remove_file(&part);
        let copied = store.copy_to(&part).await.and_then(|()| std::fs::rename(&part, &self.file));
        if copied.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        copied.with_context(|| format!("cannot create the backup {file}"))?;
        store.close().await?;
        println!("Copied the database to {file}.");
        Ok(ExitCode::SUCCESS)
    }
}
