//! The schedules of an organization.

use ballroom_entity::{
    id::{OrganizationId, ProductId},
    schedule::{Column, Entity},
    stored_report::ReportKind,
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

/// The schedules that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schedules {
    /// The filter.
    pub filter: ScheduleFilter,
    /// The order.
    pub order: Order<ScheduleSort>,
}

/// Conditions on schedules; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScheduleFilter {
    /// The product.
    pub product: Option<ProductId>,
    /// Reports, one of which it has.
    pub report: Option<Vec<ReportKind>>,
    /// Whether it is paused.
    pub paused: Option<bool>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of schedules.
    ScheduleSort: Name Ascending {
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Schedules {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.manages().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let ScheduleFilter { product, report, paused, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(report.as_ref(), |query, reports| {
                query.filter(Column::Report.is_in(reports.iter().copied()))
            })
            .apply_if(*paused, |query, paused| query.filter(Column::Paused.eq(paused)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
