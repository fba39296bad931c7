//! The database: opening, reading and writing. Its content is the responsibility of the domain.

mod address;
mod alone;
mod any;
mod bulk;
mod codes;
mod copy;
mod dimensions;
mod each;
pub(crate) mod fulltext;
mod health;
mod known;
mod lease;
mod live;
mod monitored;
mod open;
mod order;
mod reading;
mod search;
mod together;
mod turns;
mod writing;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ballroom_entity::{
    api_token,
    id::{ApiTokenId, OrganizationId},
    organization,
};
use ballroom_migration::Migrator;
use moka::sync::Cache;
use sea_orm::{
    AccessMode, ConnectionTrait, DbBackend, DbErr, EntityTrait, IsolationLevel, TransactionOptions,
    UpdateMany,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::watch;

pub use address::Address;
pub use alone::ExclusiveLock;
pub(crate) use any::is_any;
pub use bulk::{Bulk, values};
pub use codes::CountCodes;
pub(crate) use codes::inserted;
pub use dimensions::{Dimensions, Earlier};
pub(crate) use each::{Each, each};
pub use lease::Lease;
pub use monitored::{Monitored, Reader, View};
pub use open::OpenError;
pub use search::{found_by, holds};
pub use together::Together;
pub(crate) use writing::Writing;

use crate::base::{error::Error, reference::PublicId};
use health::Health;
use known::DimensionCache;
use turns::Turns;

/// Settings of the database.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Number of reading connections. Writers have others.
    pub readers: u32,
    /// Maximum number of writers of an organization in the queue; further ones are refused.
    pub writer_queue: usize,
    /// Maximum time in the queue.
    pub writer_queue_timeout: Duration,
    /// Maximum time to wait for locks of other processes.
    pub lock_timeout: Duration,
    /// Maximum time of a reading statement; none: no limit.
    pub statement_timeout: Option<Duration>,
    /// Time after which an unresponsive database counts as unavailable; none: never.
    pub response_timeout: Option<Duration>,
    /// Whether the database is behind a transaction pooler; none: detect.
    pub pooler: Option<bool>,
}

impl Default for Settings {
    /// For commands, which may wait.
    fn default() -> Self {
        Self {
            readers: 10,
            writer_queue: 1_000,
            writer_queue_timeout: Duration::from_secs(600),
            lock_timeout: Duration::from_secs(600),
            statement_timeout: None,
            response_timeout: None,
            pooler: None,
        }
    }
}

/// Maximum number of cached tokens.
const MAX_TOKENS: u64 = 10_000;

/// Time for which the row of a token is cached: changes by another process, such as a revocation, are seen after this
/// time. Changes by this process are seen at once.
const MAX_TOKEN_AGE: Duration = Duration::from_millis(500);

/// An open database.
#[derive(Clone)]
pub struct Store {
    address: Arc<Address>,
    db: Reader,
    /// Connections for writing, separate from those for reading, so that neither waits for the other.
    writing: Reader,
    turns: Arc<Turns>,
    settings: Arc<Settings>,
    health: Arc<Health>,
    known: Arc<DimensionCache>,
    tokens: Cache<ApiTokenId, Arc<api_token::Model>>,
    statements: Arc<AtomicU64>,
    commits: Arc<watch::Sender<()>>,
}

impl Store {
    /// Opens the SQLite file without migrating it; creates it if it does not exist.
    pub async fn embedded(file: &Path, settings: Settings) -> Result<Self, OpenError> {
        let options = sea_orm::sqlx::sqlite::SqliteConnectOptions::new();
        Self::open(Address::Sqlite(Box::new(options.filename(file).create_if_missing(true))), settings).await
    }

