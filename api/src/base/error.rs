//! What can go wrong, said to the one who can mend it.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::{near::near, right::Right};

/// Why a command of the domain was refused or could not be carried out.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// An argument is wrong; the caller can mend it.
    #[error("{field}: {reason}")]
    Invalid {
        /// The argument, by the name that the caller gave it.
        field: String,
        /// What is wrong and what would be right.
        reason: String,
        /// Whether the reason tells of what is stored.
        tells: bool,
    },
    /// There is no such thing, or it is not the caller's: both look alike.
    #[error("{field}: there is no {noun} \"{reference}\"{}", perhaps(.near))]
    NotFound {
        /// The argument that names it.
        field: String,
        /// What was looked for.
        noun: &'static str,
        /// The id or key that was given.
        reference: String,
        /// What may have been meant, for those who may see what there is.
        near: Vec<String>,
    },
    /// It exists already and is different.
    #[error("{field}: {reason}")]
    Conflict {
        /// The argument that clashes.
        field: String,
        /// What it clashes with.
        reason: String,
    },
    /// It was deleted, and what is sent again does not bring it back.
    #[error("{field}: belongs to what was deleted {}; send an updatedAt after that to store it again", deleted_at.to_rfc3339())]
    Deleted {
        /// The argument that names it.
        field: &'static str,
        /// When it was deleted.
        deleted_at: DateTime<Utc>,
    },
    /// The caller's role, or the scope of its token, does not allow it.
    #[error("this needs a token that may {}; its role or its scope does not allow it", .0.words())]
    Forbidden(Right),
    /// Too much in too short a time.
    #[error("{most}; send it again in {} s", .wait.as_secs_f64().ceil())]
    RateLimited {
        /// How much there may be.
        most: String,
        /// How long to wait.
        wait: Duration,
    },
    /// Too much at the same time; what, in words that end without a full stop. Nothing was done.
    #[error("{0}. Nothing was done; send it again after a while.")]
    Overloaded(&'static str),
    /// The database does not answer, or cannot take it now; the cause is for the log.
    #[error("the database cannot be reached or is held up")]
    Unavailable {
        /// What happened.
        source: Cause,
        /// Whether it may have been written all the same: the connection was lost while it was being committed.
        perhaps_done: bool,
    },
    /// The server failed, not the caller; the cause is for the log.
    #[error("{what}")]
    Internal {
        /// What failed.
        what: &'static str,
        /// Why, with the causes of that in turn.
        source: Cause,
    },
    /// What is stored does not fit together; what exactly is for the log.
    #[error("what is stored does not fit together, run `ballroom verify`: {0}")]
    Inconsistent(String),
}

/// What caused an error that is the server's own, with its own causes. Many requests may have waited for the same thing,
/// so it can be shared.
#[derive(Clone)]
pub struct Cause(Arc<dyn StdError + Send + Sync>);

impl<E: Into<Box<dyn StdError + Send + Sync>>> From<E> for Cause {
    fn from(cause: E) -> Self {
        let cause: Box<dyn StdError + Send + Sync> = cause.into();
        Self(cause.into())
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::ops::Deref for Cause {
    type Target = dyn StdError + 'static;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// An error and its causes in one line, each once: some errors say themselves what caused them.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let mut told = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let cause = error.to_string();
        if !told.ends_with(&cause) {
            let between = if told.is_empty() { "" } else { ": " };
            told = format!("{told}{between}{cause}");
        }
        next = error.source();
    }
    told
}

/// A question about what may have been meant; empty where nothing is near.
pub(crate) fn perhaps(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => {
            let quoted: Vec<_> = near.iter().map(|name| format!("\"{name}\"")).collect();
            format!("; did you mean {}?", quoted.join(" or "))
        }
    }
}

