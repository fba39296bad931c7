//! Rules about literals that apollo-compiler 1 does not know yet: a field of an input object is named once, and of one that is
//! `@oneOf` exactly one is given.

use apollo_compiler::{
    ExecutableDocument, Node, Schema,
    ast::{Argument, DirectiveList, InputValueDefinition, Type, Value},
    executable::{Selection, SelectionSet},
    schema::InputObjectType,
};

use super::{places::Places, refusal::Refusal};
use crate::graphql::Code;

/// Checks every literal of a document.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Result<(), Refusal> {
    let walk = Walk { schema, places: Places::of(&document.sources) };
    for operation in document.operations.iter() {
        walk.directives(&operation.directives)?;
        for variable in &operation.variables {
            walk.directives(&variable.directives)?;
            if let Some(value) = &variable.default_value {
                walk.value(Some(&variable.ty), value)?;
            }
        }
        walk.selections(&operation.selection_set)?;
    }
    document.fragments.values().try_for_each(|fragment| {
        walk.directives(&fragment.directives)?;
        walk.selections(&fragment.selection_set)
    })
}

struct Walk<'a> {
    schema: &'a Schema,
    places: Places<'a>,
}

impl Walk<'_> {
    fn selections(&self, set: &SelectionSet) -> Result<(), Refusal> {
        for selection in &set.selections {
            self.directives(selection.directives())?;
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.definition.arguments, &field.arguments)?;
                    self.selections(&field.selection_set)?;
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set)?,
                Selection::FragmentSpread(_) => (),
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
            self.value(definition.map(|definition| &*definition.ty), &argument.value)
        })
    }

    fn value(&self, ty: Option<&Type>, value: &Node<Value>) -> Result<(), Refusal> {
        match &**value {
            Value::List(items) => items.iter().try_for_each(|item| self.value(ty.map(Type::item_type), item)),
            Value::Object(fields) => {
                for (number, (name, _)) in fields.iter().enumerate() {
                    if fields[..number].iter().any(|(before, _)| before == name) {
                        let message = format!("The field `{name}` of an input object is given twice.");
                        let refusal = Refusal::new(Code::ValidationError, message);
                        return Err(refusal.at(self.places.begin(name.location().or(value.location()))));
                    }
                }
                let input = ty.and_then(|ty| self.schema.get_input_object(ty.inner_named_type()));
                if let Some(input) = input {
                    let given = fields.iter().filter(|(_, value)| !value.is_null()).count();
                    one_field(Code::ValidationError, input, fields.len(), given)?;
                }
                fields.iter().try_for_each(|(name, value)| {
                    let field = input.and_then(|input| input.fields.get(name));
                    self.value(field.map(|field| &*field.ty), value)
                })
            }
            _ => Ok(()),
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
    if ty.directives.get("oneOf").is_some() && (fields, given) != (1, 1) {
        return Err(Refusal::new(
            code,
            format!("Exactly one field of {} must be given, and not null.", ty.name),
        ));
    }
    Ok(())
}
