//! The operations of a `.graphql` file.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Definition, Document, Selection};

/// The operation with this name, with the fragments that it uses: what a client sends.
pub fn operation(operations: &str, name: &str) -> String {
    let document = Document::parse(operations, "story.graphql")
        .unwrap_or_else(|error| panic!("the operations cannot be parsed: {error}"));
    let found = document.definitions.iter().find_map(|one| match one {
        Definition::OperationDefinition(one) if one.name.as_ref().is_some_and(|known| known == name) => {
            Some(one)
        }
        _ => None,
    });
    let found = found.unwrap_or_else(|| panic!("there is no operation {name}"));
    let (mut sent, mut seen) = (found.to_string(), BTreeSet::new());
    let mut open = spread(&found.selection_set);
    while let Some(fragment) = open.pop() {
        if !seen.insert(fragment.clone()) {
            continue;
        }
        let known = document.definitions.iter().find_map(|one| match one {
            Definition::FragmentDefinition(one) if one.name == fragment.as_str() => Some(one),
            _ => None,
        });
        let known = known.unwrap_or_else(|| panic!("{name}: there is no fragment {fragment}"));
        sent.push_str(&known.to_string());
        open.extend(spread(&known.selection_set));
    }
    sent
}

/// The names of the fragments in a selection.
fn spread(selections: &[Selection]) -> Vec<String> {
    let mut names = Vec::new();
    for selection in selections {
        match selection {
            Selection::Field(field) => names.extend(spread(&field.selection_set)),
            Selection::InlineFragment(inline) => names.extend(spread(&inline.selection_set)),
            Selection::FragmentSpread(one) => names.push(one.fragment_name.to_string()),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATIONS: &str = "query A { product(id: 1) { ...P } } query B { viewer { name } }
        fragment P on Product { id team { ...T } } fragment T on Team { key } fragment U on Team { name }";

    #[test]
    fn an_operation_is_sent_with_its_fragments_only() {
        let sent = operation(OPERATIONS, "A");
        for part in ["query A", "fragment P on", "fragment T on"] {
            assert!(sent.contains(part), "{sent}");
        }
        assert!(!sent.contains("fragment U") && !sent.contains("viewer"), "{sent}");
        assert!(!operation(OPERATIONS, "B").contains("fragment"));
    }

    #[test]
    #[should_panic(expected = "there is no operation C")]
    fn an_operation_that_is_missing_is_named() {
        operation(OPERATIONS, "C");
    }
}
