//! What a write-only caller may read: the outcome and the ID of what was written, and nothing else. A list of nouns in
//! a payload is not what was written: it contains other existing objects.
//!
//! It is a rule about the types of the schema, not a check in each field, and it is applied to a document before
//! execution: everything that is not allowed here is refused, including new fields.

use apollo_compiler::{
    ExecutableDocument, Schema,
    executable::{Field, Operation, Selection, SelectionSet},
    schema::ExtendedType,
};

use super::{Code, document::Refusal};
use crate::domain::access::Viewer;

/// Fields that lead from a mutation to the written object. Through these objects a caller may not reach others.
const LINKS: [&str; 4] =
    ["Mutation", "SubmitFeedbackBatchItem", "OpenIncidentBatchItem", "RecordExposureBatchItem"];

/// Fields that describe the outcome, beside `clientMutationId` in each payload and the ID of each object.
const OUTCOMES: [(&str, &str); 22] = [
    ("SubmitFeedbackPayload", "supersession"),
    ("SubmitFeedbackBatchPayload", "accepted"),
    ("SubmitFeedbackBatchPayload", "refused"),
    ("SubmitFeedbackBatchItem", "index"),
    ("SubmitFeedbackBatchItem", "outcome"),
    ("SubmitFeedbackBatchItem", "supersession"),
    ("DeleteCalendarFeedPayload", "deletedId"),
    ("DeleteFeedbackPayload", "deletedId"),
    ("DeleteInboundWebhookPayload", "deletedId"),
    ("DeleteSchedulePayload", "deletedId"),
    ("DeleteWebhookPayload", "deletedId"),
    ("OpenIncidentBatchPayload", "accepted"),
    ("OpenIncidentBatchPayload", "refused"),
    ("OpenIncidentBatchItem", "index"),
    ("OpenIncidentBatchItem", "outcome"),
    ("RecordExposureBatchPayload", "accepted"),
    ("RecordExposureBatchPayload", "refused"),
    ("RecordExposureBatchItem", "index"),
    ("RecordExposureBatchItem", "outcome"),
    ("UserError", "code"),
    ("UserError", "field"),
    ("UserError", "message"),
];

/// Admits an operation if its caller may read all selected fields.
pub(super) fn check(
    viewer: &Viewer,
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<(), Refusal> {
    if !viewer.only_writes() {
        return Ok(());
    }
    match denied(schema, document, &operation.selection_set) {
        None => Ok(()),
        Some(field) => {
            let message = format!(
                "This token is write-only: it may read the outcome and the ID of what it writes, but not {field}; remove the field, or use another token."
            );
            Err(Refusal::new(Code::Forbidden, message))
        }
    }
}

/// The first field that is not allowed. The shape of the document is bounded, and so is this walk.
fn denied(schema: &Schema, document: &ExecutableDocument, set: &SelectionSet) -> Option<String> {
    set.selections.iter().find_map(|selection| match selection {
        Selection::Field(field) if field.name.starts_with("__") => None,
        Selection::Field(field) => {
            let is_value = field.selection_set.is_empty();
            let allowed = match is_value {
                true => is_outcome(schema, &set.ty, &field.name),
                false => is_way(&set.ty) && !are_others(schema, field),
            };
            match allowed {
                true => denied(schema, document, &field.selection_set),
                false => Some(format!("{}.{}", set.ty, field.name)),
            }
        }
        Selection::InlineFragment(inline) => denied(schema, document, &inline.selection_set),
        Selection::FragmentSpread(spread) => {
            denied(schema, document, &spread.fragment_def(document)?.selection_set)
        }
    })
}

fn is_way(ty: &str) -> bool {
    ty.ends_with("Payload") || LINKS.contains(&ty)
}

/// Whether a field contains nouns other than the written one.
fn are_others(schema: &Schema, field: &Field) -> bool {
    field.ty().is_list() && is_node(schema, field.ty().inner_named_type())
}

fn is_outcome(schema: &Schema, ty: &str, field: &str) -> bool {
    let everywhere = match field {
        "clientMutationId" | "outcome" => ty.ends_with("Payload"),
        "id" => is_node(schema, ty),
        _ => false,
    };
    everywhere || OUTCOMES.contains(&(ty, field))
}

fn is_node(schema: &Schema, ty: &str) -> bool {
    match schema.types.get(ty) {
        Some(ExtendedType::Object(object)) => {
            object.implements_interfaces.iter().any(|one| one.name == "Node")
        }
        Some(ExtendedType::Interface(interface)) => interface.name == "Node",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_tables_is_in_the_schema() {
        let schema = Schema::parse(crate::graphql::sdl(), "schema.graphql").unwrap();
        for ty in LINKS {
            assert!(schema.get_object(ty).is_some(), "{ty}");
        }
        for (ty, field) in OUTCOMES {
            assert!(schema.type_field(ty, field).is_ok(), "{ty}.{field}");
        }
    }
}
