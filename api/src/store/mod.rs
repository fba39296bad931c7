//! The database: how it is opened, read and written. What is in it is the domain's affair.

mod bulk;
mod dimensions;
mod search;
mod transaction;

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ballroom_entity::{id::OrganizationId, organization};
use ballroom_migration::Migrator;
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, IsolationLevel, TransactionOptions, TransactionTrait, UpdateMany,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::{Mutex, watch};

pub use bulk::{Bulk, BulkColumn};
pub use dimensions::Dimensions;
pub use search::holds;
pub use transaction::{Transaction, about};

use crate::domain::{error::Error, reference::PublicId};

/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 10;

/// Connections that read an SQLite file.
const SQLITE_READERS: u32 = 6;

/// What each of them keeps in memory of it: SQLite's `cache_size`, in KiB below zero.
const SQLITE_READER_CACHE: &str = "-8192";

/// The same for the one that writes.
const SQLITE_WRITER_CACHE: &str = "-65536";

/// An open database.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    /// Where transactions write. SQLite has one writer, and a connection throws its page cache away when another
    /// has written: so all writing goes through one connection. With PostgreSQL it is the same pool.
    writing: DatabaseConnection,
    /// Waiting for one's turn here is fair and prompt; waiting for SQLite's lock is polling.
    turn: Arc<Mutex<()>>,
    dimensions: Arc<RwLock<HashMap<OrganizationId, Arc<Dimensions>>>>,
    statements: Arc<AtomicU64>,
    commits: Arc<watch::Sender<()>>,
}

impl Store {
    /// Opens the SQLite file as it is; makes it if it is not there.
    pub async fn embedded(file: &Path) -> Result<Self, DbErr> {
        Self::connect(&format!("sqlite://{}?mode=rwc", file.display())).await
    }

    /// Opens a database by URL (`postgres://…` or `sqlite://…`) without touching its schema.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        let statements = Arc::new(AtomicU64::new(0));
        let sqlite = url.starts_with("sqlite:");
        let readers = if sqlite { SQLITE_READERS } else { CONNECTIONS };
        let db = open(url, readers, SQLITE_READER_CACHE, &statements).await?;
        let writing = match sqlite {
            true => open(url, 1, SQLITE_WRITER_CACHE, &statements).await?,
            false => db.clone(),
        };
        Ok(Self {
            db,
            writing,
            turn: Arc::default(),
            dimensions: Arc::default(),
            statements,
            commits: Arc::default(),
        })
    }

    /// For reading. Whoever wants to write begins a [`Transaction`].
    pub fn reader(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    /// Changes whenever a transaction of this process has been committed. Other processes are not heard.
    pub fn commits(&self) -> watch::Receiver<()> {
        self.commits.subscribe()
    }

    /// How many statements this process has sent, so that a test can see what a query costs.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Applies the migrations that the database lacks; says how many there were.
    pub async fn migrate(&self) -> Result<usize, DbErr> {
        let pending = self.pending_migrations().await?;
        Migrator::up(&self.db, None).await?;
        search::fill(&self.writing).await?;
        Ok(pending)
    }

    /// How many migrations the database lacks.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        Ok(Migrator::get_pending_migrations(&self.db).await?.len())
    }

    /// For reading several things that must fit together: all of it is seen as of one moment.
    pub async fn view(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
            // A transaction of SQLite sees one moment anyway.
            _ => TransactionOptions::default(),
        };
        self.db.begin_with_options(options).await
    }

    /// How many writing transactions the organization has had.
    pub async fn revision(&self, organization: OrganizationId) -> Result<i64, Error> {
        Ok(find(&self.db, organization).await?.revision)
    }

    /// The organization's products, features, releases, segments and scales.
    pub async fn dimensions(&self, organization: OrganizationId) -> Result<Arc<Dimensions>, Error> {
        Ok(self.dimensions_in(&self.db, organization).await?.1)
    }

    /// The same as a [`view`](Self::view) sees them, with the organization's row.
    pub async fn dimensions_in(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
    ) -> Result<(organization::Model, Arc<Dimensions>), Error> {
        let row = find(db, organization).await?;
        let dimensions = match self.known_dimensions(organization, row.dimension_revision) {
            Some(dimensions) => dimensions,
            None => {
                let read = Dimensions::load(db, organization, row.dimension_revision).await?;
                self.remember(Arc::new(read))
            }
        };
        Ok((row, dimensions))
    }

    /// Writes something beside what happens in an organization: it takes no revision and tells nobody.
    pub async fn note<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<(), DbErr> {
        let sqlite = self.backend() == DbBackend::Sqlite;
        let _turn = if sqlite { Some(self.turn.lock().await) } else { None };
        update.exec(&self.writing).await.map(drop)
    }

    /// Waits until everything is written and lets go of the database.
    pub async fn close(self) -> Result<(), DbErr> {
        let _turn = self.turn.lock().await;
        self.writing.close_by_ref().await?;
        self.db.close_by_ref().await
    }

    fn known_dimensions(&self, organization: OrganizationId, revision: i64) -> Option<Arc<Dimensions>> {
        let cache = self.dimensions.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        cache.get(&organization).filter(|known| known.revision == revision).cloned()
    }

    fn remember(&self, dimensions: Arc<Dimensions>) -> Arc<Dimensions> {
        let mut cache = self.dimensions.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        cache.insert(dimensions.organization, dimensions.clone());
        dimensions
    }
}

async fn open(
    url: &str,
    connections: u32,
    cache: &'static str,
    statements: &Arc<AtomicU64>,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        // An acknowledged write is on disk: WAL alone would let the last commits go with the power.
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(30))
                .pragma("cache_size", cache)
                .pragma("temp_store", "memory")
        });
    let mut db = Database::connect(options).await?;
    let counter = statements.clone();
    db.set_metric_callback(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    Ok(db)
}

async fn find(db: &impl ConnectionTrait, organization: OrganizationId) -> Result<organization::Model, Error> {
    let row = organization::Entity::find_by_id(organization).one(db).await?;
    row.ok_or_else(|| Error::not_found("organization", "organization", organization.public()))
}
