//! Incidents: how they are opened, changed, resolved and attributed.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::{
    Attribution, AttributionBasis, Incident,
    open::{OpenIncidentInput, severity, texts},
};
use crate::{
    domain::incident::{self, IncidentChanges, NewIncident, Opened},
    graphql::{
        Asking,
        bulk::{Item, batches, sorted},
        customer::Customer,
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{DateTime, Reference, parse},
    },
};

/// Incidents to open together.
#[derive(InputObject)]
struct OpenIncidentBatchInput {
    /// The incidents, at most 10,000. One that does not fit its type is refused by itself too.
    items: Vec<Item<OpenIncidentInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The incident as it is now.
    IncidentPayload {
        /// The incident.
        incident: Incident,
        /// The customers who were linked to it and no longer are, because `updateIncident` named others.
        removed_customers: Vec<Customer>,
    }

    /// The incident as it is now, and whom else it hurts.
    AddIncidentCustomersPayload {
        /// The incident.
        incident: Incident,
        /// Those who were not linked to it before.
        added_customers: Vec<Customer>,
    }

    /// The incident as it is now, and whom it does not hurt after all.
    RemoveIncidentCustomersPayload {
        /// The incident.
        incident: Incident,
        /// Those who were linked to it before.
        removed_customers: Vec<Customer>,
    }
}

/// Customers whom an incident hurts too.
#[derive(InputObject)]
struct AddIncidentCustomersInput {
    /// ID of the incident.
    incident: Reference,
    /// The customers, at most 10,000. One who is linked to it already stays so.
    customers: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Customers whom an incident does not hurt after all.
#[derive(InputObject)]
struct RemoveIncidentCustomersInput {
    /// ID of the incident.
    incident: Reference,
    /// The customers, at most 10,000. One who is not linked to it stays so.
    customers: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `openIncident`.
    OpenIncidentPayload {
        /// The incident.
        incident: Incident,
        /// What the mutation did with the input.
        outcome: Outcome,
        /// Customers who were linked to the incident and no longer are, because others were sent.
        removed_customers: Vec<Customer>,
    }
}

batches! {
    /// What became of one item of `openIncidentBatch`.
    OpenIncidentBatchItem in OpenIncidentBatchPayload {
        /// The incident.
        incident: Incident,
        /// What the mutation did with the item.
        outcome: Outcome,
        /// Customers who were linked to the incident and no longer are, because others were sent.
        removed_customers: Vec<Customer>,
    }
}

/// What the schema shows of an incident that was taken.
fn shown(opened: Opened) -> (Incident, Outcome, Vec<Customer>) {
    let removed = opened.removed.into_iter().map(Customer).collect();
    (Incident(opened.incident), opened.outcome.into(), removed)
}

/// What to change of an incident; what is left out stays.
#[derive(InputObject)]
struct UpdateIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// A new title.
    title: MaybeUndefined<String>,
    /// A new description; null removes it.
    description: MaybeUndefined<String>,
    /// 1 (critical) to 4 (minor).
    severity: MaybeUndefined<i32>,
    /// The features that it hurts, instead of those before; null or none: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// The customers that it hurts, instead of those before; null or none: nobody who is known. The payload says who was
    /// removed. `addIncidentCustomers` and `removeIncidentCustomers` leave the others alone.
    customers: MaybeUndefined<Vec<Reference>>,
    /// How many customers it hurts; null: not stated.
    affected_customers: MaybeUndefined<i64>,
    /// When it began.
    opened_at: MaybeUndefined<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// An incident that is over.
#[derive(InputObject)]
struct ResolveIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// Since when; now if left out.
    resolved_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// An incident that is not over after all.
#[derive(InputObject)]
struct ReopenIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// Since when it hurts again; now if left out. From its end until then it did not. The moment of its end: it never
    /// stopped.
    reopened_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Where an incident comes from.
#[derive(InputObject)]
struct AttributeIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// What is stated.
    basis: AttributionBasis,
    /// ID or version of the release, of the product of the incident; left out with NOT_CAUSED_BY_CHANGE only.
    release: Option<Reference>,
    /// Probability, 0 to 1; with INFERRED only.
    confidence: Option<f64>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The incident, and what was stated of it.
    AttributeIncidentPayload {
        /// The incident.
        incident: Incident,
        /// The statement.
        attribution: Attribution,
    }
}

#[derive(Default)]
pub(crate) struct IncidentMutation;

#[Object]
impl IncidentMutation {
    /// Opens an incident, or enters one that is over. The same external id again takes what is newly said of it.
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

    /// Opens incidents together. Each is taken or refused by itself.
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

    /// Changes an incident; the scores follow.
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
                features: given(input.features).map(|features| texts(features.unwrap_or_default())),
                customers: given(input.customers).map(|customers| texts(customers.unwrap_or_default())),
                affected_customers: given(input.affected_customers),
                opened_at: kept("openedAt", input.opened_at)?.map(Into::into),
            };
            let updated = incident::update(ctx.store(), by, id, changes, ctx.now()).await?;
            let removed = updated.removed.into_iter().map(Customer).collect();
            Ok(IncidentPayload::done(Incident(updated.incident), removed))
        })
        .await
    }

    /// Links customers to an incident that hurts them too; the others stay.
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

    /// Takes customers off an incident that does not hurt them after all; the others stay.
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

    /// It works again.
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

    /// It does not work after all.
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

    /// States which release an incident comes from, that it does not come from it, or that no change caused it.
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
