//! Jobs: what the server does by itself, at its time, once for all server processes on one database.
//!
//! A job is a row: its organization, its name, when it is due. A process that finds it due takes it by one conditional
//! update, which gives it a lease: a number, and a time until which it holds. While the job runs the lease is renewed. A
//! process that dies or hangs lets it run out; then another takes the job over, under the next number.
//!
//! **A job runs at least once for each time that it is due, and may run twice**: a process may die after the work and before it
//! is recorded. So whatever a job writes must be the same when it is written again, or be kept from it by a key of its own.
//! What it must never be is late: a process that only hung, and wakes up when another has the job, writes nothing any more.
//! Whatever writes for a job calls [`Lease::hold`](crate::store::Lease::hold) in its transaction, which fails then.
//!
//! Times are those of [`clock`](crate::clock), not of the database, as everywhere: the clocks of servers should agree within
//! a small part of the lease. Where they do not, a job is taken over too early or too late, and still written by one only.
//! All of it is rows and conditional updates: nothing depends on a session, so a pooler of connections does no harm, and
//! SQLite does the same as PostgreSQL.
//!
//! To add a kind of job, add it to [`Kind`]: its name, its next time, its work.

mod history;
mod kind;
mod lease;
mod prune;
mod run;

use std::{sync::Arc, time::Duration};

use ballroom_entity::job::{Column, Entity, Model};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use tokio::sync::Notify;

pub use history::runs;
pub use kind::Kind;
pub use run::Ended;

use crate::{base::error::Error, clock, domain::access::Administer, score::Scores, store::Store};

/// How jobs are run.
#[derive(Clone)]
pub struct Settings {
    /// How many this process runs at the same time; 0: it leaves them to others.
    pub workers: usize,
    /// How often it looks whether one is due.
    pub poll: Duration,
    /// How long a lease holds that is not renewed.
    pub lease: Duration,
    /// How long a run may take.
    pub time: Duration,
    /// How often a job is tried before it is left to its next regular time.
    pub attempts: u32,
    /// How long it waits after the first attempt that failed; twice as long after each further one.
    pub pause: Duration,
    /// Days for which events are kept.
    pub keep_events: u32,
    /// Days for which runs are kept.
    pub keep_runs: u32,
    /// What time it is.
    pub clock: Clock,
}

/// What time it is.
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
        }
    }
}

/// The jobs of all organizations of a database.
#[derive(Clone)]
pub struct Jobs {
    store: Store,
    scores: Scores,
    settings: Arc<Settings>,
    /// Told when a job has become due in this process.
    due: Arc<Notify>,
    /// Host and process, for the history.
    server: Arc<str>,
}

impl Jobs {
    /// Jobs, none of which is run before [`work`](Self::work) is called.
    pub fn new(store: Store, scores: Scores, settings: Settings) -> Self {
        let (settings, due) = (Arc::new(settings), Arc::default());
        Self { store, scores, settings, due, server: server().into() }
    }

    /// Makes a job due now, and has it run at once if this process runs jobs. One that runs already runs again afterwards.
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

    /// Gives an organization the jobs that it lacks, as whoever runs jobs does for all.
    pub async fn enroll(&self, by: Administer) -> Result<(), Error> {
        lease::enroll(&self.store, Some(by.organization()), self.now()).await
    }

    /// The jobs of an organization, by name.
    pub async fn all(&self, by: Administer) -> Result<Vec<Model>, Error> {
        let known = Kind::ALL.map(Kind::name);
        let all = Entity::owned_by(by.organization()).filter(Column::Name.is_in(known));
        Ok(all.order_by_asc(Column::Name).all(self.store.reader()).await?)
    }

    /// Whether somebody runs a job.
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

/// The kind of job that is named.
pub fn named(name: &str) -> Result<Kind, Error> {
    Kind::named(name)
        .ok_or_else(|| Error::not_found("name", "job", name).or_near(Kind::ALL.map(Kind::name).into_iter()))
}

/// The host and the process.
fn server() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.trim().chars().take(64).collect();
    format!("{}:{}", if host.is_empty() { "server" } else { &host }, std::process::id())
}
