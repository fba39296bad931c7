//! The iterations of a product.

use ballroom_entity::{
    id::{OrganizationId, ProductId},
    iteration::{Column, Entity},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use super::has_day;
use crate::{
    base::error::Error,
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The iterations of a product that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Iterations {
    /// The product.
    pub product: ProductId,
    /// The filter.
    pub filter: IterationFilter,
    /// The order.
    pub order: Order<IterationSort>,
}

/// Conditions on iterations; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IterationFilter {
    /// Text contained in the name or goal, not case-sensitive.
    pub text: Option<String>,
    /// A day of the iteration.
    pub day: Option<NaiveDate>,
    /// Days of which the iteration includes at least one.
    pub period: Option<Range<NaiveDate>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of iterations.
    IterationSort: Period Descending {
        Period = StartsOn,
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Iterations {
    type Entity = Entity;

    fn check(&self) -> Result<(), Error> {
        range::check("filter.period", self.filter.period)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let IterationFilter { text, day, period, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .filter(Column::ProductId.eq(self.product))
            .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
            .apply_if(*day, |query, day| query.filter(has_day(day)))
            .apply_if(period.and_then(|period| period.from), |query, from| {
                query.filter(Column::EndsBefore.gt(from))
            })
            .apply_if(period.and_then(|period| period.until), |query, until| {
                query.filter(Column::StartsOn.lt(until))
            })
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
