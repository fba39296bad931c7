//! Items of a bulk mutation that do not fit their type: set aside before the variables are coerced, which one of them
//! would fail as a whole, and put back in their places as notes of what is wrong.

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::Type,
    executable::Operation,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue, serde_json_bytes::json},
    schema::{ExtendedType, InputObjectType},
    validation::Valid,
};

use crate::{
    base::text,
    graphql::{bulk::REFUSED, scalar},
};

/// The types of which a list is a batch. A test looks for others in the schema.
const ITEMS: [&str; 3] = ["SubmitFeedbackInput", "OpenIncidentInput", "RecordExposureItemInput"];

/// The longest value that is quoted, in characters.
const QUOTED: usize = 60;

/// An item that was set aside.
pub(super) struct Refused {
    /// The variable, and the fields in it, that lead to the batch.
    way: Vec<String>,
    index: usize,
    /// What is wrong, and where in the item.
    misfit: Misfit,
}

struct Misfit {
    path: String,
    reason: String,
}

/// Takes out of the variables what is an item of a batch and does not fit.
pub(super) fn set_aside(schema: &Valid<Schema>, operation: &Operation, given: &mut JsonMap) -> Vec<Refused> {
    let mut refused = Vec::new();
    if operation.is_mutation() {
        for variable in &operation.variables {
            if let Some(value) = given.get_mut(variable.name.as_str()) {
                let way = vec![variable.name.to_string()];
                look_through(schema, &variable.ty, value, way, &mut refused);
            }
        }
    }
    refused
}

/// Puts notes in the places of what was set aside.
pub(super) fn put_back(refused: Vec<Refused>, values: &mut JsonMap) {
    // In the order of their places: each insertion makes the place of the next.
    for Refused { way, index, misfit } in refused {
        let note = json!({ REFUSED: [misfit.path, misfit.reason] });
        let (first, rest) = match way.split_first() {
            Some((first, rest)) => (values.get_mut(first.as_str()), rest),
            None => (None, [].as_slice()),
        };
        let batch = rest.iter().fold(first, |value, field| value?.as_object_mut()?.get_mut(field.as_str()));
        if let Some(items) = batch.and_then(JsonValue::as_array_mut) {
            items.insert(index.min(items.len()), note);
        }
    }
}

fn look_through(
    schema: &Valid<Schema>,
    ty: &Type,
    value: &mut JsonValue,
    way: Vec<String>,
    refused: &mut Vec<Refused>,
) {
    match value {
        JsonValue::Array(items) if ty.is_list() && ITEMS.contains(&ty.inner_named_type().as_str()) => {
            let gate = Gate::of(schema, ty.item_type());
            let mut index = 0;
            items.retain(|item| {
                let misfit = gate.misfit(item);
                let fits = misfit.is_none();
                refused.extend(misfit.map(|misfit| Refused { way: way.clone(), index, misfit }));
                index += 1;
                fits
            });
        }
        JsonValue::Object(fields) => {
            let Some(input) = schema.get_input_object(ty.inner_named_type()) else { return };
            for (name, field) in fields.iter_mut() {
                if let Some(definition) = input.fields.get(name.as_str()) {
                    let way = [way.clone(), vec![name.as_str().to_owned()]].concat();
                    look_through(schema, &definition.ty, field, way, refused);
                }
            }
        }
        _ => (),
    }
}

/// What an item of a type has to pass.
struct Gate<'a> {
    schema: &'a Valid<Schema>,
    ty: &'a Type,
    /// An operation of which one such item is the variable: so items are coerced as they will be.
    operation: Option<ExecutableDocument>,
}

impl<'a> Gate<'a> {
    fn of(schema: &'a Valid<Schema>, ty: &'a Type) -> Self {
        let document = format!("mutation($item: {}!) {{ __typename }}", ty.inner_named_type());
        Self { schema, ty, operation: ExecutableDocument::parse(schema, document, "item").ok() }
    }

    fn misfit(&self, item: &JsonValue) -> Option<Misfit> {
        if item.is_null() {
            return Some(Misfit { path: "item".to_owned(), reason: "must not be null".to_owned() });
        }
        let found = misfit(self.schema, self.ty, item, "");
        let coerced = || {
            let operation = self.operation.as_ref()?.operations.get(None).ok()?;
            let given = [("item".into(), item.clone())].into_iter().collect();
            let error = coerce_variable_values(self.schema, operation, &given).err()?;
            Some(Misfit { path: "item".to_owned(), reason: format!("does not fit: {}", error.message()) })
        };
        found.or_else(coerced)
    }
}

