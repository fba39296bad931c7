//! The teams of an organization.

use ballroom_entity::{
    id::OrganizationId,
    team::{Column, Entity},
};
use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The teams that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Teams {
    /// The filter.
    pub filter: TeamFilter,
    /// The order.
    pub order: Order<TeamSort>,
}

/// Conditions on teams; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TeamFilter {
    /// Text contained in the key or name, not case-sensitive.
    pub text: Option<String>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of teams.
    TeamSort: Key Ascending {
        Key = Key,
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Teams {
    type Entity = Entity;

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let TeamFilter { text, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
