//! Tokens.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use ballroom_entity::api_token::Model;
use chrono::{DateTime, Utc};

use super::{Asking, fault::Fault, scalar::id};
use crate::domain::token;

/// What a caller is let in by. The secret itself is shown once, when it is made.
pub struct ApiToken(pub Model);

/// What a token may do; each role includes those before it.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::api_token::Role")]
enum Role {
    /// Read everything.
    Reader,
    /// Also write feedback, incidents, deployments and exposure.
    Contributor,
    /// Also write products, features, releases, iterations, customers, segments and scales.
    Manager,
    /// Also make and revoke tokens.
    Administrator,
}

#[Object]
impl ApiToken {
    /// Its id.
    async fn id(&self) -> ID {
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

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it stops working by itself; null: never.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// When it was revoked; null: it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
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
    /// What it is for, at most 64 characters.
    name: String,
    /// What it may do.
    role: Role,
    /// When it stops working by itself; left out: never.
    expires_at: Option<DateTime<Utc>>,
}

/// A new token.
#[derive(SimpleObject)]
struct CreateTokenPayload {
    /// The token.
    token: ApiToken,
    /// What to send as `Authorization: Bearer …`. Keep it now: it is not shown again.
    secret: String,
}

/// A token to revoke.
#[derive(InputObject)]
struct RevokeTokenInput {
    /// The token.
    token_id: ID,
}

/// The token as it is now.
#[derive(SimpleObject)]
struct TokenPayload {
    /// The token.
    token: ApiToken,
}

#[derive(Default)]
pub(super) struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token. Only for administrators.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        input: CreateTokenInput,
    ) -> Result<CreateTokenPayload, Fault> {
        let (by, role) = (ctx.administers()?, input.role.into());
        let (row, secret) =
            token::create(ctx.store(), by, role, &input.name, input.expires_at, ctx.now()).await?;
        Ok(CreateTokenPayload { token: ApiToken(row), secret })
    }

    /// Revokes a token: from now on it lets nobody in. Only for administrators.
    async fn revoke_token(&self, ctx: &Context<'_>, input: RevokeTokenInput) -> Result<TokenPayload, Fault> {
        let row = token::revoke(ctx.store(), ctx.administers()?, &input.token_id, ctx.now()).await?;
        Ok(TokenPayload { token: ApiToken(row) })
    }
}
