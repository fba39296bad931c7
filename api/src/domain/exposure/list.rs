//! The exposure of a feature or a segment, by day.

use ballroom_entity::{
    exposure_daily::{Column, Entity},
    id::{FeatureId, OrganizationId, ProductId, SegmentId},
};
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
};

/// The figures of a place that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exposures {
    /// Which figures.
    pub place: ExposurePlace,
    /// The filter.
    pub filter: ExposureFilter,
    /// The order.
    pub order: Order<ExposureSort>,
}

/// Which figures a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExposurePlace {
    /// Those of a feature of a product: one for each segment and day.
    Feature(ProductId, FeatureId),
    /// Those of the customers of a segment, or of those without one: one for each feature and day.
    Segment(SegmentId),
}

/// Conditions on exposure; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExposureFilter {
    /// The product.
    pub product: Option<ProductId>,
    /// The feature.
    pub feature: Option<FeatureId>,
    /// The segment of the customers.
    pub segment: Option<SegmentId>,
    /// Day, in the time zone of the product.
    pub day: Option<Range<NaiveDate>>,
}

sorts! {
    /// Sort fields of exposure.
    ExposureSort: Day Descending {
        Day = Day,
    }
}

impl ExposurePlace {
    /// The product, if the figures are of one only.
    pub fn product(self) -> Option<ProductId> {
        match self {
            Self::Feature(product, _) => Some(product),
            Self::Segment(_) => None,
        }
    }
}

impl List for Exposures {
    type Entity = Entity;

    fn check(&self) -> Result<(), Error> {
        range::check("filter.day", self.filter.day)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let ExposureFilter { product, feature, segment, day } = &self.filter;
        // The figures of a product as a whole have no feature.
        let all = Entity::owned_by(organization).filter(Column::FeatureId.ne(FeatureId::NONE));
        let all = match self.place {
            ExposurePlace::Feature(product, feature) => {
                all.filter(Column::FeatureId.eq(feature)).filter(Column::ProductId.eq(product))
            }
            ExposurePlace::Segment(segment) => all.filter(Column::SegmentId.eq(segment)),
        };
        all.apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(*feature, |query, feature| query.filter(Column::FeatureId.eq(feature)))
            .apply_if(*segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
            .apply_if(*day, |query, range| query.filter(range.holds(Column::Day)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }

    fn tie(&self) -> Column {
        match self.place {
            ExposurePlace::Feature(..) => Column::SegmentId,
            ExposurePlace::Segment(_) => Column::FeatureId,
        }
    }
}
