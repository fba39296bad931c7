//! Holders of tokens: who calls, and whether the token is still active.

use std::sync::Arc;

use ballroom_entity::{
    api_token::{Column, Entity, Model, Role, Scope},
    id::{ApiTokenId, OrganizationId},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    super::{access::Viewer, operator as operators},
    PREFIX, publication,
};
use crate::{
    base::{
        actor::Actor,
        error::{Error, with_causes},
    },
    store::Store,
};

/// The holder of an active token.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The viewer.
    pub viewer: Viewer,
    /// Expiration time of the token; none: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The caller with this token; none if it is unknown, revoked or expired.
pub async fn check(store: &Store, text: &str, at: DateTime<Utc>) -> Result<Option<Holder>, Error> {
    if let Some(secret) = operators::secret_of(text) {
        return operators::check(store, secret, at).await;
    }
    let Some((organization, id, secret)) = parts(text) else { return Ok(None) };
    let found = active(store, organization, id, at).await?.filter(|row| row.secret_hash == hash(&secret));
    Ok(found.map(|row| holder(store, &row, at)))
}

/// The same without waiting, if the token was checked a moment ago and its use need not be recorded; none: [`check`] it.
pub(crate) fn check_recent(store: &Store, text: &str, at: DateTime<Utc>) -> Option<Holder> {
    let (organization, id, secret) = parts(text)?;
    let row = store.tokens().get(&id).filter(|row| row.organization_id == organization)?;
    let valid = is_valid(&row, at) && !records_use(&row, at) && row.secret_hash == hash(&secret);
    valid.then(|| holder(store, &row, at))
}

/// The holder of a token, for a session that was opened with it; none if it is revoked or expired.
pub(in crate::domain) async fn holder_of(
    store: &Store,
    organization: OrganizationId,
    id: ApiTokenId,
    at: DateTime<Utc>,
) -> Result<Option<Holder>, Error> {
    Ok(active(store, organization, id, at).await?.map(|row| holder(store, &row, at)))
}

/// A token that is neither revoked nor expired.
async fn active(
    store: &Store,
    organization: OrganizationId,
    id: ApiTokenId,
    at: DateTime<Utc>,
) -> Result<Option<Arc<Model>>, Error> {
    Ok(row(store, organization, id).await?.filter(|row| is_valid(row, at)))
}

fn is_valid(row: &Model, at: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && row.expires_at.is_none_or(|end| end > at)
}

fn holder(store: &Store, row: &Model, at: DateTime<Utc>) -> Holder {
    record_use(store, row, at);
    let viewer = Viewer::new(row.organization_id, row.role, row.scope, row.customer_id, &*row.name);
    let viewer = viewer.acting(Actor::Token(row.id), row.member_id);
    let viewer = match row.scope {
        Scope::Publishable => viewer.publishing(publication(row)),
        _ => viewer,
    };
    Holder { expires_at: row.expires_at, viewer }
}

/// The row of a token, cached for a short time, because most callers send many requests.
async fn row(
    store: &Store,
    organization: OrganizationId,
    id: ApiTokenId,
) -> Result<Option<Arc<Model>>, Error> {
    if let Some(kept) = store.tokens().get(&id).filter(|kept| kept.organization_id == organization) {
        return Ok(Some(kept));
    }
    let row =
        Entity::owned_by(organization).filter(Column::Id.eq(id)).one(store.reader()).await?.map(Arc::new);
    if let Some(row) = &row {
        store.tokens().insert(id, row.clone());
    }
    Ok(row)
}

/// Resolution of the time of last use: a write for every request would be too expensive.
const LAST_USE_RESOLUTION: TimeDelta = TimeDelta::hours(1);

fn records_use(row: &Model, at: DateTime<Utc>) -> bool {
    row.last_used_at.is_none_or(|last| at - last >= LAST_USE_RESOLUTION)
}

/// Records the use of a token in the background.
fn record_use(store: &Store, row: &Model, at: DateTime<Utc>) {
    if !records_use(row, at) {
        return;
    }
    // Once, however many requests arrive before it is written.
    store.tokens().insert(row.id, Arc::new(Model { last_used_at: Some(at), ..row.clone() }));
    let (store, organization, id) = (store.clone(), row.organization_id, row.id);
    tokio::spawn(async move {
        let used = Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::val(at))
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::Id.eq(id));
        // If this fails, the next use records it.
        if let Err(error) = store.note(used).await {
            tracing::debug!(error = with_causes(&error), "cannot record the use of a token");
        }
    });
}

/// The viewer of the command line: access to the database implies all rights.
pub fn operator(organization: OrganizationId) -> Viewer {
    let operator = Viewer::new(organization, Role::Administrator, Scope::Full, None, "command line");
    operator.acting(Actor::CommandLine, None)
}

fn parts(text: &str) -> Option<(OrganizationId, ApiTokenId, [u8; 32])> {
    let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok()?;
    let organization = Uuid::from_slice(&bytes[..16]).ok()?;
    let id = Uuid::from_slice(&bytes[16..32]).ok()?;
    Some((OrganizationId(organization), ApiTokenId(id), bytes[32..].try_into().ok()?))
}

pub(in crate::domain) fn hash(secret: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    Sha256::digest(secret).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
