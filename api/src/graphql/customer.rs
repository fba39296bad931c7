//! Customers.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject, connection::Connection};
use ballroom_entity::{
    customer::{Column, Entity, Model},
    id::OrganizationId,
};
use sea_orm::Select;
use uuid::Uuid;

use super::{
    Asking,
    fault::Fault,
    feedback::{Answers, Feedback},
    page::{Direction, Paged, Sort, Total, connection},
    scalar::{Reference, id},
    segment::{self, Segment},
};
use crate::domain::customer::{self, CustomerChanges, NewCustomer};

/// Who answers, by name or by pseudonym.
pub struct Customer(pub Model);

#[Object]
impl Customer {
    /// Its id.
    async fn id(&self) -> ID {
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

    /// The segment for which future answers count; null if none.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.0.segment_id).await
    }

    /// The customer's answers, the one received last first.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let answers = Answers { customer: Some(self.0.id), ..Answers::default() };
        connection(ctx, answers, (first, after, last, before), Feedback).await
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Customers;

impl Paged for Customers {
    type Entity = Entity;

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
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
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
}

/// The customer as it is now.
#[derive(SimpleObject)]
struct CustomerPayload {
    /// The customer.
    customer: Customer,
}

#[derive(Default)]
pub(super) struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Makes a customer. The same again returns what is there.
    async fn create_customer(
        &self,
        ctx: &Context<'_>,
        input: CreateCustomerInput,
    ) -> Result<CustomerPayload, Fault> {
        let segment = input.segment.map(|segment| segment.0);
        let new = NewCustomer { key: input.key, name: input.name, segment };
        let customer = customer::create(ctx.store(), ctx.manages()?, new, ctx.now()).await?;
        Ok(CustomerPayload { customer: Customer(customer) })
    }

    /// Changes a customer.
    async fn update_customer(
        &self,
        ctx: &Context<'_>,
        input: UpdateCustomerInput,
    ) -> Result<CustomerPayload, Fault> {
        let changes = CustomerChanges {
            name: super::given(input.name),
            segment: super::given(input.segment).map(|given| given.map(|segment| segment.0)),
        };
        let by = ctx.manages()?;
        let customer = customer::update(ctx.store(), by, &input.customer.0, changes, ctx.now()).await?;
        Ok(CustomerPayload { customer: Customer(customer) })
    }
}
