//! A valid document in the form that the executor needs.
//!
//! It is built from the validator's tree, not parsed again, so the two parsers cannot disagree. Each field is marked by
//! how far its errors propagate.

use std::collections::{HashMap, HashSet};

use apollo_compiler::{
    ExecutableDocument, Name as CompiledName, Node,
    ast::{self, DirectiveList, Type},
    executable::{Operation, OperationType, Selection, SelectionSet},
    parser::SourceSpan,
};
use async_graphql::{Name, Number, Pos, Positioned, indexmap::IndexMap, parser::types as run};
use async_graphql_value::Value;

use super::places::Places;
use crate::graphql::reach::Mark;

/// Operations by name, and their fragments.
pub(super) struct Runnable {
    operations: HashMap<Option<CompiledName>, Positioned<run::OperationDefinition>>,
    fragments: HashMap<Name, Positioned<run::FragmentDefinition>>,
}

impl Runnable {
    pub(super) fn new(document: &ExecutableDocument) -> Self {
        let made = Making { places: Places::of(&document.sources) };
        let operations = document.operations.iter().map(|operation| {
            let place = made.place(operation.location());
            (operation.name.clone(), Positioned::new(made.operation(operation, place), place))
        });
        let fragments = document.fragments.values().map(|fragment| {
            let place = made.place(fragment.location());
            let definition = run::FragmentDefinition {
                type_condition: condition(fragment.type_condition(), place),
                directives: made.directives(&fragment.directives, place),
                selection_set: made.selections(&fragment.selection_set, place),
            };
            (name(&fragment.name), Positioned::new(definition, place))
        });
        Self { operations: operations.collect(), fragments: fragments.collect() }
    }

    /// An operation with the fragments. An argument whose variable has no value is omitted, as required by
    /// [CoerceArgumentValues](https://spec.graphql.org/draft/#CoerceArgumentValues()).
    pub(super) fn operation(
        &self,
        operation: &Operation,
        given: impl Fn(&str) -> bool,
    ) -> Option<run::ExecutableDocument> {
        let absent = operation.variables.iter().map(|variable| variable.name.as_str());
        let absent: HashSet<_> = absent.filter(|name| !given(name)).collect();
        let mut operation = self.operations.get(&operation.name)?.clone();
        let mut fragments = self.fragments.clone();
        if !absent.is_empty() {
            leave_out(&mut operation.node.selection_set.node, &absent);
            for fragment in fragments.values_mut() {
                leave_out(&mut fragment.node.selection_set.node, &absent);
            }
        }
        let operations = run::DocumentOperations::Single(operation);
        Some(run::ExecutableDocument { operations, fragments })
    }
}

fn leave_out(set: &mut run::SelectionSet, absent: &HashSet<&str>) {
    for selection in &mut set.items {
        match &mut selection.node {
            run::Selection::Field(field) => {
                let field = &mut field.node;
                field.arguments.retain(|(_, value)| {
                    !matches!(&value.node, Value::Variable(variable) if absent.contains(variable.as_str()))
                });
                leave_out(&mut field.selection_set.node, absent);
            }
            run::Selection::InlineFragment(inline) => leave_out(&mut inline.node.selection_set.node, absent),
            run::Selection::FragmentSpread(_) => (),
        }
    }
}

/// The positions of the document.
struct Making<'a> {
    places: Places<'a>,
}

