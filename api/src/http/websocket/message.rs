//! Messages of clients.

use serde_json::{Map, Value};

use crate::{
    graphql::document::Params,
    http::{json, params::UniqueNames},
};

/// A message of a client.
pub(super) enum Message {
    /// With the `Authorization` of its payload.
    Init(Option<String>),
    Ping(Option<Map<String, Value>>),
    Pong,
    Subscribe(String, Params),
    Complete(String),
}

impl Message {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let UniqueNames(message) =
            json::read(text.as_bytes()).map_err(|error| format!("not valid JSON: {error}"))?;
        let Value::Object(mut message) = message else { return Err("not an object".to_owned()) };
        let kind = match message.remove("type") {
            Some(Value::String(kind)) => kind,
            _ => return Err("`type` must be a string".to_owned()),
        };
        let payload = message.remove("payload");
        match kind.as_str() {
            "connection_init" => {
                Ok(Self::Init(authorization(&object(payload, "payload")?.unwrap_or_default())))
            }
            "ping" => Ok(Self::Ping(object(payload, "payload")?)),
            "pong" => object(payload, "payload").map(|_| Self::Pong),
            "complete" => Ok(Self::Complete(id(message)?)),
            "subscribe" => {
                let id = id(message)?;
                let payload = object(payload, "payload")?.ok_or("`payload` must be an object")?;
                Ok(Self::Subscribe(id, params(payload)?))
            }
            "connection_ack" | "next" | "error" => Err(format!("`{kind}` is a message of the server")),
            _ => Err(format!("unknown `type` `{kind}`")),
        }
    }
}

pub(super) fn id(mut message: Map<String, Value>) -> Result<String, String> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err("`id` must be a non-empty string".to_owned()),
    }
}

pub(super) fn params(mut payload: Map<String, Value>) -> Result<Params, String> {
    let mut text = |name: &str| match payload.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`payload.{name}` must be a string")),
    };
    let (query, operation_name, document_id) = (text("query")?, text("operationName")?, text("documentId")?);
    let extensions = object(payload.remove("extensions"), "payload.extensions")?.unwrap_or_default();
    // Without a document there must be an ID or a hash of one.
    if query.is_none() && document_id.is_none() && !extensions.contains_key("persistedQuery") {
        return Err("`payload.query` must be a string".to_owned());
    }
    let variables = object(payload.remove("variables"), "payload.variables")?.unwrap_or_default();
    Ok(Params { query, document_id, operation_name, variables, extensions })
}

fn object(value: Option<Value>, name: &str) -> Result<Option<Map<String, Value>>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(format!("`{name}` must be an object")),
    }
}

/// The `Authorization` in the payload of `connection_init`, not case-sensitive.
pub(super) fn authorization(payload: &Map<String, Value>) -> Option<String> {
    let mut entries = payload.iter();
    let (_, value) = entries.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    value.as_str().map(str::to_owned)
}
