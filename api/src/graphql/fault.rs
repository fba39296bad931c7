//! Errors as clients see them: one list of codes, a message that says what to do, and the argument.

use std::time::Duration;

use async_graphql::{Enum, ErrorExtensionValues, ServerError, Value};

use super::payload::UserError;
use crate::{
    base::error::{Error, perhaps, with_causes},
    domain::access::Viewer,
};

/// What kind of error it is: the value of `extensions.code`.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(name = "ErrorCode")]
pub enum Code {
    /// There is no valid token. Send `Authorization: Bearer <token>`. Not worth repeating.
    Unauthenticated,
    /// The token's role does not allow it. Ask for a token with a higher role. Not worth repeating.
    Forbidden,
    /// An argument is wrong; the message says what would be right. Not worth repeating unchanged.
    InvalidArgument,
    /// There is no such thing, or it is not yours. Not worth repeating unchanged.
    NotFound,
    /// It exists already and is different, or its state forbids it. Not worth repeating unchanged.
    Conflict,
    /// The request is not GraphQL over HTTP: its method, its media type or its parameters; the message says what
    /// would be right. Not worth repeating unchanged.
    BadRequest,
    /// The document cannot be parsed. Mend it where `locations` points. Not worth repeating unchanged.
    ParseError,
    /// The document does not fit the schema. Mend it where `locations` points. Not worth repeating unchanged.
    ValidationError,
    /// The request is too large: its body, its document, its variables or a list. Send less at once. Not worth
    /// repeating unchanged.
    TooLarge,
    /// The operation asks for too much: too deep, too wide or too costly. Ask for less at once. Not worth repeating
    /// unchanged.
    TooComplex,
    /// It took too long. Ask for less at once; a query may be repeated, of a mutation ask first what came of it.
    Timeout,
    /// Too much at the same time: heavy operations, connections, or operations on one connection. Nothing was done;
    /// repeat it later, after as many seconds as `Retry-After` says where it is given.
    Overloaded,
    /// Too many answers in too short a time with a publishable token, from an address or of a respondent. None of the
    /// request was taken; repeat it after as many seconds as `retryAfter` says.
    RateLimited,
    /// The database does not answer, or cannot take it now. Repeat it after as many seconds as `retryAfter` and
    /// `Retry-After` say; of a mutation nothing was done, unless the message says that this is not known.
    Unavailable,
    /// The server does not know the document by this hash or id. Repeat it once with the document.
    PersistedQueryNotFound,
    /// The server keeps no documents for clients. Repeat it with the document, and send no more hashes.
    PersistedQueryNotSupported,
    /// The server runs registered documents only, and this is none of them. Ask the operator to register it. Not worth
    /// repeating unchanged.
    DocumentNotTrusted,
    /// A page of another site could have sent this GET without asking. Repeat it with the header
    /// `GraphQL-Require-Preflight: 1`.
    PreflightRequired,
    /// Events came faster than they were read, and are no longer kept. Read faster or ask for less, and subscribe
    /// again with the cursor of the last event.
    SlowConsumer,
    /// The server failed. Nothing was written; the same request may be sent again.
    Internal,
}

impl Code {
    /// The code as it stands in `extensions.code`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::BadRequest => "BAD_REQUEST",
            Self::ParseError => "PARSE_ERROR",
            Self::ValidationError => "VALIDATION_ERROR",
            Self::TooLarge => "TOO_LARGE",
            Self::TooComplex => "TOO_COMPLEX",
            Self::Timeout => "TIMEOUT",
            Self::Overloaded => "OVERLOADED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::PreflightRequired => "PREFLIGHT_REQUIRED",
            Self::SlowConsumer => "SLOW_CONSUMER",
            Self::Internal => "INTERNAL",
        }
    }
}

/// The error type of resolvers. It must not implement `Display`: async-graphql turns whatever does into text
/// for the client, and a stray `?` on a database error would show SQL.
#[derive(Clone, Debug)]
pub struct Fault {
    code: Code,
    message: String,
    field: Option<String>,
    /// When it is worth trying again, if that is known.
    wait: Option<Duration>,
    /// What may have been meant: told to those who may see what there is.
    near: Vec<String>,
    /// The message without what is stored, for those who may only write; none where it tells of nothing.
    untold: Option<String>,
}

/// When to come again, in seconds, after having been turned away for what will pass.
pub const RETRY_AFTER: u64 = 2;

impl Fault {
    /// An argument is wrong.
    pub fn invalid(field: &str, reason: &str) -> Self {
        Error::invalid(field, reason).into()
    }

    /// What the caller can mend by another input; else the fault itself.
    pub(super) fn of_input(self) -> Result<UserError, Self> {
        match self.code {
            Code::InvalidArgument | Code::NotFound | Code::Conflict => Ok(self.of_item()),
            _ => Err(self),
        }
    }

