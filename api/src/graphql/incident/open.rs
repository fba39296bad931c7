//! What is sent of an incident to open it.

use async_graphql::{InputObject, MaybeUndefined};

use crate::{
    domain::{incident::NewIncident, sent::Nulls},
    graphql::{
        given,
        scalar::{DateTime, Reference},
    },
};

/// An incident to open, or one that is over already.
#[derive(InputObject)]
pub(super) struct OpenIncidentInput {
    /// The product.
    product: Reference,
    /// The features that it hurts; null or none: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// The release that it comes from, if you know. Null takes back what was sent before.
    release: MaybeUndefined<Reference>,
    /// 1 (critical) to 4 (minor).
    severity: i32,
    /// What is wrong, in a line of at most 500 characters.
    title: String,
    /// What is wrong, in full; null removes it.
    description: MaybeUndefined<String>,
    /// When it began; now if left out or null, and if it is known, as before.
    opened_at: Option<DateTime>,
    /// When it began again after it had been resolved. So does an `openedAt` after its end.
    reopened_at: Option<DateTime>,
    /// When it ended; left out: it is open, or nothing is newly known. Null: it is open, and if it had been resolved before
    /// it was opened again at `updatedAt`, else now.
    resolved_at: MaybeUndefined<DateTime>,
    /// How many customers it hurts, if that is known; null: it is not.
    affected_customers: MaybeUndefined<i64>,
    /// The customers that it hurts, as far as they are known, instead of those before; null or none: nobody who is known.
    customers: MaybeUndefined<Vec<Reference>>,
    /// The reporting system's id of it. Sent again, what is newer is taken, and what is left out stays; the same again
    /// changes nothing.
    external_id: Option<String>,
    /// The reporting system; the token's name if left out.
    source: Option<String>,
    /// When the reporting system says that it became so: an earlier state never replaces a later one. Left out: what is
    /// sent last is the newest.
    updated_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    pub(super) client_mutation_id: Option<String>,
}

/// A whole number that is far from every severity, in place of one that does not fit.
pub(super) fn severity(given: i32) -> i16 {
    i16::try_from(given).unwrap_or(i16::MAX)
}

pub(super) fn texts(references: Vec<Reference>) -> Vec<String> {
    references.into_iter().map(|reference| reference.0).collect()
}

impl From<OpenIncidentInput> for NewIncident {
    fn from(input: OpenIncidentInput) -> Self {
        let mut nulls = Nulls::default();
        Self {
            product: input.product.0,
            features: texts(nulls.note_list("features", given(input.features))),
            release: nulls.note("release", given(input.release)).map(|release| release.0),
            severity: severity(input.severity),
            title: input.title,
            description: nulls.note("description", given(input.description)),
            opened_at: input.opened_at.map(Into::into),
            reopened_at: input.reopened_at.map(Into::into),
            open: input.resolved_at.is_null(),
            resolved_at: input.resolved_at.take().map(Into::into),
            affected_customers: nulls.note("affectedCustomers", given(input.affected_customers)),
            customers: texts(nulls.note_list("customers", given(input.customers))),
            external_id: input.external_id,
            source: input.source,
            updated_at: input.updated_at.map(Into::into),
            nulls,
        }
    }
}
