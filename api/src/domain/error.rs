//! What can go wrong, said to the one who can mend it.

use std::time::Duration;

use sea_orm::DbErr;

use super::{access::Right, near::near};

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
    /// The database failed; the cause is for the log.
    #[error("the database failed: {0}")]
    Database(String),
    /// A score could not be computed; the cause is for the log.
    #[error("the score could not be computed: {0}")]
    Score(String),
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
        Self::Invalid { field: field.into(), reason: reason.into() }
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
