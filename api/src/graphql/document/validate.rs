//! Whether a document says something in this schema.
//!
//! The rules of the specification are apollo-compiler's: async-graphql lets some invalid operations through and refuses
//! some valid ones. What apollo-compiler 1 does not know yet is `@oneOf`, which is checked here.

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::{Document, Type, Value},
    collections::HashMap,
    executable::{Selection, SelectionSet},
    parser::Parser,
    response::{GraphQLError, JsonMap, JsonValue},
    schema::{ExtendedType, InputObjectType},
    validation::{DiagnosticList, Valid},
};
use async_graphql::Pos;

use super::refusal::Refusal;
use crate::graphql::Code;

/// The schema as the validator knows it.
pub(super) struct Validator {
    /// The types.
    pub(super) schema: Valid<Schema>,
    one_of: bool,
}

impl Validator {
    /// Reads the schema from its text.
    pub(super) fn new(sdl: &str) -> Result<Self, String> {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql").map_err(|error| error.to_string())?;
        let one_of =
            schema.types.values().any(|ty| matches!(ty, ExtendedType::InputObject(ty) if is_one_of(ty)));
        Ok(Self { schema, one_of })
    }

    /// Parses a document that the guard has let through.
    pub(super) fn parse(document: &str) -> Result<Document, Refusal> {
        let parsed = Parser::new().parse_ast(document, "request");
        parsed.map_err(|wrong| refusal(Code::ParseError, &wrong.errors))
    }

    /// Checks a document whose shape is bounded.
    pub(super) fn validate(&self, document: &Document) -> Result<Valid<ExecutableDocument>, Refusal> {
        let document = document.to_executable_validate(&self.schema);
        let document = document.map_err(|wrong| refusal(Code::ValidationError, &wrong.errors))?;
        if self.one_of {
            self.literals(&document)?;
        }
        Ok(document)
    }

    /// Checks every literal in a document against `@oneOf`.
    fn literals(&self, document: &ExecutableDocument) -> Result<(), Refusal> {
        for operation in document.operations.iter() {
            for variable in &operation.variables {
                if let Some(value) = &variable.default_value {
                    self.literal(&variable.ty, value)?;
                }
            }
            self.arguments(&operation.selection_set)?;
        }
        document.fragments.values().try_for_each(|fragment| self.arguments(&fragment.selection_set))
    }

    fn arguments(&self, set: &SelectionSet) -> Result<(), Refusal> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let types: HashMap<_, _> = field
                        .definition
                        .arguments
                        .iter()
                        .map(|argument| (&argument.name, &argument.ty))
                        .collect();
                    for argument in &field.arguments {
                        if let Some(ty) = types.get(&argument.name) {
                            self.literal(ty, &argument.value)?;
                        }
                    }
                    self.arguments(&field.selection_set)?;
                }
                Selection::InlineFragment(inline) => self.arguments(&inline.selection_set)?,
                Selection::FragmentSpread(_) => (),
            }
        }
        Ok(())
    }

    fn literal(&self, ty: &Type, value: &Value) -> Result<(), Refusal> {
        match value {
            Value::List(items) => items.iter().try_for_each(|item| self.literal(ty.item_type(), item)),
            Value::Object(fields) => {
                let Some(input) = self.schema.get_input_object(ty.inner_named_type()) else { return Ok(()) };
                let given = fields.iter().filter(|(_, value)| !value.is_null()).count();
                one_field(Code::ValidationError, input, fields.len(), given)?;
                let typed = fields.iter().filter_map(|(name, value)| Some((input.fields.get(name)?, value)));
                typed.into_iter().try_for_each(|(field, value)| self.literal(&field.ty, value))
            }
            _ => Ok(()),
        }
    }

    /// Checks coerced variables against `@oneOf`.
    pub(super) fn variable(&self, ty: &Type, value: &JsonValue) -> Result<(), Refusal> {
        if !self.one_of {
            return Ok(());
        }
        match value {
            JsonValue::Array(items) => items.iter().try_for_each(|item| self.variable(ty.item_type(), item)),
            JsonValue::Object(fields) => {
                let Some(input) = self.schema.get_input_object(ty.inner_named_type()) else { return Ok(()) };
                let given = fields.values().filter(|value| !value.is_null()).count();
                one_field(Code::InvalidArgument, input, fields.len(), given)?;
                self.fields(input, fields)
            }
            _ => Ok(()),
        }
    }

    fn fields(&self, input: &InputObjectType, fields: &JsonMap) -> Result<(), Refusal> {
        let typed = fields.iter().filter_map(|(name, value)| Some((input.fields.get(name.as_str())?, value)));
        typed.into_iter().try_for_each(|(field, value)| self.variable(&field.ty, value))
    }
}

