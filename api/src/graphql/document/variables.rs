//! Values of variables: their size, and whether they match their types.

use apollo_compiler::{
    ExecutableDocument,
    ast::VariableDefinition,
    executable::Operation,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue, serde_json_bytes},
    validation::Valid,
};
use async_graphql::{Name, Variables};
use async_graphql_value::ConstValue;
use serde_json::{Map, Value};

use super::{
    bulk::{self, Examine},
    fit::{Fit, Misfit},
    limits::Limits,
    refusal::{MAX_ERRORS, Refusal},
    validate::Validator,
};
use crate::graphql::Code;

/// An operation with variables, and the types for checking them.
pub(super) struct Asked<'a> {
    /// Its document.
    pub(super) document: &'a ExecutableDocument,
    /// The operation.
    pub(super) operation: &'a Operation,
    /// The types.
    pub(super) fit: Fit<'a>,
}

/// The coerced values, with defaults.
pub(super) fn coerce(
    validator: &Validator,
    asked: Asked<'_>,
    given: Map<String, Value>,
    limits: &Limits,
) -> Result<Valid<JsonMap>, Refusal> {
    let Asked { operation, fit, .. } = asked;
    bound(&given, operation.is_mutation(), limits)?;
    // Unknown variables are ignored, as specified, and cost nothing.
    let wanted = |name: &str| operation.variables.iter().any(|variable| variable.name == name);
    let mut given: JsonMap = given
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.into(), json(value)))
        .collect();
    let mut refused = bulk::set_aside(&asked, Examine::Types, &mut given);
    let mut left = refused.left(operation);
    let others = Fit { examined: operation.is_mutation(), ..fit };
    let misfits = left.variables.iter().filter_map(|variable| misfit(others, variable, &given));
    if let Some(refusal) = misfits.take(MAX_ERRORS).reduce(Refusal::and) {
        return Err(refusal);
    }
    let mut coerced = coerce_variable_values(&validator.schema, &left, &given);
    if coerced.is_err() && operation.is_mutation() {
        // Perhaps because of one item of a batch.
        refused.put_back(&mut given);
        refused = bulk::set_aside(&asked, Examine::Coercion, &mut given);
        left = refused.left(operation);
        coerced = coerce_variable_values(&validator.schema, &left, &given);
    }
    let values = coerced
        .map_err(|error| Refusal::many(Code::InvalidArgument, [(error.message().to_string(), None)]))?;
    let operation = &*left;
    for variable in &operation.variables {
        if let Some(value) = values.get(variable.name.as_str()) {
            validator.variable(&variable.ty, value).map_err(|refusal| refusal.about(&variable.name))?;
        }
    }
    let mut values = values.into_inner();
    refused.put_back(&mut values);
    Ok(Valid::assume_valid(values))
}

/// The values in the form that the executor needs.
pub(super) fn runnable(values: JsonMap) -> Variables {
    let mut variables = Variables::default();
    for (name, value) in values {
        variables.insert(Name::new(name.as_str()), constant(value));
    }
    variables
}

fn constant(value: JsonValue) -> ConstValue {
    match value {
        JsonValue::Null => ConstValue::Null,
        JsonValue::Bool(value) => ConstValue::Boolean(value),
        JsonValue::Number(value) => ConstValue::Number(value),
        JsonValue::String(value) => ConstValue::String(value.as_str().to_owned()),
        JsonValue::Array(items) => ConstValue::List(items.into_iter().map(constant).collect()),
        JsonValue::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (Name::new(name.as_str()), constant(value)));
            ConstValue::Object(fields.collect())
        }
    }
}

/// The error of the value of a variable, if any.
fn misfit(fit: Fit<'_>, variable: &VariableDefinition, given: &JsonMap) -> Option<Refusal> {
    let name = variable.name.as_str();
    let Misfit { path, reason } = match given.get(name) {
        Some(value) => fit.misfit(&variable.ty, value, name)?,
        None if variable.ty.is_non_null() && variable.default_value.is_none() => {
            Misfit { path: name.to_owned(), reason: "is required".to_owned() }
        }
        None => return None,
    };
    Some(Refusal::new(Code::InvalidArgument, format!("{path}: {reason}")).about(&path))
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

/// Refuses values that are too large: a list that is too long, or too many bytes for a query. The data of a mutation
/// are bounded by the body.
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

/// Approximate size of a value in bytes. JSON nested deeper than 128 is refused before.
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
