//! Items of a bulk mutation that do not match their type: removed before the variables are coerced, which a single one
//! would fail as a whole, and then replaced by notes that describe the error. An item is an element of a list in a
//! variable, or a separate variable within a list of the document.

use std::{borrow::Cow, collections::HashSet};

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::{Type, Value},
    executable::Operation,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue, serde_json_bytes::json},
};

use super::{
    fit::{Fit, Misfit, NOT_NULL},
    variables::Asked,
};
use crate::graphql::bulk::REFUSED;

/// The types whose lists are batches. A test looks for others in the schema.
const BATCH_ITEMS: [&str; 3] = ["SubmitFeedbackInput", "OpenIncidentInput", "RecordExposureInput"];

/// The removed items.
#[derive(Default)]
pub(super) struct Refused {
    of_lists: Vec<OfList>,
    /// Variables that are one item each, with their errors.
    alone: Vec<(Name, Misfit)>,
}

/// An item of a list.
struct OfList {
    /// The path of the batch: the variable, and the fields within it.
    way: Vec<String>,
    index: usize,
    /// The error, and its position in the item.
    misfit: Misfit,
}

/// How thoroughly items are examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Examine {
    /// Whether they match their type.
    Types,
    /// Also whether they can be coerced, each by itself: only needed if all together cannot.
    Coercion,
}

/// Removes items of a batch that do not match their type from the variables.
pub(super) fn set_aside(asked: &Asked<'_>, how: Examine, given: &mut JsonMap) -> Refused {
    let Asked { document, operation, fit } = *asked;
    let mut refused = Refused::default();
    if !operation.is_mutation() {
        return refused;
    }
    let items = written_as_items(document, operation);
    for variable in &operation.variables {
        let name = variable.name.as_str();
        let Some(value) = given.get_mut(name) else { continue };
        if is_item(&variable.ty) && items.contains(name) {
            if let Some(misfit) = Gate::of(fit, how, &variable.ty).misfit(value) {
                given.remove(name);
                refused.alone.push((variable.name.clone(), misfit));
            }
        } else {
            look_through((fit, how), &variable.ty, value, vec![name.to_owned()], &mut refused.of_lists);
        }
    }
    refused
}

impl Refused {
    /// The operation with the remaining variables.
    pub(super) fn left<'a>(&self, operation: &'a Operation) -> Cow<'a, Operation> {
        if self.alone.is_empty() {
            return Cow::Borrowed(operation);
        }
        let mut left = operation.clone();
        left.variables.retain(|variable| self.alone.iter().all(|(name, _)| *name != variable.name));
        Cow::Owned(left)
    }

    /// Inserts notes at the positions of the removed items.
    pub(super) fn put_back(self, values: &mut JsonMap) {
        for (name, misfit) in self.alone {
            values.insert(name.as_str(), note(misfit));
        }
        // In ascending order: each insertion shifts the positions after it.
        for OfList { way, index, misfit } in self.of_lists {
            let (first, rest) = match way.split_first() {
                Some((first, rest)) => (values.get_mut(first.as_str()), rest),
                None => (None, [].as_slice()),
            };
            let batch =
                rest.iter().fold(first, |value, field| value?.as_object_mut()?.get_mut(field.as_str()));
            if let Some(items) = batch.and_then(JsonValue::as_array_mut) {
                items.insert(index.min(items.len()), note(misfit));
            }
        }
    }
}

fn note(misfit: Misfit) -> JsonValue {
    json!({ REFUSED: [misfit.path, misfit.reason] })
}

/// The error that a note describes. Clients cannot send one: no type has a field of this name.
fn noted(item: &JsonValue) -> Option<Misfit> {
    let note = item.as_object()?.get(REFUSED)?.as_array()?;
    let [path, reason] = note.as_slice() else { return None };
    Some(Misfit { path: path.as_str()?.to_owned(), reason: reason.as_str()?.to_owned() })
}

/// Whether a type is a list whose items are examined one by one.
pub(super) fn is_batch(ty: &Type) -> bool {
    ty.is_list() && BATCH_ITEMS.contains(&ty.inner_named_type().as_str())
}

