//! What can go wrong, said to the one who can mend it.

use sea_orm::DbErr;

use super::access::Right;

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
    },
    /// There is no such thing, or it is not the caller's: both look alike.
    #[error("{field}: there is no {noun} \"{reference}\"")]
    NotFound {
        /// The argument that names it.
        field: String,
        /// What was looked for.
        noun: &'static str,
        /// The id or key that was given.
        reference: String,
    },
    /// It exists already and is different.
    #[error("{field}: {reason}")]
    Conflict {
        /// The argument that clashes.
        field: String,
        /// What it clashes with.
        reason: String,
    },
    /// The caller's role, or the scope of its token, does not allow it.
    #[error("this needs a token that may {}; its role or its scope does not allow it", .0.words())]
    Forbidden(Right),
    /// The database failed; the cause is for the log.
    #[error("the database failed: {0}")]
    Database(String),
    /// A score could not be computed; the cause is for the log.
    #[error("the score could not be computed: {0}")]
    Score(String),
}

impl Error {
    /// An argument is wrong.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }

    /// There is no such thing.
    pub fn not_found(field: impl Into<String>, noun: &'static str, reference: impl Into<String>) -> Self {
        Self::NotFound { field: field.into(), noun, reference: reference.into() }
    }

    /// It exists already and is different.
    pub fn conflict(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Conflict { field: field.into(), reason: reason.into() }
    }

    /// Whether trying again later may help: nothing is wrong with what was asked.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Score(_))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Database(error.to_string())
    }
}
