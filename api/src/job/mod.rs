//! Jobs: scheduled work of the server, run once for all server processes on one database.
//!
//! A job is a row: its organization, its name, and its due time. A process that finds a due job claims it by a conditional
//! update, which gives it a lease: a number and an expiry time. The lease is renewed while the job runs. If the
//! process dies or hangs, the lease expires, and another process takes the job over under the next number.
//!
//! **A job runs at least once for each due time, and may run twice**: a process may die after the work and before it
//! is recorded. So the writes of a job must be idempotent, or be protected by a unique key.
//! They must never be late: a process that only hung must not write after another one has taken the job over.
//! All code that writes for a job calls [`Lease::hold`](crate::store::Lease::hold) in its transaction, which fails in that case.
//!
//! Times are those of [`clock`](crate::clock), not of the database, as everywhere: the clocks of servers should agree within
//! a small fraction of the lease. If they do not, a job is taken over too early or too late, but still written by one process
//! only. Everything is rows and conditional updates: nothing depends on a session, so connection poolers can be used, and
//! SQLite behaves like PostgreSQL.
//!
//! To add a kind of job, add it to [`Kind`]: its name, its schedule, its work.

mod digest;
mod follow_up;
mod history;
mod kind;
mod lease;
mod prune;
mod report;
mod run;

use std::{sync::Arc, time::Duration};

use ballroom_entity::{
    id::OrganizationId,
    job::{Column, Entity, Model},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use tokio::sync::Notify;

pub use history::{JobRunFilter, JobRunSort, JobRuns, runs};
pub use kind::Kind;
pub use report::{audience, audience_name, format};
pub use run::Ended;

use crate::{
    base::error::Error, clock, deliver::report::Sender, domain::access::Administer, score::Scores,
    store::Store,
};

/// Settings of jobs.
#[derive(Clone)]
pub struct Settings {
    /// Number of jobs that this process runs at a time; 0: none.
    pub workers: usize,
    /// Interval of checks for due jobs.
    pub poll: Duration,
    /// Time after which a lease expires unless renewed.
    pub lease: Duration,
    /// Time limit of a run.
    pub time: Duration,
    /// Number of attempts before a job waits for its next regular time.
    pub attempts: u32,
    /// Pause after the first failed attempt; doubled after each further one.
    pub pause: Duration,
    /// Days for which events are stored.
    pub keep_events: u32,
    /// Days for which runs are stored.
    pub keep_runs: u32,
    /// The current time.
    pub clock: Clock,
    /// What sends reports; none: this process does not.
    pub sender: Option<Arc<Sender>>,
}

/// A source of the current time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: 2,
            poll: Duration::from_secs(5),
            lease: Duration::from_secs(60),
            time: Duration::from_secs(3_600),
            attempts: 5,
            pause: Duration::from_secs(30),
            keep_events: 30,
            keep_runs: 30,
            clock: Arc::new(clock::now),
            sender: None,
        }
    }
}

/// The jobs of all organizations of a database.
#[derive(Clone)]
pub struct Jobs {
    store: Store,
    scores: Scores,
    settings: Arc<Settings>,
    /// Notified when this process has made a job due.
    due: Arc<Notify>,
    /// Host and process, for the history.
    server: Arc<str>,
}

impl Jobs {
    /// The jobs; none runs before [`work`](Self::work) is called.
    pub fn new(store: Store, scores: Scores, settings: Settings) -> Self {
        let (settings, due) = (Arc::new(settings), Arc::default());
        Self { store, scores, settings, due, server: server().into() }
    }

    /// Makes a job due now; it starts at once if this process runs jobs. A running job runs again afterwards.
    pub async fn schedule(&self, by: Administer, kind: Kind) -> Result<Model, Error> {
        let now = self.now();
        self.enroll(by).await?;
        let tx = self.store.aside().await?;
        lease::bring_forward(now)
            .filter(Column::OrganizationId.eq(by.organization()))
            .filter(Column::Name.eq(kind.name()))
            .exec(&tx.tx)
            .await?;
        tx.commit().await?;
        self.due.notify_one();
        self.row(by, kind).await
    }

    /// What sends reports; none: this process does not.
    pub fn sender(&self) -> Option<&Sender> {
        self.settings.sender.as_deref()
    }

    /// Looks for due jobs at once, if this process runs jobs.
    pub fn wake(&self) {
        self.due.notify_one();
    }

    /// Makes the deliveries of an organization due now.
    pub async fn deliver_now(&self, organization: OrganizationId) -> Result<(), Error> {
        let tx = self.store.aside().await?;
        lease::bring_forward(self.now())
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::Name.eq(Kind::DeliverReports.name()))
            .exec(&tx.tx)
            .await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Adds the missing jobs of an organization; processes that run jobs do so for all.
    pub async fn enroll(&self, by: Administer) -> Result<(), Error> {
        lease::enroll(&self.store, Some(by.organization()), self.now()).await
    }

    /// The jobs of an organization, by name.
    pub async fn all(&self, by: Administer) -> Result<Vec<Model>, Error> {
        let known = Kind::ALL.map(Kind::name);
        let all = Entity::owned_by(by.organization()).filter(Column::Name.is_in(known));
        Ok(all.order_by_asc(Column::Name).all(self.store.reader()).await?)
    }

    /// Whether a process runs the job.
    pub fn is_running(&self, job: &Model) -> bool {
        job.leased_until.is_some_and(|end| end > self.now())
    }

    async fn row(&self, by: Administer, kind: Kind) -> Result<Model, Error> {
        let row = Entity::owned_by(by.organization()).filter(Column::Name.eq(kind.name()));
        let row = row.one(self.store.reader()).await?;
        row.ok_or_else(|| Error::not_found("name", "job", kind.name()))
    }

    fn now(&self) -> DateTime<Utc> {
        (self.settings.clock)()
    }
}

/// The kind of job with this name.
pub fn named(name: &str) -> Result<Kind, Error> {
    Kind::named(name).ok_or_else(|| {
        Error::not_found("name", "job", name).or_near(Kind::ALL.map(Kind::name).iter().map(String::as_str))
    })
}

/// The host name and the process ID.
fn server() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.trim().chars().take(64).collect();
    format!("{}:{}", if host.is_empty() { "server" } else { &host }, std::process::id())
}
