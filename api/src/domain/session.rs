//! Sessions: browsers that have signed in, and the links by which one may.
//!
//! A session stands in the place of a token, or of a reader whom an issuer has authenticated, and may do what they may:
//! it ends with the token, and with the membership (`standing`). Of its secret only the SHA-256 is kept. A link is a session that
//! nobody has opened yet; opening it replaces the secret, so that it works once.

use ballroom_entity::{
    api_token,
    api_token::{Role, Scope},
    id::{OrganizationId, SessionId},
    session::{Column, Entity, Model},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr,
};

use super::{
    access::{Administer, Viewer},
    secret,
    standing::Standing,
    token::{self, Holder, hash, random_secret},
};
use crate::{
    base::{actor::Actor, error::Error, reference::PublicId},
    store::Store,
};

/// How long a link works.
pub const LINK: TimeDelta = TimeDelta::minutes(15);

/// How long a session lasts: a day of work, so that nobody is thrown out in the midst of it.
const LASTS: TimeDelta = TimeDelta::hours(14);

/// How long what is over is kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// The longest name of a browser that is kept, in characters.
const USER_AGENT_LENGTH: usize = 200;

/// A session that was opened: the secret is told once.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What the browser keeps.
    pub secret: String,
    /// When the session ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// A link that opens a session in the place of a token: of the one that is named, else of the oldest one with which
/// everything may be done. None if there is no such token, or if nothing can be read with it.
pub async fn link(
    store: &Store,
    by: Administer,
    token: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    let working = api_token::Entity::owned_by(by.organization()).filter(token::is_active(at));
    let wanted = match token.map(|name| (name, PublicId::parse(name))) {
        Some((_, Some(id))) => {
            working.filter(api_token::Column::Id.eq::<ballroom_entity::id::ApiTokenId>(id))
        }
        Some((name, None)) => working.filter(api_token::Column::Name.eq(name)),
        None => working
            .filter(api_token::Column::Role.eq(Role::Administrator))
            .filter(api_token::Column::Scope.eq(Scope::Full)),
    };
    let found = wanted.order_by_asc(api_token::Column::Id).one(store.reader()).await?;
    let Some(found) = found.filter(|token| reads(token.role, token.scope)) else { return Ok(None) };
    let (id, bytes) = (SessionId::new(), random_secret()?);
    let row = Model { token_id: Some(found.id), ..blank(by.organization(), id, &bytes, at, at + LINK) };
    put(store, row, at).await?;
    Ok(Some(secret::text(by.organization(), id.0, &bytes)))
}

/// Opens the session of a link; none if the link is unknown, was used, or has expired.
pub async fn open_link(
    store: &Store,
    link: &str,
    user_agent: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Option<Opened>, Error> {
    let Some((organization, id, given)) = secret::parts(link) else { return Ok(None) };
    let (bytes, expires_at) = (random_secret()?, at + LASTS);
    let tx = store.aside().await?;
    // Of several who come at once with the same link, one changes the row.
    let opened = Entity::update_many()
        .col_expr(Column::SecretHash, Expr::val(hash(&bytes)))
        .col_expr(Column::OpenedAt, Expr::val(at))
        .col_expr(Column::ExpiresAt, Expr::val(expires_at))
        .col_expr(Column::UserAgent, Expr::val(shortened(user_agent)))
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Id.eq(SessionId(id)))
        .filter(Column::SecretHash.eq(hash(&given)))
        .filter(Column::OpenedAt.is_null())
        .filter(Column::ExpiresAt.gt(at))
        .exec(&tx.tx)
        .await?;
    tx.commit().await?;
    let opened = opened.rows_affected == 1;
    Ok(opened.then(|| Opened { secret: secret::text(organization, id, &bytes), expires_at }))
}