/// The first place at which a value does not fit its type.
fn misfit(schema: &Schema, ty: &Type, value: &JsonValue, path: &str) -> Option<Misfit> {
    let here = if path.is_empty() { "item" } else { path };
    let wrong = |reason: String| Some(Misfit { path: here.to_owned(), reason });
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        JsonValue::Null if ty.is_non_null() => return wrong("must not be null".to_owned()),
        JsonValue::Null => return None,
        JsonValue::Array(items) if ty.is_list() => {
            let mut numbered = items.iter().enumerate();
            return numbered
                .find_map(|(i, item)| misfit(schema, ty.item_type(), item, &below(&i.to_string())));
        }
        // One value stands for a list of one.
        value if ty.is_list() => return misfit(schema, ty.item_type(), value, path),
        _ => (),
    }
    let must_be = |what: &str| wrong(format!("must be {what}, not {}", quoted(value)));
    let name = ty.inner_named_type().as_str();
    match schema.types.get(name) {
        Some(ExtendedType::InputObject(input)) => match value {
            JsonValue::Object(fields) => misfit_of_fields(schema, input, fields, &below),
            _ => must_be("an object"),
        },
        Some(ExtendedType::Enum(all)) => {
            let known = value.as_str().is_some_and(|value| all.values.contains_key(value));
            let names: Vec<_> = all.values.keys().map(|name| name.as_str()).collect();
            if known { None } else { must_be(&format!("one of {}", names.join(", "))) }
        }
        _ => match (name, value) {
            (_, JsonValue::String(text)) if text.as_str().contains(text::BROKEN) => wrong(
                "has half of a surrogate pair (such as \\ud83d alone), which is no character".to_owned(),
            ),
            ("Int", JsonValue::Number(number)) => match number.as_i64() {
                Some(n) if i32::try_from(n).is_ok() => None,
                Some(_) => must_be("a whole number of at most 32 bits"),
                None => must_be("a whole number"),
            },
            ("Int", _) => must_be("a whole number"),
            ("Float", JsonValue::Number(_)) | ("Boolean", JsonValue::Bool(_)) => None,
            ("ID", JsonValue::String(_) | JsonValue::Number(_)) => None,
            ("Float", _) => must_be("a number"),
            ("Boolean", _) => must_be("true or false"),
            (_, JsonValue::String(text)) => scalar::misfit(name, text.as_str())
                .and_then(|reason| wrong(format!("{reason}, not {}", quoted(value)))),
            _ => must_be("a text"),
        },
    }
}

fn misfit_of_fields(
    schema: &Schema,
    input: &InputObjectType,
    fields: &JsonMap,
    below: &impl Fn(&str) -> String,
) -> Option<Misfit> {
    if let Some(name) = fields.keys().find(|name| !input.fields.contains_key(name.as_str())) {
        let reason = format!("is no field of {}", input.name);
        return Some(Misfit { path: below(&excerpt(name.as_str())), reason });
    }
    input.fields.iter().find_map(|(name, field)| match fields.get(name.as_str()) {
        Some(value) => misfit(schema, &field.ty, value, &below(name)),
        None if field.is_required() => Some(Misfit { path: below(name), reason: "is needed".to_owned() }),
        None => None,
    })
}

fn quoted(value: &JsonValue) -> String {
    match value {
        JsonValue::Array(_) => "a list".to_owned(),
        JsonValue::Object(_) => "an object".to_owned(),
        value => excerpt(&value.to_string()),
    }
}

fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(QUOTED).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_batch_of_the_schema_is_known() {
        let schema = Schema::parse(crate::graphql::sdl(), "schema.graphql").unwrap();
        let batches = schema.types.values().filter_map(|ty| ty.as_input_object()?.fields.get("items"));
        let mut items: Vec<_> = batches.map(|field| field.ty.inner_named_type().as_str()).collect();
        items.sort_unstable();
        let mut known = ITEMS;
        known.sort_unstable();
        assert_eq!(items, known);
    }
}
