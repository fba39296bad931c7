//! What operators of the server may select: organizations, and themselves.
//!
//! They have no rights within an organization, so none of its data may be shown to them. This rule is applied to the
//! root fields of a document: a new field is closed to them, whatever its resolver checks.

use apollo_compiler::{
    ExecutableDocument,
    executable::{Operation, Selection, SelectionSet},
};

use super::{Code, document::Refusal};
use crate::domain::access::Viewer;

/// The root fields that are open to operators of the server.
const OPERATOR_FIELDS: [&str; 5] =
    ["organizations", "viewer", "createOrganization", "renameOrganization", "createAdministratorToken"];

/// Admits an operation if its caller belongs to an organization, or selects only fields that are open to operators.
pub(super) fn check(
    viewer: &Viewer,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<(), Refusal> {
    if viewer.operates().is_err() {
        return Ok(());
    }
    match closed(document, &operation.selection_set) {
        None => Ok(()),
        Some(field) => {
            let message = format!(
                "The token of an operator of the server cannot be used for \"{field}\"; use a token of the organization."
            );
            Err(Refusal::new(Code::Forbidden, message))
        }
    }
}

/// The first root field that is not open.
fn closed(document: &ExecutableDocument, set: &SelectionSet) -> Option<String> {
    set.selections.iter().find_map(|selection| match selection {
        Selection::Field(field)
            if field.name.starts_with("__") || OPERATOR_FIELDS.contains(&field.name.as_str()) =>
        {
            None
        }
        Selection::Field(field) => Some(field.name.to_string()),
        Selection::InlineFragment(inline) => closed(document, &inline.selection_set),
        Selection::FragmentSpread(spread) => closed(document, &spread.fragment_def(document)?.selection_set),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_field_is_in_the_schema() {
        let schema = apollo_compiler::Schema::parse(crate::graphql::sdl(), "schema.graphql").unwrap();
        for field in OPERATOR_FIELDS {
            let is_there = |root: &str| schema.type_field(root, field).is_ok();
            assert!(is_there("Query") || is_there("Mutation"), "{field}");
        }
    }
}
