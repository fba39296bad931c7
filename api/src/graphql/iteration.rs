//! Iterations.

use async_graphql::{Context, Description, Enum, ID, InputObject, MaybeUndefined, Object};
use ballroom_entity::{
    id::{IterationId, OrganizationId, ProductId},
    iteration::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    fault::Fault,
    lookup::{self, By},
    outcome::Outcome,
    page::{Direction, Paged, Sort},
    payload::{payload, payloads},
    product::{self, Product},
    scalar::{Date, DateTime, Reference, id},
};
use crate::domain::{
    iteration::{self, IterationChanges, NewIteration},
    sent::Nulls,
};

/// A sprint: a period of a product with a goal.
#[derive(Description)]
pub struct Iteration(pub Model);

#[Object(use_type_description)]
impl Iteration {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Its name; unique in the product.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is meant to reach; null if nobody said.
    async fn goal(&self) -> Option<&str> {
        self.0.goal.as_deref()
    }

    /// Its first day.
    async fn starts_on(&self) -> Date {
        self.0.starts_on.into()
    }

    /// The day after its last.
    async fn ends_before(&self) -> Date {
        self.0.ends_before.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The product worked on.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }
}

/// What iterations can be sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum IterationOrderField {
    /// Its first day.
    StartsOn,
    /// When it was made.
    CreatedAt,
    /// When it was made or last changed.
    UpdatedAt,
}

/// In which order iterations come.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct IterationOrder {
    /// What they are sorted by.
    field: IterationOrderField,
    /// Which come first.
    direction: Direction,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Iterations {
    pub(super) product: ProductId,
    pub(super) updated_after: Option<DateTime>,
    pub(super) order: Option<IterationOrder>,
}

impl Paged for Iterations {
    type Entity = Entity;

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        Entity::owned_by(organization)
            .filter(Column::ProductId.eq(self.product))
            .apply_if(self.updated_after, |query, after| query.filter(Column::UpdatedAt.gt(after.0)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        let last_first =
            IterationOrder { field: IterationOrderField::StartsOn, direction: Direction::Descending };
        let order = self.order.unwrap_or(last_first);
        match order.field {
            IterationOrderField::StartsOn => (Column::StartsOn, Sort::Day, order.direction),
            IterationOrderField::CreatedAt => (Column::Id, Sort::Id, order.direction),
            IterationOrderField::UpdatedAt => (Column::UpdatedAt, Sort::Moment, order.direction),
        }
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        match self.order.map(|order| order.field) {
            Some(IterationOrderField::UpdatedAt) => (row.updated_at.to_rfc3339(), row.id.0),
            _ => (row.starts_on.to_string(), row.id.0),
        }
    }
}

#[derive(Default)]
pub(super) struct IterationQuery;

#[Object]
impl IterationQuery {
    /// An iteration by exactly one of `iteration`, `id`, `name` and `day`. Null if there is none; `errors` says so.
    async fn iteration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or name.")] iteration: Option<Reference>,
        #[graphql(desc = "ID.")] id: Option<ID>,
        #[graphql(desc = "Name.")] name: Option<String>,
        #[graphql(desc = "A day of the iteration.")] day: Option<Date>,
        #[graphql(desc = "Product of the iteration; needed for a name or day that several iterations have.")]
        product: Option<Reference>,
    ) -> Result<Iteration, Fault> {
        let (store, by) = (ctx.store(), ctx.reports()?);
        let product = product.as_ref().map(|product| &*product.0);
        let (argument, given) = lookup::one([
            ("iteration", iteration.map(By::Reference)),
            ("id", id.map(By::Id)),
            ("name", name.map(By::Name)),
            ("day", day.map(By::Day)),
        ])?;
        Ok(Iteration(match given {
            By::Day(day) => iteration::find_on(store, by, day.0, product).await?,
            given => {
                let reference = given.text::<IterationId>(argument)?;
                iteration::find(store, by, (argument, &reference), product).await?
            }
        }))
    }
}

/// An iteration to make.
#[derive(InputObject)]
struct CreateIterationInput {
    /// The product.
    product: Reference,
    /// Its name; unique in the product.
    name: String,
    /// What it is meant to reach; null removes it.
    goal: MaybeUndefined<String>,
    /// Its first day.
    starts_on: Date,
    /// The day after its last.
    ends_before: Date,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

/// What to change of an iteration; what is left out stays.
#[derive(InputObject)]
struct UpdateIterationInput {
    /// ID or name of the iteration.
    iteration: Reference,
    /// Product of the iteration; needed for a name that iterations of several products have.
    product: Option<Reference>,
    /// A new name.
    name: MaybeUndefined<String>,
    /// A new goal; null removes it.
    goal: MaybeUndefined<String>,
    /// Its first day.
    starts_on: MaybeUndefined<Date>,
    /// The day after its last.
    ends_before: MaybeUndefined<Date>,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The iteration as it is now.
    IterationPayload {
        /// The iteration.
        iteration: Iteration,
        /// What the mutation did with the input; null after an update.
        outcome: Option<Outcome>,
    }
}

#[derive(Default)]
pub(super) struct IterationMutation;

#[Object]
impl IterationMutation {
    /// Makes an iteration. The same name again takes what is newly said of it.
    async fn create_iteration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: CreateIterationInput,
    ) -> Result<IterationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let CreateIterationInput { product, name, goal, starts_on, ends_before, .. } = input;
            let mut nulls = Nulls::default();
            let new = NewIteration {
                product: product.0,
                name,
                goal: nulls.note("goal", super::given(goal)),
                starts_on: starts_on.into(),
                ends_before: ends_before.into(),
                nulls,
            };
            let (iteration, outcome) = iteration::create(ctx.store(), ctx.manages()?, new, ctx.now()).await?;
            Ok(IterationPayload::done(Iteration(iteration), Some(outcome.into())))
        })
        .await
    }

    /// Changes an iteration.
    async fn update_iteration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: UpdateIterationInput,
    ) -> Result<IterationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let changes = IterationChanges {
                name: super::kept("name", input.name)?,
                goal: super::given(input.goal),
                starts_on: super::kept("startsOn", input.starts_on)?.map(Into::into),
                ends_before: super::kept("endsBefore", input.ends_before)?.map(Into::into),
            };
            let product = input.product.as_ref().map(|product| &*product.0);
            let target = ("iteration", &*input.iteration.0);
            let id = iteration::find(ctx.store(), by.into(), target, product).await?.id;
            let iteration = iteration::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(IterationPayload::done(Iteration(iteration), None))
        })
        .await
    }
}
