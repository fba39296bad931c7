//! Operators of the server: they create and list organizations, and cannot see the data of any.
//!
//! Their tokens belong to no organization and are created on the command line only, so that no caller within an
//! organization, whatever the role, can create one. The text is `ballroom_operator_` and 48 bytes in base64: the ID of
//! the row and a secret of 32 random bytes, of which only the SHA-256 is stored.

mod list;

use ballroom_entity::{
    api_token::Role,
    id::OperatorTokenId,
    operator_token::{ActiveModel, Column, Entity, Model},
    organization,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use uuid::Uuid;

pub use list::{OrganizationSort, Organizations};

use super::{
    access::{Operate, Viewer},
    check, organization as organizations,
    sent::Outcome,
    token::{self, Holder, NewToken, hash, random_secret},
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
};

const PREFIX: &str = "ballroom_operator_";

/// Creates an operator token and returns its text, which is not stored. For the command line, which requires access to the database.
pub async fn create(
    store: &Store,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(Model, String), Error> {
    let name = check::line("name", name, 64)?;
    token::in_future("expiresAt", expires_at, at)?;
    let secret = random_secret()?;
    let tx = store.begin_without_organization().await?;
    let namesake =
        Entity::find().filter(Column::Name.eq(&name)).filter(Column::RevokedAt.is_null()).one(&tx).await?;
    if let Some(namesake) = namesake {
        let id = namesake.id.public();
        let reason =
            format!("there is already a token \"{name}\" ({id}); revoke it first, or choose another name");
        return Err(Error::conflict("name", reason));
    }
    let row = ActiveModel {
        id: Set(OperatorTokenId::new()),
        name: Set(name),
        secret_hash: Set(hash(&secret)),
        created_at: Set(at),
        expires_at: Set(expires_at),
        revoked_at: Set(None),
    };
    let row = row.insert(&tx).await?;
    tx.commit().await?;
    let text = URL_SAFE_NO_PAD.encode([row.id.0.as_bytes().as_slice(), &secret].concat());
    Ok((row, format!("{PREFIX}{text}")))
}

/// All tokens of operators, the oldest first. For the command line.
pub async fn all(store: &Store) -> Result<Vec<Model>, Error> {
    Ok(Entity::find().order_by_asc(Column::Id).all(store.reader()).await?)
}

/// Revokes a token of an operator, by its ID or by its name. For the command line.
pub async fn revoke(store: &Store, which: &str, at: DateTime<Utc>) -> Result<Model, Error> {
    let name = check::line("token", which, check::NAME_LENGTH)?;
    let tx = store.begin_without_organization().await?;
    let there = match OperatorTokenId::parse(&name) {
        Some(id) => Entity::find().filter(Column::Id.eq(id)),
        None => Entity::find().filter(Column::Name.eq(&name)).filter(Column::RevokedAt.is_null()),
    };
    let row = there.one(&tx).await?;
    let row = row.ok_or_else(|| Error::not_found("token", "operator token", which))?;
    if row.revoked_at.is_some() {
        return Ok(row);
    }
    let mut row = row.into_active_model();
    row.revoked_at = Set(Some(at));
    let row = row.update(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// The secret part of a token's text, if it is one of an operator.
pub(super) fn secret_of(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)
}

/// The caller with this token; none if it is unknown, revoked or expired.
pub(super) async fn check(store: &Store, secret: &str, at: DateTime<Utc>) -> Result<Option<Holder>, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(secret).ok();
    let Some(bytes) = bytes.and_then(|bytes| <[u8; 48]>::try_from(bytes).ok()) else { return Ok(None) };
    let (id, secret) = bytes.split_at(16);
    let Ok(id) = Uuid::from_slice(id) else { return Ok(None) };
    let found = Entity::find_by_id(OperatorTokenId(id)).one(store.reader()).await?;
    Ok(found
        .filter(|row| row.revoked_at.is_none() && row.expires_at.is_none_or(|end| end > at))
        .filter(|row| row.secret_hash == hash(secret))
        .map(|row| Holder { viewer: Viewer::server_operator(row.name), expires_at: row.expires_at }))
}

/// An organization, and the token of its first administrator if it was founded now.
#[derive(Clone, Debug)]
pub struct CreatedOrganization {
    /// The organization.
    pub organization: organization::Model,
    /// The outcome.
    pub outcome: Outcome,
    /// The text of the token; none if the organization was there.
    pub secret: Option<String>,
}

/// Founds an organization, with a token for its first administrator; or gives the one with this key another name, if one
/// is given.
pub async fn found(
    store: &Store,
    by: Operate,
    key: &str,
    name: Option<&str>,
    at: DateTime<Utc>,
) -> Result<CreatedOrganization, Error> {
    let (organization, outcome) = organizations::create(store, key, name, at).await?;
    let secret = match outcome {
        Outcome::Created => {
            Some(administrator(store, by, &organization.key, "first administrator", at).await?.1)
        }
        _ => None,
    };
    Ok(CreatedOrganization { organization, outcome, secret })
}

/// Gives an organization another name.
pub async fn rename(
    store: &Store,
    _: Operate,
    organization: &str,
    name: &str,
    at: DateTime<Utc>,
) -> Result<organization::Model, Error> {
    let there = organizations::referenced(store, "organization", organization).await?;
    organizations::rename(store, there, name, at).await
}

/// Creates a token of an administrator of an organization, for one that has lost its own.
pub async fn administrator(
    store: &Store,
    _: Operate,
    organization: &str,
    name: &str,
    at: DateTime<Utc>,
) -> Result<(organization::Model, String), Error> {
    let organization = organizations::referenced(store, "organization", organization).await?;
    let by = token::operator(organization.id).administers()?;
    let (_, secret) = token::create(store, by, NewToken::of(Role::Administrator, name), at).await?;
    Ok((organization, secret))
}
