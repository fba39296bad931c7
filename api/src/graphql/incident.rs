//! Incidents.

use async_graphql::{
    ComplexObject, Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
    connection::Connection,
};
use ballroom_entity::{attribution, id::IncidentId, incident::Model};

use super::{
    Asking,
    actor::{self, Actor},
    bulk::{Item, batches, sorted},
    customer::{Customer, CustomerFilter, CustomerOrder, Customers},
    fault::Fault,
    feature::Feature,
    incidents::{IncidentFilter, IncidentOrder, Incidents},
    load::{EarlierOf, HurtBy, StatedOf},
    lookup::{self, By},
    outcome::Outcome,
    page::{Total, connection},
    payload::{payload, payloads},
    product::{self, Product},
    release::{self, Release},
    scalar::{DateTime, Reference, id, parse},
};
use crate::domain::{
    incident::{self, IncidentChanges, NewIncident, Opened},
    sent::Nulls,
};

/// Something not working.
#[derive(Description)]
pub struct Incident(pub Model);

/// Whether an incident is over.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum IncidentState {
    /// It still hurts.
    Open,
    /// It is over.
    Resolved,
}

/// A time in which an incident was open.
#[derive(SimpleObject)]
#[graphql(complex)]
struct IncidentInterval {
    /// When it began.
    opened_at: DateTime,
    /// When it ended; null: it goes on.
    resolved_at: Option<DateTime>,
    #[graphql(skip)]
    opened_by: Option<actor::Stored>,
    #[graphql(skip)]
    resolved_by: Option<actor::Stored>,
}

#[ComplexObject]
impl IncidentInterval {
    /// Who opened or reopened the incident; null if this was not recorded. Not for customers.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        ctx.is_inside()?;
        Ok(self.opened_by.map(Actor))
    }

    /// Who resolved the incident; null while it is open, or if this was not recorded. Not for customers.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        ctx.is_inside()?;
        Ok(self.resolved_by.map(Actor))
    }
}

/// What an attribution states.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::attribution::AttributionBasis")]
enum AttributionBasis {
    /// The reporter named the release.
    Explicit,
    /// Somebody looked and agreed.
    Confirmed,
    /// Computed, with a confidence. From 0.5 on it counts.
    Inferred,
    /// Somebody looked and it is not this release.
    Rejected,
    /// Somebody looked and no release caused it.
    NotCausedByChange,
}

/// A statement about where an incident comes from. The newest decides; a rejection takes its release out.
#[derive(Description)]
pub(super) struct Attribution(pub(super) attribution::Model);

#[Object(use_type_description)]
impl Attribution {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// What is stated.
    async fn basis(&self) -> AttributionBasis {
        self.0.basis.into()
    }

    /// The release; null when no change caused the incident, or when the source that had named one names none any more.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release_id {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Probability, 0 to 1, of an inferred attribution; else null.
    async fn confidence(&self) -> Option<f64> {
        self.0.confidence
    }

    /// When it was stated.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who stated it; null if this was not recorded. Not for customers.
    async fn stated_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.stated_by)
    }
}

#[Object(use_type_description)]
impl Incident {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The product that does not work.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// The features that it hurts, by key; empty: the product as a whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        let hurt = ctx.load().load_one(HurtBy(self.0.id)).await?.unwrap_or_default();
        let dimensions = super::dimensions(ctx).await?;
        let mut features: Vec<_> = hurt.iter().filter_map(|id| dimensions.features.get(id)).collect();
        features.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(features.into_iter().cloned().map(Feature).collect())
    }

    /// What is wrong, in a line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What is wrong, in full; null if nobody said.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// 1 (critical) to 4 (minor).
    async fn severity(&self) -> i32 {
        self.0.severity.into()
    }

    /// Whether it is over.
    async fn state(&self) -> IncidentState {
        if self.0.resolved_at.is_some() { IncidentState::Resolved } else { IncidentState::Open }
    }

    /// When it began.
    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }

    /// When it ended, the last time; null: it is open.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.0.resolved_at.map(Into::into)
    }

    /// Who opened it; null if this was not recorded. Not for customers.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.opened_by)
    }

    /// Who reopened it the last time; null if nobody did, or if this was not recorded. Not for customers.
    async fn reopened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.reopened_by)
    }

    /// Who resolved it the last time; null while it is open, or if this was not recorded. Not for customers.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.resolved_by)
    }

    /// The times in which it was open, the first one first. An incident that was opened again has several; only their
    /// days count.
    async fn intervals(&self, ctx: &Context<'_>) -> Result<Vec<IncidentInterval>, Fault> {
        let earlier = match self.0.reopened_at {
            Some(_) => ctx.load().load_one(EarlierOf(self.0.id)).await?.unwrap_or_default(),
            None => Vec::new(),
        };
        let all = incident::intervals(&self.0, &earlier).into_iter();
        Ok(all
            .map(|one| IncidentInterval {
                opened_at: one.opened_at.into(),
                resolved_at: one.resolved_at.map(Into::into),
                opened_by: one.opened_by,
                resolved_by: one.resolved_by,
            })
            .collect())
    }

    /// How many states of it there have been: 1 when it was opened.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// How many customers it hurts: as stated, else as many as are linked to it; null: unknown, and a share of
    /// the feature's active customers is assumed by severity. Not for customers.
    async fn affected_customers(&self, ctx: &Context<'_>) -> Result<Option<i64>, Fault> {
        ctx.is_inside()?;
        let linked = (self.0.linked_customers > 0).then_some(self.0.linked_customers);
        Ok(self.0.affected_customers.or(linked))
    }

    /// The customers whom it is known to hurt, by key. Not for customers.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which customers to return; all by default.")] filter: Option<CustomerFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<CustomerOrder>,
        #[graphql(desc = "The first so many, at most 200; 25 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 200.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Customer, Total>, Fault> {
        let customers = Customers { incident: Some(self.0.id), filter, order: order_by };
        connection(ctx, customers, (first, after, last, before), Customer).await
    }

    /// What is stated of where it comes from, the first statement first. Not for customers.
    async fn attributions(&self, ctx: &Context<'_>) -> Result<Vec<Attribution>, Fault> {
        ctx.is_inside()?;
        let stated = ctx.load().load_one(StatedOf(self.0.id)).await?.unwrap_or_default();
        Ok(stated.into_iter().map(Attribution).collect())
    }

    /// The system that it came from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// That system's id of it; null if it gave none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// When it was entered.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was entered or last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

