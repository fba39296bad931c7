//! The values of variables: how much they are, and whether they fit.

use apollo_compiler::{
    executable::Operation,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue, serde_json_bytes},
    validation::Valid,
};
use serde_json::{Map, Value};

use super::{bulk, causes, limits::Limits, refusal::Refusal, validate::Validator};
use crate::{base::text, graphql::Code};

/// The values as the operation wants them, defaults filled in. `hints` says whether the caller may know what else there is.
pub(super) fn coerce(
    validator: &Validator,
    operation: &Operation,
    given: Map<String, Value>,
    limits: &Limits,
    hints: bool,
) -> Result<Valid<JsonMap>, Refusal> {
    bound(&given, operation.is_mutation(), limits)?;
    // Other variables than the operation's are ignored, as the specification says, and cost nothing further.
    let wanted = |name: &str| operation.variables.iter().any(|variable| variable.name == name);
    let given: JsonMap = given
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.into(), json(value)))
        .collect();
    let mut given = given;
    let refused = bulk::set_aside(&validator.schema, operation, &mut given);
    for (name, value) in &given {
        whole(value).map_err(|refusal| refusal.about(name.as_str()))?;
    }
    let values = coerce_variable_values(&validator.schema, operation, &given)
        .map_err(|error| wrong(validator, operation, &given, error.message().to_string(), hints))?;
    for variable in &operation.variables {
        if let Some(value) = values.get(variable.name.as_str()) {
            validator.variable(&variable.ty, value).map_err(|refusal| refusal.about(&variable.name))?;
        }
    }
    let mut values = values.into_inner();
    bulk::put_back(refused, &mut values);
    Ok(Valid::assume_valid(values))
}

/// Refuses half of a surrogate pair, wherever it is.
fn whole(value: &JsonValue) -> Result<(), Refusal> {
    match value {
        JsonValue::String(text) if text.as_str().contains(text::BROKEN) => {
            let message =
                "A text has half of a surrogate pair (such as \\ud83d alone), which is no character.";
            Err(Refusal::new(Code::InvalidArgument, message))
        }
        JsonValue::Array(items) => items.iter().try_for_each(whole),
        JsonValue::Object(fields) => fields.values().try_for_each(whole),
        _ => Ok(()),
    }
}

/// Why values do not fit: a field that there is not is told with its place and with what was probably meant.
fn wrong(
    validator: &Validator,
    operation: &Operation,
    given: &JsonMap,
    message: String,
    hints: bool,
) -> Refusal {
    let stranger = operation.variables.iter().find_map(|variable| {
        let value = given.get(variable.name.as_str())?;
        let (path, message) = causes::stranger(&validator.schema, &variable.ty, value, hints)?;
        Some((format!("{}.{path}", variable.name), message))
    });
    match stranger {
        Some((path, message)) => Refusal::many(Code::InvalidArgument, [(message, None)]).about(&path),
        None => {
            let refusal = Refusal::many(Code::InvalidArgument, [(message, None)]);
            let mut variables = operation.variables.iter();
            let wrong = variables.find(|variable| {
                let alone = Operation { variables: vec![(*variable).clone()], ..operation.clone() };
                coerce_variable_values(&validator.schema, &alone, given).is_err()
            });
            match wrong {
                Some(variable) => refusal.about(&variable.name),
                None => refusal,
            }
        }
    }
}

fn json(value: Value) -> JsonValue {
    match value {
        Value::Null => JsonValue::Null,
        Value::Bool(value) => JsonValue::Bool(value),
        Value::Number(value) => JsonValue::Number(value),
        Value::String(value) => JsonValue::String(value.into()),
        Value::Array(items) => items.into_iter().map(json).collect(),
        Value::Object(fields) => {
            let fields: serde_json_bytes::Map<_, _> =
                fields.into_iter().map(|(name, value)| (name.into(), json(value))).collect();
            JsonValue::Object(fields)
        }
    }
}

/// Refuses values that are too much: too long a list anywhere, or too many bytes for a query. A mutation carries data, and
/// how much is bounded by the body.
fn bound(given: &Map<String, Value>, mutation: bool, limits: &Limits) -> Result<(), Refusal> {
    let (list, bytes) = if mutation { (limits.batch, usize::MAX) } else { (limits.list, limits.variables) };
    let mut found = 0_usize;
    for (name, value) in given {
        found = found.saturating_add(name.len() + size(value, list).map_err(|refusal| refusal.about(name))?);
    }
    if found > bytes {
        return Err(Refusal::over(Code::TooLarge, "bytes of variables", found as u64, bytes as u64));
    }
    Ok(())
}

/// About the bytes of a value. JSON that is nested deeper than 128 does not come so far.
fn size(value: &Value, list: usize) -> Result<usize, Refusal> {
    Ok(match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 4,
        Value::String(text) => text.len() + 2,
        Value::Array(items) if items.len() > list => {
            return Err(Refusal::over(Code::TooLarge, "items in a list", items.len() as u64, list as u64));
        }
        Value::Array(items) => {
            items.iter().try_fold(2, |sum, item| Ok::<_, Refusal>(sum + 1 + size(item, list)?))?
        }
        Value::Object(fields) => fields
            .iter()
            .try_fold(2, |sum, (name, field)| Ok::<_, Refusal>(sum + name.len() + 4 + size(field, list)?))?,
    })
}
