//! Tokens: making, checking and revoking them.
//!
//! A token is `ballroom_` and 64 bytes in base64: the organization's id and its own, which find the row by its
//! key, and a secret of 32 random bytes, of which only the SHA-256 is kept. A fast hash is right here: there
//! is nothing to guess in 256 random bits.

use ballroom_entity::{
    api_token::{ActiveModel, Column, Entity, Model, Role, Scope},
    id::{ApiTokenId, OrganizationId},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use rand::{TryRng, rngs::SysRng};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    access::{Administer, Viewer},
    check, customer,
    error::Error,
    reference::PublicId,
};
use crate::store::{Store, about};

const PREFIX: &str = "ballroom_";

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// For whom it speaks.
    pub role: Role,
    /// To what it is confined.
    pub scope: Scope,
    /// The customer for whom it speaks: an id or a key. Only with that role.
    pub customer: Option<String>,
    /// What it is for; also the source under which its data is filed.
    pub name: String,
    /// When it stops working by itself; none: never.
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewToken {
    /// A token of somebody at work, without limits but those of the role.
    pub fn of(role: Role, name: &str) -> Self {
        Self { role, scope: Scope::Full, customer: None, name: name.to_owned(), expires_at: None }
    }
}

/// Makes a token; its text is told once and never again.
pub async fn create(
    store: &Store,
    by: Administer,
    new: NewToken,
    at: DateTime<Utc>,
) -> Result<(Model, String), Error> {
    let NewToken { role, scope, customer, name, expires_at } = new;
    let name = check::line("name", &name, 64)?;
    let customer = match (role, customer) {
        (Role::Customer, Some(customer)) => Some(customer::speaking(store, by, &customer).await?.id),
        (Role::Customer, None) => return Err(Error::invalid("customer", "is needed: whose token is it?")),
        (_, Some(_)) => {
            return Err(Error::invalid("customer", "belongs to tokens with the role of a customer"));
        }
        (_, None) => None,
    };
    if expires_at.is_some_and(|end| end <= at) {
        return Err(Error::invalid("expiresAt", "must lie in the future"));
    }
    let mut secret = [0; 32];
    SysRng.try_fill_bytes(&mut secret).map_err(|error| Error::Database(format!("no randomness: {error}")))?;
    let mut tx = store.begin(by.organization(), at).await?;
    let row = ActiveModel {
        organization_id: Set(by.organization()),
        id: Set(ApiTokenId::new()),
        name: Set(name),
        role: Set(role),
        scope: Set(scope),
        customer_id: Set(customer),
        secret_hash: Set(hash(&secret)),
        created_at: Set(at),
        expires_at: Set(expires_at),
        revoked_at: Set(None),
    };
    let row = row.insert(tx.db()).await?;
    tx.tell("token.created", about(row.id));
    tx.commit().await?;
    let parts = [by.organization().0.as_bytes().as_slice(), row.id.0.as_bytes(), &secret].concat();
    Ok((row, format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(parts))))
}

/// All tokens, the oldest first.
pub async fn all(store: &Store, by: Administer) -> Result<Vec<Model>, Error> {
    Ok(Entity::owned_by(by.organization()).order_by_asc(Column::Id).all(store.reader()).await?)
}

/// Revokes a token, by its id or by its name where only one that works has it.
pub async fn revoke(store: &Store, by: Administer, token: &str, at: DateTime<Utc>) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = Entity::owned_by(by.organization());
    let mut there = match ApiTokenId::parse(token) {
        Some(id) => there.filter(Column::Id.eq(id)),
        None => there.filter(Column::Name.eq(token)).filter(Column::RevokedAt.is_null()),
    }
    .all(tx.db())
    .await?;
    let row = there.pop().ok_or_else(|| Error::not_found("token", "token", token))?;
    if !there.is_empty() {
        return Err(Error::conflict("token", format!("several tokens are called \"{token}\"; give the id")));
    }
    if row.revoked_at.is_some() {
        return Ok(row);
    }
    let mut row = row.into_active_model();
    row.revoked_at = Set(Some(at));
    let row = row.update(tx.db()).await?;
    tx.tell("token.revoked", about(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Who holds a token that works.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who calls.
    pub viewer: Viewer,
    /// When the token runs out; none: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Who calls with this token; none if it is unknown, revoked or has run out.
pub async fn check(store: &Store, text: &str, at: DateTime<Utc>) -> Result<Option<Holder>, Error> {
    let Some((organization, id, secret)) = parts(text) else { return Ok(None) };
    let found = Entity::owned_by(organization).filter(Column::Id.eq(id)).one(store.reader()).await?;
    Ok(found
        .filter(|row| row.revoked_at.is_none() && row.expires_at.is_none_or(|end| end > at))
        .filter(|row| row.secret_hash == hash(&secret))
        .map(|row| Holder {
            expires_at: row.expires_at,
            viewer: Viewer::new(row.organization_id, row.role, row.scope, row.customer_id, row.name),
        }))
}

/// The operator at the command line, who has the database and so may do everything.
pub fn operator(organization: OrganizationId) -> Viewer {
    Viewer::new(organization, Role::Administrator, Scope::Full, None, "command line")
}

fn parts(text: &str) -> Option<(OrganizationId, ApiTokenId, [u8; 32])> {
    let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok()?;
    let organization = Uuid::from_slice(&bytes[..16]).ok()?;
    let id = Uuid::from_slice(&bytes[16..32]).ok()?;
    Some((OrganizationId(organization), ApiTokenId(id), bytes[32..].try_into().ok()?))
}

fn hash(secret: &[u8]) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}
