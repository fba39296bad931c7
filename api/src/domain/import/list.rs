//! The imports of an organization.

use ballroom_entity::{
    id::OrganizationId,
    import::{Column, Entity, ImportKind, ImportState},
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

/// The imports that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Imports {
    /// The filter.
    pub filter: ImportFilter,
    /// The order.
    pub order: Order<ImportSort>,
}

/// Conditions on imports; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ImportFilter {
    /// What the rows contain.
    pub kind: Option<ImportKind>,
    /// Lifecycle stage.
    pub state: Option<ImportState>,
    /// Source system.
    pub source: Option<String>,
    /// Time of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of imports.
    ImportSort: CreatedAt Descending {
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Imports {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.manages().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let ImportFilter { kind, state, source, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(*kind, |query, kind| query.filter(Column::Kind.eq(kind)))
            .apply_if(*state, |query, state| query.filter(Column::State.eq(state)))
            .apply_if(source.as_ref(), |query, source| query.filter(Column::Source.eq(source.as_str())))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
