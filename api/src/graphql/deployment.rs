//! Deployments.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::deployment::Model;

use super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    range::TimeRangeInput,
    release::{self, Release},
    scalar::{DateTime, Reference, id},
};
use crate::domain::deployment::{self, Deployments, NewDeployment};

/// Deployment of a release to an environment.
#[derive(Description)]
pub struct Deployment(pub Model);

/// Status of a deployment.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::deployment::DeploymentStatus")]
enum DeploymentStatus {
    /// The release is running in the environment.
    Succeeded,
    /// The deployment failed.
    Failed,
    /// The release was deployed and then removed again.
    RolledBack,
}

#[Object(use_type_description)]
impl Deployment {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Deployed release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.0.release_id).await
    }

    /// Target environment, such as `production`, `staging` or a region.
    async fn environment(&self) -> &str {
        &self.0.environment
    }

    /// Status.
    async fn status(&self) -> DeploymentStatus {
        self.0.status.into()
    }

    /// Time at which it finished.
    async fn deployed_at(&self) -> DateTime {
        self.0.deployed_at.into()
    }

    /// Actor that recorded it; null if not recorded. Not for customers.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.recorded_by)
    }

    /// Time at which it was recorded.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time at which it was recorded or last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Source system.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// ID in the source system; null if none was given.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Number of versions: 1 after it was recorded.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
}

/// Conditions on deployments; all that are given must hold.
#[derive(InputObject)]
struct DeploymentFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// Target environment.
    environment: Option<String>,
    /// Time at which it finished.
    deployed_at: Option<TimeRangeInput>,
    /// Time at which it was recorded.
    created_at: Option<TimeRangeInput>,
    /// Time at which it was recorded or last changed.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of deployments.
    DeploymentOrderField for deployment::DeploymentSort,
    /// Sort order of deployments.
    DeploymentOrder {
        /// Time at which it was recorded.
        CreatedAt,
        /// Time at which it finished.
        DeployedAt,
        /// Time at which it was recorded or last changed.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct DeploymentQuery;

#[Object]
impl DeploymentQuery {
    /// Deployments of all releases, the last recorded first.
    async fn deployments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<DeploymentFilter>,
        #[graphql(desc = "Sort order; the last recorded first by default.")] order_by: Option<
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
        let filter = match filter {
            Some(filter) => deployment::DeploymentFilter {
                product: lookup::product(ctx, "filter.product", filter.product.as_ref()).await?,
                environment: filter.environment,
                deployed_at: filter.deployed_at.map(Into::into),
                created_at: filter.created_at.map(Into::into),
                updated_at: filter.updated_at.map(Into::into),
            },
            None => deployment::DeploymentFilter::default(),
        };
        let deployments = Deployments { filter, order: or_default(order_by) };
        connection(ctx, deployments, (first, after, last, before), Deployment).await
    }
}

/// Input of `recordDeployment`.
#[derive(InputObject)]
struct RecordDeploymentInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release. Required for a version that exists in several products.
    product: Option<Reference>,
    /// Target environment, at most 64 characters. A successful deployment to an environment of the product's `shipsTo`
    /// ships a planned release, as of the earliest such deployment, in whichever order they are reported.
    environment: String,
    /// Status.
    status: DeploymentStatus,
    /// Time at which it finished; now by default. If responses already name the release, it is in use from the day on
    /// which they show it.
    deployed_at: Option<DateTime>,
    /// ID in the reporting system. If it is sent again, the newer status and time are stored. Reusing the ID for
    /// another release or environment is a CONFLICT. Without an ID, the same release, environment, status and
    /// `deployedAt` identify the deployment.
    external_id: Option<String>,
    /// Reporting system; the name of the token by default.
    source: Option<String>,
    /// Time of this version in the reporting system. An earlier version never replaces a later one.
    updated_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `recordDeployment`.
    DeploymentPayload {
        /// The deployment.
        deployment: Deployment,
        /// Outcome of the submission.
        outcome: Outcome,
    }
}

#[derive(Default)]
pub(super) struct DeploymentMutation;

#[Object]
impl DeploymentMutation {
    /// Records a deployment, or updates the one with this external ID.
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