    /// Events came faster than they were read.
    pub(super) fn slow_consumer() -> Self {
        let message =
            "Events came faster than they were read. Read faster or ask for less, and subscribe again.";
        Self {
            code: Code::SlowConsumer,
            message: message.to_owned(),
            field: None,
            wait: None,
            near: Vec::new(),
            untold: None,
        }
    }

    /// What went wrong with one item of a batch.
    pub(super) fn of_item(self) -> UserError {
        let message = Message { text: self.message, near: self.near, untold: self.untold };
        UserError::new(self.code, self.field, message)
    }
}

/// What is wrong, with what may have been meant for those who may see what there is.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    near: Vec<String>,
    untold: Option<String>,
}

impl Message {
    /// As this viewer may read it.
    pub(super) fn told_to(&self, viewer: &Viewer) -> String {
        if let Some(untold) = self.untold.as_ref().filter(|_| viewer.only_writes()) {
            return untold.clone();
        }
        match viewer.is_inside().and(viewer.reports()) {
            Ok(_) => format!("{}{}", self.text, perhaps(&self.near)),
            Err(_) => self.text.clone(),
        }
    }

    /// The name in the extensions of an error under which it holds what may have been meant, until it is known who is
    /// told.
    const NEAR: &'static str = "near";

    /// Completes an error of a response, as this viewer may read it.
    pub(super) fn complete(error: &mut ServerError, viewer: &Viewer) {
        let Some(extensions) = error.extensions.as_mut() else { return };
        let Some(Value::List(near)) = extensions.get(Self::NEAR).cloned() else { return };
        extensions.unset(Self::NEAR);
        let near = near.into_iter().filter_map(|name| match name {
            Value::String(name) => Some(name),
            _ => None,
        });
        let message = Self { text: std::mem::take(&mut error.message), near: near.collect(), untold: None };
        error.message = message.told_to(viewer);
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let (code, field) = match &error {
            Error::Invalid { field, .. } => (Code::InvalidArgument, Some(field.clone())),
            Error::NotFound { field, .. } => (Code::NotFound, Some(field.clone())),
            Error::Conflict { field, .. } => (Code::Conflict, Some(field.clone())),
            Error::Deleted { field, .. } => (Code::Conflict, Some((*field).to_owned())),
            Error::Forbidden(_) => (Code::Forbidden, None),
            Error::RateLimited { .. } => (Code::RateLimited, None),
            Error::Overloaded(_) => (Code::Overloaded, None),
            Error::Unavailable { perhaps_done, .. } => {
                tracing::warn!(
                    error = with_causes(&error),
                    "a request was refused: the database cannot take it now"
                );
                let message = match perhaps_done {
                    true => {
                        "The connection to the database was lost while it was being written, and it is not known whether it \
                         was. Ask, or send it again with the same external id."
                    }
                    false => {
                        "The database does not answer or is held up. Nothing was done; send it again after a while."
                    }
                };
                return Self {
                    code: Code::Unavailable,
                    message: message.to_owned(),
                    field: None,
                    wait: None,
                    near: Vec::new(),
                    untold: None,
                };
            }
            Error::Internal { .. } | Error::Inconsistent(_) => {
                // The caller gets a reference; the log gets the cause, here and only here.
                let reference = uuid::Uuid::now_v7();
                tracing::error!(%reference, error = with_causes(&error), "a request failed");
                let message =
                    format!("The server failed; nothing was written. In its log: {reference}. Try again.");
                return Self {
                    code: Code::Internal,
                    message,
                    field: None,
                    wait: None,
                    near: Vec::new(),
                    untold: None,
                };
            }
        };
        let wait = match &error {
            Error::RateLimited { wait, .. } => Some(*wait),
            _ => None,
        };
        let untold = error.untold();
        let (error, near) = match error {
            Error::NotFound { field, noun, reference, near } => {
                (Error::not_found(field, noun, reference), near)
            }
            error => (error, Vec::new()),
        };
        Self { code, message: error.to_string(), field, wait, near, untold }
    }
}

impl From<Fault> for async_graphql::Error {
    fn from(fault: Fault) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", fault.code.name());
        if let Some(field) = fault.field {
            extensions.set("argument", field);
        }
        if !fault.near.is_empty() {
            let near = fault.near.into_iter().map(Value::String).collect();
            extensions.set(Message::NEAR, Value::List(near));
        }
        if let Some(wait) = fault.wait {
            extensions.set("retryAfter", wait.as_secs_f64().ceil() as i64);
        } else if matches!(fault.code, Code::Overloaded | Code::Unavailable) {
            extensions.set("retryAfter", RETRY_AFTER);
        }
        Self { message: fault.message, source: None, extensions: Some(extensions) }
    }
}
