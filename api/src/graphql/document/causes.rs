//! The causes of the errors in a document.
//!
//! The validator omits unknown names, and then reports the consequences: the parent of a misspelled field has no
//! selection, a variable or a fragment is unused, a required argument is missing. The original document distinguishes
//! the two: consequences are omitted, and each cause is reported with a suggestion.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{
        Argument, Definition, DirectiveList, Document, InputValueDefinition, OperationType, Selection, Type,
        Value,
    },
    diagnostic::ToCliReport,
    parser::SourceSpan,
    schema::{EnumType, ExtendedType, InputObjectType},
    validation::DiagnosticList,
};
use async_graphql::Pos;

use super::{
    meant::{MAX_SUGGESTIONS, Names, is_near, nearest, question},
    places::Places,
    refusal::MAX_ERRORS,
};

/// Maximum number of unknown names that may explain an unused one. With more, it is not a typing error.
const MAX_UNKNOWN: usize = 20;

/// The causes in the order of the document, each with its position. `hints`: whether the caller may know what exists.
pub(super) fn report(
    schema: &Schema,
    document: &Document,
    wrong: &DiagnosticList,
    hints: bool,
) -> Vec<(String, Option<Pos>)> {
    let (written, places) = (Written::read(schema, document), Places::of(&document.sources));
    let mut told = Vec::new();
    for diagnostic in wrong.iter() {
        let span = diagnostic.error.location();
        let kind = diagnostic.error.unstable_error_name().unwrap_or_default();
        let message = diagnostic.error.to_string();
        if !written.follows(kind, &message, span) {
            told.push((span.map(|span| span.offset()), message, places.begin(span)));
        }
    }
    told.sort_by_key(|(offset, ..)| offset.unwrap_or(usize::MAX));
    told.dedup();
    let tell = |(offset, message, place): (Option<usize>, String, _)| {
        let meant = match offset {
            Some(offset) if hints => written.meant(offset),
            _ => None,
        };
        (message + &meant.unwrap_or_default(), place)
    };
    told.into_iter().take(MAX_ERRORS).map(tell).collect()
}

