//! Who stands behind something that outlives a request, such as a session or the address of a calendar: the holder of a token,
//! or a reader whom an issuer has authenticated. It ends with the token, and with the membership.

use ballroom_entity::{
    api_token::{Role, Scope},
    id::{ApiTokenId, CustomerId, IdentityId, MemberId, OrganizationId},
    identity, member,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{access::Viewer, token};
use crate::{
    base::{actor::Actor, error::Error},
    store::Store,
};

/// Who stands behind it.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The token; none: an issuer has authenticated the reader.
    pub token: Option<ApiTokenId>,
    /// The identity; none with a token, and for customers.
    pub identity: Option<IdentityId>,
    /// The role; none: as the token says.
    pub role: Option<Role>,
    /// The scope; none: as the token says.
    pub scope: Option<Scope>,
    /// The customer; none: as the token says, or no customer.
    pub customer: Option<CustomerId>,
    /// The source of what is written; none: as the token says.
    pub source: Option<String>,
}

impl Standing {
    /// That of a caller.
    pub fn of(viewer: &Viewer) -> Self {
        let identity = match viewer.actor() {
            Some(Actor::Token(id)) => return Self { token: Some(id), ..Self::default() },
            Some(Actor::Identity(id)) => Some(id),
            _ => None,
        };
        Self {
            token: None,
            identity,
            role: viewer.role(),
            scope: Some(viewer.scope()),
            customer: viewer.customer(),
            source: Some(viewer.source.clone()),
        }
    }

    /// The caller for whom it speaks; none if the token does not work any more, or the member was removed.
    pub async fn viewer(
        self,
        store: &Store,
        organization: OrganizationId,
        at: DateTime<Utc>,
    ) -> Result<Option<Viewer>, Error> {
        if let Some(token) = self.token {
            let held = token::holder_of(store, organization, token, at).await?;
            return Ok(held.map(|held| held.viewer));
        }
        let (Some(role), Some(scope)) = (self.role, self.scope) else { return Ok(None) };
        let viewer = Viewer::new(organization, role, scope, self.customer, self.source.unwrap_or_default());
        let Some(id) = self.identity else { return Ok(Some(viewer)) };
        Ok(match member_of(store, organization, id).await? {
            Membership::Removed => None,
            Membership::Is(member) => Some(viewer.acting(Actor::Identity(id), member)),
        })
    }
}

enum Membership {
    /// The member, if the identity is that of one.
    Is(Option<MemberId>),
    /// A member no more.
    Removed,
}

async fn member_of(store: &Store, organization: OrganizationId, id: IdentityId) -> Result<Membership, Error> {
    let known = identity::Entity::owned_by(organization).filter(identity::Column::Id.eq(id));
    let Some(known) = known.one(store.reader()).await? else { return Ok(Membership::Removed) };
    let Some(id) = known.member_id else { return Ok(Membership::Is(None)) };
    let row = member::Entity::owned_by(organization).filter(member::Column::Id.eq(id));
    let removed = row.one(store.reader()).await?.is_none_or(|member| member.removed_at.is_some());
    Ok(if removed { Membership::Removed } else { Membership::Is(Some(id)) })
}
