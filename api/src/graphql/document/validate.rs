//! Whether a document is valid for the schema.
//!
//! The rules of the specification are checked by apollo-compiler: async-graphql accepts some invalid operations and
//! refuses some valid ones. Checks that apollo-compiler 1 lacks are in [`literal`], and definitions that it lacks are
//! added to its schema here.

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::{Document, FieldDefinition, Type},
    diagnostic::ToCliReport,
    name,
    parser::{Parser, SourceSpan},
    response::{JsonMap, JsonValue},
    schema::{Component, ExtendedType, InputObjectType},
    ty,
    validation::Valid,
};

use super::{
    causes,
    fit::Fit,
    literal,
    places::{DOCUMENT, Places},
    refusal::{MAX_ERRORS, Refusal},
};
use crate::graphql::Code;

/// The parser's names for punctuation.
const PUNCTUATION: [(&str, &str); 6] = [
    ("L_CURLY", "`{`"),
    ("R_CURLY", "`}`"),
    ("L_PAREN", "`(`"),
    ("R_PAREN", "`)`"),
    ("L_BRACK", "`[`"),
    ("R_BRACK", "`]`"),
];

/// The schema for the validator.
pub(super) struct Validator {
    /// The types.
    pub(super) schema: Valid<Schema>,
}

impl Validator {
    /// Reads the schema from its text.
    pub(super) fn new(sdl: &str) -> Result<Self, String> {
        let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|error| error.to_string())?;
        if let Some(ExtendedType::Object(of_types)) = schema.types.get_mut("__Type") {
            let is_one_of = FieldDefinition {
                description: None,
                name: name!(isOneOf),
                arguments: Vec::new(),
                ty: ty!(Boolean),
                directives: Default::default(),
            };
            of_types.make_mut().fields.entry(name!(isOneOf)).or_insert_with(|| Component::new(is_one_of));
        }
        Ok(Self { schema: schema.validate().map_err(|error| error.to_string())? })
    }

    /// The types for checking values. `hints`: whether the caller may know what exists.
    pub(super) fn fit(&self, hints: bool) -> Fit<'_> {
        Fit { schema: &self.schema, hints, examined: false }
    }

    /// Parses a document that the guard has admitted. Only the first error is reported: after it, a parser only
    /// guesses.
    pub(super) fn parse(document: &str) -> Result<Document, Refusal> {
        let parsed = Parser::new().parse_ast(document, DOCUMENT);
        parsed.map_err(|wrong| {
            let offset = |span: Option<SourceSpan>| span.map_or(usize::MAX, |span| span.offset());
            let first = wrong.errors.iter().min_by_key(|wrong| offset(wrong.error.location()));
            let reason = first.map(|wrong| {
                let words = wrong.error.to_string();
                let message = PUNCTUATION.iter().fold(words, |words, (name, sign)| words.replace(name, sign));
                (message, Places::new(document).begin(wrong.error.location()))
            });
            Refusal::many(Code::ParseError, reason)
        })
    }

    /// Validates a document whose shape is bounded. `hints`: whether the caller may know what exists.
    pub(super) fn validate(
        &self,
        document: &Document,
        hints: bool,
    ) -> Result<Valid<ExecutableDocument>, Refusal> {
        let fit = self.fit(hints);
        let (mut wrong, valid) = match document.to_executable_validate(&self.schema) {
            Ok(valid) => (literal::check(fit, &valid), Some(valid)),
            Err(broken) => {
                let causes = causes::report(&self.schema, document, &broken.errors, hints);
                let causes = causes.into_iter().map(|(message, place)| {
                    (place, Refusal::many(Code::ValidationError, [(message, place)]))
                });
                (causes.chain(literal::check(fit, &broken.partial)).collect(), None)
            }
        };
        // Errors without a position come last.
        wrong.sort_by_key(|(place, _)| (place.is_none(), *place));
        let refused = wrong.into_iter().map(|(_, refusal)| refusal).take(MAX_ERRORS).reduce(Refusal::and);
        match (valid, refused) {
            (_, Some(refusal)) => Err(refusal),
            (Some(valid), None) => Ok(valid),
            (None, None) => {
                Err(Refusal::new(Code::ValidationError, "The document does not match the schema."))
            }
        }
    }

    /// Checks coerced variables against `@oneOf`.
    pub(super) fn variable(&self, ty: &Type, value: &JsonValue) -> Result<(), Refusal> {
        match value {
            JsonValue::Array(items) => items.iter().try_for_each(|item| self.variable(ty.item_type(), item)),
            JsonValue::Object(fields) => {
                let Some(input) = self.schema.get_input_object(ty.inner_named_type()) else { return Ok(()) };
                let given = fields.values().filter(|value| !value.is_null()).count();
                literal::one_field(Code::InvalidArgument, input, fields.len(), given)?;
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

#[cfg(test)]
mod tests {
    use async_graphql::Pos;

    use super::*;

    const SDL: &str = "
        directive @oneOf on INPUT_OBJECT
        directive @specifiedBy(url: String!) on SCALAR
        scalar Date @specifiedBy(url: \"https://example.org\")
        scalar Any
        input By @oneOf { id: ID name: String deeper: By }
        input In { rating: Float! day: Date days: [Date!] size: Int! = 3 }
        type Query { find(by: By, day: Date, any: Any, all: [By!], in: In): Int other: Query }
        type Subscription { one: Int two: Int }";

    fn says(document: &str) -> Option<(String, Vec<Pos>)> {
        let validator = Validator::new(SDL).unwrap();
        let document = Validator::parse(document).unwrap();
        let refusal = validator.validate(&document, false).err()?;
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
        assert!(says("{ __type(name: \"By\") { isOneOf } }").is_none());
    }

    #[test]
    fn a_field_of_an_input_object_is_named_once() {
        for twice in [
            "{ other { find(by: { name: \"a\", name: \"b\" }) } }",
            "{ find(by: { deeper: { id: 1 id: 1 } }) }",
            "{ find(all: [{ id: 1 }, { id: 1, id: 2 }]) }",
            "query($by: By = { id: 1, id: 1 }) { find(by: $by) }",
            "{ other { ...F } } fragment F on Query { find(by: { id: 1, id: 1 }) }",
            // Even in arbitrary scalars.
            "{ find(any: { a: 1, a: 2 }) }",
        ] {
            let (message, places) = says(twice).expect(twice);
            assert!(message.contains("occurs twice") && places.len() == 1, "{twice}: {message} {places:?}");
        }
    }

    #[test]
    fn a_variable_fits_where_it_stands_and_a_scalar_of_ours_takes_what_it_can_read() {
        for (document, path) in [
            ("query($r: Float) { find(in: { rating: $r }) }", Some("in.rating")),
            ("query($r: Float = null) { find(in: { rating: $r }) }", Some("in.rating")),
            ("query($r: Float = 2) { find(in: { rating: $r }) }", None),
            ("query($r: Float!) { find(in: { rating: $r }) }", None),
            ("query($n: Int) { find(in: { rating: 1, size: $n }) }", None),
            ("query($d: Date) { find(in: { rating: 1, days: [$d] }) }", Some("in.days.0")),
            ("query($d: Date!) { find(in: { rating: 1, days: [\"2026-01-01\", $d] }) }", None),
            ("query($d: [Date]) { find(in: { rating: 1, days: $d }) }", Some("in.days")),
            ("query($d: Date!) { find(in: { rating: 1, days: $d }) }", Some("in.days")),
            ("query($n: String) { find(by: { name: $n }) }", Some("by.name")),
            ("query($n: String!) { find(by: { name: $n }) }", None),
            (
                "query($n: String) { other { ...F } } fragment F on Query { find(by: { name: $n }) }",
                Some("by.name"),
            ),
            ("{ find(day: \"2026-02-30\") }", Some("day")),
            ("{ find(day: 20260230) }", Some("day")),
            ("{ find(day: SOON) }", Some("day")),
            ("{ find(day: [\"2026-02-28\"]) }", Some("day")),
            ("{ find(in: { rating: 1, day: { a: 1 } }) }", Some("in.day")),
            ("{ find(in: { rating: 1, day: null, days: \"2026-02-28\" }) }", None),
            ("{ find(in: { rating: 1, days: [\"2026-02-28\", \"x\"] }) }", Some("in.days.1")),
            ("query($d: Date = \"x\") { find(day: $d) }", Some("d")),
            ("{ find(any: { a: [1, { b: 2 }] }) }", None),
        ] {
            let found = says(document);
            match path {
                None => assert!(found.is_none(), "{document}: {found:?}"),
                Some(path) => {
                    let (message, places) = found.expect(document);
                    assert!(message.starts_with(&format!("{path}: ")), "{document}: {message}");
                    assert_eq!(places.len(), 1, "{document}");
                }
            }
        }
    }

    #[test]
    fn every_mistake_is_told_in_the_order_of_the_document() {
        let validator = Validator::new(SDL).unwrap();
        let document = "{ a: find(day: \"x\") nothing b: find(in: { rating: 1, days: [\"y\", 7] }) ...F c: find(by: {}) }
            fragment F on Query { d: find(by: { id: 1, id: 2 }) }";
        let refusal = validator.validate(&Validator::parse(document).unwrap(), false).unwrap_err();
        let said: Vec<_> = refusal.into_errors().into_iter().map(|error| error.message).collect();
        let begin = ["day: ", "Type `Query`", "in.days.0: ", "in.days.1: ", "Exactly one", "The field `id`"];
        assert_eq!(said.len(), begin.len(), "{said:?}");
        for begin in begin {
            assert!(said.iter().any(|said| said.starts_with(begin)), "{begin}: {said:?}");
        }
    }

    #[test]
    fn only_the_first_mistake_of_syntax_is_told() {
        let errors = Validator::parse("{ find(by: { id: 1 } { [ }").unwrap_err().into_errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].message, "Syntax error: expected `)`, got {.");
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