impl Error {
    /// An argument is wrong.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into(), tells: false }
    }

    /// An argument does not fit what is stored, of which the reason tells.
    pub fn unfit(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into(), tells: true }
    }

    /// The same for those who may only write: without what is stored.
    pub(crate) fn untold(&self) -> Option<String> {
        match self {
            Self::Invalid { field, tells: true, .. } => Some(format!("{field}: does not fit what is there")),
            Self::Deleted { field, .. } => Some(format!("{field}: belongs to what was deleted")),
            Self::Conflict { field, .. } => {
                Some(format!("{field}: differs from what is there, or its state forbids it"))
            }
            _ => None,
        }
    }

    /// There is no such thing.
    pub fn not_found(field: impl Into<String>, noun: &'static str, reference: impl Into<String>) -> Self {
        Self::NotFound { field: field.into(), noun, reference: reference.into(), near: Vec::new() }
    }

    /// The same, naming those of what there is that may have been meant.
    pub(crate) fn or_near<'a>(self, known: impl Iterator<Item = &'a str>) -> Self {
        match self {
            Self::NotFound { field, noun, reference, .. } => {
                let near = near(&reference, known);
                Self::NotFound { field, noun, reference, near }
            }
            other => other,
        }
    }

    /// It exists already and is different.
    pub fn conflict(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Conflict { field: field.into(), reason: reason.into() }
    }

    /// The server failed.
    pub(crate) fn internal(what: &'static str, source: impl Into<Cause>) -> Self {
        Self::Internal { what, source: source.into() }
    }

    /// Whether trying again later may help: nothing is wrong with what was asked.
    pub fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Internal { .. } | Self::Inconsistent(_) | Self::Overloaded(_) | Self::Unavailable { .. }
        )
    }

    /// What becomes of a commit that failed: it may have reached the database, and only its answer was lost.
    pub(crate) fn of_commit(error: DbErr) -> Self {
        match Self::from(error) {
            Self::Unavailable { source, .. } => Self::Unavailable { source, perhaps_done: true },
            other => other,
        }
    }
}

/// Whether a database is there and would do it at another time: it cannot be reached, is starting or stopping, has no
/// connection to spare, or what is asked for is held by somebody else.
fn will_pass(error: &DbErr) -> bool {
    let cause = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(RuntimeErr::Internal(_)) => return true,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause,
        _ => return false,
    };
    match cause.as_ref() {
        sqlx::Error::Database(said) => said.code().is_some_and(|code| match code.parse::<u32>() {
            // The low byte of SQLite's codes says what it is, the rest why.
            Ok(code) if code < 10_000 => SQLITE.contains(&(code & 0xff)),
            _ => POSTGRES.iter().any(|class| code.starts_with(class)),
        }),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// What PostgreSQL says of it, by the beginnings of its codes: the connection; a server that only reads; a transaction
/// left idle; not serializable, or a deadlock; no connection, memory or disk to spare; a lock not had in time; a statement
/// that took too long; starting, stopping or killed; the system.
const POSTGRES: [&str; 10] = ["08", "25006", "25P03", "40001", "40P01", "53", "55P03", "57014", "57P", "58"];

/// What SQLite says of it: busy, locked, a disk that fails or is full.
const SQLITE: [u32; 4] = [5, 6, 10, 13];

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match will_pass(&error) {
            true => Self::Unavailable { source: error.into(), perhaps_done: false },
            false => Self::internal("the database failed", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_keeps_its_causes_and_each_is_told_once() {
        let cause = DbErr::Conn(RuntimeErr::SqlxError(Arc::new(sqlx::Error::PoolTimedOut)));
        let error = Error::from(cause);
        assert!(matches!(error, Error::Unavailable { perhaps_done: false, .. }), "{error:?}");
        let told = with_causes(&error);
        assert!(told.starts_with("the database cannot be reached or is held up: "), "{told}");
        assert_eq!(told.matches("pool timed out").count(), 1, "{told}");
        assert!(Error::internal("it failed", "so").source().is_some_and(|cause| cause.to_string() == "so"));
    }
}
