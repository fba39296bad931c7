//! Opening a database: the connections that read, and those that write.

use std::{
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector,
    sqlx::{
        self, ConnectOptions, Connection, Row,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};
use tokio::time::{Instant, sleep, timeout};

use super::{Address, Reader, Settings, Watched, health::Health};

/// How long a server that is only starting is waited for.
const START: Duration = Duration::from_secs(30);

/// How long whoever wants a connection waits for one when all are taken.
const ACQUIRE: Duration = Duration::from_secs(5);

/// Connections that write to PostgreSQL: as many organizations write at the same time.
const WRITERS: u32 = 6;

/// Connections that read an SQLite file.
const SQLITE_READERS: u32 = 6;

/// What each of them keeps in memory of it: SQLite's `cache_size`, in KiB below zero.
const SQLITE_READER_CACHE: &str = "-8192";

/// The same for the one that writes. A connection throws its page cache away when another has written: so all writing
/// goes through one connection.
const SQLITE_WRITER_CACHE: &str = "-65536";

/// What a connection is told at its start and asked for afterwards: a pooler of connections does not pass it on.
const PROBE: &str = "ballroom.direct";

/// Why a database cannot be opened. Nothing of a password is in it.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// Its URL is wrong.
    #[error("{0}")]
    Url(String),
    /// It cannot be reached, or lets nobody in.
    #[error("cannot open the database at {address}: {why}")]
    Database {
        /// Which database.
        address: String,
        /// Why.
        why: String,
    },
}

/// The connections of an open database.
pub(super) struct Opened {
    pub(super) reading: Reader,
    pub(super) writing: Reader,
}

pub(super) async fn open(
    address: &Address,
    settings: &Settings,
    health: &Arc<Health>,
    statements: &Arc<AtomicU64>,
) -> Result<Opened, NotOpened> {
    let opened = match address {
        Address::Sqlite(options) => sqlite(options, settings).await.map(|opened| (opened, false)),
        Address::Postgres(options) => postgres(options, settings, health).await,
    };
    let (pools, apart) = opened
        .map_err(|error| NotOpened::Database { address: address.to_string(), why: address.about(&error) })?;
    let [reading, writing] = pools.map(|mut pool| {
        let counter = statements.clone();
        pool.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        Watched::new(pool, health.clone(), apart)
    });
    Ok(Opened { reading, writing })
}

async fn sqlite(
    options: &SqliteConnectOptions,
    settings: &Settings,
) -> Result<[DatabaseConnection; 2], sqlx::Error> {
    // Two processes that make a file at the same time, or change how it is written, may both fail.
    let mut lock = options.get_filename().as_os_str().to_owned();
    lock.push(".lock");
    let lock = File::options().create(true).append(true).open(lock).ok();
    let lock = tokio::task::spawn_blocking(move || lock.filter(|file| file.lock().is_ok())).await;
    let pool = async |connections, cache| {
        let options = options
            .clone()
            .disable_statement_logging()
            // An acknowledged write is on disk: WAL alone would let the last commits go with the power.
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(settings.lock_time)
            .pragma("cache_size", cache)
            .pragma("temp_store", "memory");
        let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE);
        Ok::<_, sqlx::Error>(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.connect_with(options).await?))
    };
    let pools = [pool(SQLITE_READERS, SQLITE_READER_CACHE).await?, pool(1, SQLITE_WRITER_CACHE).await?];
    drop(lock);
    Ok(pools)
}

async fn postgres(
    options: &PgConnectOptions,
    settings: &Settings,
    health: &Arc<Health>,
) -> Result<([DatabaseConnection; 2], bool), sqlx::Error> {
    // Digits of floating-point numbers in text: nothing is read as text, and poolers refuse to be asked for it.
    let options = options.clone().extra_float_digits(None).disable_statement_logging();
    let apart = match settings.pooler {
        Some(pooler) => {
            once_started(&options).await?;
            pooler
        }
        None => is_pooled(&options).await?,
    };
    let pool = |connections| {
        let health = health.clone();
        PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE).after_release(
            move |_, _| {
                // Nobody knows how long a server that is gone would be asked whether the connection still works.
                let keep = !health.is_gone();
                Box::pin(async move { if keep { Ok(true) } else { Err(sqlx::Error::PoolClosed) } })
            },
        )
    };
    let (mut reading, mut writing) = (options.clone(), options);
    if apart {
        tracing::info!(
            "a pooler of connections stands before the database: each statement gets a transaction"
        );
        // Statements that are prepared once would stay behind on connections that are given to others.
        reading = reading.statement_cache_capacity(0);
        writing = writing.statement_cache_capacity(0);
    } else if let Some(time) = settings.statement_time {
        reading = reading.options([("statement_timeout", time.as_millis().to_string())]);
    }
    let pools = [(settings.readers, reading), (WRITERS, writing)].map(|(connections, options)| {
        SqlxPostgresConnector::from_sqlx_postgres_pool(pool(connections).connect_lazy_with(options))
    });
    Ok((pools, apart))
}

/// Whether something between us and the server takes our connection for its own: it does not pass on what a connection
/// is told at its start, or refuses it.
async fn is_pooled(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut connection = match once_started(&options.clone().options([(PROBE, "on")])).await {
        Ok(connection) => connection,
        Err(sqlx::Error::Database(said)) if said.message().contains("startup parameter") => {
            once_started(options).await?.close().await?;
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let asked = format!("SELECT current_setting('{PROBE}', true)");
    let row = sqlx::Executor::fetch_one(&mut connection, sqlx::AssertSqlSafe(asked)).await?;
    let passed_on = row.try_get::<Option<String>, _>(0)?.is_some_and(|value| value == "on");
    connection.close().await?;
    Ok(!passed_on)
}

/// A connection to a server, waited for if it is only starting.
async fn once_started(options: &PgConnectOptions) -> Result<sqlx::PgConnection, sqlx::Error> {
    let end = Instant::now() + START;
    let mut told = false;
    loop {
        let error = match timeout(START, options.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        };
        let starting = match &error {
            sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
            sqlx::Error::Database(said) => said.code().is_some_and(|code| code == "57P03"),
            _ => false,
        };
        if !starting || Instant::now() >= end {
            return Err(error);
        }
        if !std::mem::replace(&mut told, true) {
            tracing::warn!(
                "the database does not take connections yet ({error}); waiting for it, {} seconds at most",
                START.as_secs()
            );
        }
        sleep(Duration::from_millis(200)).await;
    }
}
