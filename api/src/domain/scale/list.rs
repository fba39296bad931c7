//! The scales of an organization.

use ballroom_entity::{
    id::OrganizationId,
    scale::{Column, Entity, ScaleKind},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use crate::domain::page::{Direction, List, Order, sorts};

/// The scales that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scales {
    /// The filter.
    pub filter: ScaleFilter,
    /// The order.
    pub order: Order<ScaleSort>,
}

/// Conditions on scales; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScaleFilter {
    /// Kinds, one of which the scale has.
    pub kind: Option<Vec<ScaleKind>>,
}

sorts! {
    /// Sort fields of scales.
    ScaleSort: Key Ascending {
        Key = Key,
        Name = Name,
        CreatedAt = Id,
    }
}

impl List for Scales {
    type Entity = Entity;

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        Entity::owned_by(organization).apply_if(self.filter.kind.as_ref(), |query, kinds| {
            query.filter(Column::Kind.is_in(kinds.iter().copied()))
        })
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
