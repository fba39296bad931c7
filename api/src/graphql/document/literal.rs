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

use super::{
    fit::{below, excerpt},
    places::Places,
    refusal::Refusal,
};
use crate::graphql::{Code, scalar};

/// Checks every literal of a document whose fragments are all spread.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Result<(), Refusal> {
    let places = Places::of(&document.sources);
    document.operations.iter().try_for_each(|operation| {
        let mut walk = Walk {
            schema,
            document,
            places: &places,
            variables: &operation.variables,
            spread: HashSet::new(),
        };
        walk.directives(&operation.directives)?;
        for variable in &operation.variables {
            walk.directives(&variable.directives)?;
            if let Some(value) = &variable.default_value {
                walk.value(Some(Slot { ty: &variable.ty, falls_back: false }), value, &variable.name)?;
            }
        }
        walk.selections(&operation.selection_set)
    })
}

/// Through an operation and all fragments that it spreads.
struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    places: &'a Places<'a>,
    variables: &'a [Node<VariableDefinition>],
    /// The fragments that were walked through.
    spread: HashSet<&'a str>,
}

/// What a value is to fit.
#[derive(Clone, Copy)]
struct Slot<'a> {
    ty: &'a Type,
    /// Whether there is a default for a value that is not given.
    falls_back: bool,
}

impl<'a> Walk<'a> {
    fn selections(&mut self, set: &'a SelectionSet) -> Result<(), Refusal> {
        for selection in &set.selections {
            self.directives(selection.directives())?;
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.definition.arguments, &field.arguments)?;
                    self.selections(&field.selection_set)?;
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set)?,
                Selection::FragmentSpread(spread) => {
                    if self.spread.insert(&spread.fragment_name)
                        && let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                    {
                        self.directives(&fragment.directives)?;
                        self.selections(&fragment.selection_set)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn directives(&self, list: &DirectiveList) -> Result<(), Refusal> {
        list.iter().try_for_each(|directive| {
            let definition = self.schema.directive_definitions.get(&directive.name);
            let known = definition.map_or(&[][..], |definition| &definition.arguments);
            self.arguments(known, &directive.arguments)
        })
    }

    fn arguments(
        &self,
        known: &[Node<InputValueDefinition>],
        given: &[Node<Argument>],
    ) -> Result<(), Refusal> {
        given.iter().try_for_each(|argument| {
            let definition = known.iter().find(|known| known.name == argument.name);
            let slot = definition.map(|definition| Slot {
                ty: &definition.ty,
                falls_back: definition.default_value.is_some(),
            });
            self.value(slot, &argument.value, &argument.name)
        })
    }

    /// A value, what it is to fit (if that is known), and its place.
    fn value(&self, slot: Option<Slot<'_>>, value: &Node<Value>, path: &str) -> Result<(), Refusal> {
        match (&**value, slot) {
            (Value::Null, _) | (Value::Variable(_), None) => Ok(()),
            (Value::Variable(name), Some(slot)) => {
                let declared = self.variables.iter().find(|variable| variable.name == *name);
                match declared.filter(|variable| !slot.takes(variable)) {
                    Some(variable) => {
                        let (has, wants) = (&variable.ty, slot.ty);
                        let reason =
                            format!("must be {wants}, and the variable ${name} is declared as {has}");
                        Err(self.misfit(value, path, &reason))
                    }
                    None => Ok(()),
                }
            }
            (Value::List(items), slot) if slot.is_none_or(|slot| slot.ty.is_list()) => {
                let slot = slot.map(|slot| Slot { ty: slot.ty.item_type(), falls_back: false });
                let mut numbered = items.iter().enumerate();
                numbered
                    .try_for_each(|(index, item)| self.value(slot, item, &below(path, &index.to_string())))
            }
            (Value::Object(fields), slot) => {
                self.once(fields, value)?;
                match slot.and_then(|slot| self.schema.get_input_object(slot.ty.inner_named_type())) {
                    Some(input) => self.fields(input, fields, path),
                    None => self.scalar(slot, value, path),
                }
            }
            _ => self.scalar(slot, value, path),
        }
    }

    /// Whether no field is given twice, here or in what a scalar would take.
    fn once(&self, fields: &[(Name, Node<Value>)], object: &Node<Value>) -> Result<(), Refusal> {
        for (number, (name, value)) in fields.iter().enumerate() {
            if fields[..number].iter().any(|(before, _)| before == name) {
                let message = format!("The field `{name}` of an input object is given twice.");
                let place = self.places.begin(name.location().or(object.location()));
                return Err(Refusal::new(Code::ValidationError, message).at(place));
            }
            self.value(None, value, name)?;
        }
        Ok(())
    }

    fn fields(
        &self,
        input: &InputObjectType,
        fields: &[(Name, Node<Value>)],
        path: &str,
    ) -> Result<(), Refusal> {
        let given = fields.iter().filter(|(_, value)| !value.is_null()).count();
        one_field(Code::ValidationError, input, fields.len(), given)?;
        fields.iter().try_for_each(|(name, value)| {
            let Some(field) = input.fields.get(name) else { return Ok(()) };
            // The one field of several must not become null by a variable.
            let ty = if is_one_of(input) { (*field.ty).clone().non_null() } else { (*field.ty).clone() };
            let slot = Slot { ty: &ty, falls_back: field.default_value.is_some() };
            self.value(Some(slot), value, &below(path, name))
        })
    }

    /// A value of a scalar of ours, about which the validator knows nothing.
    fn scalar(&self, slot: Option<Slot<'_>>, value: &Node<Value>, path: &str) -> Result<(), Refusal> {
        let name = slot.map_or("", |slot| slot.ty.inner_named_type().as_str());
        let reason = match &**value {
            Value::String(text) => {
                scalar::misfit(name, text).map(|reason| format!("{reason}, not \"{}\"", excerpt(text)))
            }
            _ if scalar::is_text(name) => Some("must be a text".to_owned()),
            _ => None,
        };
        reason.map_or(Ok(()), |reason| Err(self.misfit(value, path, &reason)))
    }

    fn misfit(&self, value: &Node<Value>, path: &str, reason: &str) -> Refusal {
        let refusal = Refusal::new(Code::ValidationError, format!("{path}: {reason}"));
        refusal.about(path).at(self.places.begin(value.location()))
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
