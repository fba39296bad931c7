//! The settings that all commands share: each a flag and an environment variable.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use super::limits::seconds;
use crate::{
    store::{Address, Settings, Store},
    words::counted,
};

/// The file of an embedded database, in its directory.
pub(super) const FILE: &str = "ballroom.sqlite";

/// Where the data is.
#[derive(Args, Clone)]
pub(super) struct Database {
    /// Where the embedded database lives (SQLite); `serve` and `migrate` make it if it is not there.
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

    /// Whether a pooler that gives each transaction another connection (PgBouncer) stands before the database; found
    /// out if not said.
    #[arg(
        long,
        global = true,
        env = "BALLROOM_DATABASE_POOLER",
        value_name = "BOOL",
        hide_short_help = true
    )]
    database_pooler: Option<bool>,
}

impl Database {
    /// Opens the database as it is, and makes an embedded one that is not there: for those who begin with it.
    pub(super) async fn make(&self, settings: Settings) -> anyhow::Result<Store> {
        match self.url() {
            Some(_) => self.as_it_is(settings).await,
            None => self.embedded(&self.data_dir, settings).await,
        }
    }

    /// Opens the database as it is. One that is not there is not made: its name may be mistyped.
    pub(super) async fn as_it_is(&self, settings: Settings) -> anyhow::Result<Store> {
        let settings = Settings { pooler: self.database_pooler, ..settings };
        match self.url() {
            Some(url) => {
                let address = Address::parse(url).map_err(anyhow::Error::msg)?;
                if let Address::Sqlite(options) = &address {
                    anyhow::ensure!(
                        options.get_filename().metadata().is_ok_and(|file| file.len() > 0)
                            || url.contains("mode=rwc"),
                        "there is no database {address}; with ?mode=rwc it is made"
                    );
                }
                Ok(Store::open(address, settings).await?)
            }
            None => {
                let file = self.data_dir.join(FILE);
                anyhow::ensure!(
                    // An empty file is what somebody else made.
                    file.metadata().is_ok_and(|file| file.len() > 0),
                    "there is no database {}; `ballroom serve` or `ballroom migrate` makes one, and --data-dir or \
                     BALLROOM_DATA_DIR says where another lies",
                    file.display()
                );
                Ok(Store::embedded(&file, settings).await?)
            }
        }
    }

    /// Opens the database. An embedded one is brought up to date; any other must be.
    pub(super) async fn open(&self) -> anyhow::Result<Store> {
        let store = self.as_it_is(Settings::default()).await?;
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
            "the database lacks {}; run `ballroom migrate`, or `ballroom serve`, first",
            counted(pending as u64, "migration")
        );
        Ok(store)
    }

    /// The URL that is given; an empty one is none.
    pub(super) fn url(&self) -> Option<&str> {
        self.database_url.as_deref().filter(|url| !url.is_empty())
    }

    /// Opens the embedded database in a directory, as it is; makes it if it is not there.
    pub(super) async fn embedded(&self, directory: &Path, settings: Settings) -> anyhow::Result<Store> {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make the data directory {}", directory.display()))?;
        Ok(Store::embedded(&directory.join(FILE), settings).await?)
    }
}

/// How a server uses its database: it has other things to do than to wait for it.
#[derive(Args, Clone)]
#[command(next_help_heading = "Database")]
pub(super) struct Connections {
    /// Connections to PostgreSQL that read; up to six more write.
    #[arg(long, env = "BALLROOM_DATABASE_CONNECTIONS", value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    database_connections: u32,

    /// Seconds that PostgreSQL may be silent before requests are refused instead of waiting for it.
    #[arg(long, env = "BALLROOM_DATABASE_SILENCE", value_name = "SECONDS", default_value = "1.25", value_parser = seconds)]
    database_silence: Duration,

    /// Writers of an organization that may wait for their turn.
    #[arg(long, env = "BALLROOM_WRITERS_WAITING", value_name = "N", default_value_t = 1_000)]
    writers_waiting: usize,

    /// Seconds that each of them may wait.
    #[arg(long, env = "BALLROOM_WRITER_PATIENCE", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    writer_patience: Duration,

    /// Seconds that whoever has the turn waits for what another process holds.
    #[arg(long, env = "BALLROOM_LOCK_TIME", value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    lock_time: Duration,
}

impl Connections {
    /// The settings of the store.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            readers: self.database_connections,
            waiting: self.writers_waiting,
            patience: self.writer_patience,
            lock_time: self.lock_time,
            // Well above what a request may take: whoever asked has gone.
            statement_time: Some(Duration::from_secs(120)),
            silence: Some(self.database_silence),
            pooler: None,
        }
    }
}

/// Libraries that say at every start what nobody asked for.
const QUIETER: &str = "sea_orm_migration=warn,actix_server=warn,actix_http::h1=off,sqlx::postgres::notice=warn,sqlx_postgres::options=error";

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
    pub(super) fn start(&self) -> anyhow::Result<()> {
        for directive in self.log.split(',').filter(|directive| !directive.is_empty()) {
            let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level);
            anyhow::ensure!(
                level.parse::<LevelFilter>().is_ok(),
                "--log: `{level}` is no level; write off, error, warn, info, debug or trace, or a filter such as \
                 info,ballroom=debug"
            );
        }
        let filter = EnvFilter::try_new(format!("{QUIETER},{}", self.log)).context("--log")?;
        let colours = std::io::stderr().is_terminal();
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(colours)
            // Nobody may read the log any more: that is not worth dying for.
            .log_internal_errors(false);
        match self.log_format {
            LogFormat::Text => log.init(),
            LogFormat::Json => log.json().init(),
        }
        Ok(())
    }
}
