//! The settings that all commands share: each a flag and an environment variable.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use anyhow::Context;
use ballroom_entity::organization;
use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::{clock, domain::organization as organizations, store::Store};

/// Where the data is.
#[derive(Args, Clone)]
pub(super) struct Database {
    /// Where the embedded database lives (SQLite); made if it is not there.
    #[arg(
        long,
        global = true,
        env = "BALLROOM_DATA_DIR",
        value_name = "DIR",
        default_value = "ballroom-data"
    )]
    pub(super) data_dir: PathBuf,

    /// Use this database instead: postgres://user:password@host/name.
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(super) database_url: Option<String>,
}

impl Database {
    /// Opens the database as it is. An embedded one is made if it is not there.
    pub(super) async fn connect(&self) -> anyhow::Result<Store> {
        match self.url() {
            Some(url) => Store::connect(url)
                .await
                .with_context(|| format!("cannot reach the database at {}", without_password(url))),
            None => self.embedded(&self.data_dir).await,
        }
    }

    /// Opens the database. An embedded one is brought up to date; any other must be.
    pub(super) async fn open(&self) -> anyhow::Result<Store> {
        let store = self.connect().await?;
        if self.url().is_none() {
            store.migrate().await?;
        }
        self.up_to_date(store).await
    }

    /// Makes sure that the database is up to date.
    pub(super) async fn up_to_date(&self, store: Store) -> anyhow::Result<Store> {
        let pending = store.pending_migrations().await?;
        anyhow::ensure!(
            pending == 0,
            "the database lacks {pending} migrations; run `ballroom migrate`, or `ballroom serve`, first"
        );
        Ok(store)
    }

    /// The URL that is given; an empty one is none.
    pub(super) fn url(&self) -> Option<&str> {
        self.database_url.as_deref().filter(|url| !url.is_empty())
    }

    /// Opens the embedded database in a directory, as it is.
    pub(super) async fn embedded(&self, directory: &Path) -> anyhow::Result<Store> {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make the data directory {}", directory.display()))?;
        let file = directory.join("ballroom.sqlite");
        Store::embedded(&file).await.with_context(|| format!("cannot open {}", file.display()))
    }
}

/// The organization that the command line works for.
pub(super) async fn organization(store: &Store) -> anyhow::Result<organization::Model> {
    Ok(organizations::first(store, clock::now()).await?.0)
}

/// Libraries that say at every start what nobody asked for.
const QUIETER: &str = "sea_orm_migration=warn,actix_server=warn,sqlx::postgres::notice=warn";

/// What is written to the log, and how.
#[derive(Args, Clone)]
pub(super) struct Log {
    /// What to log: error, warn, info, debug, trace, or a filter such as info,ballroom=debug.
    #[arg(long, global = true, env = "BALLROOM_LOG", value_name = "FILTER", default_value = "info")]
    log: String,

    /// How to log.
    #[arg(long, global = true, env = "BALLROOM_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Log {
    /// Starts logging, to standard error: standard output is for results.
    pub(super) fn start(&self) {
        let filter =
            EnvFilter::try_new(format!("{QUIETER},{}", self.log)).unwrap_or_else(|_| EnvFilter::new("info"));
        let colours = std::io::stderr().is_terminal();
        let log =
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
        match self.log_format {
            LogFormat::Text => log.init(),
            LogFormat::Json => log.json().init(),
        }
    }
}

/// The URL as it may be shown.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://me:se@cret@host/name"), "postgres://…@host/name");
        assert_eq!(without_password("postgres://host/name"), "postgres://host/name");
    }
}
