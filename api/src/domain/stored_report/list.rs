//! The stored reports of an organization.

use ballroom_entity::{
    id::{OrganizationId, ProductId},
    stored_report::{Column, Entity, ReportKind},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
};

/// The stored reports that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoredReports {
    /// Whether those with single responses or incidents are among them.
    pub detailed: bool,
    /// The filter.
    pub filter: StoredReportFilter,
    /// The order.
    pub order: Order<StoredReportSort>,
}

/// Conditions on stored reports; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StoredReportFilter {
    /// The product.
    pub product: Option<ProductId>,
    /// The kinds.
    pub kind: Option<Vec<ReportKind>>,
    /// The last day whose data are used.
    pub as_of: Option<Range<NaiveDate>>,
    /// When it was stored.
    pub created_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of stored reports.
    StoredReportSort: CreatedAt Descending {
        CreatedAt = Id,
        AsOf = AsOf,
    }
}

impl List for StoredReports {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        if self.detailed {
            viewer.reads_within(None)?;
        }
        viewer.reports().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.asOf", self.filter.as_of)?;
        range::check("filter.createdAt", self.filter.created_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let StoredReportFilter { product, kind, as_of, created_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if((!self.detailed).then_some(false), |query, detailed| {
                query.filter(Column::Detailed.eq(detailed))
            })
            .apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(kind.clone(), |query, kinds| query.filter(Column::Kind.is_in(kinds)))
            .apply_if(*as_of, |query, range| query.filter(range.holds(Column::AsOf)))
            .apply_if(*created_at, |query, range| query.filter(range.holds(Column::CreatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