/// Opens a session in the place of a token; none if the token does not work, or nothing can be read with it.
pub async fn open_for_token(
    store: &Store,
    token: &str,
    user_agent: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Option<Opened>, Error> {
    let Some(held) = token::check(store, token, at).await? else { return Ok(None) };
    let (viewer, expires_at) = (held.viewer, held.expires_at);
    let Some(Actor::Token(id)) = viewer.actor().filter(|_| !viewer.only_writes()) else { return Ok(None) };
    let row = |blank| Model { token_id: Some(id), ..blank };
    open(store, viewer.organization(), expires_at, user_agent, at, row).await.map(Some)
}

/// Opens a session for a reader whom an issuer has authenticated.
pub async fn open_for(
    store: &Store,
    reader: &Viewer,
    user_agent: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Opened, Error> {
    let standing = Standing::of(reader);
    let row = |blank| Model {
        identity_id: standing.identity,
        role: standing.role,
        scope: standing.scope,
        customer_id: standing.customer,
        source: standing.source,
        ..blank
    };
    open(store, reader.organization(), None, user_agent, at, row).await
}

/// Who calls from a browser with this secret; none if the session is unknown or over.
pub async fn check(store: &Store, secret: &str, at: DateTime<Utc>) -> Result<Option<Holder>, Error> {
    let Some((organization, id, given)) = secret::parts(secret) else { return Ok(None) };
    let found =
        Entity::owned_by(organization).filter(Column::Id.eq(SessionId(id))).one(store.reader()).await?;
    let live = |row: &Model| row.opened_at.is_some() && row.ended_at.is_none() && row.expires_at > at;
    let Some(row) = found.filter(live).filter(|row| row.secret_hash == hash(&given)) else {
        return Ok(None);
    };
    let standing = Standing {
        token: row.token_id,
        identity: row.identity_id,
        role: row.role,
        scope: row.scope,
        customer: row.customer_id,
        source: row.source,
    };
    let viewer = standing.viewer(store, organization, at).await?;
    Ok(viewer.map(|viewer| Holder { viewer, expires_at: Some(row.expires_at) }))
}

/// Ends the session with this secret. One that is over or unknown is over.
pub async fn end(store: &Store, secret: &str, at: DateTime<Utc>) -> Result<(), Error> {
    let Some((organization, id, given)) = secret::parts(secret) else { return Ok(()) };
    let ended = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Id.eq(SessionId(id)))
        .filter(Column::SecretHash.eq(hash(&given)))
        .filter(Column::OpenedAt.is_not_null())
        .filter(Column::EndedAt.is_null());
    store.note(ended).await
}

async fn open(
    store: &Store,
    organization: OrganizationId,
    at_most: Option<DateTime<Utc>>,
    user_agent: Option<&str>,
    at: DateTime<Utc>,
    row: impl FnOnce(Model) -> Model,
) -> Result<Opened, Error> {
    let (id, bytes) = (SessionId::new(), random_secret()?);
    let expires_at = at_most.map_or(at + LASTS, |most| most.min(at + LASTS));
    let blank = blank(organization, id, &bytes, at, expires_at);
    let row = row(Model { opened_at: Some(at), user_agent: shortened(user_agent), ..blank });
    put(store, row, at).await?;
    Ok(Opened { secret: secret::text(organization, id.0, &bytes), expires_at })
}

/// Stores a session, and lets go of those that have long been over.
async fn put(store: &Store, row: Model, at: DateTime<Utc>) -> Result<(), Error> {
    let tx = store.aside().await?;
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(row.organization_id))
        .filter(Column::ExpiresAt.lt(at - KEPT))
        .exec(&tx.tx)
        .await?;
    row.into_active_model().insert(&tx.tx).await?;
    tx.commit().await
}

fn blank(
    organization: OrganizationId,
    id: SessionId,
    secret: &[u8],
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Model {
    Model {
        organization_id: organization,
        id,
        secret_hash: hash(secret),
        token_id: None,
        identity_id: None,
        role: None,
        scope: None,
        customer_id: None,
        source: None,
        user_agent: None,
        created_at: at,
        opened_at: None,
        expires_at,
        ended_at: None,
    }
}

/// Whether anything can be seen with a token: a page for one who only writes would be empty.
fn reads(role: Role, scope: Scope) -> bool {
    !Viewer::new(OrganizationId::NONE, role, scope, None, "").only_writes()
}

fn shortened(user_agent: Option<&str>) -> Option<String> {
    user_agent.map(|text| text.chars().take(USER_AGENT_LENGTH).collect())
}
