//! Whether the values in a document match their types at any depth: literals and variables. The errors of
//! apollo-compiler 1 name no argument, and it does not check that a field of an input object occurs once, that exactly
//! one field of a `@oneOf` object is given, and the formats of the custom scalars.
//!
//! Errors missed here would occur during execution, when a part of the operation may have been carried out. The same
//! applies to a null variable that has a default and is used where null is not allowed.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition},
    executable::{Operation, Selection, SelectionSet},
    response::{JsonMap, JsonValue},
    schema::{ExtendedType, InputObjectType},
};
use async_graphql::Pos;

use super::{
    fit::{Fit, Leaf, NOT_NULL, below},
    places::Places,
    refusal::{MAX_ERRORS, Refusal},
};
use crate::graphql::Code;

/// The errors of the values in a document, in its order.
pub(super) fn check(fit: Fit<'_>, document: &ExecutableDocument) -> Vec<(Option<Pos>, Refusal)> {
    let places = Places::of(&document.sources);
    let mut wrong = Vec::new();
    // Each value once, although several operations may spread its fragment.
    let (mut told, mut spread) = (HashSet::new(), HashSet::new());
    let mut tell = |walk: Walk<'_>| {
        wrong.extend(walk.wrong.into_iter().filter(|(place, _)| told.insert(*place)));
    };
    for operation in document.operations.iter() {
        let mut walk = Walk::new(fit, document, &places, &operation.variables);
        walk.operation(operation);
        spread.extend(walk.spread.iter().copied());
        tell(walk);
    }
    // Unused fragments are an error too; it is reported besides the errors within them.
    for (name, fragment) in &document.fragments {
        if !spread.contains(name.as_str()) {
            let mut walk = Walk::new(fit, document, &places, &[]);
            walk.selections(&fragment.selection_set);
            spread.extend(walk.spread.iter().copied());
            tell(walk);
        }
    }
    wrong.sort_by_key(|(place, _)| *place);
    wrong
}

/// Refuses variables that are null, although they have a default, and are used where null is not allowed.
pub(super) fn check_nulls(
    fit: Fit<'_>,
    document: &ExecutableDocument,
    operation: &Operation,
    values: &JsonMap,
) -> Result<(), Refusal> {
    let is_null = |variable: &&Node<VariableDefinition>| {
        values.get(variable.name.as_str()).is_some_and(JsonValue::is_null)
    };
    let null: Vec<_> = operation.variables.iter().filter(is_null).map(|variable| &variable.name).collect();
    if null.is_empty() {
        return Ok(());
    }
    let places = Places::of(&document.sources);
    let mut walk = Walk { null, ..Walk::new(fit, document, &places, &operation.variables) };
    walk.operation(operation);
    let refusals = walk.wrong.into_iter().map(|(_, refusal)| refusal);
    refusals.take(MAX_ERRORS).reduce(Refusal::and).map_or(Ok(()), Err)
}

/// Walks an operation and all fragments that it spreads.
struct Walk<'a> {
    fit: Fit<'a>,
    document: &'a ExecutableDocument,
    places: &'a Places<'a>,
    variables: &'a [Node<VariableDefinition>],
    /// The variables that are null.
    null: Vec<&'a Name>,
    /// The visited fragments.
    spread: HashSet<&'a str>,
    wrong: Vec<(Option<Pos>, Refusal)>,
}

/// The expected type of a value.
#[derive(Clone, Copy)]
struct Slot<'a> {
    ty: &'a Type,
    /// Whether there is a default for an omitted value.
    falls_back: bool,
}

impl<'a> Walk<'a> {
    fn new(
        fit: Fit<'a>,
        document: &'a ExecutableDocument,
        places: &'a Places<'a>,
        variables: &'a [Node<VariableDefinition>],
    ) -> Self {
        let (null, spread, wrong) = (Vec::new(), HashSet::new(), Vec::new());
        Self { fit, document, places, variables, null, spread, wrong }
    }

