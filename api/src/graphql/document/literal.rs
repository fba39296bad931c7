//! Rules about literals that apollo-compiler 1 does not know yet: a field of an input object is named once, and of one that is
//! `@oneOf` exactly one is given; a variable fits where it stands, however deep that is; and what our own scalars take.
//!
//! Whatever these let through would be found while the operation runs, when a part of it may have been done.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition},
    executable::{Selection, SelectionSet},
    schema::InputObjectType,
};
use async_graphql::Pos;

use super::{
    fit::{below, excerpt},
    places::Places,
    refusal::Refusal,
};
use crate::graphql::{Code, scalar};

/// What is wrong with the literals of a document, in its order. Where other rules are broken too, as those of the validator
/// who knows variables as arguments, nothing is said of how variables are used: it would be said twice.
pub(super) fn check(
    schema: &Schema,
    document: &ExecutableDocument,
    usages: bool,
) -> Vec<(Option<Pos>, Refusal)> {
    let places = Places::of(&document.sources);
    let mut wrong = Vec::new();
    // Each literal once, though several operations may spread the fragment in which it stands.
    let mut told = HashSet::new();
    for operation in document.operations.iter() {
        let variables = operation.variables.as_slice();
        let mut walk = Walk {
            schema,
            document,
            places: &places,
            variables: usages.then_some(variables),
            spread: HashSet::new(),
            wrong: Vec::new(),
        };
        walk.directives(&operation.directives);
        for variable in variables {
            walk.directives(&variable.directives);
            if let Some(value) = &variable.default_value {
                walk.value(Some(Slot { ty: &variable.ty, falls_back: false }), value, &variable.name);
            }
        }
        walk.selections(&operation.selection_set);
        wrong.extend(walk.wrong.into_iter().filter(|(place, _)| told.insert(*place)));
    }
    wrong.sort_by_key(|(place, _)| *place);
    wrong
}

/// Through an operation and all fragments that it spreads.
struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    places: &'a Places<'a>,
    /// The variables of the operation, if their uses are to be looked at.
    variables: Option<&'a [Node<VariableDefinition>]>,
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
            let definition = self.schema.directive_definitions.get(&directive.name);
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
            (Value::Null, _) | (Value::Variable(_), None) => (),
            (Value::Variable(name), Some(slot)) => {
                let declared = self.variables.into_iter().flatten().find(|variable| variable.name == *name);
                if let Some(variable) = declared.filter(|variable| !slot.takes(variable)) {
                    let (has, wants) = (&variable.ty, slot.ty);
                    let reason = format!("must be {wants}, and the variable ${name} is declared as {has}");
                    self.misfit(value, path, &reason);
                }
            }
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
                match slot.and_then(|slot| self.schema.get_input_object(slot.ty.inner_named_type())) {
                    Some(input) => self.fields(input, fields, (value, path)),
                    None => self.scalar(slot, value, path),
                }
            }
            _ => self.scalar(slot, value, path),
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

    /// A value of a scalar of ours, about which the validator knows nothing; or of one that takes anything, in which fields
    /// are named once all the same.
    fn scalar(&mut self, slot: Option<Slot<'_>>, value: &Node<Value>, path: &str) {
        let name = slot.map_or("", |slot| slot.ty.inner_named_type().as_str());
        let reason = match &**value {
            Value::String(text) => {
                scalar::misfit(name, text).map(|reason| format!("{reason}, not \"{}\"", excerpt(text)))
            }
            _ if scalar::is_text(name) => Some("must be a text".to_owned()),
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| self.value(None, value, &below(path, name)));
                None
            }
            _ => None,
        };
        if let Some(reason) = reason {
            self.misfit(value, path, &reason);
        }
    }

    fn misfit(&mut self, value: &Node<Value>, path: &str, reason: &str) {
        let place = self.places.begin(value.location());
        let refusal = Refusal::new(Code::ValidationError, format!("{path}: {reason}"));
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
