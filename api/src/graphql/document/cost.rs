//! The cost of an operation, computed before it runs.
//!
//! The cost is the number of fields that the response can have, plus the weights of its scores. A connection is as long
//! as the requested page; any other list is assumed to be as long as the longest list among the arguments, or ten.
//! Fields excluded by `@skip` and `@include` cost nothing.

use apollo_compiler::{
    ExecutableDocument, Node,
    ast::{DirectiveList, Value},
    executable::{Field, Operation, Selection, SelectionSet},
    response::{JsonMap, JsonValue},
};

use crate::graphql::page;

/// Weights of scores: a score reads a year of daily counts and takes as long as thousands of fields. A test looks for
/// every name in the schema.
const SCORE_WEIGHTS: &[(&str, &str, u64)] = &[
    ("Feature", "value", 200),
    ("Feature", "standardFigures", 200),
    ("Feature", "ratingDistribution", 50),
    ("Feature", "timeline", 500),
    ("Feature", "changePoint", 500),
    ("Feature", "trend", 500),
    ("Feature", "forecast", 300),
    ("Product", "value", 500),
    ("Product", "valueReport", 1_000),
    ("Feature", "alerts", 500),
    ("Product", "alerts", 500),
    ("Product", "standardFigures", 200),
    ("Product", "ratingDistribution", 50),
    ("Product", "timeline", 500),
    // For all points together: a list is assumed to have ten.
    ("TimelinePoint", "value", 50),
    ("Release", "ratingDistribution", 50),
    ("Product", "changePoint", 500),
    ("Product", "trend", 500),
    ("Product", "forecast", 300),
    ("Release", "regression", 500),
    ("FeatureRegression", "changePoint", 50),
    ("FeatureRegression", "suspects", 50),
    ("Feature", "commentWords", 300),
    ("Feature", "incidentWords", 100),
    ("Product", "commentWords", 500),
    ("Product", "incidentWords", 100),
    ("Release", "commentWords", 500),
    ("Release", "incidentWords", 100),
    ("Query", "productComparison", 500),
    ("Query", "scoreParameters", 200),
    ("Mutation", "computeScoreParameters", 2_000),
];

/// Lists that are longer than assumed: every type of the schema.
const LONG_LISTS: &[(&str, &str, u64)] = &[("__Schema", "types", 150)];

/// Assumed length of a list of unknown length.
const ASSUMED_LENGTH: u64 = 10;

/// Cost of a mutation besides the fields of its payload.
const MUTATION_COST: u64 = 10;

/// The cost of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Fields and scores.
    pub(super) total: u64,
    /// The part of the scores.
    pub(super) scores: u64,
}

impl Cost {
    fn and(self, other: Self) -> Self {
        Self {
            total: self.total.saturating_add(other.total),
            scores: self.scores.saturating_add(other.scores),
        }
    }

    fn times(self, n: u64) -> Self {
        Self { total: self.total.saturating_mul(n), scores: self.scores.saturating_mul(n) }
    }
}

/// The cost of an operation with its variables. The shape of the document is bounded: the walk expands at most as many
/// fields as the limits allow.
pub(super) fn of(document: &ExecutableDocument, operation: &Operation, variables: &JsonMap) -> Cost {
    let walk = Walk { document, variables };
    let writes = if operation.is_mutation() {
        operation.selection_set.selections.len() as u64 * MUTATION_COST
    } else {
        0
    };
    walk.selections(&operation.selection_set, None).and(Cost { total: writes, scores: 0 })
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
}

