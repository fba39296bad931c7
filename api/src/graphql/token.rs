//! Tokens.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object};
use ballroom_entity::api_token::Model;

use super::{
    Asking,
    fault::Fault,
    payload::{payload, payloads},
    scalar::{DateTime, id},
};
use crate::domain::token;

/// What a caller is let in by. The secret itself is shown once, when it is made.
#[derive(Description)]
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
    /// What it is for, at most 64 characters.
    name: String,
    /// What it may do.
    role: Role,
    /// When it stops working by itself; left out: never.
    expires_at: Option<DateTime>,
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
    /// The token.
    token_id: ID,
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
            let (by, role) = (ctx.administers()?, input.role.into());
            let (row, secret) = token::create(
                ctx.store(),
                by,
                role,
                &input.name,
                input.expires_at.map(Into::into),
                ctx.now(),
            )
            .await?;
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
            let row = token::revoke(ctx.store(), ctx.administers()?, &input.token_id, ctx.now()).await?;
            Ok(TokenPayload::done(ApiToken(row)))
        })
        .await
    }
}
