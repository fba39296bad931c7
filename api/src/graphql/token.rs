//! Tokens.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object};
use ballroom_entity::api_token::Model;

use super::{
    Asking,
    customer::Customer,
    fault::Fault,
    feature::Feature,
    member::Member,
    payload::{payload, payloads},
    product::{self, Product},
    scalar::{DateTime, Reference, id},
};
use crate::domain::token::{self, NewToken};

/// What a caller is let in by. The secret itself is shown once, when it is made.
#[derive(Description)]
pub struct ApiToken(pub Model);

/// For whom a token speaks. `docs/access.md` has the table of who may do what.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::api_token::Role")]
pub(super) enum Role {
    /// Product management: everything but tokens.
    Product,
    /// Development: releases, deployments, answers, incidents, reports.
    Development,
    /// Operations: releases, deployments, answers, incidents, reports.
    Operations,
    /// Security: answers, incidents, reports.
    Security,
    /// Business: reports.
    Business,
    /// Support: answers, incidents, reports.
    Support,
    /// One customer: that customer's own answers and incidents.
    Customer,
    /// Whoever administers the organization: everything in it.
    Administrator,
}

/// To what a token is confined, whatever its role.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::api_token::Scope")]
pub(super) enum TokenScope {
    /// To nothing: it may do what the role may.
    #[default]
    Full,
    /// To reading.
    Read,
    /// To writing what systems report: answers, incidents, exposure, customers, releases, deployments.
    Ingest,
    /// To reports, without answers, incidents or customers.
    Reports,
    /// To submitting answers about one product, as they are given: it may stand in a web page.
    Publishable,
}

#[Object(use_type_description)]
impl ApiToken {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// What it is for; also the source under which its data is filed.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// To what it is confined.
    async fn scope(&self) -> TokenScope {
        self.0.scope.into()
    }

    /// The customer for whom it speaks; null unless the role is CUSTOMER.
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

    /// The only product that it submits answers about; null: not confined to one.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>, Fault> {
        match self.0.product_id {
            Some(product) => Ok(Some(product::of(ctx, product).await?)),
            None => Ok(None),
        }
    }

    /// The only features that it submits answers about, by key; empty: not confined to any.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        let dimensions = super::dimensions(ctx).await?;
        let ids = token::publication(&self.0).features;
        let mut features: Vec<_> = ids.iter().filter_map(|id| dimensions.features.get(id)).collect();
        features.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(features.into_iter().cloned().map(Feature).collect())
    }

    /// The origins whose pages may use it; empty: any, and whoever is no page.
    async fn origins(&self) -> Vec<String> {
        token::publication(&self.0).origins
    }

    /// When it was last used, give or take an hour; null: never, as far as is known.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(Into::into)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it stops working by itself; null: never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(Into::into)
    }

    /// When it was revoked; null: it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(Into::into)
    }
}

#[derive(Default)]
pub(super) struct TokenQuery;

#[Object]
impl TokenQuery {
    /// All tokens, the oldest first. Only for administrators.
    async fn tokens(&self, ctx: &Context<'_>) -> Result<Vec<ApiToken>, Fault> {
        Ok(token::all(ctx.store(), ctx.administers()?).await?.into_iter().map(ApiToken).collect())
    }
}

/// A token to make.
#[derive(InputObject)]
struct CreateTokenInput {
    /// What it is for, at most 64 characters. No two tokens that work have the same name.
    name: String,
    /// What it may do.
    role: Role,
    /// To what it is confined. A scope that leaves the role nothing is refused.
    #[graphql(default)]
    scope: TokenScope,
    /// The customer for whom it speaks: an id or a key. With the role CUSTOMER only.
    customer: Option<Reference>,
    /// Member to whom the token belongs: an ID or e-mail address. Not with the role CUSTOMER or the scope PUBLISHABLE.
    member: Option<Reference>,
    /// When it stops working by itself; left out: never.
    expires_at: Option<DateTime>,
    /// The only product that it submits answers about. Needed with the scope PUBLISHABLE, and for it only.
    product: Option<Reference>,
    /// The only features of that product; none: all, and the product as a whole. With the scope PUBLISHABLE only.
    #[graphql(default)]
    features: Vec<Reference>,
    /// The origins whose pages may use it, such as `https://www.example.com`; none: any, and whoever is no page. With
    /// the scope PUBLISHABLE only.
    #[graphql(default)]
    origins: Vec<String>,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

payloads! {
    /// A new token.
    CreateTokenPayload {
        /// The token.
        token: ApiToken,
        /// What to send as `Authorization: Bearer …`. Keep it now: it is not shown again.
        secret: String,
    }
}

/// A token to revoke.
#[derive(InputObject)]
struct RevokeTokenInput {
    /// ID of the token, or its name if only one active token has it.
    token: Reference,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The token as it is now.
    TokenPayload {
        /// The token.
        token: ApiToken,
    }
}

#[derive(Default)]
pub(super) struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token. Only for administrators.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: CreateTokenInput,
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

    /// Revokes a token: from now on it lets nobody in. Only for administrators.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: RevokeTokenInput,
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
