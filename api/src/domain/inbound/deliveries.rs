//! What was sent to an inbound webhook.

use ballroom_entity::{
    id::{InboundWebhookId, OrganizationId},
    inbound_delivery::{Column, Entity, InboundState},
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

sorts! {
    /// Sort fields of what was sent.
    InboundDeliverySort: CreatedAt Descending {
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

/// What was sent to an inbound webhook.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InboundDeliveries {
    /// The webhook.
    pub webhook: InboundWebhookId,
    /// The filter.
    pub filter: InboundDeliveryFilter,
    /// The order.
    pub order: Order<InboundDeliverySort>,
}

/// Conditions on what was sent; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InboundDeliveryFilter {
    /// States, one of which it has.
    pub state: Option<Vec<InboundState>>,
    /// Time of creation.
    pub created_at: Option<Range<DateTime<Utc>>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

impl List for InboundDeliveries {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.administers().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.createdAt", self.filter.created_at)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let InboundDeliveryFilter { state, created_at, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .filter(Column::WebhookId.eq(self.webhook))
            .apply_if(state.as_ref(), |query, states| {
                query.filter(Column::State.is_in(states.iter().copied()))
            })
            .apply_if(*created_at, |query, range| query.filter(range.holds(Column::CreatedAt)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
