//! Settings of all commands, each an option and an environment variable.

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

/// File name of the embedded database in its directory.
pub(super) const FILE: &str = "ballroom.sqlite";

/// The database.
#[derive(Args, Clone)]
#[command(next_help_heading = "Database")]
pub(super) struct Database {
    /// Directory of the embedded database (SQLite); `serve` and `migrate` create it if it does not exist.
    #[arg(
        long,
        global = true,
        env = "BALLROOM_DATA_DIR",
        value_name = "DIR",
        default_value = "ballroom-data"
    )]
    pub(super) data_dir: PathBuf,

    /// URL of a PostgreSQL database to use instead, for example postgres://user:password@host/name.
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(super) database_url: Option<String>,

    /// Whether the database is behind a transaction pooler such as PgBouncer;
    /// default: detected.
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
    /// The directory that was given on the command line.
    pub(super) fn given_directory(&self) -> Option<String> {
        let said = self.data_dir.display().to_string();
        let is_other = std::env::var("BALLROOM_DATA_DIR")
            .map_or(said != "ballroom-data", |by_default| by_default != said);
        (is_other && self.database_url.is_none()).then_some(said)
    }

    /// Opens the database without migrating it, and creates an embedded one that does not exist.
    pub(super) async fn create(&self, settings: Settings) -> anyhow::Result<Store> {
        match self.url() {
            Some(_) => self.open_unmigrated(settings).await,
            None => self.embedded(&self.data_dir, settings).await,
        }
    }

    /// Opens the database without migrating it. A missing database is not created: its name may be mistyped.
    pub(super) async fn open_unmigrated(&self, settings: Settings) -> anyhow::Result<Store> {
        let settings = Settings { pooler: self.database_pooler, ..settings };
        match self.url() {
            Some(url) => {
                let address = Address::parse(url).map_err(anyhow::Error::msg)?;
                if let Address::Sqlite(options) = &address {
                    anyhow::ensure!(
                        options.get_filename().metadata().is_ok_and(|file| file.len() > 0)
                            || url.contains("mode=rwc"),
                        "there is no database {address}; append ?mode=rwc to create it"
                    );
                }
                Ok(Store::open(address, settings).await?)
            }
            None => {
                let file = self.data_dir.join(FILE);
                anyhow::ensure!(
                    // An empty file was created by another program.
                    file.metadata().is_ok_and(|file| file.len() > 0),
                    "there is no database {}; create one with `ballroom serve` or `ballroom migrate`, or give another directory with \
                     --data-dir or BALLROOM_DATA_DIR",
                    file.display()
                );
                Ok(Store::embedded(&file, settings).await?)
            }
        }
    }

    /// Opens the database. An embedded one is migrated; any other must be up to date.
    pub(super) async fn open(&self) -> anyhow::Result<Store> {
        let store = self.open_unmigrated(Settings::default()).await?;
        if self.url().is_none() {
            store.migrate().await?;
        }
        self.up_to_date(store).await
    }

    /// Returns an error if migrations are pending.
    pub(super) async fn up_to_date(&self, store: Store) -> anyhow::Result<Store> {
        let pending = store.pending_migrations().await?;
        anyhow::ensure!(
            pending == 0,
            "the database lacks {}; run `ballroom migrate` or `ballroom serve` first",
            counted(pending as u64, "migration")
        );
        Ok(store)
    }

    /// The URL, unless it is empty.
    pub(super) fn url(&self) -> Option<&str> {
        self.database_url.as_deref().filter(|url| !url.is_empty())
    }

    /// Opens the embedded database in a directory without migrating it; creates it if it does not exist.
    pub(super) async fn embedded(&self, directory: &Path, settings: Settings) -> anyhow::Result<Store> {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot create the data directory {}", directory.display()))?;
        Ok(Store::embedded(&directory.join(FILE), settings).await?)
    }
}

/// How a server connects to its database, and how long it waits for it.
#[derive(Args, Clone)]
#[command(next_help_heading = "Database")]
pub(super) struct Connections {
    /// Maximum number of reading connections to PostgreSQL, 1 to 1000; up to six more write.
    #[arg(long, env = "BALLROOM_DATABASE_CONNECTIONS", value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    database_connections: u32,

    /// Time after which an unresponsive PostgreSQL server counts as unavailable and requests are refused, in seconds; at most 86400.
    #[arg(long, env = "BALLROOM_DATABASE_TIMEOUT", value_name = "SECONDS", default_value = "1.25", value_parser = seconds)]
    database_timeout: Duration,

    /// Maximum number of writers of an organization in the queue.
    #[arg(long, env = "BALLROOM_WRITER_QUEUE", value_name = "N", default_value_t = 1_000)]
    writer_queue: usize,

    /// Maximum time that a writer waits in the queue, in seconds; at most 86400.
    #[arg(long, env = "BALLROOM_WRITER_QUEUE_TIMEOUT", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    writer_queue_timeout: Duration,

    /// Maximum time that a writer waits for locks of other processes, in seconds; at most 86400.
    #[arg(long, env = "BALLROOM_LOCK_TIMEOUT", value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    lock_timeout: Duration,
}

impl Connections {
    /// The settings of the store.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            readers: self.database_connections,
            writer_queue: self.writer_queue,
            writer_queue_timeout: self.writer_queue_timeout,
            lock_timeout: self.lock_timeout,
            // Well above the time limit of a request: its caller has disconnected.
            statement_timeout: Some(Duration::from_secs(120)),
            response_timeout: Some(self.database_timeout),
            pooler: None,
        }
    }
}

/// Levels of libraries that log needless details at every start.
const QUIET_LIBRARIES: &str = "sea_orm_migration=warn,actix_server=warn,actix_http::h1=off,sqlx::postgres::notice=warn,sqlx_postgres::options=error";

/// Logging.
#[derive(Args, Clone)]
#[command(next_help_heading = "Log")]
pub(super) struct Log {
    /// Log level: off, error, warn, info, debug or trace, or a filter such as info,ballroom=debug.
    #[arg(long, global = true, env = "BALLROOM_LOG", value_name = "FILTER", default_value = "info")]
    log: String,

    /// Log format.
    #[arg(long, global = true, env = "BALLROOM_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// Lines of text.
    Text,
    /// One JSON object per line.
    Json,
}

impl Log {
    /// Starts logging to standard error; standard output is for results.
    pub(super) fn start(&self) -> anyhow::Result<()> {
        for directive in self.log.split(',').filter(|directive| !directive.is_empty()) {
            let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level);
            anyhow::ensure!(
                level.parse::<LevelFilter>().is_ok(),
                "--log: unknown level `{level}`; use off, error, warn, info, debug or trace, or a filter such as \
                 info,ballroom=debug"
            );
        }
        let filter = EnvFilter::try_new(format!("{QUIET_LIBRARIES},{}", self.log)).context("--log")?;
        let colours = std::io::stderr().is_terminal();
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(colours)
            // Standard error may be closed: no reason to stop.
            .log_internal_errors(false);
        match self.log_format {
            LogFormat::Text => log.init(),
            LogFormat::Json => log.json().init(),
        }
        Ok(())
    }
}
