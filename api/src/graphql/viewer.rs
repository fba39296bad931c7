//! The caller, as the server sees it.

use async_graphql::{Context, Description, Object};

use super::{
    ContextExt,
    customer::Customer,
    fault::Fault,
    member::Member,
    token::{Role, TokenScope},
};

/// The caller and its rights.
#[derive(Description)]
pub(super) struct Viewer;

#[Object(use_type_description)]
impl Viewer {
    /// Name of the caller's token, or of its OpenID Connect client.
    async fn name(&self, ctx: &Context<'_>) -> String {
        ctx.viewer().source.clone()
    }

    /// Role of the caller; null for an operator of the server, who has no role in an organization.
    async fn role(&self, ctx: &Context<'_>) -> Option<Role> {
        ctx.viewer().role().map(Into::into)
    }

    /// Scope of the caller's token.
    async fn scope(&self, ctx: &Context<'_>) -> TokenScope {
        ctx.viewer().scope().into()
    }

    /// Member to whom the token belongs; null for a machine.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Fault> {
        match ctx.viewer().member() {
            Some(member) => Ok(ctx.load().load_one(member).await?.map(Member)),
            None => Ok(None),
        }
    }

    /// Customer that the caller acts for; null unless the role is CUSTOMER.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>, Fault> {
        match ctx.viewer().customer() {
            Some(customer) => Ok(ctx.load().load_one(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// Whether the caller operates the server, that is, creates and lists organizations.
    async fn operates_server(&self, ctx: &Context<'_>) -> bool {
        ctx.viewer().operates().is_ok()
    }
}

#[derive(Default)]
pub(super) struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The caller.
    async fn viewer(&self) -> Viewer {
        Viewer
    }
}
