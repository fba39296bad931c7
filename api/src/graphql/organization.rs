//! The caller's organization, and what it decides for all its scores.

use async_graphql::{Context, Description, ID, InputObject, Object};
use ballroom_entity::organization::Model;

use super::{
    Asking,
    fault::Fault,
    payload::{payload, payloads},
    scalar::{DateTime, id},
};
use crate::domain::organization;

/// The tenant that owns everything.
#[derive(Description)]
pub struct Organization(pub Model);

#[Object(use_type_description)]
impl Organization {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The name that the command line uses; unique on this server.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Number of responses that a verdict needs before the release and after it, 1 or more; 10 by default. With fewer
    /// the verdict is at most WATCH, with the reason FEW_RESPONSES.
    async fn min_responses(&self) -> i32 {
        self.0.min_answers
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change of its name or settings.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Where the feed of what happens stands now: a subscription with this as `after` misses nothing from here on.
    async fn feed_cursor(&self, ctx: &Context<'_>) -> Result<String, Fault> {
        Ok(ctx.services().feed.now(ctx.reports()?).await?.cursor())
    }
}

#[derive(Default)]
pub(super) struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The organization to which the caller's token belongs.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, Fault> {
        Ok(Organization(organization::find(ctx.store(), ctx.reports()?.organization()).await?))
    }
}

/// What is to change.
#[derive(InputObject)]
struct UpdateOrganizationInput {
    /// Number of responses that a verdict needs before the release and after it, 1 to 10000.
    min_responses: i32,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The organization as it is now.
    OrganizationPayload {
        /// The organization.
        organization: Organization,
    }
}

#[derive(Default)]
pub(super) struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Changes what holds for all scores of the organization. Verdicts follow at once, those of the past included.
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateOrganizationInput,
    ) -> Result<OrganizationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            let row = organization::set_min_answers(ctx.store(), by, input.min_responses, ctx.now()).await?;
            Ok(OrganizationPayload::done(Organization(row)))
        })
        .await
    }
}
