//! Deployments.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object};
use ballroom_entity::deployment::Model;

use super::{
    Asking,
    fault::Fault,
    payload::{payload, payloads},
    release::{self, Release},
    scalar::{DateTime, id, parse},
};
use crate::domain::deployment::{self, NewDeployment};

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

    /// The system that reported it.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// That system's id of it; null if it gave none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }
}

/// A deployment that happened.
#[derive(InputObject)]
struct RecordDeploymentInput {
    /// The release.
    release_id: ID,
    /// Where to, at most 64 characters.
    environment: String,
    /// How it went.
    status: DeploymentStatus,
    /// When it finished; now if left out.
    deployed_at: Option<DateTime>,
    /// The reporting system's id of it: sending the same again changes nothing.
    external_id: Option<String>,
    /// The reporting system; the token's name if left out.
    source: Option<String>,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The deployment as it was recorded.
    DeploymentPayload {
        /// The deployment.
        deployment: Deployment,
    }
}

#[derive(Default)]
pub(super) struct DeploymentMutation;

#[Object]
impl DeploymentMutation {
    /// Records a deployment. The same external id again returns what is there.
    async fn record_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: RecordDeploymentInput,
    ) -> Result<DeploymentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let new = NewDeployment {
                release: parse("releaseId", &input.release_id)?,
                environment: input.environment,
                status: input.status.into(),
                deployed_at: input.deployed_at.map(Into::into),
                external_id: input.external_id,
                source: input.source,
            };
            let source = &ctx.viewer().source;
            let deployment = deployment::record(ctx.store(), ctx.ships()?, source, new, ctx.now()).await?;
            Ok(DeploymentPayload::done(Deployment(deployment)))
        })
        .await
    }
}
