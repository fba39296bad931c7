//! Errors as seen by clients: one list of codes, a message with a remedy, and the argument.

use std::time::Duration;

use async_graphql::{Enum, ErrorExtensionValues, ServerError, Value};

use super::payload::UserError;
use crate::{
    base::error::{Error, perhaps, with_causes},
    domain::access::Viewer,
};

/// The kind of an error: the value of `extensions.code`.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(name = "ErrorCode")]
pub enum Code {
    /// There is no valid token. Send `Authorization: Bearer <token>`. Do not retry.
    Unauthenticated,
    /// The role or scope of the token does not allow it. Use another token. Do not retry.
    Forbidden,
    /// An argument is wrong; the message says how to correct it. Do not retry unchanged.
    InvalidArgument,
    /// The object does not exist, or you may not see it. Do not retry unchanged.
    NotFound,
    /// The object exists and differs, or its state forbids the change. Do not retry unchanged.
    Conflict,
    /// The request is not GraphQL over HTTP: its method, media type or parameters are wrong; the message says how to
    /// correct them. Do not retry unchanged.
    BadRequest,
    /// The document cannot be parsed. Correct it at `locations`. Do not retry unchanged.
    ParseError,
    /// The document does not match the schema. Correct it at `locations`. Do not retry unchanged.
    ValidationError,
    /// The request is too large: its body, document, variables or a list. Send less per request. Do not retry
    /// unchanged.
    TooLarge,
    /// The operation is too deep, too wide or too expensive. Select less per request. Do not retry unchanged.
    TooComplex,
    /// The operation timed out. Select less per request. Queries may be retried; before retrying a mutation, check its
    /// result.
    Timeout,
    /// Too many requests at the same time: heavy operations, connections, or operations on one connection. Nothing was
    /// done; retry later, after the number of seconds in `Retry-After` if it is sent.
    Overloaded,
    /// Too many responses were submitted with a publishable token from one address or by one respondent. No part of the
    /// request was accepted; retry after `retryAfter` seconds.
    RateLimited,
    /// The database does not respond or is overloaded. Retry after the number of seconds in `retryAfter` and
    /// `Retry-After`; no part of a mutation was carried out, unless the message says that this is unknown.
    Unavailable,
    /// The server does not know a document with this hash or ID. Send the request once with the document.
    PersistedQueryNotFound,
    /// The server does not store documents for clients. Send the document, and no hashes.
    PersistedQueryNotSupported,
    /// The server runs registered documents only, and this one is not registered. Ask the operator to register it. Do
    /// not retry unchanged.
    DocumentNotTrusted,
    /// The GET request could have been sent by a page of another site. Send it with the header
    /// `GraphQL-Require-Preflight: 1`.
    PreflightRequired,
    /// Events arrived faster than they were read, and were discarded. Read faster or select less, and subscribe again
    /// with the cursor of the last event.
    SlowConsumer,
    /// The server failed. Nothing was written; the request may be retried.
    Internal,
}

impl Code {
    /// The code as it appears in `extensions.code`.
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

/// The error type of resolvers. It must not implement `Display`: async-graphql would turn it into text for the client,
/// and a stray `?` on a database error would expose SQL.
#[derive(Clone, Debug)]
pub struct Fault {
    code: Code,
    message: String,
    field: Option<String>,
    /// Time until a retry is worthwhile, if known.
    wait: Option<Duration>,
    /// Suggested names, for callers who may know what exists.
    near: Vec<String>,
    /// The message without stored data, for write-only callers; none if it contains no stored data.
    redacted: Option<String>,
}

/// Seconds until a retry after a temporary failure.
pub const RETRY_AFTER: u64 = 2;

impl Fault {
    /// An argument is wrong.
    pub fn invalid(field: &str, reason: &str) -> Self {
        Error::invalid(field, reason).into()
    }

    /// The error as a user error, if another input can avoid it; else the fault itself.
    pub(super) fn of_input(self) -> Result<UserError, Self> {
        match self.code {
            Code::InvalidArgument | Code::NotFound | Code::Conflict => Ok(self.of_item()),
            _ => Err(self),
        }
    }

    /// Events arrived faster than they were read.
    pub(super) fn slow_consumer() -> Self {
        let message =
            "Events arrived faster than they were read. Read faster or select less, and subscribe again.";
        Self {
            code: Code::SlowConsumer,
            message: message.to_owned(),
            field: None,
            wait: None,
            near: Vec::new(),
            redacted: None,
        }
    }

    /// The error of an item of a batch.
    pub(super) fn of_item(self) -> UserError {
        let message = Message { text: self.message, near: self.near, redacted: self.redacted };
        UserError::new(self.code, self.field, message)
    }
}

/// The message, with suggestions for callers who may know what exists.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    near: Vec<String>,
    redacted: Option<String>,
}

impl Message {
    /// The error as this viewer may read it.
    pub(super) fn told_to(&self, viewer: &Viewer) -> String {
        if let Some(redacted) = self.redacted.as_ref().filter(|_| viewer.only_writes()) {
            return redacted.clone();
        }
        match viewer.is_inside().and(viewer.reports()) {
            Ok(_) => format!("{}{}", self.text, perhaps(&self.near)),
            Err(_) => self.text.clone(),
        }
    }

    /// The name of the error extension that holds suggestions until the viewer is known.
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
        let message = Self { text: std::mem::take(&mut error.message), near: near.collect(), redacted: None };
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
                    "a request was refused: the database is unavailable"
                );
                let message = match perhaps_done {
                    true => {
                        "The connection to the database was lost during the write, and it is unknown whether it was stored. Check it, or send it again with the same external ID."
                    }
                    false => "The database is unavailable or locked. Nothing was done; try again later.",
                };
                return Self {
                    code: Code::Unavailable,
                    message: message.to_owned(),
                    field: None,
                    wait: None,
                    near: Vec::new(),
                    redacted: None,
                };
            }
            Error::Internal { .. } | Error::Inconsistent(_) => {
                // The caller gets a reference; the cause is logged here only.
                let reference = uuid::Uuid::now_v7();
                tracing::error!(%reference, error = with_causes(&error), "a request failed");
                let message = format!(
                    "The server failed; nothing was written. Reference in its log: {reference}. Try again."
                );
                return Self {
                    code: Code::Internal,
                    message,
                    field: None,
                    wait: None,
                    near: Vec::new(),
                    redacted: None,
                };
            }
        };
        let wait = match &error {
            Error::RateLimited { wait, .. } => Some(*wait),
            _ => None,
        };
        let redacted = error.redacted();
        let (error, near) = match error {
            Error::NotFound { field, noun, reference, near } => {
                (Error::not_found(field, noun, reference), near)
            }
            error => (error, Vec::new()),
        };
        Self { code, message: error.to_string(), field, wait, near, redacted }
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
