//! Actors.

use async_graphql::{Context, Description, Enum, Object};

use super::{ContextExt, fault::Fault, member::Member};
pub(super) use crate::base::actor::Actor as Stored;

/// The author of a change: a member, or a machine with a token.
#[derive(Description)]
pub struct Actor(pub Stored);

/// How an actor was authenticated.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum Authentication {
    /// With a token of this server.
    Token,
    /// With a token of an OpenID Connect issuer.
    OpenidConnect,
    /// At the command line of the server, with direct access to its database.
    CommandLine,
}

#[Object(use_type_description)]
impl Actor {
    /// Display name: that of the member; for a machine that of its token or of its OpenID Connect client.
    async fn name(&self, ctx: &Context<'_>) -> Result<String, Fault> {
        if let Some(member) = self.loaded(ctx).await? {
            return Ok(member.0.name);
        }
        Ok(match self.0 {
            Stored::Token(id) => ctx.load().load_one(id).await?.map(|row| row.name).unwrap_or_default(),
            Stored::Identity(id) => ctx.load().load_one(id).await?.map(|row| row.name).unwrap_or_default(),
            Stored::CommandLine => "command line".to_owned(),
        })
    }

    /// The member; null for a machine.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Fault> {
        self.loaded(ctx).await
    }

    /// How the actor was authenticated.
    async fn authentication(&self) -> Authentication {
        match self.0 {
            Stored::Token(_) => Authentication::Token,
            Stored::Identity(_) => Authentication::OpenidConnect,
            Stored::CommandLine => Authentication::CommandLine,
        }
    }

    /// Name of the token of this server that was used; null if none was.
    async fn token(&self, ctx: &Context<'_>) -> Result<Option<String>, Fault> {
        match self.0 {
            Stored::Token(id) => Ok(ctx.load().load_one(id).await?.map(|row| row.name)),
            _ => Ok(None),
        }
    }
}

impl Actor {
    async fn loaded(&self, ctx: &Context<'_>) -> Result<Option<Member>, Fault> {
        let member = match self.0 {
            Stored::Token(id) => ctx.load().load_one(id).await?.and_then(|row| row.member_id),
            Stored::Identity(id) => ctx.load().load_one(id).await?.and_then(|row| row.member_id),
            Stored::CommandLine => None,
        };
        match member {
            Some(member) => Ok(ctx.load().load_one(member).await?.map(Member)),
            None => Ok(None),
        }
    }
}

/// The actor recorded in a row; none if none was recorded. Not for customers.
pub(super) fn recorded(ctx: &Context<'_>, stored: &Option<String>) -> Result<Option<Actor>, Fault> {
    ctx.is_inside()?;
    Ok(Stored::read(stored.as_deref()).map(Actor))
}