impl Walk<'_> {
    /// `rows` is the length of lists directly below, if known.
    fn selections(&self, set: &SelectionSet, rows: Option<u64>) -> Cost {
        let included = set.selections.iter().filter(|selection| self.included(selection.directives()));
        included.fold(Cost::default(), |sum, selection| {
            sum.and(match selection {
                Selection::Field(field) => self.field(set, field, rows),
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set, rows),
                Selection::FragmentSpread(spread) => match spread.fragment_def(self.document) {
                    Some(fragment) => self.selections(&fragment.selection_set, rows),
                    None => Cost::default(),
                },
            })
        })
    }

    fn field(&self, parent: &SelectionSet, field: &Field, rows: Option<u64>) -> Cost {
        let below = self.rows(field);
        let weight = listed(SCORE_WEIGHTS, parent, field).unwrap_or(0);
        let children = self.selections(&field.selection_set, below);
        let times = match field.ty().is_list() && !field.selection_set.is_empty() {
            // Introspection is always the same and not long, except for the list of types.
            true if parent.ty.starts_with("__") => listed(LONG_LISTS, parent, field).unwrap_or(1),
            true => rows.or(below).unwrap_or(ASSUMED_LENGTH),
            false => 1,
        };
        Cost { total: 1 + weight, scores: weight }.and(children.times(times))
    }

    /// The length of the lists below a field, or of the field itself: that of the page, or the number of given items.
    fn rows(&self, field: &Field) -> Option<u64> {
        if field.ty().inner_named_type().ends_with("Connection") {
            let asked = ["first", "last"].into_iter().find_map(|name| self.number(field, name));
            return Some(asked.unwrap_or(page::DEFAULT_ROWS as u64).min(page::MAX_ROWS as u64));
        }
        let longest = field.arguments.iter().map(|argument| self.longest(&argument.value)).max()?;
        (longest > ASSUMED_LENGTH).then_some(longest)
    }

    /// The value of a page argument. Null counts as omitted, and the resolver refuses negative ones.
    fn number(&self, field: &Field, name: &str) -> Option<u64> {
        let value = &field.specified_argument_by_name(name)?;
        match value.as_ref() {
            Value::Variable(variable) => self.variables.get(variable.as_str())?.as_u64(),
            value => value.to_i32().and_then(|n| n.try_into().ok()),
        }
    }

    /// The longest list in a value.
    fn longest(&self, value: &Value) -> u64 {
        match value {
            Value::Variable(name) => self.variables.get(name.as_str()).map_or(0, longest),
            Value::List(items) => {
                items.iter().map(|item| self.longest(item)).fold(items.len() as u64, u64::max)
            }
            Value::Object(fields) => fields.iter().map(|(_, field)| self.longest(field)).max().unwrap_or(0),
            _ => 0,
        }
    }

    fn included(&self, directives: &DirectiveList) -> bool {
        let says = |name: &str| {
            directives.get(name).and_then(|directive| self.yes(&directive.arguments.first()?.value))
        };
        says("include") != Some(false) && says("skip") != Some(true)
    }

    fn yes(&self, value: &Node<Value>) -> Option<bool> {
        match value.as_ref() {
            Value::Boolean(yes) => Some(*yes),
            Value::Variable(name) => self.variables.get(name.as_str())?.as_bool(),
            _ => None,
        }
    }
}

fn listed(table: &[(&str, &str, u64)], parent: &SelectionSet, field: &Field) -> Option<u64> {
    let this = |(ty, name, _): &&(&str, &str, u64)| parent.ty == *ty && field.name == *name;
    table.iter().find(this).map(|(_, _, n)| *n)
}

fn longest(value: &JsonValue) -> u64 {
    match value {
        JsonValue::Array(items) => items.iter().map(longest).fold(items.len() as u64, u64::max),
        JsonValue::Object(fields) => fields.values().map(longest).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graphql::{self, document::validate::Validator};

    fn cost(document: &str, variables: serde_json::Value) -> Cost {
        let validator = Validator::new(&graphql::builder().finish().sdl()).unwrap();
        let document = validator.validate(&Validator::parse(document).unwrap(), true).unwrap();
        let variables: JsonMap = serde_json::from_value(variables).unwrap();
        of(&document, document.operations.iter().next().unwrap(), &variables)
    }

    #[test]
    fn every_name_in_the_tables_is_in_the_schema() {
        let validator = Validator::new(&graphql::builder().finish().sdl()).unwrap();
        for (ty, field, _) in SCORE_WEIGHTS.iter().chain(LONG_LISTS) {
            assert!(validator.schema.type_field(ty, field).is_ok(), "{ty}.{field}");
        }
    }

    #[test]
    fn a_connection_costs_its_page_times_its_children() {
        let page = |arguments: &str| {
            format!("{{ product(product: \"a\") {{ features{arguments} {{ nodes {{ id name }} }} }} }}")
        };
        let total = |document: &str, variables| cost(document, variables).total;
        // product, features, nodes; then two fields per row.
        assert_eq!(total(&page("(first: 7)"), json!({})), 3 + 7 * 2);
        assert_eq!(total(&page("(last: 7)"), json!({})), 3 + 7 * 2);
        assert_eq!(total(&page(""), json!({})), 3 + 25 * 2);
        assert_eq!(total(&page("(first: 2000000)"), json!({})), 3 + 200 * 2);
        let by_variable = format!("query($n: Int) {}", page("(first: $n)"));
        assert_eq!(total(&by_variable, json!({ "n": 9 })), 3 + 9 * 2);
        assert_eq!(total(&by_variable, json!({ "n": null })), 3 + 25 * 2);
        let spread = "query($yes: Boolean!) { product(product: \"a\") { features(first: 3) { ...F ...F @include(if: $yes) } } }
            fragment F on FeatureConnection { nodes { id } }";
        assert_eq!(total(spread, json!({ "yes": true })), 2 + 2 * (1 + 3));
        assert_eq!(total(spread, json!({ "yes": false })), 2 + 1 + 3);
    }

    #[test]
    fn scores_weigh_and_are_told_apart() {
        let one = cost("{ product(product: \"a\") { valueReport { product { key } } } }", json!({}));
        assert_eq!(one, Cost { total: 1_004, scores: 1_000 });
        let many = "{ product(product: \"a\") { features(first: 100) { nodes { value { score } } } } }";
        assert_eq!(cost(many, json!({})).scores, 20_000);
        let chart = "{ product(product: \"a\") { timeline { points { responses value { score } } } } }";
        assert_eq!(cost(chart, json!({})).scores, 500 + 10 * 50);
    }
}
