//! The database: how it is opened, read and written. What is in it is the domain's affair.

mod address;
mod alone;
mod bulk;
mod dimensions;
mod health;
mod known;
mod lease;
mod open;
mod order;
mod search;
mod turns;
mod watched;
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
pub use alone::Alone;
pub use bulk::{Bulk, BulkColumn};
pub use dimensions::{Dimensions, Earlier};
pub use lease::Lease;
pub use open::NotOpened;
pub use search::{found_by, holds};
pub use watched::{Reader, View, Watched};
pub(crate) use writing::Writing;

use crate::base::{error::Error, reference::PublicId};
use health::Health;
use known::Known;
use turns::Turns;

/// How the database is used.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Connections that read. Writers have others.
    pub readers: u32,
    /// How many writers of an organization may wait for their turn; the next ones are turned away.
    pub waiting: usize,
    /// How long each of them may wait.
    pub patience: Duration,
    /// How long whoever has the turn waits for what another process holds.
    pub lock_time: Duration,
    /// How long a statement that reads may take; none: as long as it must.
    pub statement_time: Option<Duration>,
    /// How long the database may be silent before it is taken for gone; none: it is waited for.
    pub silence: Option<Duration>,
    /// Whether a pooler that gives each transaction another connection stands before the database; none: find out.
    pub pooler: Option<bool>,
}

impl Default for Settings {
    /// As a command uses it that works alone and has time.
    fn default() -> Self {
        Self {
            readers: 10,
            waiting: 1_000,
            patience: Duration::from_secs(600),
            lock_time: Duration::from_secs(600),
            statement_time: None,
            silence: None,
            pooler: None,
        }
    }
}

/// Tokens of which the rows are kept.
const TOKENS: u64 = 10_000;

/// For how long the row of a token is kept: what another process does to the token, such as revoking it, is seen after this
/// time. What this process does is seen at once.
const TOKEN_AGE: Duration = Duration::from_millis(500);

/// An open database.
#[derive(Clone)]
pub struct Store {
    address: Address,
    db: Reader,
    /// Where transactions write: never on the connections that read, so that neither waits for the other.
    writing: Reader,
    turns: Arc<Turns>,
    settings: Arc<Settings>,
    health: Arc<Health>,
    known: Arc<Known>,
    tokens: Cache<ApiTokenId, Arc<api_token::Model>>,
    statements: Arc<AtomicU64>,
    commits: Arc<watch::Sender<()>>,
}

impl Store {
    /// Opens the SQLite file as it is; makes it if it is not there.
    pub async fn embedded(file: &Path, settings: Settings) -> Result<Self, NotOpened> {
        let options = sea_orm::sqlx::sqlite::SqliteConnectOptions::new();
        Self::open(Address::Sqlite(Box::new(options.filename(file).create_if_missing(true))), settings).await
    }

    /// Opens a database by URL (`postgres://…` or `sqlite://…`) without touching its schema.
    pub async fn connect(url: &str) -> Result<Self, NotOpened> {
        Self::open(Address::parse(url).map_err(NotOpened::Url)?, Settings::default()).await
    }

    /// Opens a database without touching its schema.
    pub async fn open(address: Address, settings: Settings) -> Result<Self, NotOpened> {
        let health = Health::new();
        let statements = Arc::new(AtomicU64::new(0));
        let open::Opened { reading, writing } = open::open(&address, &settings, &health, &statements).await?;
        if let (Address::Postgres(options), Some(silence)) = (&address, settings.silence) {
            let options = (**options).clone().extra_float_digits(None);
            tokio::spawn(Health::observe(Arc::downgrade(&health), options, silence));
        }
        Ok(Self {
            address,
            db: reading,
            writing,
            turns: Arc::new(Turns::new(settings.waiting, settings.patience)),
            settings: Arc::new(settings),
            health,
            known: Arc::default(),
            tokens: Cache::builder().max_capacity(TOKENS).time_to_live(TOKEN_AGE).build(),
            statements,
            commits: Arc::default(),
        })
    }

    /// For reading. Whoever wants to write begins a [`Transaction`].
    pub fn reader(&self) -> &Reader {
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

    /// Applies the migrations that the database lacks, all of them or none; says how many there were. Processes that do
    /// so at the same time follow one another.
    pub async fn migrate(&self) -> Result<usize, DbErr> {
        if self.pending_migrations().await? == 0 {
            return Ok(0);
        }
        let _alone = self.alone().await?;
        let pending = self.pending_migrations().await?;
        let tx = self.writing.begin(TransactionOptions::default()).await?;
        Migrator::up(tx.inner(), None).await?;
        search::fill(&tx).await?;
        tx.commit().await?;
        Ok(pending)
    }

    /// How many migrations the database lacks.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        Ok(Migrator::get_pending_migrations_read_only(&self.db).await?.len())
    }

    /// Whether the database answers at once. A server that says whether it is ready asks this, and does not wait itself.
    pub async fn is_there(&self, patience: Duration) -> bool {
        let heard = self.health.answers();
        !self.health.is_gone()
            && match tokio::time::timeout(patience, self.db.execute_unprepared("SELECT 1")).await {
                Ok(said) => said.is_ok(),
                // It is slow, or all connections are busy: it is there if it answered somebody meanwhile.
                Err(_) => self.health.answers() != heard,
            }
    }

    /// A transaction of no organization, in which one is founded.
    pub async fn founding(&self) -> Result<View, Error> {
        let _turn = self.turns.take(None).await?;
        Ok(self.writing.begin(TransactionOptions::default()).await?)
    }

    /// For reading several things that must fit together: all of it is seen as of one moment.
    pub async fn view(&self) -> Result<View, DbErr> {
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
            // A transaction of SQLite sees one moment anyway.
            _ => TransactionOptions::default(),
        };
        self.db.begin(options).await
    }

    /// How many writing transactions the organization has had.
    pub async fn revision(&self, organization: OrganizationId) -> Result<i64, Error> {
        Ok(find(&self.db, organization).await?.revision)
    }

    /// The same, and up to which of them events may have been taken out of the outbox.
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

    /// The dimensions as they were a moment ago, if somebody has looked then: for showing what rows refer to. What is looked up
    /// by name, and what is not found here, asks for those of [now](Self::dimensions).
    pub fn recent_dimensions(&self, organization: OrganizationId) -> Option<Arc<Dimensions>> {
        self.known.recent(organization)
    }

    /// The rows of tokens that were used a moment ago. Whoever changes one takes it out.
    pub(crate) fn tokens(&self) -> &Cache<ApiTokenId, Arc<api_token::Model>> {
        &self.tokens
    }

    /// Writes something beside what happens in an organization: it takes no revision and tells nobody.
    pub async fn note<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<(), Error> {
        let _turn = match self.backend() {
            DbBackend::Sqlite => Some(self.turns.take(None).await?),
            _ => None,
        };
        update.exec(&self.writing).await?;
        Ok(())
    }

    /// Waits until everything is written and lets go of the database.
    pub async fn close(self) -> Result<(), DbErr> {
        let _turns = self.turns.all().await;
        self.writing.inner().close_by_ref().await?;
        self.db.inner().close_by_ref().await
    }
}

async fn find(db: &impl ConnectionTrait, organization: OrganizationId) -> Result<organization::Model, Error> {
    let row = organization::Entity::find_by_id(organization).one(db).await?;
    row.ok_or_else(|| Error::not_found("organization", "organization", organization.public()))
}
