//! Errors: what is wrong, with which value, and what to do about it.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::{near::near, right::Right};

/// The reason why a domain operation was refused or failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// An argument is invalid; the caller can correct it.
    #[error("{field}: {reason}")]
    Invalid {
        /// Name of the argument in the request.
        field: String,
        /// What is wrong and what would be valid.
        reason: String,
        /// Whether the reason reveals stored data.
        tells: bool,
    },
    /// The object does not exist, or does not belong to the caller; the two are indistinguishable.
    #[error("{field}: there is no {noun} \"{reference}\"{}", perhaps(.near))]
    NotFound {
        /// Name of the argument that refers to it.
        field: String,
        /// Type of the object.
        noun: &'static str,
        /// The ID or key in the request.
        reference: String,
        /// Similar names, for callers that may see them.
        near: Vec<String>,
    },
    /// The object already exists and differs.
    #[error("{field}: {reason}")]
    Conflict {
        /// Name of the conflicting argument.
        field: String,
        /// What it conflicts with.
        reason: String,
    },
    /// The object was deleted; submitting the same version again does not restore it.
    #[error("{field}: the object was deleted at {}; send a later updatedAt to store it again", crate::words::time(*.deleted_at))]
    Deleted {
        /// Name of the argument that refers to it.
        field: &'static str,
        /// Time of the deletion.
        deleted_at: DateTime<Utc>,
    },
    /// The caller's role, or the scope of its token, does not include the right.
    #[error("permission denied: the token may not {}; use a token whose role and scope allow it", .0.words())]
    Forbidden(Right),
    /// A rate limit was exceeded.
    #[error("{most}; try again in {} s", .wait.as_secs_f64().ceil())]
    RateLimited {
        /// The limit.
        most: String,
        /// Time to wait before the next attempt.
        wait: Duration,
    },
    /// Too much load; the text has no period at its end. Nothing was done.
    #[error("{0}. Nothing was done; try again later.")]
    Overloaded(&'static str),
    /// The database is unavailable or locked; the cause is logged.
    #[error("the database is unavailable or locked")]
    Unavailable {
        /// The cause.
        source: Cause,
        /// Whether the change may have been stored: the connection was lost during the commit.
        perhaps_done: bool,
    },
    /// An internal error; the cause is logged.
    #[error("{what}")]
    Internal {
        /// What failed.
        what: &'static str,
        /// The chain of causes.
        source: Cause,
    },
    /// The stored data are inconsistent; the details are logged.
    #[error("the stored data are inconsistent, run `ballroom verify`: {0}")]
    Inconsistent(String),
}

/// The cause of an internal error, with its own causes. Several requests may have waited for the same result,
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

/// An error and its causes in one line, each once: the text of some errors includes their causes.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            let between = if text.is_empty() { "" } else { ": " };
            text = format!("{text}{between}{cause}");
        }
        next = error.source();
    }
    text
}

/// A suggestion of similar names; empty if there are none.
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
    /// An argument is invalid.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into(), tells: false }
    }

    /// An argument conflicts with stored data, which the reason reveals.
    pub fn unfit(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into(), tells: true }
    }

    /// The message for callers that may only write: without stored data.
    pub(crate) fn redacted(&self) -> Option<String> {
        match self {
            Self::Invalid { field, tells: true, .. } => Some(format!("{field}: conflicts with stored data")),
            Self::Deleted { field, .. } => Some(format!("{field}: the object was deleted")),
            Self::Conflict { field, .. } => {
                Some(format!("{field}: differs from the stored value, or the state of the object forbids it"))
            }
            _ => None,
        }
    }

    /// The object does not exist.
    pub fn not_found(field: impl Into<String>, noun: &'static str, reference: impl Into<String>) -> Self {
        Self::NotFound { field: field.into(), noun, reference: reference.into(), near: Vec::new() }
    }

    /// The same error with suggestions from the known names.
    pub(crate) fn or_near<'a>(self, known: impl Iterator<Item = &'a str>) -> Self {
        match self {
            Self::NotFound { field, noun, reference, .. } => {
                let near = near(&reference, known);
                Self::NotFound { field, noun, reference, near }
            }
            other => other,
        }
    }

    /// The object already exists and differs.
    pub fn conflict(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Conflict { field: field.into(), reason: reason.into() }
    }

    /// An internal error.
    pub(crate) fn internal(what: &'static str, source: impl Into<Cause>) -> Self {
        Self::Internal { what, source: source.into() }
    }

    /// Whether the fault is the server's: the request is valid, and a later attempt may succeed.
    pub fn is_server_error(&self) -> bool {
        matches!(
            self,
            Self::Internal { .. } | Self::Inconsistent(_) | Self::Overloaded(_) | Self::Unavailable { .. }
        )
    }

    /// The error of a failed commit: it may have reached the database, and only the reply was lost.
    pub(crate) fn of_commit(error: DbErr) -> Self {
        match Self::from(error) {
            Self::Unavailable { source, .. } => Self::Unavailable { source, perhaps_done: true },
            other => other,
        }
    }
}

/// Whether a database error is temporary: the database cannot be reached, is starting or stopping, has no
/// free connection, or a lock is held by another session.
fn is_temporary(error: &DbErr) -> bool {
    let cause = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(RuntimeErr::Internal(_)) => return true,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause,
        _ => return false,
    };
    match cause.as_ref() {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| match code.parse::<u32>() {
            // The low byte of a SQLite code is the primary code, the rest the extended code.
            Ok(code) if code < 10_000 => SQLITE_TEMPORARY.contains(&(code & 0xff)),
            _ => POSTGRES_TEMPORARY.iter().any(|class| code.starts_with(class)),
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

/// Temporary errors of PostgreSQL, as prefixes of SQLSTATE codes: connection; read-only server; idle transaction
/// timeout; refused log-in; serialization failure; deadlock; insufficient connections, memory or disk; database that accepts no
/// connections; lock timeout; statement timeout; starting, stopping or killed; system error.
const POSTGRES_TEMPORARY: [&str; 12] =
    ["08", "25006", "25P03", "28", "40001", "40P01", "53", "55000", "55P03", "57014", "57P", "58"];

/// Temporary errors of SQLite: busy, locked, disk I/O error, disk full.
const SQLITE_TEMPORARY: [u32; 4] = [5, 6, 10, 13];

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match is_temporary(&error) {
            true => Self::Unavailable { source: error.into(), perhaps_done: false },
            false => Self::internal("the database failed", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_keeps_its_causes_and_each_is_printed_once() {
        let cause = DbErr::Conn(RuntimeErr::SqlxError(Arc::new(sqlx::Error::PoolTimedOut)));
        let error = Error::from(cause);
        assert!(matches!(error, Error::Unavailable { perhaps_done: false, .. }), "{error:?}");
        let text = with_causes(&error);
        assert!(text.starts_with("the database is unavailable or locked: "), "{text}");
        assert_eq!(text.matches("pool timed out").count(), 1, "{text}");
        assert!(Error::internal("it failed", "so").source().is_some_and(|cause| cause.to_string() == "so"));
    }
}
