//! Customers.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, connection::Connection};
use ballroom_entity::{
    customer::{Column, Entity, Model},
    id::OrganizationId,
};
use sea_orm::Select;
use uuid::Uuid;

use super::{
    Asking,
    answers::{Answers, FeedbackFilter, FeedbackOrder},
    fault::Fault,
    feedback::Feedback,
    page::{Direction, Paged, Sort, Total, connection},
    payload::{payload, payloads},
    scalar::{Reference, id},
    segment::{self, Segment},
    sent::SentOutcome,
};
use crate::domain::{
    access::{Right, Viewer},
    customer::{self, CustomerChanges, NewCustomer},
    error::Error,
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
        #[graphql(desc = "Which of them; all if left out.")] filter: Option<FeedbackFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<FeedbackOrder>,
        #[graphql(desc = "The first so many, at most 200; 25 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 200.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let answers = Answers { customer: Some(self.0.id), ..Answers::default() };
        answers.page(ctx, filter, order_by, (first, after, last, before)).await
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Customers;

impl Paged for Customers {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match viewer.reads()?.only() {
            Some(_) => Err(Error::Forbidden(Right::Report)),
            None => Ok(()),
        }
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        Entity::owned_by(organization)
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        (Column::Key, Sort::Text, Direction::Ascending)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        (row.key.clone(), row.id.0)
    }
}

#[derive(Default)]
pub(super) struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// A customer.
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id or key.")] customer: Reference,
    ) -> Result<Customer, Fault> {
        Ok(Customer(customer::find(ctx.store(), ctx.reads()?, &customer.0).await?))
    }

    /// The organization's customers, by key.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, at most 200; 25 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 200.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Customer, Total>, Fault> {
        connection(ctx, Customers, (first, after, last, before), Customer).await
    }
}

/// A customer to make.
#[derive(InputObject)]
struct CreateCustomerInput {
    /// The id or pseudonym that the source systems use; unique in the organization.
    key: String,
    /// A name, where one may be kept.
    name: Option<String>,
    /// The segment.
    segment: Option<Reference>,
    /// Any text of yours: it comes back in the payload.
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
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The customer as it is now.
    CustomerPayload {
        /// The customer.
        customer: Customer,
        /// What became of what was sent; null where a verb has done what it says.
        outcome: Option<SentOutcome>,
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
        #[graphql(desc = "What is to be done.")] input: CreateCustomerInput,
    ) -> Result<CustomerPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let segment = input.segment.map(|segment| segment.0);
            let new = NewCustomer { key: input.key, name: input.name, segment };
            let (customer, became) =
                customer::create(ctx.store(), ctx.contributes()?, new, ctx.now()).await?;
            Ok(CustomerPayload::done(Customer(customer), Some(became.into())))
        })
        .await
    }

    /// Changes a customer.
    async fn update_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: UpdateCustomerInput,
    ) -> Result<CustomerPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let changes = CustomerChanges {
                name: super::given(input.name),
                segment: super::given(input.segment).map(|given| given.map(|segment| segment.0)),
            };
            let by = ctx.contributes()?;
            let customer = customer::update(ctx.store(), by, &input.customer.0, changes, ctx.now()).await?;
            Ok(CustomerPayload::done(Customer(customer), None))
        })
        .await
    }
}
