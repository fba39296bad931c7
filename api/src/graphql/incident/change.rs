//! Incidents: mutations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use ballroom_entity::attribution::AttributionBasis as Stated;

use super::{
    Attribution, AttributionBasis, Incident,
    open::{OpenIncidentInput, severity},
};
use crate::{
    domain::incident::{self, IncidentChanges, NewIncident, Opened},
    graphql::{
        ContextExt,
        bulk::{Item, batches, sorted},
        customer::Customer,
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        plain::AtOnce,
        scalar::{DateTime, Reference, parse, sent_texts, texts},
    },
};

/// Input of `openIncidentBatch`.
#[derive(InputObject)]
struct OpenIncidentBatchInput {
    /// Incidents, at most 10,000. Each invalid one is refused separately.
    items: Vec<Item<OpenIncidentInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `updateIncident`, `resolveIncident` and `reopenIncident`.
    IncidentPayload {
        /// The incident.
        incident: Incident,
        /// Customers who were linked to the incident and no longer are, because `updateIncident` named others.
        removed_customers: Vec<Customer>,
    }

    /// Result of `addIncidentCustomers`.
    AddIncidentCustomersPayload {
        /// The incident.
        incident: Incident,
        /// Customers who were not linked before.
        added_customers: Vec<Customer>,
    }

    /// Result of `removeIncidentCustomers`.
    RemoveIncidentCustomersPayload {
        /// The incident.
        incident: Incident,
        /// Customers who were linked before.
        removed_customers: Vec<Customer>,
    }
}

