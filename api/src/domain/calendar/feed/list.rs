//! The calendar feeds of an organization, or of one author.

use ballroom_entity::{
    calendar_feed::{Column, Entity},
    id::{OrganizationId, ProductId},
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

/// The feeds that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CalendarFeeds {
    /// The stored form of their author; none: of all.
    pub author: Option<String>,
    /// The filter.
    pub filter: CalendarFeedFilter,
    /// The order.
    pub order: Order<CalendarFeedSort>,
}

/// Conditions on feeds; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CalendarFeedFilter {
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of feeds.
    CalendarFeedSort: Name Ascending {
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for CalendarFeeds {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reports().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let CalendarFeedFilter { product, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(self.author.as_ref(), |query, author| query.filter(Column::CreatedBy.eq(author)))
            .apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
