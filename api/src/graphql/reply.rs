//! Results of operations for the protocols (HTTP, WebSocket, event streams): JSON, and what its status depends on. So no
//! protocol knows the library that executes operations.

use async_graphql::{Response, ServerError, Value};
use serde::Serialize;

use super::Code;

/// The response of an operation.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Reply(pub(super) Response);

/// The errors of an operation that was refused or cannot continue.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Errors(pub(super) Vec<ServerError>);

/// The reason why a response has no data and a retry is worthwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Busy {
    /// The caller has exceeded a rate limit.
    Caller,
    /// The server or its database is overloaded.
    Server,
}

impl Reply {
    /// Whether it has no errors.
    pub fn is_ok(&self) -> bool {
        self.0.errors.is_empty()
    }

    /// Why every part of the operation failed, if because of load, and the seconds after which to try again.
    pub fn busy(&self) -> Option<(Busy, u64)> {
        let came_to_nothing = match &self.0.data {
            Value::Null => true,
            Value::Object(fields) => fields.values().all(|field| *field == Value::Null),
            _ => false,
        };
        if !came_to_nothing {
            return None;
        }
        let reasons: Option<Vec<_>> = self.0.errors.iter().map(busy).collect();
        reasons?.into_iter().max()
    }
}

fn busy(error: &ServerError) -> Option<(Busy, u64)> {
    let extensions = error.extensions.as_ref()?;
    let Some(Value::String(code)) = extensions.get("code") else { return None };
    let why = match code.as_str() {
        code if code == Code::RateLimited.name() => Busy::Caller,
        code if [Code::Overloaded.name(), Code::Unavailable.name()].contains(&code) => Busy::Server,
        _ => return None,
    };
    let Some(Value::Number(seconds)) = extensions.get("retryAfter") else { return None };
    Some((why, seconds.as_u64()?))
}

impl From<Errors> for Reply {
    fn from(errors: Errors) -> Self {
        Self(Response::from_errors(errors.0))
    }
}
