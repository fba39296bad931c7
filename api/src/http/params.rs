//! The parameters of a request: from a body, or from a query string.

use std::{fmt, time::Duration};

use actix_web::{web, web::Bytes};
use futures::StreamExt;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::json;
use crate::{
    base::text,
    graphql::{
        Code,
        document::{Params, Refusal},
    },
};

/// The whole body, if it arrives in time and is not too long. It is read piece by piece: a client that announces little and
/// sends much, or sends a byte a minute, is cut off. `receive` is told how long it is before each piece is kept.
pub(super) async fn body(
    mut payload: web::Payload,
    most: usize,
    time: Duration,
    mut receive: impl FnMut(usize) -> Result<(), Refusal>,
) -> Result<Bytes, Refusal> {
    let read = async {
        let mut body = web::BytesMut::new();
        while let Some(piece) = payload.next().await {
            let piece = piece.map_err(|_| bad("The body is incomplete; send the request again."))?;
            if body.len() + piece.len() > most {
                return Err(Refusal::new(
                    Code::TooLarge,
                    format!("The body is longer than {most} bytes; split the request."),
                ));
            }
            receive(body.len() + piece.len())?;
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    };
    let late = || {
        Refusal::new(
            Code::Timeout,
            format!("The body did not arrive within {} s; send it again.", time.as_secs_f64()),
        )
    };
    tokio::time::timeout(time, read).await.unwrap_or_else(|_| Err(late()))
}

/// The parameters in a JSON body.
pub(super) fn of_body(body: &[u8]) -> Result<Params, Refusal> {
    match json::read(body) {
        Ok(UniqueNames(Value::Object(fields))) => of_fields(fields),
        Ok(UniqueNames(Value::Array(_))) => Err(bad(
            "Batched requests are not supported; send each request separately, over the same connection.",
        )),
        Ok(_) => Err(bad("The body is not a JSON object; send an object with the parameter query.")),
        Err(error) => Err(bad(format!("The body is not valid JSON: {error}."))),
    }
}

/// The parameters in a query string; `variables` and `extensions` are JSON in it.
pub(super) fn of_query_string(text: &str) -> Result<Params, Refusal> {
    let Ok(web::Query(pairs)) = web::Query::<Vec<(String, String)>>::from_query(text) else {
        return Err(bad("The query string is invalid; send name=value pairs in UTF-8."));
    };
    let mut fields = Map::new();
    for (name, value) in pairs {
        let value = match name.as_str() {
            // A form sends empty fields as empty strings.
            "query" | "operationName" | "documentId" | "variables" | "extensions" if value.is_empty() => {
                Value::Null
            }
            "query" | "operationName" | "documentId" => Value::String(value),
            "variables" | "extensions" => json::read(value.as_bytes())
                .map(|UniqueNames(value)| value)
                .map_err(|error| bad(format!("The parameter {name} is not valid JSON: {error}.")))?,
            // Other parameters are ignored: a cache buster, a tracer.
            _ => continue,
        };
        if fields.insert(name.clone(), value).is_some() {
            return Err(bad(format!("The parameter {name} is given twice; send it once.")));
        }
    }
    of_fields(fields)
}

fn of_fields(mut fields: Map<String, Value>) -> Result<Params, Refusal> {
    let mut string = |name: &str| match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text::beyond(&text).is_none() => Ok(Some(text)),
        Some(_) => Err(bad(format!("The parameter {name} must be a string."))),
    };
    let (query, document_id, operation_name) =
        (string("query")?, string("documentId")?, string("operationName")?);
    let mut map = |name: &str| match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(bad(format!("The parameter {name} must be an object."))),
    };
    Ok(Params {
        query,
        document_id,
        operation_name,
        variables: map("variables")?,
        extensions: map("extensions")?,
    })
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::BadRequest, message)
}

/// JSON without duplicate names in an object. Which of two values with the same name counts is undefined, and
/// a proxy may read the request differently.
pub(super) struct UniqueNames(pub(super) Value);

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyUniqueNames).map(Self)
    }
}

struct AnyUniqueNames;

impl<'de> Visitor<'de> for AnyUniqueNames {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Value, E> {
        Ok(yes.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(UniqueNames(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, UniqueNames(value))) = fields.next_entry::<String, UniqueNames>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!("duplicate name \"{name}\" in an object")));
            }
            map.insert(name, value);
        }
        Ok(map.into())
    }
}
