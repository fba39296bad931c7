//! Availability of the database.
//!
//! A stopped server refuses connections, but a paused or disconnected one does not respond at all, and a statement
//! sent to it would wait forever. So a task probes it continuously on a separate connection. While
//! the probe fails, requests that wait for the database fail, and no others are sent.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions},
};
use tokio::{sync::watch, time::sleep};

/// Pause between probes.
const PAUSE: Duration = Duration::from_millis(200);

/// Whether the database responds, as far as is known.
pub(super) struct Health {
    gone: watch::Sender<bool>,
    /// Number of responses to any request: a server that responds at all is available, however slow it is.
    answers: AtomicU64,
}

impl Health {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { gone: watch::Sender::new(false), answers: AtomicU64::new(0) })
    }

    pub(super) fn is_unavailable(&self) -> bool {
        *self.gone.borrow()
    }

    /// Number of responses.
    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    /// Waits for a response of the database, or until it is known to be unavailable.
    pub(super) async fn answer<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let mut gone = self.gone.subscribe();
        if *gone.borrow_and_update() {
            return Err(unavailable());
        }
        tokio::select! {
            biased;
            answer = work => {
                self.answers.fetch_add(1, Ordering::Relaxed);
                answer
            }
            _ = gone.wait_for(|gone| *gone) => Err(unavailable()),
        }
    }

    /// Probes the database for as long as it is in use. `timeout` is the time limit of a probe.
    pub(super) async fn observe(health: Weak<Self>, options: PgConnectOptions, timeout: Duration) {
        let mut connection = None;
        loop {
            let Some(health) = health.upgrade() else { return };
            let before = health.answers();
            let result = tokio::time::timeout(timeout, probe(&mut connection, &options)).await;
            let there = match &result {
                Ok(there) => *there,
                Err(_) => health.answers() != before,
            };
            if result.is_ok() && there {
                health.answers.fetch_add(1, Ordering::Relaxed);
            }
            if result.is_err() {
                // Interrupted: the state of the connection is undefined.
                connection = None;
            }
            let changed = health.gone.send_if_modified(|gone| std::mem::replace(gone, !there) == there);
            match (changed, there) {
                (true, false) => {
                    tracing::error!("the database does not respond; requests are refused until it does")
                }
                (true, true) => tracing::info!("the database responds again"),
                (false, _) => (),
            }
            drop(health);
            sleep(PAUSE).await;
        }
    }
}

/// Sends a probe; reconnects if the connection was lost.
async fn probe(connection: &mut Option<PgConnection>, options: &PgConnectOptions) -> bool {
    if let Some(mut open) = connection.take()
        && open.ping().await.is_ok()
    {
        *connection = Some(open);
        return true;
    }
    match options.connect().await {
        Ok(open) => {
            *connection = Some(open);
            true
        }
        Err(error) => is_connection_limit(&error),
    }
}

/// Whether a server is running and serves other clients, but has too many connections, for example. Not for one that
/// starts or stops.
fn is_connection_limit(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(said) = error else { return false };
    !said.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
}

/// The error while the database is unavailable.
pub(super) fn unavailable() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the database does not respond".to_owned()))
}
