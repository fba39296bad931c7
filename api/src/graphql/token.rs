//! Tokens.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::api_token::Model;

use super::{
    ContextExt,
    customer::Customer,
    fault::Fault,
    feature::{self, Feature},
    member::Member,
    order::orders,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    product::{self, Product},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id},
};
use crate::domain::token::{self, NewToken, Tokens};

/// A token with which callers authenticate. Its secret is shown only once, when it is created.
#[derive(Description)]
pub struct ApiToken(pub Model);

/// Role of a token. The rights of each role are in `docs/access.md`.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::api_token::Role")]
pub(super) enum Role {
    /// Product management: everything except tokens.
    Product,
    /// Development: releases, deployments, responses, incidents, reports.
    Development,
    /// Operations: releases, deployments, responses, incidents, reports.
    Operations,
    /// Security: responses, incidents, reports.
    Security,
    /// Business: reports.
    Business,
    /// Support: responses, incidents, reports.
    Support,
    /// A single customer: that customer's own responses and incidents.
    Customer,
    /// Administrator of the organization: everything in it.
    Administrator,
}

/// Restriction of a token, whatever its role.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::api_token::Scope")]
pub(super) enum TokenScope {
    /// None: all rights of the role.
    #[default]
    Full,
    /// Reading only.
    Read,
    /// Writing only what systems report: responses, incidents, exposure, customers, releases, deployments.
    Ingest,
    /// Reports only, without responses, incidents and customers.
    Reports,
    /// Submitting current responses about one product only: the token may be published in a web page.
    Publishable,
}

#[Object(use_type_description)]
impl ApiToken {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Purpose; also the default source of the data that it submits.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Role of whoever holds the token.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Restriction.
    async fn scope(&self) -> TokenScope {
        self.0.scope.into()
    }

    /// Customer that it acts for; null unless the role is CUSTOMER.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>, Fault> {
        match self.0.customer_id {
            Some(customer) => Ok(ctx.load().load_one(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// Member to whom the token belongs; null for a machine.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Fault> {
        match self.0.member_id {
            Some(member) => Ok(ctx.load().load_one(member).await?.map(Member)),
            None => Ok(None),
        }
    }

    /// The only product that it submits responses about; null: not restricted.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>, Fault> {
        match self.0.product_id {
            Some(product) => Ok(Some(product::of(ctx, product).await?)),
            None => Ok(None),
        }
    }

    /// The only features that it submits responses about, by key; empty: not restricted.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        feature::by_key(ctx, &token::publication(&self.0).features).await
    }

    /// Origins whose pages may use it; empty: any, and clients that are not web pages.
    async fn origins(&self) -> Vec<String> {
        token::publication(&self.0).origins
    }

    /// Time of its last use, to within an hour; null: never, as far as known.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(Into::into)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of revocation.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Time of expiry; null: never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(Into::into)
    }

    /// Time of revocation; null: it is not revoked.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(Into::into)
    }
}

/// Conditions on tokens; all that are given must hold.
#[derive(InputObject)]
pub(super) struct TokenFilter {
    /// Roles, one of which the token has.
    role: Option<Vec<Role>>,
    /// Whether to return active tokens, or revoked and expired ones.
    active: Option<bool>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<TokenFilter> for token::TokenFilter {
    fn from(given: TokenFilter) -> Self {
        Self {
            role: given.role.map(|roles| roles.into_iter().map(Into::into).collect()),
            active: given.active,
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of tokens.
    TokenOrderField for token::TokenSort,
    /// Sort order of tokens.
    TokenOrder {
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct TokenQuery;

#[Object]
impl TokenQuery {
    /// Tokens of the organization, the oldest first. Only for administrators.
    async fn tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tokens to return; all by default.")] filter: Option<TokenFilter>,
        #[graphql(desc = "Sort order; the oldest first by default.")] order_by: Option<TokenOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, ApiToken, Total>, Fault> {
        let (filter, order) = (or_default(filter), or_default(order_by));
        let tokens = Tokens { filter, order, now: ctx.now() };
        connection(ctx, tokens, (first, after, last, before), ApiToken).await
    }
}

/// Input of `createToken`.
#[derive(InputObject)]
struct CreateTokenInput {
    /// Purpose, at most 64 characters; unique among the active tokens.
    name: String,
    /// Role of whoever holds the token.
    role: Role,
    /// Restriction. A scope that leaves the role without rights is refused.
    #[graphql(default)]
    scope: TokenScope,
    /// Customer that it acts for, by ID or key. Only with the role CUSTOMER.
    customer: Option<Reference>,
    /// Member to whom the token belongs, by ID or email address. Not with the role CUSTOMER or the scope PUBLISHABLE.
    member: Option<Reference>,
    /// Time of expiry; never by default.
    expires_at: Option<DateTime>,
    /// The only product that it submits responses about. Required with the scope PUBLISHABLE, and allowed only with it.
    product: Option<Reference>,
    /// The only features of that product; empty: all, and the product as a whole. Only with the scope PUBLISHABLE.
    #[graphql(default)]
    features: Vec<Reference>,
    /// Origins whose pages may use it, such as `https://www.example.com`; empty: any, and clients that are not web
    /// pages. Only with the scope PUBLISHABLE.
    #[graphql(default)]
    origins: Vec<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createToken`.
    CreateTokenPayload {
        /// The token.
        token: ApiToken,
        /// Secret, to be sent as `Authorization: Bearer …`. Store it now: it is not shown again.
        secret: String,
    }
}

/// Input of `revokeToken`.
#[derive(InputObject)]
struct RevokeTokenInput {
    /// ID of the token, or its name if only one active token has it.
    token: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `revokeToken`.
    TokenPayload {
        /// The token.
        token: ApiToken,
    }
}

#[derive(Default)]
pub(super) struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Creates a token. Only for administrators.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateTokenInput,
    ) -> Result<CreateTokenPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let new = NewToken {
                role: input.role.into(),
                scope: input.scope.into(),
                customer: input.customer.map(|customer| customer.0),
                member: input.member.map(|member| member.0),
                name: input.name,
                expires_at: input.expires_at.map(Into::into),
                product: input.product.map(|product| product.0),
                features: input.features.into_iter().map(|feature| feature.0).collect(),
                origins: input.origins,
            };
            let (row, secret) = token::create(ctx.store(), ctx.administers()?, new, ctx.now()).await?;
            Ok(CreateTokenPayload::done(ApiToken(row), secret))
        })
        .await
    }

    /// Revokes a token: it is refused from now on. Only for administrators.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RevokeTokenInput,
    ) -> Result<TokenPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let row =
                token::revoke(ctx.store(), ctx.administers()?, ("token", &input.token.0), ctx.now()).await?;
            Ok(TokenPayload::done(ApiToken(row)))
        })
        .await
    }
}
