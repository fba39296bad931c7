//! Whether the database is there.
//!
//! A server that is stopped refuses connections, but one that is paused or cut off says nothing at all, and a statement
//! sent to it would wait for ever. So somebody asks it for a sign of life on a connection of its own all the time. While
//! there is none, whatever waits for the database is told so instead of waiting, and nothing else is sent.

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
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// From one sign of life to the next question.
const PAUSE: Duration = Duration::from_millis(200);

/// Whether the database answers, as far as is known.
pub(super) struct Health {
    gone: watch::Sender<bool>,
    /// How many answers have come, to whomever: a server that answers somebody is there, however slow it is.
    answers: AtomicU64,
}

impl Health {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { gone: watch::Sender::new(false), answers: AtomicU64::new(0) })
    }

    pub(super) fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }

    /// How many answers have come.
    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    /// Waits for an answer of the database, or until it is known to be gone.
    pub(super) async fn answer<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let mut gone = self.gone.subscribe();
        if *gone.borrow_and_update() {
            return Err(lost());
        }
        tokio::select! {
            biased;
            answer = work => {
                self.answers.fetch_add(1, Ordering::Relaxed);
                answer
            }
            _ = gone.wait_for(|gone| *gone) => Err(lost()),
        }
    }

    /// Asks for signs of life for as long as anybody cares. `patience` is how long one may take.
    pub(super) async fn observe(health: Weak<Self>, options: PgConnectOptions, patience: Duration) {
        let mut connection = None;
        loop {
            let Some(health) = health.upgrade() else { return };
            let before = health.answers();
            let asked = timeout(patience, ask(&mut connection, &options)).await;
            let there = match &asked {
                Ok(there) => *there,
                Err(_) => health.answers() != before,
            };
            if asked.is_ok() && there {
                health.answers.fetch_add(1, Ordering::Relaxed);
            }
            if asked.is_err() {
                // Half asked: it is not known what would be read from it next.
                connection = None;
            }
            let changed = health.gone.send_if_modified(|gone| std::mem::replace(gone, !there) == there);
            match (changed, there) {
                (true, false) => {
                    tracing::error!("the database does not answer; requests are refused until it does")
                }
                (true, true) => tracing::info!("the database answers again"),
                (false, _) => (),
            }
            drop(health);
            sleep(PAUSE).await;
        }
    }
}

/// Asks for a sign of life; connects anew where the connection has been lost.
async fn ask(connection: &mut Option<PgConnection>, options: &PgConnectOptions) -> bool {
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
        Err(error) => refuses_only_us(&error),
    }
}

/// Whether a server is there and serves others: it has too many connections, say. One that starts or stops does not.
fn refuses_only_us(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(said) = error else { return false };
    !said.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
}

/// What whoever waits for a database that is gone is told.
pub(super) fn lost() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the database does not answer".to_owned()))
}