/// Input of `addIncidentCustomers`.
#[derive(InputObject)]
struct AddIncidentCustomersInput {
    /// ID of the incident.
    incident: Reference,
    /// Affected customers, at most 10,000, by ID or key. Customers who are already linked are ignored.
    customers: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `removeIncidentCustomers`.
#[derive(InputObject)]
struct RemoveIncidentCustomersInput {
    /// ID of the incident.
    incident: Reference,
    /// Customers who are not affected, at most 10,000, by ID or key. Customers who are not linked are ignored.
    customers: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `openIncident`.
    OpenIncidentPayload {
        /// The incident.
        incident: Incident,
        /// Outcome of the submission.
        outcome: Outcome,
        /// Customers who were linked to the incident and no longer are, because others were sent.
        removed_customers: Vec<Customer>,
    }
}

batches! {
    /// Result of one item of `openIncidentBatch`.
    OpenIncidentBatchItem in OpenIncidentBatchPayload {
        /// The incident.
        incident: Incident,
        /// Outcome of the submission.
        outcome: Outcome,
        /// Customers who were linked to the incident and no longer are, because others were sent.
        removed_customers: Vec<Customer>,
    }
}

impl AtOnce for Incident {}

impl AtOnce for Vec<Customer> {}

/// The schema's view of an accepted incident.
fn shown(opened: Opened) -> (Incident, Outcome, Vec<Customer>) {
    let removed = opened.removed.into_iter().map(Customer).collect();
    (Incident(opened.incident), opened.outcome.into(), removed)
}

/// Input of `updateIncident`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// New summary in one line.
    title: MaybeUndefined<String>,
    /// New description; null removes it.
    description: MaybeUndefined<String>,
    /// New severity: 1 (critical) to 4 (minor).
    severity: MaybeUndefined<i32>,
    /// New list of affected features; null or empty: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// New list of affected customers; null or empty: none is known. The payload lists the removed ones. To add or
    /// remove single customers, use `addIncidentCustomers` and `removeIncidentCustomers`.
    customers: MaybeUndefined<Vec<Reference>>,
    /// New number of affected customers; null: not stated.
    affected_customers: MaybeUndefined<i64>,
    /// New time at which it began.
    opened_at: MaybeUndefined<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `resolveIncident`.
#[derive(InputObject)]
struct ResolveIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// Time at which it ended; now by default.
    resolved_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `reopenIncident`.
#[derive(InputObject)]
struct ReopenIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// Time at which it began again; now by default. It did not affect customers between its end and this time. If this
    /// is the time of its end, it never stopped.
    reopened_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `attributeIncident`.
#[derive(InputObject)]
struct AttributeIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// Basis.
    basis: AttributionBasis,
    /// ID or version of a release of the incident's product. Required, except with NOT_CAUSED_BY_CHANGE, with which it
    /// must be omitted.
    release: Option<Reference>,
    /// Probability, 0 to 1. Required with INFERRED, and allowed only with it.
    confidence: Option<f64>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `confirmAttribution`.
#[derive(InputObject)]
struct ConfirmAttributionInput {
    /// ID of the incident.
    incident: Reference,
    /// ID or version of the release of the incident's product that caused it.
    release: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `rejectAttribution`.
#[derive(InputObject)]
struct RejectAttributionInput {
    /// ID of the incident.
    incident: Reference,
    /// ID or version of the release of the incident's product that did not cause it.
    release: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of the mutations that attribute an incident.
    AttributeIncidentPayload {
        /// The incident.
        incident: Incident,
        /// The new statement.
        attribution: Attribution,
    }
}

/// States that an incident comes from a release, or does not.
async fn state(
    ctx: &Context<'_>,
    incident: Reference,
    release: Reference,
    basis: Stated,
) -> Result<AttributeIncidentPayload, Fault> {
    let (by, id) = (ctx.contributes()?, parse("incident", &incident.0)?);
    let (row, stated) =
        incident::attribute(ctx.store(), by, id, Some(&release.0), basis, None, ctx.now()).await?;
    Ok(AttributeIncidentPayload::done(Incident(row), Attribution(stated)))
}

#[derive(Default)]
pub(crate) struct IncidentMutation;

#[Object]
impl IncidentMutation {
    /// Opens an incident, or records a resolved one, or updates the one with this external ID.
    async fn open_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: OpenIncidentInput,
    ) -> Result<OpenIncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let items = vec![input.into()];
            let source = &ctx.viewer().source;
            let mut results =
                incident::open(ctx.store(), ctx.contributes()?, source, items, ctx.now()).await?;
            let only = results.pop().ok_or_else(|| Fault::invalid("input", "must not be empty"))?;
            let (incident, outcome, removed) = shown(only?);
            Ok(OpenIncidentPayload::done(incident, outcome, removed))
        })
        .await
    }

    /// Opens several incidents. Each is accepted or refused separately.
    async fn open_incident_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: OpenIncidentBatchInput,
    ) -> Result<OpenIncidentBatchPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let (some, places) = sorted(input.items)?;
            let some: Vec<_> = some.into_iter().map(NewIncident::from).collect();
            let source = &ctx.viewer().source;
            let results = match some.is_empty() {
                true => Vec::new(),
                false => incident::open(ctx.store(), by, source, some, ctx.now()).await?,
            };
            Ok(OpenIncidentBatchPayload::of(places.filled(results), |index, opened| {
                let (incident, outcome, removed) = shown(opened);
                OpenIncidentBatchItem::accepted(index, incident, outcome, removed)
            }))
        })
        .await
    }

    /// Changes an incident; scores follow.
    async fn update_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateIncidentInput,
    ) -> Result<IncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let id = parse("incident", &input.incident.0)?;
            let changes = IncidentChanges {
                title: kept("title", input.title)?,
                description: given(input.description),
                severity: kept("severity", input.severity)?.map(severity),
                features: sent_texts(input.features),
                customers: sent_texts(input.customers),
                affected_customers: given(input.affected_customers),
                opened_at: kept("openedAt", input.opened_at)?.map(Into::into),
            };
            let updated = incident::update(ctx.store(), by, id, changes, ctx.now()).await?;
            let removed = updated.removed.into_iter().map(Customer).collect();
            Ok(IncidentPayload::done(Incident(updated.incident), removed))
        })
        .await
    }

    /// Links affected customers to an incident; the existing links are kept.
    async fn add_incident_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: AddIncidentCustomersInput,
    ) -> Result<AddIncidentCustomersPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let (id, customers) = (parse("incident", &input.incident.0)?, texts(input.customers));
            let linked = incident::add_customers(ctx.store(), by, id, customers, ctx.now()).await?;
            let added = linked.changed.into_iter().map(Customer).collect();
            Ok(AddIncidentCustomersPayload::done(Incident(linked.incident), added))
        })
        .await
    }

    /// Removes customers who are not affected from an incident; the other links are kept.
    async fn remove_incident_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RemoveIncidentCustomersInput,
    ) -> Result<RemoveIncidentCustomersPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let (id, customers) = (parse("incident", &input.incident.0)?, texts(input.customers));
            let linked = incident::remove_customers(ctx.store(), by, id, customers, ctx.now()).await?;
            let removed = linked.changed.into_iter().map(Customer).collect();
            Ok(RemoveIncidentCustomersPayload::done(Incident(linked.incident), removed))
        })
        .await
    }

    /// Resolves an incident.
    async fn resolve_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ResolveIncidentInput,
    ) -> Result<IncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let id = parse("incident", &input.incident.0)?;
            let row =
                incident::resolve(ctx.store(), by, id, input.resolved_at.map(Into::into), ctx.now()).await?;
            Ok(IncidentPayload::done(Incident(row), Vec::new()))
        })
        .await
    }

    /// Reopens a resolved incident.
    async fn reopen_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ReopenIncidentInput,
    ) -> Result<IncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let id = parse("incident", &input.incident.0)?;
            let at = input.reopened_at.map(Into::into);
            let row = incident::reopen(ctx.store(), by, id, at, ctx.now()).await?;
            Ok(IncidentPayload::done(Incident(row), Vec::new()))
        })
        .await
    }

    /// Confirms that an incident comes from a release. This overrides what was inferred.
    async fn confirm_attribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ConfirmAttributionInput,
    ) -> Result<AttributeIncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, state(ctx, input.incident, input.release, Stated::Confirmed)).await
    }

    /// Rejects that an incident comes from a release: the release is no longer a possible cause. To state that no change caused
    /// it, use `attributeIncident` with NOT_CAUSED_BY_CHANGE.
    async fn reject_attribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RejectAttributionInput,
    ) -> Result<AttributeIncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, state(ctx, input.incident, input.release, Stated::Rejected)).await
    }

    /// Attributes an incident to a release, rejects such an attribution, or states that no change caused it.
    async fn attribute_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: AttributeIncidentInput,
    ) -> Result<AttributeIncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let id = parse("incident", &input.incident.0)?;
            let release = input.release.as_ref().map(|release| &*release.0);
            let basis = input.basis.into();
            let (row, stated) =
                incident::attribute(ctx.store(), by, id, release, basis, input.confidence, ctx.now()).await?;
            Ok(AttributeIncidentPayload::done(Incident(row), Attribution(stated)))
        })
        .await
    }
}
