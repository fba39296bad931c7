//! The caller's organization.

use async_graphql::{Context, Description, ID, Object};
use ballroom_entity::organization::Model;

use super::{Asking, fault::Fault, scalar::id};
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
