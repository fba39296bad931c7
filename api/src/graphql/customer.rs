//! Customers.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, connection::Connection};
use ballroom_entity::{
    customer::Model,
    id::{CustomerId, SegmentId},
};

use super::{
    ContextExt,
    answers::{self, FeedbackFilter, FeedbackOrder},
    exposures::{self, DailyExposure, ExposureFilter, ExposureOrder},
    fault::Fault,
    feedback::Feedback,
    follow_up::{self, Notice, NoticeFilter, NoticeOrder},
    incident::Incident,
    incidents::{self, IncidentFilter, IncidentOrder},
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id},
    segment::{self, Segment},
};
use crate::domain::{
    customer::{self, CustomerChanges, Customers, NewCustomer},
    exposure::ExposurePlace,
    feedback::Responses,
    incident::Incidents,
    sent::{self, Nulls},
};

/// A customer, identified by a name or pseudonym.
#[derive(Description)]
pub struct Customer(pub Model);

#[Object(use_type_description)]
impl Customer {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// ID or pseudonym used by the source systems; unique in the organization.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Name; null if not stored.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Segment that future responses count for; null: none. Not for customers.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        ctx.is_inside()?;
        segment::of(ctx, self.0.segment_id).await
    }

    /// Responses of the customer, the last received first.
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
        let responses = Responses { customer: Some(self.0.id), ..Responses::default() };
        answers::page(ctx, responses, filter, order_by, (first, after, last, before)).await
    }

    /// Incidents known to affect the customer, the last opened first.
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
        incidents::page(ctx, incidents, filter, order_by, (first, after, last, before)).await
    }

    /// Notices about the follow-up of the customer's feedback, the latest first.
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<NoticeFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<NoticeOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Notice, Total>, Fault> {
        follow_up::notices(ctx, self.0.id, filter, order_by, (first, after, last, before)).await
    }

    /// Number of customers of the same segment (or without one) who used each feature, by day, the latest day first.
    /// Exposure is recorded by segment, not by customer. Not for customers.
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
        let place = ExposurePlace::Segment(self.0.segment_id.unwrap_or(SegmentId::NONE));
        exposures::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on customers; all that are given must hold.
#[derive(InputObject)]
pub(super) struct CustomerFilter {
    /// Text contained in the key or name, not case-sensitive.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<CustomerFilter> for customer::CustomerFilter {
    fn from(given: CustomerFilter) -> Self {
        Self { text: given.text, updated_at: given.updated_at.map(Into::into) }
    }
}

orders! {
    /// Sort fields of customers.
    CustomerOrderField for customer::CustomerSort,
    /// Sort order of customers.
    CustomerOrder {
        /// Unique key.
        Key,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// A customer by exactly one of `customer`, `id` and `key`. Null if there is none; see `errors`.
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

    /// Customers of the organization, by key.
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
        let (filter, order) = (or_default(filter), or_default(order_by));
        let customers = Customers { incident: None, change: None, filter, order };
        connection(ctx, customers, (first, after, last, before), Customer).await
    }
}

/// Input of `createCustomer`.
#[derive(InputObject)]
struct CreateCustomerInput {
    /// ID or pseudonym used by the source systems; unique in the organization.
    key: String,
    /// Name, if it may be stored; null removes it.
    name: MaybeUndefined<String>,
    /// Segment; null: none.
    segment: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateCustomer`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateCustomerInput {
    /// ID or key of the customer.
    customer: Reference,
    /// New name; null removes it.
    name: MaybeUndefined<String>,
    /// New segment; null: none. Existing responses keep the segment in which they were given.
    segment: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createCustomer` and `updateCustomer`.
    CustomerPayload {
        /// The customer.
        customer: Customer,
        /// Outcome of the submission; null after an update.
        outcome: Option<Outcome>,
        /// After a creation: customers whose key differs only slightly, for example in case or spaces. Check that both
        /// are intended.
        alike: Vec<Customer>,
    }
}

#[derive(Default)]
pub(super) struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Creates a customer, or updates the one with this key.
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
