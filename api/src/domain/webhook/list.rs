//! The webhooks of an organization.

use ballroom_entity::{
    id::OrganizationId,
    webhook::{Column, Entity, WebhookState},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
};

/// The webhooks that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Webhooks {
    /// The filter.
    pub filter: WebhookFilter,
    /// The order.
    pub order: Order<WebhookSort>,
}

/// Conditions on webhooks; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WebhookFilter {
    /// States, one of which it has.
    pub state: Option<Vec<WebhookState>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of webhooks.
    WebhookSort: Name Ascending {
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Webhooks {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.administers().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let WebhookFilter { state, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(state.as_ref(), |query, states| {
                query.filter(Column::State.is_in(states.iter().copied()))
            })
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
