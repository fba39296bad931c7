//! The customers of an organization, or those that an incident or an announced change affects.

use ballroom_entity::{
    customer::{Column, Entity},
    id::{IncidentId, OrganizationId},
};
use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter, QueryTrait, Select};

use crate::{
    base::{error::Error, right::Right},
    domain::{
        access::Viewer,
        announcement::Reach,
        incident::hurt_by,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The customers that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Customers {
    /// The incident that affects them, if only those are shown.
    pub incident: Option<IncidentId>,
    /// The announced change that concerns them, if only those are shown.
    pub change: Option<Reach>,
    /// The filter.
    pub filter: CustomerFilter,
    /// The order.
    pub order: Order<CustomerSort>,
}

/// Conditions on customers; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CustomerFilter {
    /// Text contained in the key or name, not case-sensitive.
    pub text: Option<String>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of customers.
    CustomerSort: Key Ascending {
        Key = Key,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Customers {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match viewer.reads()?.only() {
            Some(_) => Err(Error::Forbidden(Right::Report)),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let CustomerFilter { text, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(self.incident, |query, incident| query.filter(hurt_by(organization, incident)))
            .apply_if(self.change.as_ref(), |query, change| query.filter(change.concerns(organization)))
            .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