    fn operation(&mut self, operation: &'a Operation) {
        self.directives(&operation.directives);
        for variable in &operation.variables {
            self.directives(&variable.directives);
            if let Some(value) = &variable.default_value {
                self.value(Some(Slot { ty: &variable.ty, falls_back: false }), value, &variable.name);
            }
        }
        self.selections(&operation.selection_set);
    }

    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.definition.arguments, &field.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    if self.spread.insert(&spread.fragment_name)
                        && let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                    {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, list: &DirectiveList) {
        for directive in list.iter() {
            let definition = self.fit.schema.directive_definitions.get(&directive.name);
            let known = definition.map_or(&[][..], |definition| &definition.arguments);
            self.arguments(known, &directive.arguments);
        }
    }

    fn arguments(&mut self, known: &[Node<InputValueDefinition>], given: &[Node<Argument>]) {
        for argument in given {
            let definition = known.iter().find(|known| known.name == argument.name);
            let slot = definition.map(|definition| Slot {
                ty: &definition.ty,
                falls_back: definition.default_value.is_some(),
            });
            self.value(slot, &argument.value, &argument.name);
        }
    }

    /// A value, its expected type (if known), and its position.
    fn value(&mut self, slot: Option<Slot<'_>>, value: &Node<Value>, path: &str) {
        match (&**value, slot) {
            (Value::Null, Some(slot)) if slot.ty.is_non_null() => self.misfit(value, path, NOT_NULL),
            (Value::Null, _) | (Value::Variable(_), None) => (),
            (Value::Variable(name), Some(slot)) => self.variable(slot, (name, value), path),
            (Value::List(items), slot) if slot.is_none_or(|slot| slot.ty.is_list()) => {
                let slot = slot.map(|slot| Slot { ty: slot.ty.item_type(), falls_back: false });
                for (index, item) in items.iter().enumerate() {
                    self.value(slot, item, &below(path, &index.to_string()));
                }
            }
            (Value::Object(fields), slot) => {
                if self.is_given_twice(fields, value) {
                    return;
                }
                match slot.and_then(|slot| self.fit.schema.get_input_object(slot.ty.inner_named_type())) {
                    Some(input) => self.fields(input, fields, (value, path)),
                    None => self.leaf(slot, value, path),
                }
            }
            _ => self.leaf(slot, value, path),
        }
    }

    fn variable(&mut self, slot: Slot<'_>, (name, value): (&Name, &Node<Value>), path: &str) {
        let declared = self.variables.iter().find(|variable| variable.name == *name);
        // Values of unknown types are reported where the type is declared.
        let known =
            declared.filter(|variable| self.fit.schema.types.contains_key(variable.ty.inner_named_type()));
        let Some(variable) = known else { return };
        if !slot.takes(variable) {
            let (has, wants) = (&variable.ty, slot.ty);
            self.misfit(
                value,
                path,
                &format!("must be {wants}, but the variable ${name} is declared as {has}"),
            );
        } else if slot.ty.is_non_null() && self.null.contains(&name) {
            let reason = format!("{NOT_NULL}, but the variable ${name} is null; omit it to use its default");
            self.wrong(Code::InvalidArgument, value, path, &reason);
        }
    }

    /// Whether a field of an object occurs twice.
    fn is_given_twice(&mut self, fields: &[(Name, Node<Value>)], object: &Node<Value>) -> bool {
        let mut numbered = fields.iter().enumerate();
        let twice =
            numbered.find(|(number, (name, _))| fields[..*number].iter().any(|(before, _)| before == name));
        let Some((_, (name, _))) = twice else { return false };
        let message = format!("The field `{name}` of an input object occurs twice.");
        let place = self.places.begin(name.location().or(object.location()));
        self.wrong.push((place, Refusal::new(Code::ValidationError, message).at(place)));
        true
    }

