//! The feedback requests of an organization, a product or a release.

use ballroom_entity::{
    feedback_request::{Column, Entity},
    id::{OrganizationId, ProductId, ReleaseId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
};

/// The requests that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FeedbackRequests {
    /// Only about this release.
    pub release: Option<ReleaseId>,
    /// The filter.
    pub filter: FeedbackRequestFilter,
    /// The order.
    pub order: Order<FeedbackRequestSort>,
}

/// Conditions on requests; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FeedbackRequestFilter {
    /// Only about this product.
    pub product: Option<ProductId>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of requests.
    FeedbackRequestSort: CreatedAt Descending {
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for FeedbackRequests {
    type Entity = Entity;

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let FeedbackRequestFilter { product, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(self.release, |query, release| query.filter(Column::ReleaseId.eq(release)))
            .apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
