//! Iterations.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object};
use ballroom_entity::{id::IterationId, iteration::Model};

use super::{
    ContextExt,
    fault::Fault,
    lookup::{self, By},
    order::orders,
    outcome::Outcome,
    payload::{payload, payloads},
    preparedness::Preparedness,
    product::{self, Product},
    range::{DateRangeInput, TimeRangeInput},
    scalar::{Date, DateTime, PeriodInput, PeriodShown, Reference, id},
};
use crate::{
    domain::{
        iteration::{self, IterationChanges, IterationSort, NewIteration},
        preparedness,
        sent::Nulls,
    },
    score::Period,
};

/// An iteration, such as a sprint: a period of work on a product, with a goal.
#[derive(Description)]
pub struct Iteration(pub Model);

#[Object(use_type_description)]
impl Iteration {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Name; unique in the product.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Goal; null if not given.
    async fn goal(&self) -> Option<&str> {
        self.0.goal.as_deref()
    }

    /// Its days.
    async fn period(&self) -> PeriodShown {
        Period { from: self.0.starts_on, until: self.0.ends_before }.into()
    }

    /// How well support was prepared for the releases of its days.
    async fn preparedness(&self, ctx: &Context<'_>) -> Result<Preparedness, Fault> {
        let days = (self.0.starts_on, self.0.ends_before);
        let by = ctx.reports()?;
        Ok(Preparedness(preparedness::preparedness(ctx.store(), by, self.0.product_id, days).await?))
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }
}

/// Conditions on iterations; all that are given must hold.
#[derive(InputObject)]
pub(super) struct IterationFilter {
    /// Text contained in the name or goal, not case-sensitive.
    text: Option<String>,
    /// A day of the iteration.
    day: Option<Date>,
    /// Days of which the iteration includes at least one.
    period: Option<DateRangeInput>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<IterationFilter> for iteration::IterationFilter {
    fn from(given: IterationFilter) -> Self {
        Self {
            text: given.text,
            day: given.day.map(Into::into),
            period: given.period.map(Into::into),
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of iterations.
    IterationOrderField for IterationSort,
    /// Sort order of iterations.
    IterationOrder {
        /// First day of the period.
        Period,
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct IterationQuery;

#[Object]
impl IterationQuery {
    /// An iteration by exactly one of `iteration`, `id`, `name` and `day`. Null if there is none; see `errors`.
    async fn iteration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or name.")] iteration: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Exact name.")] name: Option<String>,
        #[graphql(desc = "A day of the iteration.")] day: Option<Date>,
        #[graphql(
            desc = "Product of the iteration. Required for a name or day that several iterations have."
        )]
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

/// Input of `createIteration`.
#[derive(InputObject)]
struct CreateIterationInput {
    /// ID or key of the product.
    product: Reference,
    /// Name; unique in the product.
    name: String,
    /// Goal; null removes it.
    goal: MaybeUndefined<String>,
    /// Its days.
    period: PeriodInput,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateIteration`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateIterationInput {
    /// ID or name of the iteration.
    iteration: Reference,
    /// Product of the iteration. Required for a name that exists in several products.
    product: Option<Reference>,
    /// New name.
    name: MaybeUndefined<String>,
    /// New goal; null removes it.
    goal: MaybeUndefined<String>,
    /// New days.
    period: MaybeUndefined<PeriodInput>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createIteration` and `updateIteration`.
    IterationPayload {
        /// The iteration.
        iteration: Iteration,
        /// Outcome of the submission; null after an update.
        outcome: Option<Outcome>,
    }
}

#[derive(Default)]
pub(super) struct IterationMutation;

#[Object]
impl IterationMutation {
    /// Creates an iteration, or updates the one with this name.
    async fn create_iteration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateIterationInput,
    ) -> Result<IterationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let CreateIterationInput { product, name, goal, period, .. } = input;
            let period = Period::from(period);
            let mut nulls = Nulls::default();
            let new = NewIteration {
                product: product.0,
                name,
                goal: nulls.note("goal", super::given(goal)),
                starts_on: period.from,
                ends_before: period.until,
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
        #[graphql(desc = "Input of the mutation.")] input: UpdateIterationInput,
    ) -> Result<IterationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let period = super::kept("period", input.period)?.map(Period::from);
            let changes = IterationChanges {
                name: super::kept("name", input.name)?,
                goal: super::given(input.goal),
                starts_on: period.map(|period| period.from),
                ends_before: period.map(|period| period.until),
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
