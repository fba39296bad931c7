//! Whether the values in a document fit where they stand, however deep that is: those that are written there, and variables.
//! What apollo-compiler 1 says of that names no argument, and it does not know that a field of an input object is named once,
//! that exactly one is given of one that is `@oneOf`, and what our own scalars take.
//!
//! Whatever these let through would be found while the operation runs, when a part of it may have been done. So is the null
//! of a variable that has a default and stands where no null may.

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
    refusal::{ERRORS, Refusal},
};
use crate::graphql::Code;

/// What is wrong with the values in a document, in its order.
pub(super) fn check(fit: Fit<'_>, document: &ExecutableDocument) -> Vec<(Option<Pos>, Refusal)> {
    let places = Places::of(&document.sources);
    let mut wrong = Vec::new();
    // Each value once, though several operations may spread the fragment in which it stands.
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
    // That nothing spreads them is an error too; it is told beside what else is wrong with them.
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

/// Refuses variables that are null, though they have a default, and stand where no null may.
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
    refusals.take(ERRORS).reduce(Refusal::and).map_or(Ok(()), Err)
}

/// Through an operation and all fragments that it spreads.
struct Walk<'a> {
    fit: Fit<'a>,
    document: &'a ExecutableDocument,
    places: &'a Places<'a>,
    variables: &'a [Node<VariableDefinition>],
    /// The variables that are known to be null.
    null: Vec<&'a Name>,
    /// The fragments that were walked through.
    spread: HashSet<&'a str>,
    wrong: Vec<(Option<Pos>, Refusal)>,
}

/// What a value is to fit.
#[derive(Clone, Copy)]
struct Slot<'a> {
    ty: &'a Type,
    /// Whether there is a default for a value that is not given.
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

    /// A value, what it is to fit (if that is known), and its place.
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
        // One of a type that there is not fits nowhere, and that is told where it is declared.
        let known =
            declared.filter(|variable| self.fit.schema.types.contains_key(variable.ty.inner_named_type()));
        let Some(variable) = known else { return };
        if !slot.takes(variable) {
            let (has, wants) = (&variable.ty, slot.ty);
            self.misfit(
                value,
                path,
                &format!("must be {wants}, and the variable ${name} is declared as {has}"),
            );
        } else if slot.ty.is_non_null() && self.null.contains(&name) {
            let reason =
                format!("{NOT_NULL}, and the variable ${name} is null; leave it out to get its default");
            self.wrong(Code::InvalidArgument, value, path, &reason);
        }
    }

    /// Whether a field of an object is given twice.
    fn is_given_twice(&mut self, fields: &[(Name, Node<Value>)], object: &Node<Value>) -> bool {
        let mut numbered = fields.iter().enumerate();
        let twice =
            numbered.find(|(number, (name, _))| fields[..*number].iter().any(|(before, _)| before == name));
        let Some((_, (name, _))) = twice else { return false };
        let message = format!("The field `{name}` of an input object is given twice.");
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
            // The one field of several must not become null by a variable.
            let ty = if is_one_of(input) { (*field.ty).clone().non_null() } else { (*field.ty).clone() };
            let slot = Slot { ty: &ty, falls_back: field.default_value.is_some() };
            self.value(Some(slot), value, &below(path, name));
        }
    }

    /// A value of which no part is looked at; but also in what a scalar takes that takes anything fields are named once.
    fn leaf(&mut self, slot: Option<Slot<'_>>, value: &Node<Value>, path: &str) {
        let leaf = match &**value {
            Value::Null | Value::Variable(_) => return,
            Value::Boolean(yes) => Leaf::Boolean(*yes),
            Value::Int(digits) => Leaf::Number(digits.as_str().into()),
            Value::Float(digits) => Leaf::Number(digits.as_str().into()),
            Value::String(text) => Leaf::Text(text),
            // Which members there are the validator says, and which one may have been meant.
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
    /// Whether a variable may stand here, as [All Variable Usages Are
    /// Allowed](https://spec.graphql.org/draft/#sec-All-Variable-Usages-Are-Allowed) says.
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

/// Whether exactly one field is given where exactly one must be.
pub(super) fn one_field(
    code: Code,
    ty: &InputObjectType,
    fields: usize,
    given: usize,
) -> Result<(), Refusal> {
    if is_one_of(ty) && (fields, given) != (1, 1) {
        return Err(Refusal::new(
            code,
            format!("Exactly one field of {} must be given, and not null.", ty.name),
        ));
    }
    Ok(())
}

fn is_one_of(ty: &InputObjectType) -> bool {
    ty.directives.get("oneOf").is_some()
}