fn is_one_of(ty: &InputObjectType) -> bool {
    ty.directives.get("oneOf").is_some()
}

fn one_field(code: Code, ty: &InputObjectType, fields: usize, given: usize) -> Result<(), Refusal> {
    if is_one_of(ty) && (fields, given) != (1, 1) {
        return Err(Refusal::new(
            code,
            format!("Exactly one field of {} must be given, and not null.", ty.name),
        ));
    }
    Ok(())
}

/// What is wrong, without where the compiler keeps it.
fn refusal(code: Code, wrong: &DiagnosticList) -> Refusal {
    Refusal::many(code, wrong.iter().map(|diagnostic| reason(diagnostic.to_json())))
}

/// Places in the schema's text are not among the locations: the sources of a document hold the document only.
fn reason(error: GraphQLError) -> (String, Option<Pos>) {
    let place = error.locations.first().map(|at| Pos { line: at.line, column: at.column });
    (error.message, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "
        directive @oneOf on INPUT_OBJECT
        directive @specifiedBy(url: String!) on SCALAR
        scalar Date @specifiedBy(url: \"https://example.org\")
        input By @oneOf { id: ID name: String deeper: By }
        type Query { find(by: By, day: Date, all: [By!]): Int other: Query }
        type Subscription { one: Int two: Int }";

    fn says(document: &str) -> Option<(String, Vec<Pos>)> {
        let validator = Validator::new(SDL).unwrap();
        let document = Validator::parse(document).unwrap();
        let refusal = validator.validate(&document).err()?;
        let error = refusal.into_errors().remove(0);
        Some((error.message, error.locations))
    }

    #[test]
    fn the_rules_hold_and_say_where() {
        let (message, places) = says("{ fnd }").unwrap();
        assert!(message.contains("fnd") && !message.to_lowercase().contains("did you mean"), "{message}");
        assert_eq!(places, [Pos { line: 1, column: 3 }]);
        assert!(!message.contains("schema.graphql"), "{message}");
        assert!(says("{ other }").is_some_and(|(message, _)| !message.contains("Did you mean")));
        assert!(says("subscription { one two }").is_some());
        assert!(says("subscription { one }").is_none());
        assert!(says("{ find(day: \"2026-01-01\") }").is_none());
    }

    #[test]
    fn exactly_one_field_of_a_one_of() {
        for (by, good) in [
            ("{ id: 1 }", true),
            ("{ id: 1, name: \"a\" }", false),
            ("{ id: null }", false),
            ("{}", false),
            ("{ deeper: { id: 1, name: \"a\" } }", false),
            ("{ deeper: { id: 1 } }", true),
            ("$by", true),
        ] {
            let document = match by {
                "$by" => "query($by: By) { find(by: $by) }".to_owned(),
                by => format!("{{ other {{ find(by: {by}) }} }}"),
            };
            assert_eq!(says(&document).is_none(), good, "{by}");
        }
        assert!(says("{ find(all: [{ id: 1 }, {}]) }").is_some());
        assert!(says("query($by: By = {}) { find(by: $by) }").is_some());
    }
}
