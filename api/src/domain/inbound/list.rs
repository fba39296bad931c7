//! The inbound webhooks of an organization.

use ballroom_entity::{
    id::OrganizationId,
    inbound_webhook::{Column, Entity, InboundKind},
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

/// The inbound webhooks that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InboundWebhooks {
    /// The filter.
    pub filter: InboundWebhookFilter,
    /// The order.
    pub order: Order<InboundWebhookSort>,
}

/// Conditions on inbound webhooks; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InboundWebhookFilter {
    /// Kinds, one of which it has.
    pub kind: Option<Vec<InboundKind>>,
    /// Whether it accepts anything.
    pub enabled: Option<bool>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of inbound webhooks.
    InboundWebhookSort: Name Ascending {
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for InboundWebhooks {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.administers().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let InboundWebhookFilter { kind, enabled, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(kind.as_ref(), |query, kinds| query.filter(Column::Kind.is_in(kinds.iter().copied())))
            .apply_if(*enabled, |query, enabled| query.filter(Column::Enabled.eq(enabled)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