    fn fields(
        &mut self,
        input: &InputObjectType,
        fields: &[(Name, Node<Value>)],
        (object, path): (&Node<Value>, &str),
    ) {
        let given = fields.iter().filter(|(_, value)| !value.is_null()).count();
        if let Err(refusal) = one_field(Code::ValidationError, input, fields.len(), given) {
            let place = self.places.begin(object.location());
            self.wrong.push((place, refusal.about(path).at(place)));
        }
        for (name, value) in fields {
            let Some(field) = input.fields.get(name) else { continue };
            // The single field of a `@oneOf` object must not become null through a variable.
            let ty = if is_one_of(input) { (*field.ty).clone().non_null() } else { (*field.ty).clone() };
            let slot = Slot { ty: &ty, falls_back: field.default_value.is_some() };
            self.value(Some(slot), value, &below(path, name));
        }
    }

    /// A value that is not checked, except that field names must be unique even in values of arbitrary scalars.
    fn leaf(&mut self, slot: Option<Slot<'_>>, value: &Node<Value>, path: &str) {
        let leaf = match &**value {
            Value::Null | Value::Variable(_) => return,
            Value::Boolean(yes) => Leaf::Boolean(*yes),
            Value::Int(digits) => Leaf::Number(digits.as_str().into()),
            Value::Float(digits) => Leaf::Number(digits.as_str().into()),
            Value::String(text) => Leaf::Text(text),
            // The validator lists the enum values, and suggests one.
            Value::Enum(_) if slot.is_some_and(|slot| self.is_enum(slot.ty)) => return,
            Value::Enum(member) => Leaf::Member(member),
            Value::List(_) => Leaf::List,
            Value::Object(_) => Leaf::Object,
        };
        if let Some(reason) = slot.and_then(|slot| self.fit.refuses(slot.ty, &leaf)) {
            self.misfit(value, path, &reason);
        } else if let Value::Object(fields) = &**value {
            fields.iter().for_each(|(name, value)| self.value(None, value, &below(path, name)));
        } else if let Value::List(items) = &**value {
            items.iter().for_each(|item| self.value(None, item, path));
        }
    }

    fn is_enum(&self, ty: &Type) -> bool {
        matches!(self.fit.schema.types.get(ty.inner_named_type()), Some(ExtendedType::Enum(_)))
    }

    fn misfit(&mut self, value: &Node<Value>, path: &str, reason: &str) {
        self.wrong(Code::ValidationError, value, path, reason);
    }

    fn wrong(&mut self, code: Code, value: &Node<Value>, path: &str, reason: &str) {
        let place = self.places.begin(value.location());
        let refusal = Refusal::new(code, format!("{path}: {reason}"));
        self.wrong.push((place, refusal.about(path).at(place)));
    }
}

impl Slot<'_> {
    /// Whether a variable may be used here, according to [All Variable Usages Are
    /// Allowed](https://spec.graphql.org/draft/#sec-All-Variable-Usages-Are-Allowed).
    fn takes(self, variable: &VariableDefinition) -> bool {
        let has_default = variable.default_value.as_ref().is_some_and(|value| !value.is_null());
        match self.ty.is_non_null() && !variable.ty.is_non_null() {
            true if has_default || self.falls_back => {
                variable.ty.is_assignable_to(&self.ty.clone().nullable())
            }
            _ => variable.ty.is_assignable_to(self.ty),
        }
    }
}

/// Whether exactly one field is given where this is required.
pub(super) fn one_field(
    code: Code,
    ty: &InputObjectType,
    fields: usize,
    given: usize,
) -> Result<(), Refusal> {
    if is_one_of(ty) && (fields, given) != (1, 1) {
        return Err(Refusal::new(
            code,
            format!("Exactly one field of {} must be given, and it must not be null.", ty.name),
        ));
    }
    Ok(())
}

fn is_one_of(ty: &InputObjectType) -> bool {
    ty.directives.get("oneOf").is_some()
}
