//! The deliveries of a webhook.

use ballroom_entity::{
    id::{OrganizationId, WebhookId},
    webhook_delivery::{Column, DeliveryState, Entity},
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
    /// Sort fields of deliveries.
    DeliverySort: CreatedAt Descending {
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

/// The deliveries of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebhookDeliveries {
    /// The webhook.
    pub webhook: WebhookId,
    /// The filter.
    pub filter: WebhookDeliveryFilter,
    /// The order.
    pub order: Order<DeliverySort>,
}

/// Conditions on deliveries; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WebhookDeliveryFilter {
    /// States, one of which it has.
    pub state: Option<Vec<DeliveryState>>,
    /// Kinds of events, one of which it has.
    pub event: Option<Vec<String>>,
    /// Time of creation.
    pub created_at: Option<Range<DateTime<Utc>>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

impl List for WebhookDeliveries {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.administers().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.createdAt", self.filter.created_at)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let WebhookDeliveryFilter { state, event, created_at, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .filter(Column::WebhookId.eq(self.webhook))
            .apply_if(state.as_ref(), |query, states| {
                query.filter(Column::State.is_in(states.iter().copied()))
            })
            .apply_if(event.as_ref(), |query, kinds| query.filter(Column::Kind.is_in(kinds.iter().cloned())))
            .apply_if(*created_at, |query, range| query.filter(range.holds(Column::CreatedAt)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
