//! Customers.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, connection::Connection};
use ballroom_entity::{
    customer::{Column, Entity, Model},
    id::{CustomerId, IncidentId, OrganizationId, SegmentId},
};
use sea_orm::{QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    answers::{Answers, FeedbackFilter, FeedbackOrder},
    exposures::{DailyExposure, ExposureFilter, ExposureOrder, Exposures},
    fault::Fault,
    feedback::Feedback,
    incident::Incident,
    incidents::{IncidentFilter, IncidentOrder, Incidents},
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Both, Direction, Paged, Sort, Total, connection},
    payload::{payload, payloads},
    range::{self, Range, TimeRangeInput},
    scalar::{DateTime, Reference, id},
    segment::{self, Segment},
};
use crate::{
    base::{error::Error, right::Right},
    domain::{
        access::Viewer,
        customer::{self, CustomerChanges, NewCustomer},
        incident::hurt_by,
        sent::{self, Nulls},
    },
    store::holds,
};

/// Who answers, by name or by pseudonym.
#[derive(Description)]
pub struct Customer(pub Model);

#[Object(use_type_description)]
impl Customer {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The id or pseudonym that the source systems use; unique in the organization.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// A name, where one is kept; else null.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The segment for which future answers count; null if none. Not for customers.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        ctx.is_inside()?;
        segment::of(ctx, self.0.segment_id).await
    }

    /// The customer's answers, the one received last first.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<FeedbackFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<FeedbackOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let answers = Answers { customer: Both::at(self.0.id), ..Answers::default() };
        answers.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// The incidents that are known to hurt the customer, the one opened last first.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<IncidentFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<IncidentOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        let incidents = Incidents { customer: Some(self.0.id), ..Incidents::default() };
        incidents.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// How many customers of its segment (or, if it is in none, of those in no segment) used each feature, by day, the latest
    /// day first. Exposure is recorded of segments, not of single customers. Not for customers.
    async fn exposure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ExposureFilter>,
        #[graphql(desc = "Sort order; the latest day first by default.")] order_by: Option<ExposureOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, DailyExposure, Total>, Fault> {
        let exposures = Exposures::of_segment(self.0.segment_id.unwrap_or(SegmentId::NONE));
        exposures.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was made or last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on customers; all that are given must hold.
#[derive(InputObject, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CustomerFilter {
    /// Text in the key or name, in any case.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of customers.
    CustomerOrderField,
    /// Sort order of customers.
    CustomerOrder: Key Ascending {
        /// Unique key.
        Key = (Key, Text, |row| row.key.clone()),
        /// Time of creation.
        CreatedAt = (Id, Id, |_| String::new()),
        /// Time of creation or of the last change.
        UpdatedAt = (UpdatedAt, Moment, |row| row.updated_at.to_rfc3339()),
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Customers {
    /// The incident that hurts them, if only those are shown.
    pub(super) incident: Option<IncidentId>,
    pub(super) filter: Option<CustomerFilter>,
    pub(super) order: Option<CustomerOrder>,
}

impl Paged for Customers {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match viewer.reads()?.only() {
            Some(_) => Err(Error::Forbidden(Right::Report)),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.updatedAt", self.filter.as_ref().and_then(|filter| filter.updated_at))
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let filter = self.filter.as_ref();
        Entity::owned_by(organization)
            .apply_if(self.incident, |query, incident| query.filter(hurt_by(organization, incident)))
            .apply_if(filter.and_then(|filter| filter.text.as_ref()), |query, text| query.filter(holds(text)))
            .apply_if(filter.and_then(|filter| filter.updated_at), |query, range| {
                query.filter(range.holds(Column::UpdatedAt))
            })
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        CustomerOrder::sort(self.order)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        CustomerOrder::mark(self.order, row)
    }
}

#[derive(Default)]
pub(super) struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// A customer by exactly one of `customer`, `id` and `key`. Null if there is none; `errors` says so.
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] customer: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
    ) -> Result<Customer, Fault> {
        let by = ctx.reads()?;
        let (argument, customer) = lookup::named::<CustomerId>(customer, id, ("key", key))?;
        Ok(Customer(customer::find(ctx.store(), by, (argument, &customer)).await?))
    }

    /// The organization's customers, by key.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<CustomerFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<CustomerOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Customer, Total>, Fault> {
        let customers = Customers { incident: None, filter, order: order_by };
        connection(ctx, customers, (first, after, last, before), Customer).await
    }
}

/// A customer to make.
#[derive(InputObject)]
struct CreateCustomerInput {
    /// The id or pseudonym that the source systems use; unique in the organization.
    key: String,
    /// A name, where one may be kept; null removes it.
    name: MaybeUndefined<String>,
    /// The segment; null: none.
    segment: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// What to change of a customer; what is left out stays.
#[derive(InputObject)]
struct UpdateCustomerInput {
    /// The customer.
    customer: Reference,
    /// A new name; null removes it.
    name: MaybeUndefined<String>,
    /// The segment from now on; null: none. Answers already given stay in the segment they were given in.
    segment: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The customer as it is now.
    CustomerPayload {
        /// The customer.
        customer: Customer,
        /// What the mutation did with the input; null after an update.
        outcome: Option<Outcome>,
        /// Those whose key is much like the one that was made now: another case, another space, a slip. Look whether both
        /// are meant.
        alike: Vec<Customer>,
    }
}

#[derive(Default)]
pub(super) struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Makes a customer. The same key again takes what is newly said of it.
    async fn create_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateCustomerInput,
    ) -> Result<CustomerPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut nulls = Nulls::default();
            let new = NewCustomer {
                key: input.key,
                name: nulls.note("name", super::given(input.name)),
                segment: nulls.note("segment", super::given(input.segment)).map(|segment| segment.0),
                nulls,
            };
            let by = ctx.contributes()?;
            let (customer, outcome) = customer::create(ctx.store(), by, new, ctx.now()).await?;
            let alike = match outcome {
                sent::Outcome::Created => customer::alike(ctx.store(), by, &customer).await?,
                _ => Vec::new(),
            };
            let alike = alike.into_iter().map(Customer).collect();
            Ok(CustomerPayload::done(Customer(customer), Some(outcome.into()), alike))
        })
        .await
    }

    /// Changes a customer.
    async fn update_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateCustomerInput,
    ) -> Result<CustomerPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let changes = CustomerChanges {
                name: super::given(input.name),
                segment: super::given(input.segment).map(|given| given.map(|segment| segment.0)),
            };
            let by = ctx.contributes()?;
            let customer = customer::update(ctx.store(), by, &input.customer.0, changes, ctx.now()).await?;
            Ok(CustomerPayload::done(Customer(customer), None, Vec::new()))
        })
        .await
    }
}
