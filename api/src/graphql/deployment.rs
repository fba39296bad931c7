//! Deployments.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{
    deployment::{Column, Entity, Model},
    id::{OrganizationId, ProductId},
    release as release_table,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    actor::{self, Actor},
    fault::Fault,
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Direction, Paged, Sort, Total, connection},
    payload::{payload, payloads},
    range::{self, Range, TimeRangeInput},
    release::{self, Release},
    scalar::{DateTime, Reference, id},
};
use crate::{
    base::text,
    domain::deployment::{self, NewDeployment},
};

/// A release reaching an environment.
#[derive(Description)]
pub struct Deployment(pub Model);

/// How a deployment went.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::deployment::DeploymentStatus")]
enum DeploymentStatus {
    /// The release is in the environment.
    Succeeded,
    /// It never got there.
    Failed,
    /// It got there and was taken out again.
    RolledBack,
}

#[Object(use_type_description)]
impl Deployment {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The release that was deployed.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.0.release_id).await
    }

    /// Where to: production, staging, a region.
    async fn environment(&self) -> &str {
        &self.0.environment
    }

    /// How it went.
    async fn status(&self) -> DeploymentStatus {
        self.0.status.into()
    }

    /// When it finished.
    async fn deployed_at(&self) -> DateTime {
        self.0.deployed_at.into()
    }

    /// Who recorded it; null if this was not recorded. Not for customers.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.recorded_by)
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was recorded or last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The system that reported it.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// That system's id of it; null if it gave none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// How many states of it there have been: 1 when it was recorded.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
}

/// Which deployments are wanted: all that is given must hold.
#[derive(InputObject, Clone, Debug, PartialEq, Eq, Hash)]
struct DeploymentFilter {
    /// Of releases of this product.
    product: Option<Reference>,
    /// To this environment.
    environment: Option<String>,
    /// When it finished.
    deployed_at: Option<TimeRangeInput>,
    /// When it was recorded.
    created_at: Option<TimeRangeInput>,
    /// When it was recorded or last changed.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of deployments.
    DeploymentOrderField,
    /// Sort order of deployments.
    DeploymentOrder: CreatedAt Descending {
        /// When it was recorded.
        CreatedAt = (Id, Id, |_| String::new()),
        /// When it finished.
        DeployedAt = (DeployedAt, Moment, |row| row.deployed_at.to_rfc3339()),
        /// When it was recorded or last changed.
        UpdatedAt = (UpdatedAt, Moment, |row| row.updated_at.to_rfc3339()),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Deployments {
    product: Option<ProductId>,
    filter: Option<DeploymentFilter>,
    order: Option<DeploymentOrder>,
}

impl Paged for Deployments {
    type Entity = Entity;

    fn check(&self) -> Result<(), Fault> {
        let Some(filter) = &self.filter else { return Ok(()) };
        range::check("filter.deployedAt", filter.deployed_at)?;
        range::check("filter.createdAt", filter.created_at)?;
        range::check("filter.updatedAt", filter.updated_at)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let filter = self.filter.as_ref();
        let range = |of: fn(&DeploymentFilter) -> Option<TimeRangeInput>| filter.and_then(of);
        Entity::owned_by(organization)
            .apply_if(self.product, |query, product| {
                let releases = release_table::Entity::owned_by(organization)
                    .filter(release_table::Column::ProductId.eq(product))
                    .select_only()
                    .column(release_table::Column::Id);
                query.filter(Column::ReleaseId.in_subquery(releases.into_query()))
            })
            .apply_if(filter.and_then(|filter| filter.environment.as_ref()), |query, environment| {
                query.filter(Column::Environment.is_in(text::forms(environment)))
            })
            .apply_if(range(|filter| filter.deployed_at), |query, range| {
                query.filter(range.holds(Column::DeployedAt))
            })
            .apply_if(range(|filter| filter.created_at), |query, range| {
                query.filter(range.holds(Column::CreatedAt))
            })
            .apply_if(range(|filter| filter.updated_at), |query, range| {
                query.filter(range.holds(Column::UpdatedAt))
            })
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        DeploymentOrder::sort(self.order)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        DeploymentOrder::mark(self.order, row)
    }
}

#[derive(Default)]
pub(super) struct DeploymentQuery;

#[Object]
impl DeploymentQuery {
    /// The deployments of all releases, the one recorded last first.
    async fn deployments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<DeploymentFilter>,
        #[graphql(desc = "Sort order; the one recorded last first by default.")] order_by: Option<
            DeploymentOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Deployment, Total>, Fault> {
        ctx.reports()?;
        let product = match filter.as_ref().and_then(|filter| filter.product.as_ref()) {
            Some(product) => Some(super::dimensions(ctx).await?.product("filter.product", &product.0)?.id),
            None => None,
        };
        let deployments = Deployments { product, filter, order: order_by };
        connection(ctx, deployments, (first, after, last, before), Deployment).await
    }
}

/// A deployment that happened.
#[derive(InputObject)]
struct RecordDeploymentInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release; needed for a version that several products have.
    product: Option<Reference>,
    /// Where to, at most 64 characters. One that succeeded in an environment of the product's `shipsTo` ships a
    /// planned release: since the earliest such deployment, in whichever order they are told.
    environment: String,
    /// How it went.
    status: DeploymentStatus,
    /// When it finished; now if left out. A release that answers name already is then with customers since these show
    /// it.
    deployed_at: Option<DateTime>,
    /// The reporting system's id of it: sent again, the status and time that are newer are taken. That of a deployment
    /// of another release or environment is a CONFLICT. Without an id, the same release, environment, status and
    /// `deployedAt` again are the same deployment.
    external_id: Option<String>,
    /// The reporting system; the token's name if left out.
    source: Option<String>,
    /// When the reporting system says that it became so: an earlier state never replaces a later one.
    updated_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The deployment as it was recorded.
    DeploymentPayload {
        /// The deployment.
        deployment: Deployment,
        /// What the mutation did with the input.
        outcome: Outcome,
    }
}

#[derive(Default)]
pub(super) struct DeploymentMutation;

#[Object]
impl DeploymentMutation {
    /// Records a deployment. The same external id again takes what is newly said of it.
    async fn record_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RecordDeploymentInput,
    ) -> Result<DeploymentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let release = lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            let new = NewDeployment {
                release,
                environment: input.environment,
                status: input.status.into(),
                deployed_at: input.deployed_at.map(Into::into),
                external_id: input.external_id,
                source: input.source,
                updated_at: input.updated_at.map(Into::into),
            };
            let source = &ctx.viewer().source;
            let recorded = deployment::record(ctx.store(), by, source, new, ctx.now()).await?;
            Ok(DeploymentPayload::done(Deployment(recorded.deployment), recorded.outcome.into()))
        })
        .await
    }
}