impl Making<'_> {
    fn place(&self, span: Option<SourceSpan>) -> Pos {
        self.places.begin(span).unwrap_or_default()
    }

    fn directives(&self, list: &DirectiveList, place: Pos) -> Vec<Positioned<run::Directive>> {
        let directive = |directive: &Node<ast::Directive>| {
            let name = Positioned::new(name(&directive.name), place);
            let arguments = self.arguments(&directive.arguments);
            Positioned::new(run::Directive { name, arguments }, place)
        };
        list.iter().map(directive).collect()
    }

    /// Each has its own position: it identifies it in errors.
    fn arguments(&self, list: &[Node<ast::Argument>]) -> Vec<(Positioned<Name>, Positioned<Value>)> {
        let argument = |argument: &Node<ast::Argument>| {
            let (name_at, value_at) =
                (self.place(argument.location()), self.place(argument.value.location()));
            let name = Positioned::new(name(&argument.name), name_at);
            (name, Positioned::new(value(&argument.value), value_at))
        };
        list.iter().map(argument).collect()
    }

    fn operation(&self, operation: &Operation, place: Pos) -> run::OperationDefinition {
        let variables = operation.variables.iter().map(|variable| {
            let place = self.place(variable.location());
            let default = variable.default_value.as_ref().and_then(|default| value(default).into_const());
            let variable = run::VariableDefinition {
                name: Positioned::new(name(&variable.name), place),
                var_type: Positioned::new(ty(&variable.ty), place),
                directives: self.directives(&variable.directives, place),
                default_value: default.map(|default| Positioned::new(default, place)),
            };
            Positioned::new(variable, place)
        });
        run::OperationDefinition {
            ty: match operation.operation_type {
                OperationType::Query => run::OperationType::Query,
                OperationType::Mutation => run::OperationType::Mutation,
                OperationType::Subscription => run::OperationType::Subscription,
            },
            variable_definitions: variables.collect(),
            directives: self.directives(&operation.directives, place),
            selection_set: self.selections(&operation.selection_set, place),
        }
    }

    fn selections(&self, set: &SelectionSet, place: Pos) -> Positioned<run::SelectionSet> {
        let items = set.selections.iter().map(|selection| self.selection(&set.ty, selection)).collect();
        Positioned::new(run::SelectionSet { items }, place)
    }

    fn selection(&self, parent: &str, selection: &Selection) -> Positioned<run::Selection> {
        match selection {
            Selection::Field(field) => {
                let place = self.place(field.location());
                let mut directives = self.directives(&field.directives, place);
                directives.extend(Mark::of(parent, field).map(|mark| marked(mark, place)));
                let field = run::Field {
                    alias: field.alias.as_ref().map(|alias| Positioned::new(name(alias), place)),
                    name: Positioned::new(name(&field.name), place),
                    arguments: self.arguments(&field.arguments),
                    directives,
                    selection_set: self.selections(&field.selection_set, place),
                };
                Positioned::new(run::Selection::Field(Positioned::new(field, place)), place)
            }
            Selection::FragmentSpread(spread) => {
                let place = self.place(spread.location());
                let spread = run::FragmentSpread {
                    fragment_name: Positioned::new(name(&spread.fragment_name), place),
                    directives: self.directives(&spread.directives, place),
                };
                Positioned::new(run::Selection::FragmentSpread(Positioned::new(spread, place)), place)
            }
            Selection::InlineFragment(inline) => {
                let place = self.place(inline.location());
                let inline = run::InlineFragment {
                    type_condition: inline.type_condition.as_ref().map(|on| condition(on, place)),
                    directives: self.directives(&inline.directives, place),
                    selection_set: self.selections(&inline.selection_set, place),
                };
                Positioned::new(run::Selection::InlineFragment(Positioned::new(inline, place)), place)
            }
        }
    }
}

fn name(name: &CompiledName) -> Name {
    Name::new(name.as_str())
}

fn condition(on: &CompiledName, place: Pos) -> Positioned<run::TypeCondition> {
    Positioned::new(run::TypeCondition { on: Positioned::new(name(on), place) }, place)
}

fn marked(mark: Mark, place: Pos) -> Positioned<run::Directive> {
    let name = Positioned::new(Name::new(mark.directive()), place);
    Positioned::new(run::Directive { name, arguments: Vec::new() }, place)
}

fn ty(ty: &Type) -> run::Type {
    let (base, nullable) = match ty {
        Type::Named(named) => (run::BaseType::Named(name(named)), true),
        Type::NonNullNamed(named) => (run::BaseType::Named(name(named)), false),
        Type::List(item) => (run::BaseType::List(Box::new(self::ty(item))), true),
        Type::NonNullList(item) => (run::BaseType::List(Box::new(self::ty(item))), false),
    };
    run::Type { base, nullable }
}

fn value(literal: &ast::Value) -> Value {
    match literal {
        ast::Value::Null => Value::Null,
        ast::Value::Enum(member) => Value::Enum(name(member)),
        ast::Value::Variable(variable) => Value::Variable(name(variable)),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(yes) => Value::Boolean(*yes),
        ast::Value::Int(int) => number(int.as_str()),
        ast::Value::Float(float) => number(float.as_str()),
        ast::Value::List(items) => Value::List(items.iter().map(|item| value(item)).collect()),
        ast::Value::Object(fields) => {
            let fields = fields.iter().map(|(field, given)| (name(field), value(given)));
            Value::Object(fields.collect::<IndexMap<_, _>>())
        }
    }
}

/// A number with the precision of the executor. The validator has refused numbers out of the range of their types, so
/// only a custom scalar can have one that does not fit; it gets the digits.
fn number(digits: &str) -> Value {
    let exact = digits.parse::<i64>().map(Number::from).or_else(|_| digits.parse::<Number>());
    exact.map_or_else(|_| Value::String(digits.to_owned()), Value::Number)
}
