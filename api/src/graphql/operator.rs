//! Mutations and queries of operators of the server: organizations are created and listed.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, connection::Connection};

use super::{
    ContextExt,
    fault::Fault,
    order::orders,
    organization::Organization,
    outcome::Outcome,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    scalar::Reference,
};
use crate::domain::operator::{self, Organizations};

orders! {
    /// Sort fields of organizations.
    OrganizationOrderField for operator::OrganizationSort,
    /// Sort order of organizations.
    OrganizationOrder {
        /// Unique key.
        Key,
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct OperatorQuery;

#[Object]
impl OperatorQuery {
    /// Organizations of the server, by key. Only for operators of the server.
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<OrganizationOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Organization, Total>, Fault> {
        let organizations = Organizations { by: ctx.operates()?, order: or_default(order_by) };
        connection(ctx, organizations, (first, after, last, before), Organization).await
    }
}

/// Input of `createOrganization`.
#[derive(InputObject)]
struct CreateOrganizationInput {
    /// Short name, used at the command line and in OpenID Connect claims; unique on the server, at most 64 characters.
    key: String,
    /// Display name; the key by default.
    name: MaybeUndefined<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `renameOrganization`.
#[derive(InputObject)]
struct RenameOrganizationInput {
    /// ID or key of the organization.
    organization: Reference,
    /// New display name.
    name: String,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `createAdministratorToken`.
#[derive(InputObject)]
struct CreateAdministratorTokenInput {
    /// ID or key of the organization.
    organization: Reference,
    /// Purpose of the token, at most 64 characters; unique among the active tokens of the organization.
    name: String,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createOrganization`.
    CreateOrganizationPayload {
        /// The organization.
        organization: Organization,
        /// Outcome of the submission.
        outcome: Outcome,
        /// Token of the first administrator, to be sent as `Authorization: Bearer …`. Store it: it is not shown again.
        /// Null if the organization existed.
        secret: Option<String>,
    }

    /// Result of `renameOrganization`.
    RenameOrganizationPayload {
        /// The organization.
        organization: Organization,
    }

    /// Result of `createAdministratorToken`.
    CreateAdministratorTokenPayload {
        /// The organization.
        organization: Organization,
        /// Token to be sent as `Authorization: Bearer …`. Store it: it is not shown again.
        secret: String,
    }
}

#[derive(Default)]
pub(super) struct OperatorMutation;

#[Object]
impl OperatorMutation {
    /// Creates an organization with the standard scales and a token for its first administrator, or renames the one
    /// with this key if a name is given. Only for operators of the server.
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateOrganizationInput,
    ) -> Result<CreateOrganizationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.operates()?;
            let name = super::given(input.name).map(|name| name.unwrap_or_else(|| input.key.clone()));
            let founded = operator::found(ctx.store(), by, &input.key, name.as_deref(), ctx.now()).await?;
            let organization = Organization(founded.organization);
            Ok(CreateOrganizationPayload::done(organization, founded.outcome.into(), founded.secret))
        })
        .await
    }

    /// Changes the display name of an organization. Only for operators of the server.
    async fn rename_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RenameOrganizationInput,
    ) -> Result<RenameOrganizationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.operates()?;
            let row =
                operator::rename(ctx.store(), by, &input.organization.0, &input.name, ctx.now()).await?;
            Ok(RenameOrganizationPayload::done(Organization(row)))
        })
        .await
    }

    /// Creates an administrator token for an organization, for example if the organization has lost its own. Only for
    /// operators of the server.
    async fn create_administrator_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateAdministratorTokenInput,
    ) -> Result<CreateAdministratorTokenPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, organization) = (ctx.operates()?, &input.organization.0);
            let (row, secret) =
                operator::administrator(ctx.store(), by, organization, &input.name, ctx.now()).await?;
            Ok(CreateAdministratorTokenPayload::done(Organization(row), secret))
        })
        .await
    }
}
