//! Opening a database: connections for reading and for writing.

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

use super::{Address, Monitored, Reader, Settings, health::Health, reading::Reading};

/// Time limit for a server that is starting.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Time for which a read waits for a lock. It only meets one while another session changes a table, and until then keeps a connection
/// from reads of other tables.
const READ_LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Time limit for a free connection.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Writing connections to PostgreSQL: as many organizations can write at the same time.
const POSTGRES_WRITERS: u32 = 6;

/// Of the reading connections to PostgreSQL, those for consistent views of several reads, such as those that scores begin with.
const POSTGRES_VIEWS: u32 = 4;

/// Time for which an idle connection is taken to be open without a probe.
const TRUSTED: Duration = Duration::from_secs(1);

/// Reading connections to a SQLite file.
const SQLITE_READERS: u32 = 6;

/// Page cache of each (`cache_size`), in KiB if negative.
const SQLITE_READER_CACHE: &str = "-8192";

/// Page cache of the writing connection. A connection drops its page cache when another has written, so all writing
/// goes through one connection.
const SQLITE_WRITER_CACHE: &str = "-65536";

/// A setting made at the start of a connection and read afterwards: a connection pooler does not pass it on.
const PROBE: &str = "ballroom.direct";

/// An error opening a database. It contains no part of a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is invalid.
    #[error("{0}")]
    Url(String),
    /// It cannot be reached, or refuses the connection.
    #[error("cannot open the database at {address}: {why}")]
    Database {
        /// The address.
        address: String,
        /// The reason.
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
) -> Result<Opened, OpenError> {
    let opened = match address {
        Address::Sqlite(options) => sqlite(options, settings).await.map(|pools| (pools, None, false)),
        Address::Postgres(options) => postgres(options, settings, health, statements).await,
    };
    let (pools, singly, own_transaction) = opened.map_err(|error| OpenError::Database {
        address: address.to_string(),
        why: address.explain(&error),
    })?;
    let [reading, writing] = pools.map(|mut pool| {
        let counter = statements.clone();
        pool.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        Monitored::new(pool, health.clone(), own_transaction)
    });
    Ok(Opened { reading: reading.singly(singly), writing })
}

async fn sqlite(
    options: &SqliteConnectOptions,
    settings: &Settings,
) -> Result<[DatabaseConnection; 2], sqlx::Error> {
    // Two processes that create a file at the same time, or change its journal mode, may both fail.
    let mut lock = options.get_filename().as_os_str().to_owned();
    lock.push(".lock");
    let lock = File::options().create(true).append(true).open(lock).ok();
    let lock = tokio::task::spawn_blocking(move || lock.filter(|file| file.lock().is_ok())).await;
    let pool = async |connections, cache| {
        let options = options
            .clone()
            .disable_statement_logging()
            // Acknowledged writes must be on disk: WAL alone would lose the last commits in a power failure.
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(settings.lock_timeout)
            .pragma("cache_size", cache)
            .pragma("temp_store", "memory");
        let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
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
    statements: &Arc<AtomicU64>,
) -> Result<([DatabaseConnection; 2], Option<Arc<Reading>>, bool), sqlx::Error> {
    // Digits of floating-point numbers in text: no values are read as text, and poolers refuse the setting.
    let options = options.clone().extra_float_digits(None).disable_statement_logging();
    let own_transaction = match settings.pooler {
        Some(pooler) => {
            wait_for_start(&options).await?;
            pooler
        }
        None => is_pooled(&options).await?,
    };
    let pool = |connections| {
        let health = health.clone();
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A probe is a round trip, and a connection was open when it was given back.
            .test_before_acquire(false)
            .before_acquire(|connection, now| {
                Box::pin(async move {
                    if now.idle_for > TRUSTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_release(move |_, _| {
                // A test of the connection would block while the server is unavailable.
                let keep = !health.is_unavailable();
                Box::pin(async move { if keep { Ok(true) } else { Err(sqlx::Error::PoolClosed) } })
            })
    };
    let (mut reading, mut writing) = (options.clone(), options);
    if own_transaction {
        tracing::info!("the database is behind a connection pooler: each statement runs in a transaction");
        // Prepared statements would remain on connections that are given to other clients.
        reading = reading.statement_cache_capacity(0);
        writing = writing.statement_cache_capacity(0);
    } else {
        if let Some(time) = settings.statement_timeout {
            reading = reading.options([("statement_timeout", time.as_millis().to_string())]);
        }
        reading = reading.options([("lock_timeout", READ_LOCK_TIMEOUT.as_millis().to_string())]);
        writing = writing.options(super::writing::limits(settings.lock_timeout));
    }
    // Behind a pooler every statement is a transaction of its own, which the driver's pool sees to.
    let (views, singly) = match own_transaction {
        true => (settings.readers, None),
        false => {
            let views = (settings.readers / 2).clamp(1, POSTGRES_VIEWS);
            let others = settings.readers.saturating_sub(views).max(1);
            (views, Some(Reading::new(reading.clone(), others, health.clone(), statements.clone())))
        }
    };
    let pools = [(views, reading), (POSTGRES_WRITERS, writing)].map(|(connections, options)| {
        SqlxPostgresConnector::from_sqlx_postgres_pool(pool(connections).connect_lazy_with(options))
    });
    Ok((pools, singly, own_transaction))
}

/// Whether a connection pooler is between us and the server: it does not pass on the settings made
/// at the start of a connection, or refuses them.
async fn is_pooled(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut connection = match wait_for_start(&options.clone().options([(PROBE, "on")])).await {
        Ok(connection) => connection,
        Err(sqlx::Error::Database(error)) if error.message().contains("startup parameter") => {
            wait_for_start(options).await?.close().await?;
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let query = format!("SELECT current_setting('{PROBE}', true)");
    let row = sqlx::Executor::fetch_one(&mut connection, sqlx::AssertSqlSafe(query)).await?;
    let passed_on = row.try_get::<Option<String>, _>(0)?.is_some_and(|value| value == "on");
    connection.close().await?;
    Ok(!passed_on)
}

/// A connection to a server; waits for a server that is starting.
async fn wait_for_start(options: &PgConnectOptions) -> Result<sqlx::PgConnection, sqlx::Error> {
    let end = Instant::now() + START_TIMEOUT;
    let mut logged = false;
    loop {
        let error = match timeout(START_TIMEOUT, options.connect()).await {
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
        if !std::mem::replace(&mut logged, true) {
            tracing::warn!(
                "the database does not accept connections yet ({error}); waiting for it for at most {} s",
                START_TIMEOUT.as_secs()
            );
        }
        sleep(Duration::from_millis(200)).await;
    }
}
