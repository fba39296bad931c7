//! The features of an organization, a product or a team.

use ballroom_entity::{
    feature::{Column, Entity, FeatureLifecycle},
    id::{OrganizationId, ProductId, TeamId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The features that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// The product, if only its features are shown.
    pub product: Option<ProductId>,
    /// The team that owns them, if only those are shown.
    pub team: Option<TeamId>,
    /// The filter.
    pub filter: FeatureFilter,
    /// The order.
    pub order: Order<FeatureSort>,
}

/// Conditions on features; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FeatureFilter {
    /// Lifecycle stages, one of which the feature has.
    pub lifecycle: Option<Vec<FeatureLifecycle>>,
    /// The team that owns it.
    pub team: Option<TeamId>,
    /// Text contained in the key or name, not case-sensitive.
    pub text: Option<String>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of features.
    FeatureSort: Key Ascending {
        Key = Key,
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Features {
    type Entity = Entity;

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let FeatureFilter { lifecycle, team, text, updated_at } = &self.filter;
        let teams = self.team.iter().chain(team);
        teams
            .fold(Entity::owned_by(organization), |query, team| query.filter(Column::TeamId.eq(*team)))
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(lifecycle.as_ref(), |query, stages| {
                query.filter(Column::Lifecycle.is_in(stages.iter().copied()))
            })
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
            .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
