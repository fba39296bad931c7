//! What operators of the server may ask for: organizations, and who they are themselves.
//!
//! They have no right within an organization, so nothing of one could be shown to them. This rule stands in front, by the
//! root fields of a document: a field that is added is closed to them, whatever its resolver checks first.

use apollo_compiler::{
    ExecutableDocument,
    executable::{Operation, Selection, SelectionSet},
};

use super::{Code, document::Refusal};
use crate::domain::access::Viewer;

/// The fields of the roots that are open to operators of the server.
const OPEN: [&str; 5] =
    ["organizations", "viewer", "createOrganization", "renameOrganization", "createAdministratorToken"];

/// Lets an operation pass if its caller belongs to an organization, or asks only for what stands above them.
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

/// The first field of the root that is not open.
fn closed(document: &ExecutableDocument, set: &SelectionSet) -> Option<String> {
    set.selections.iter().find_map(|selection| match selection {
        Selection::Field(field) if field.name.starts_with("__") || OPEN.contains(&field.name.as_str()) => {
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
        for field in OPEN {
            let is_there = |root: &str| schema.type_field(root, field).is_ok();
            assert!(is_there("Query") || is_there("Mutation"), "{field}");
        }
    }
}
