//! Items of a bulk mutation that do not fit their type: set aside before the variables are coerced, which one of them
//! would fail as a whole, and put back in their places as notes of what is wrong.

use apollo_compiler::{
    ExecutableDocument,
    ast::Type,
    executable::Operation,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue, serde_json_bytes::json},
};

use super::fit::{Fit, Misfit};
use crate::graphql::bulk::REFUSED;

/// The types of which a list is a batch. A test looks for others in the schema.
const ITEMS: [&str; 3] = ["SubmitFeedbackInput", "OpenIncidentInput", "RecordExposureInput"];

/// An item that was set aside.
pub(super) struct Refused {
    /// The variable, and the fields in it, that lead to the batch.
    way: Vec<String>,
    index: usize,
    /// What is wrong, and where in the item.
    misfit: Misfit,
}

/// Takes out of the variables what is an item of a batch and does not fit.
pub(super) fn set_aside(fit: Fit<'_>, operation: &Operation, given: &mut JsonMap) -> Vec<Refused> {
    let mut refused = Vec::new();
    if operation.is_mutation() {
        for variable in &operation.variables {
            if let Some(value) = given.get_mut(variable.name.as_str()) {
                let way = vec![variable.name.to_string()];
                look_through(fit, &variable.ty, value, way, &mut refused);
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
    fit: Fit<'_>,
    ty: &Type,
    value: &mut JsonValue,
    way: Vec<String>,
    refused: &mut Vec<Refused>,
) {
    match value {
        JsonValue::Array(items) if ty.is_list() && ITEMS.contains(&ty.inner_named_type().as_str()) => {
            let gate = Gate::of(fit, ty.item_type());
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
            let Some(input) = fit.schema.get_input_object(ty.inner_named_type()) else { return };
            for (name, field) in fields.iter_mut() {
                if let Some(definition) = input.fields.get(name.as_str()) {
                    let way = [way.clone(), vec![name.as_str().to_owned()]].concat();
                    look_through(fit, &definition.ty, field, way, refused);
                }
            }
        }
        _ => (),
    }
}

/// What an item of a type has to pass.
struct Gate<'a> {
    fit: Fit<'a>,
    ty: &'a Type,
    /// An operation of which one such item is the variable: so items are coerced as they will be.
    operation: Option<ExecutableDocument>,
}

impl<'a> Gate<'a> {
    fn of(fit: Fit<'a>, ty: &'a Type) -> Self {
        let document = format!("mutation($item: {}!) {{ __typename }}", ty.inner_named_type());
        Self { fit, ty, operation: ExecutableDocument::parse(fit.schema, document, "item").ok() }
    }

    fn misfit(&self, item: &JsonValue) -> Option<Misfit> {
        if item.is_null() {
            return Some(Misfit { path: "item".to_owned(), reason: "must not be null".to_owned() });
        }
        let found = self.fit.misfit(self.ty, item, "");
        let coerced = || {
            let operation = self.operation.as_ref()?.operations.get(None).ok()?;
            let given = [("item".into(), item.clone())].into_iter().collect();
            let error = coerce_variable_values(self.fit.schema, operation, &given).err()?;
            Some(Misfit { path: "item".to_owned(), reason: format!("does not fit: {}", error.message()) })
        };
        found.or_else(coerced)
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::Schema;

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