/// Names among which one was not found.
enum Among<'a> {
    Fields(&'a str),
    Arguments(&'a [Node<InputValueDefinition>]),
    Inputs(&'a InputObjectType),
    Members(&'a EnumType),
    Types { of_input: bool },
    Directives,
    Variables,
    Fragments,
}

/// The original document. Elements are identified by their byte offsets.
struct Written<'a> {
    schema: &'a Schema,
    /// Unknown names, and the names among which they were not found.
    unknown: HashMap<usize, (&'a str, Among<'a>)>,
    /// Fields, directives and input objects with unknown arguments or fields.
    misused: HashSet<usize>,
    /// Fields with a selection.
    selecting: HashSet<usize>,
    /// Fields, directives and input objects with null values: the error is reported at the null.
    nulls: HashMap<usize, Vec<&'a str>>,
    variables: HashMap<usize, &'a str>,
    fragments: HashMap<usize, &'a str>,
    spreads: HashMap<usize, &'a str>,
    used: HashSet<&'a str>,
    /// Variables that are used but not declared.
    undeclared: Vec<&'a str>,
    /// Fragments that are spread but not defined.
    undefined: Vec<&'a str>,
    /// Defined fragments, and spread ones.
    defined: HashSet<&'a str>,
    spread: HashSet<&'a str>,
}

impl<'a> Written<'a> {
    fn read(schema: &'a Schema, document: &'a Document) -> Self {
        let mut written = Self {
            schema,
            unknown: HashMap::new(),
            misused: HashSet::new(),
            selecting: HashSet::new(),
            nulls: HashMap::new(),
            variables: HashMap::new(),
            fragments: HashMap::new(),
            spreads: HashMap::new(),
            used: HashSet::new(),
            undeclared: Vec::new(),
            undefined: Vec::new(),
            defined: HashSet::new(),
            spread: HashSet::new(),
        };
        // Variables before their uses.
        for definition in &document.definitions {
            if let Definition::OperationDefinition(operation) = definition {
                for variable in &operation.variables {
                    let (at, ty) = (at(variable.location()), variable.ty.inner_named_type());
                    written.variables.insert(at, &variable.name);
                    if !schema.types.contains_key(ty) {
                        written.unknown.insert(at, (ty, Among::Types { of_input: true }));
                    }
                    written.directives(&variable.directives);
                    if let Some(value) = &variable.default_value {
                        written.value(Some(&variable.ty), value);
                    }
                }
            }
        }
        for definition in &document.definitions {
            match definition {
                Definition::OperationDefinition(operation) => {
                    written.directives(&operation.directives);
                    let root = written.root(operation.operation_type);
                    written.selections(root, &operation.selection_set);
                }
                Definition::FragmentDefinition(fragment) => {
                    written.fragments.insert(at(fragment.location()), &fragment.name);
                    written.directives(&fragment.directives);
                    let on = written.condition(&fragment.type_condition);
                    written.selections(on, &fragment.selection_set);
                }
                _ => (),
            }
        }
        let declared: HashSet<_> = written.variables.values().copied().collect();
        let undeclared = written.used.iter().copied().filter(|used| !declared.contains(used));
        written.undeclared = undeclared.take(MAX_UNKNOWN).collect();
        written.defined = written.fragments.values().copied().collect();
        written.spread = written.spreads.values().copied().collect();
        let undefined = written.spread.iter().copied().filter(|spread| !written.defined.contains(spread));
        written.undefined = undefined.take(MAX_UNKNOWN).collect();
        written
    }

    fn root(&self, ty: OperationType) -> Option<&'a str> {
        self.schema.root_operation(ty).map(Name::as_str)
    }

    fn condition(&mut self, on: &'a Name) -> Option<&'a str> {
        if self.schema.types.contains_key(on) {
            return Some(on);
        }
        self.unknown.insert(at(on.location()), (on, Among::Types { of_input: false }));
        None
    }

    /// Selections on a type, if it is known.
    fn selections(&mut self, on: Option<&'a str>, set: &'a [Selection]) {
        for selection in set {
            match selection {
                Selection::Field(field) => {
                    self.directives(&field.directives);
                    if !field.selection_set.is_empty() {
                        self.selecting.insert(at(field.location()));
                    }
                    let definition = on.and_then(|on| self.schema.type_field(on, &field.name).ok());
                    if let (Some(on), None) = (on, definition) {
                        self.unknown.insert(at(field.name.location()), (&field.name, Among::Fields(on)));
                    }
                    let known = definition.map(|definition| definition.arguments.as_slice());
                    self.arguments(at(field.location()), known, &field.arguments);
                    let below = definition.map(|definition| definition.ty.inner_named_type().as_str());
                    self.selections(below, &field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    let on = match &inline.type_condition {
                        Some(condition) => self.condition(condition),
                        None => on,
                    };
                    self.selections(on, &inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    self.spreads.insert(at(spread.location()), &spread.fragment_name);
                    self.unknown.insert(at(spread.location()), (&spread.fragment_name, Among::Fragments));
                }
            }
        }
    }

    fn directives(&mut self, list: &'a DirectiveList) {
        for directive in list.iter() {
            let known = self.schema.directive_definitions.get(&directive.name);
            if known.is_none() {
                self.unknown.insert(at(directive.location()), (&directive.name, Among::Directives));
            }
            let known = known.map(|definition| definition.arguments.as_slice());
            self.arguments(at(directive.location()), known, &directive.arguments);
        }
    }

    /// The arguments of a field or a directive, and their definitions.
    fn arguments(
        &mut self,
        whose: usize,
        known: Option<&'a [Node<InputValueDefinition>]>,
        given: &'a [Node<Argument>],
    ) {
        for argument in given {
            let definition = known.and_then(|known| known.iter().find(|known| known.name == argument.name));
            if let (Some(known), None) = (known, definition) {
                self.misused.insert(whose);
                let unknown = (argument.name.as_str(), Among::Arguments(known));
                self.unknown.insert(at(argument.location()), unknown);
            }
            self.note_null(whose, &argument.name, &argument.value);
            self.value(definition.map(|definition| &*definition.ty), &argument.value);
        }
    }

    fn value(&mut self, ty: Option<&'a Type>, value: &'a Node<Value>) {
        let named = ty.and_then(|ty| self.schema.types.get(ty.inner_named_type()));
        match (&**value, named) {
            (Value::Variable(name), _) => {
                self.used.insert(name);
                self.unknown.insert(at(value.location()), (name, Among::Variables));
            }
            (Value::List(items), _) => items.iter().for_each(|item| self.value(ty, item)),
            (Value::Enum(member), Some(ExtendedType::Enum(known))) => {
                self.unknown.insert(at(member.location()), (member, Among::Members(known)));
            }
            (Value::Object(fields), named) => {
                let input = match named {
                    Some(ExtendedType::InputObject(input)) => Some(&**input),
                    _ => None,
                };
                for (name, given) in fields {
                    self.note_null(at(value.location()), name, given);
                    let known = input.map(|input| input.fields.get(name));
                    if let (Some(input), Some(None)) = (input, known) {
                        self.misused.insert(at(value.location()));
                        self.unknown.insert(at(given.location()), (name, Among::Inputs(input)));
                    }
                    self.value(known.flatten().map(|known| &*known.ty), given);
                }
            }
            _ => (),
        }
    }

    fn note_null(&mut self, whose: usize, name: &'a str, value: &Value) {
        if value.is_null() {
            self.nulls.entry(whose).or_default().push(name);
        }
    }

    /// Whether an error of this kind is a consequence of another, or is reported by [`literal`](super::literal) with
    /// the position of the value.
    fn follows(&self, kind: &str, message: &str, span: Option<SourceSpan>) -> bool {
        let at = at(span);
        // It is written as an argument, `Type.field(name:)`, or as a field, `Type.name`.
        let is_null =
            |name: &&str| message.contains(&format!("({name}:)`")) || message.contains(&format!(".{name}`"));
        match kind {
            "UnsupportedValueType"
            | "IntCoercionError"
            | "FloatCoercionError"
            | "DisallowedVariableUsage" => true,
            "MissingSubselection" => self.selecting.contains(&at),
            "RequiredArgument" | "RequiredField" => {
                self.misused.contains(&at)
                    || self.nulls.get(&at).is_some_and(|nulls| nulls.iter().any(is_null))
            }
            "UnusedVariable" => self.variables.get(&at).is_some_and(|variable| {
                self.used.contains(variable) || self.undeclared.iter().any(|used| is_near(used, variable))
            }),
            "UnusedFragment" => self.fragments.get(&at).is_some_and(|fragment| {
                self.spread.contains(fragment)
                    || self.undefined.iter().any(|spread| is_near(spread, fragment))
            }),
            "UndefinedFragment" => self.spreads.get(&at).is_some_and(|spread| self.defined.contains(spread)),
            _ => false,
        }
    }

    /// The suggestion.
    fn meant(&self, offset: usize) -> Option<String> {
        let (wrong, among) = self.unknown.get(&offset)?;
        let near = |names: Names<'_, '_>| nearest(wrong, names);
        let (sign, names) = match among {
            Among::Fields(ty) => {
                let ty = self.schema.types.get(*ty)?;
                let near = near(&mut fields(ty));
                ("", if near.is_empty() { self.deeper(ty, wrong) } else { near })
            }
            Among::Arguments(known) => ("", near(&mut known.iter().map(|known| known.name.as_str()))),
            Among::Inputs(input) => ("", near(&mut input.fields.keys().map(Name::as_str))),
            Among::Members(known) if known.values.contains_key(*wrong) => return None,
            Among::Members(known) => ("", near(&mut known.values.keys().map(Name::as_str))),
            Among::Types { of_input } => {
                let fits = |ty: &&ExtendedType| match of_input {
                    true => ty.is_input_type(),
                    false => ty.is_object() || ty.is_interface() || ty.is_union(),
                };
                ("", near(&mut self.schema.types.values().filter(fits).map(|ty| ty.name().as_str())))
            }
            Among::Directives => ("@", near(&mut self.schema.directive_definitions.keys().map(Name::as_str))),
            Among::Variables if self.variables.values().any(|known| known == wrong) => return None,
            Among::Variables => ("$", near(&mut self.variables.values().copied())),
            Among::Fragments => ("", near(&mut self.fragments.values().copied())),
        };
        question(sign, &names)
    }
}

impl Written<'_> {
    /// The fields of a type that lead to a field, if there are few: for a field of the nodes that is selected on their
    /// connection.
    fn deeper(&self, ty: &ExtendedType, wrong: &str) -> Vec<String> {
        let leads = |field: &&str| {
            let below = self.schema.type_field(ty.name(), field).ok();
            below.is_some_and(|below| self.schema.type_field(below.ty.inner_named_type(), wrong).is_ok())
        };
        let found: Vec<_> = fields(ty).filter(leads).map(|field| format!("{field} {{ {wrong} }}")).collect();
        if found.len() > MAX_SUGGESTIONS { Vec::new() } else { found }
    }
}

fn at(span: Option<SourceSpan>) -> usize {
    span.map_or(usize::MAX, |span| span.offset())
}

fn fields(ty: &ExtendedType) -> Box<dyn Iterator<Item = &str> + '_> {
    match ty {
        ExtendedType::Object(object) => Box::new(object.fields.keys().map(Name::as_str)),
        ExtendedType::Interface(interface) => Box::new(interface.fields.keys().map(Name::as_str)),
        _ => Box::new(std::iter::empty()),
    }
}