    /// Opens a database by URL (`postgres://…` or `sqlite://…`) without touching its schema.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::open(Address::parse(url).map_err(OpenError::Url)?, Settings::default()).await
    }

    /// Opens a database without touching its schema.
    pub async fn open(address: Address, settings: Settings) -> Result<Self, OpenError> {
        let health = Health::new();
        let statements = Arc::new(AtomicU64::new(0));
        let open::Opened { reading, writing } = open::open(&address, &settings, &health, &statements).await?;
        if let (Address::Postgres(options), Some(timeout)) = (&address, settings.response_timeout) {
            let options = (**options).clone().extra_float_digits(None);
            tokio::spawn(Health::observe(Arc::downgrade(&health), options, timeout));
        }
        Ok(Self {
            address: Arc::new(address),
            db: reading,
            writing,
            turns: Arc::new(Turns::new(settings.writer_queue, settings.writer_queue_timeout)),
            settings: Arc::new(settings),
            health,
            known: Arc::default(),
            tokens: Cache::builder().max_capacity(MAX_TOKENS).time_to_live(MAX_TOKEN_AGE).build(),
            statements,
            commits: Arc::default(),
        })
    }

    /// The connections for reading. To write, begin a [`Transaction`].
    pub fn reader(&self) -> &Reader {
        &self.db
    }

    /// Whether single statements that read may be sent from tasks of any runtime, not only of that in which this was opened.
    pub fn reads_anywhere(&self) -> bool {
        self.db.is_for_all_runtimes()
    }

    /// The kind of database.
    pub fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    /// Changes whenever this process commits a transaction. Other processes are not noticed.
    pub fn commits(&self) -> watch::Receiver<()> {
        self.commits.subscribe()
    }

    /// Number of statements sent by this process, for tests of the cost of queries.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Applies all pending migrations or none; returns their number. Concurrent processes
    /// wait for one another.
    pub async fn migrate(&self) -> Result<usize, DbErr> {
        if self.pending_migrations().await? == 0 {
            return Ok(0);
        }
        let _alone = self.lock_exclusively().await?;
        let pending = self.pending_migrations().await?;
        let tx = self.writing.begin(TransactionOptions::default()).await?;
        if self.backend() == DbBackend::Postgres {
            // A migration waits for readers of its tables, and may take long between two statements.
            tx.execute_unprepared(
                "SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
            )
            .await?;
        }
        Migrator::up(tx.inner(), None).await?;
        search::fill(&tx).await?;
        tx.commit().await?;
        Ok(pending)
    }

    /// Number of pending migrations.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        Ok(Migrator::get_pending_migrations_read_only(&self.db).await?.len())
    }

    /// Whether the database responds within a time limit, for readiness checks.
    pub async fn is_there(&self, timeout: Duration) -> bool {
        let before = self.health.answers();
        !self.health.is_unavailable()
            && match tokio::time::timeout(timeout, self.db.execute_unprepared("SELECT 1")).await {
                Ok(result) => result.is_ok(),
                // It is slow, or all connections are busy: it is available if it responded to any request meanwhile.
                Err(_) => self.health.answers() != before,
            }
    }

    /// A transaction without an organization, in which one is created.
    pub async fn begin_without_organization(&self) -> Result<View, Error> {
        let _turn = self.turns.take(None).await?;
        Ok(self.writing.begin(TransactionOptions::default()).await?)
    }

    /// A consistent view for several reads.
    pub async fn view(&self) -> Result<View, DbErr> {
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
            // A transaction of SQLite is consistent anyway.
            _ => TransactionOptions::default(),
        };
        self.db.begin(options).await
    }

    /// The revision of an organization: the number of its writing transactions.
    pub async fn revision(&self, organization: OrganizationId) -> Result<i64, Error> {
        Ok(find(&self.db, organization).await?.revision)
    }

    /// The same, and that of its dimensions.
    pub async fn revisions(&self, organization: OrganizationId) -> Result<(i64, i64), Error> {
        let row = find(&self.db, organization).await?;
        Ok((row.revision, row.dimension_revision))
    }

    /// The revision, and the last one whose events may have been deleted from the outbox.
    pub async fn feed_revisions(&self, organization: OrganizationId) -> Result<(i64, i64), Error> {
        let row = find(&self.db, organization).await?;
        Ok((row.revision, row.pruned_revision))
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
        let dimensions = match self.known.at(organization, row.dimension_revision) {
            Some(dimensions) => dimensions,
            None => {
                let read = Dimensions::load(db, organization, row.dimension_revision).await?;
                self.known.remember(Arc::new(read))
            }
        };
        Ok((row, dimensions))
    }

    /// The dimensions if they were checked recently, for showing the objects that rows refer to. Lookups by name, and objects
    /// that are not found here, use the [current](Self::dimensions) ones.
    pub fn recent_dimensions(&self, organization: OrganizationId) -> Option<Arc<Dimensions>> {
        self.known.recent(organization)
    }

    /// The rows of recently used tokens. Code that changes a token invalidates its row.
    pub(crate) fn tokens(&self) -> &Cache<ApiTokenId, Arc<api_token::Model>> {
        &self.tokens
    }

    /// Writes without a revision and without an event.
    pub async fn note<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<(), Error> {
        let _turn = match self.backend() {
            DbBackend::Sqlite => Some(self.turns.take(None).await?),
            _ => None,
        };
        update.exec(&self.writing).await?;
        Ok(())
    }

    /// Waits until everything is written and closes the database.
    pub async fn close(self) -> Result<(), DbErr> {
        let _turns = self.turns.all().await;
        self.writing.inner().close_by_ref().await?;
        self.db.close_reading().await;
        self.db.inner().close_by_ref().await
    }
}

async fn find(db: &impl ConnectionTrait, organization: OrganizationId) -> Result<organization::Model, Error> {
    let row = organization::Entity::find_by_id(organization).one(db).await?;
    row.ok_or_else(|| Error::not_found("organization", "organization", organization.public()))
}