fn is_item(ty: &Type) -> bool {
    !ty.is_list() && BATCH_ITEMS.contains(&ty.inner_named_type().as_str())
}

/// Variables that occur only in lists of the document: one that is also an argument of its own makes that argument
/// fail.
fn written_as_items<'a>(document: &'a ExecutableDocument, operation: &'a Operation) -> HashSet<&'a str> {
    let (mut items, mut others) = (HashSet::new(), HashSet::new());
    for argument in operation.root_fields(document).flat_map(|field| &field.arguments) {
        sort(&argument.value, false, &mut items, &mut others);
    }
    items.retain(|name| !others.contains(name));
    items
}

fn sort<'a>(value: &'a Value, in_list: bool, items: &mut HashSet<&'a str>, others: &mut HashSet<&'a str>) {
    match value {
        Value::Variable(name) if in_list => drop(items.insert(name)),
        Value::Variable(name) => drop(others.insert(name)),
        Value::List(values) => values.iter().for_each(|value| sort(value, true, items, others)),
        Value::Object(fields) => fields.iter().for_each(|(_, value)| sort(value, false, items, others)),
        _ => (),
    }
}

fn look_through(
    (fit, how): (Fit<'_>, Examine),
    ty: &Type,
    value: &mut JsonValue,
    way: Vec<String>,
    refused: &mut Vec<OfList>,
) {
    let is_batch = is_batch(ty);
    if is_batch && value.is_object() {
        // A single value stands for a list of one.
        *value = vec![value.take()].into();
    }
    match value {
        JsonValue::Array(items) if is_batch => {
            let gate = Gate::of(fit, how, ty.item_type());
            let mut index = 0;
            items.retain(|item| {
                let misfit = gate.misfit(item);
                let fits = misfit.is_none();
                refused.extend(misfit.map(|misfit| OfList { way: way.clone(), index, misfit }));
                index += 1;
                fits
            });
        }
        JsonValue::Object(fields) => {
            let Some(input) = fit.schema.get_input_object(ty.inner_named_type()) else { return };
            for (name, field) in fields.iter_mut() {
                if let Some(definition) = input.fields.get(name.as_str()) {
                    let way = [way.clone(), vec![name.as_str().to_owned()]].concat();
                    look_through((fit, how), &definition.ty, field, way, refused);
                }
            }
        }
        _ => (),
    }
}

/// The validator of items of a type.
struct Gate<'a> {
    fit: Fit<'a>,
    ty: &'a Type,
    /// An operation with one such item as its variable, so that items are coerced in the same way; none: they are not.
    operation: Option<ExecutableDocument>,
}

impl<'a> Gate<'a> {
    fn of(fit: Fit<'a>, how: Examine, ty: &'a Type) -> Self {
        if how == Examine::Types {
            return Self { fit, ty, operation: None };
        }
        let document = format!("mutation($item: {}!) {{ __typename }}", ty.inner_named_type());
        Self { fit, ty, operation: ExecutableDocument::parse(fit.schema, document, "item").ok() }
    }

    fn misfit(&self, item: &JsonValue) -> Option<Misfit> {
        if item.is_null() {
            return Some(Misfit { path: "item".to_owned(), reason: NOT_NULL.to_owned() });
        }
        let Some(document) = &self.operation else { return self.fit.misfit(self.ty, item, "") };
        // Its type was examined before.
        if let Some(known) = noted(item) {
            return Some(known);
        }
        let found = self.fit.misfit(self.ty, item, "");
        let coerced = || {
            let operation = document.operations.get(None).ok()?;
            let given = [("item".into(), item.clone())].into_iter().collect();
            let error = coerce_variable_values(self.fit.schema, operation, &given).err()?;
            Some(Misfit {
                path: "item".to_owned(),
                reason: format!("does not match its type: {}", error.message()),
            })
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
        let names = batches.map(|field| field.ty.inner_named_type().as_str());
        // A field of this name may also be a text.
        let mut items: Vec<_> = names.filter(|name| schema.get_input_object(name).is_some()).collect();
        items.sort_unstable();
        let mut known = BATCH_ITEMS;
        known.sort_unstable();
        assert_eq!(items, known);
    }
}