#[derive(Default)]
pub(super) struct IncidentQuery;

#[Object]
impl IncidentQuery {
    /// An incident by exactly one of `id` and `externalId`. Null if there is none; `errors` says so.
    async fn incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the system that it came from.")] external_id: Option<String>,
        #[graphql(
            desc = "The system that it came from; needed for an external ID that several systems use."
        )]
        source: Option<String>,
    ) -> Result<Incident, Fault> {
        let (store, by) = (ctx.store(), ctx.reads()?);
        let given = [("id", id.map(By::Id)), ("externalId", external_id.map(By::Name))];
        let (argument, given) = lookup::one(given)?;
        let text = given.text::<IncidentId>(argument)?;
        Ok(Incident(match argument {
            "id" => incident::find(store, by, parse("id", &text)?).await?,
            _ => incident::find_external(store, by, &text, source.as_deref()).await?,
        }))
    }

    /// The incidents of all products, the one opened last first.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all if left out.")] filter: Option<IncidentFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<IncidentOrder>,
        #[graphql(desc = "The first so many, at most 200; 25 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 200.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        let incidents = Incidents::default();
        incidents.page(ctx, filter, order_by, (first, after, last, before)).await
    }
}

/// An incident to open, or one that is over already.
#[derive(InputObject)]
struct OpenIncidentInput {
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
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

/// A whole number that is far from every severity, in place of one that does not fit.
fn severity(given: i32) -> i16 {
    i16::try_from(given).unwrap_or(i16::MAX)
}

fn texts(references: Vec<Reference>) -> Vec<String> {
    references.into_iter().map(|reference| reference.0).collect()
}

impl From<OpenIncidentInput> for NewIncident {
    fn from(input: OpenIncidentInput) -> Self {
        let mut nulls = Nulls::default();
        Self {
            product: input.product.0,
            features: texts(nulls.note_list("features", super::given(input.features))),
            release: nulls.note("release", super::given(input.release)).map(|release| release.0),
            severity: severity(input.severity),
            title: input.title,
            description: nulls.note("description", super::given(input.description)),
            opened_at: input.opened_at.map(Into::into),
            reopened_at: input.reopened_at.map(Into::into),
            open: input.resolved_at.is_null(),
            resolved_at: input.resolved_at.take().map(Into::into),
            affected_customers: nulls.note("affectedCustomers", super::given(input.affected_customers)),
            customers: texts(nulls.note_list("customers", super::given(input.customers))),
            external_id: input.external_id,
            source: input.source,
            updated_at: input.updated_at.map(Into::into),
            nulls,
        }
    }
}

/// Incidents to open together.
#[derive(InputObject)]
struct OpenIncidentBatchInput {
    /// The incidents, at most 10,000. One that does not fit its type is refused by itself too.
    items: Vec<Item<OpenIncidentInput>>,
    /// Any text of yours: it comes back in the payload.
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
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

/// Customers whom an incident does not hurt after all.
#[derive(InputObject)]
struct RemoveIncidentCustomersInput {
    /// ID of the incident.
    incident: Reference,
    /// The customers, at most 10,000. One who is not linked to it stays so.
    customers: Vec<Reference>,
    /// Any text of yours: it comes back in the payload.
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
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

/// An incident that is over.
#[derive(InputObject)]
struct ResolveIncidentInput {
    /// ID of the incident.
    incident: Reference,
    /// Since when; now if left out.
    resolved_at: Option<DateTime>,
    /// Any text of yours: it comes back in the payload.
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
    /// Any text of yours: it comes back in the payload.
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
    /// Any text of yours: it comes back in the payload.
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
pub(super) struct IncidentMutation;

#[Object]
impl IncidentMutation {
    /// Opens an incident, or enters one that is over. The same external id again takes what is newly said of it.
    async fn open_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: OpenIncidentInput,
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
        #[graphql(desc = "What is to be done.")] input: OpenIncidentBatchInput,
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
        #[graphql(desc = "What is to be done.")] input: UpdateIncidentInput,
    ) -> Result<IncidentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let id: IncidentId = parse("incident", &input.incident.0)?;
            let changes = IncidentChanges {
                title: super::kept("title", input.title)?,
                description: super::given(input.description),
                severity: super::kept("severity", input.severity)?.map(severity),
                features: super::given(input.features).map(|features| texts(features.unwrap_or_default())),
                customers: super::given(input.customers)
                    .map(|customers| texts(customers.unwrap_or_default())),
                affected_customers: super::given(input.affected_customers),
                opened_at: super::kept("openedAt", input.opened_at)?.map(Into::into),
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
        #[graphql(desc = "What is to be done.")] input: AddIncidentCustomersInput,
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
        #[graphql(desc = "What is to be done.")] input: RemoveIncidentCustomersInput,
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
        #[graphql(desc = "What is to be done.")] input: ResolveIncidentInput,
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
        #[graphql(desc = "What is to be done.")] input: ReopenIncidentInput,
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
        #[graphql(desc = "What is to be done.")] input: AttributeIncidentInput,
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
