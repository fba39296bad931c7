//! The input for opening an incident.

use async_graphql::{InputObject, MaybeUndefined};

use crate::{
    domain::{incident::NewIncident, sent::Nulls},
    graphql::{
        given,
        scalar::{DateTime, Reference, texts},
    },
};

/// An incident to open, or a resolved one to record.
#[derive(InputObject)]
pub(super) struct OpenIncidentInput {
    /// ID or key of the product.
    product: Reference,
    /// Affected features, by ID or key; null or empty: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// Release that caused it, by ID or version, if known. Null withdraws an earlier statement of the source.
    release: MaybeUndefined<Reference>,
    /// Severity: 1 (critical) to 4 (minor).
    severity: i32,
    /// Summary in one line, at most 500 characters.
    title: String,
    /// Full description; null removes it.
    description: MaybeUndefined<String>,
    /// Time at which it began; null or omitted: now, or unchanged if the incident is known.
    opened_at: Option<DateTime>,
    /// Time at which it began again after it had been resolved. An `openedAt` after its end has the same effect.
    reopened_at: Option<DateTime>,
    /// Time at which it ended; omitted: it is open, or unchanged if the incident is known. Null: it is open; a resolved
    /// incident is reopened as of `updatedAt`, else as of now.
    resolved_at: MaybeUndefined<DateTime>,
    /// Number of affected customers; null: unknown.
    affected_customers: MaybeUndefined<i64>,
    /// List of affected customers, as far as known, by ID or key, replacing an earlier one; null or empty: none is
    /// known.
    customers: MaybeUndefined<Vec<Reference>>,
    /// ID in the source system. A newer version updates the incident and keeps omitted fields; the same version changes
    /// nothing.
    external_id: Option<String>,
    /// Source system; the name of the token by default.
    source: Option<String>,
    /// Time of this version in the source system. An earlier version never replaces a later one. If omitted, the
    /// version sent last is the newest.
    updated_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    pub(super) client_mutation_id: Option<String>,
}

/// An integer far from every severity, in place of one that does not fit.
pub(super) fn severity(given: i32) -> i16 {
    i16::try_from(given).unwrap_or(i16::MAX)
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
