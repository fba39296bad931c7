//! `ballroom backup`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;
use sea_orm::{ConnectionTrait, DbBackend};

use super::settings::Database;
use crate::store::{Settings, Store};

/// Copy the embedded database into a file, whole and as of one moment, also while a server writes to it.
///
/// A copy of the live file by other means lacks what still stands in its log (ballroom.sqlite-wal). To restore, stop the
/// server and put the copy in the place of ballroom.sqlite, without the -wal and -shm files beside it. For PostgreSQL use
/// pg_dump or its continuous archiving.
#[derive(Args)]
pub(super) struct Backup {
    /// The file to make. It must not be there.
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let store = database.as_it_is(Settings::default()).await?;
        anyhow::ensure!(
            store.backend() == DbBackend::Sqlite,
            "this copies an embedded database; for PostgreSQL use pg_dump, or its continuous archiving"
        );
        let file = self.file.display();
        anyhow::ensure!(!self.file.exists(), "{file} is there already; name a file that is not");
        // Under another name until it is whole: a copy that was interrupted is never taken for one.
        let mut part = self.file.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let _ = std::fs::remove_file(&part);
        let copied = copy(&store, &part).await.and_then(|()| Ok(std::fs::rename(&part, &self.file)?));
        if copied.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        copied.with_context(|| format!("{file} could not be made"))?;
        store.close().await?;
        println!("{file} is a copy of the database.");
        Ok(ExitCode::SUCCESS)
    }
}

/// Copies; when this returns, the copy is on disk.
async fn copy(store: &Store, to: &std::path::Path) -> anyhow::Result<()> {
    let path = to.to_str().context("its name is not UTF-8")?.replace('\'', "''");
    store.reader().execute_unprepared(&format!("VACUUM INTO '{path}'")).await?;
    std::fs::File::open(to)?.sync_all()?;
    Ok(())
}
