//! The tokens of an organization.

use ballroom_entity::{
    api_token::{Column, Entity, Role},
    id::OrganizationId,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use super::is_active;
use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
};

/// The tokens that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tokens {
    /// The filter.
    pub filter: TokenFilter,
    /// The order.
    pub order: Order<TokenSort>,
    /// The time at which they are active, or not.
    pub now: DateTime<Utc>,
}

/// Conditions on tokens; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TokenFilter {
    /// Roles, one of which the token has.
    pub role: Option<Vec<Role>>,
    /// Whether to return active tokens, or revoked and expired ones.
    pub active: Option<bool>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of tokens.
    TokenSort: CreatedAt Ascending {
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Tokens {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.administers().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let TokenFilter { role, active, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(role.as_ref(), |query, roles| query.filter(Column::Role.is_in(roles.iter().copied())))
            .apply_if(*active, |query, active| match active {
                true => query.filter(is_active(self.now)),
                false => query.filter(is_active(self.now).not()),
            })
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
