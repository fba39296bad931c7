//! The exposure of a feature or a segment, by day.

use std::collections::HashMap;

use ballroom_entity::{
    exposure,
    exposure_daily::{Column, Entity},
    id::{FeatureId, OrganizationId, ProductId, SegmentId},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, ExprTrait, QueryFilter, QueryTrait, Select,
    sea_query::{Expr, Query},
};

use super::key;
use crate::{
    base::error::Error,
    counts::ExposureKey,
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::Store,
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
    /// Time of the last change of a source's figure.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of exposure.
    ExposureSort: Day Descending {
        Day = Day,
    }
}

/// The condition that a source's figure was last changed in a range.
fn is_changed(range: Range<DateTime<Utc>>) -> Expr {
    use exposure::Column as Of;
    let same = [
        (Of::OrganizationId, Column::OrganizationId),
        (Of::ProductId, Column::ProductId),
        (Of::FeatureId, Column::FeatureId),
        (Of::SegmentId, Column::SegmentId),
        (Of::Day, Column::Day),
    ];
    let mut figures = Query::select();
    figures.expr(Expr::val(1)).from(exposure::Entity).cond_where(range.holds(Of::UpdatedAt));
    for (own, daily) in same {
        figures.and_where(Expr::col((exposure::Entity, own)).equals((Entity, daily)));
    }
    Expr::exists(figures)
}

/// When the figures of these keys were last changed; those whose changes were not recorded are missing.
pub async fn changes(
    store: &Store,
    organization: OrganizationId,
    keys: &[ExposureKey],
) -> Result<HashMap<ExposureKey, DateTime<Utc>>, Error> {
    use exposure::Column as Of;
    let rows = exposure::Entity::owned_by(organization)
        .filter(Of::ProductId.is_in(distinct(keys, |key| key.product)))
        .filter(Of::FeatureId.is_in(distinct(keys, |key| key.feature)))
        .filter(Of::SegmentId.is_in(distinct(keys, |key| key.segment)))
        .filter(Of::Day.is_in(distinct(keys, |key| key.day)))
        .all(store.reader())
        .await?;
    let mut changes = HashMap::new();
    for row in rows {
        let Some(at) = row.updated_at else { continue };
        let last = changes.entry(key(&row)).or_insert(at);
        *last = std::cmp::max(at, *last);
    }
    Ok(changes)
}

fn distinct<T: Ord>(keys: &[ExposureKey], part: impl Fn(&ExposureKey) -> T) -> Vec<T> {
    let mut parts: Vec<T> = keys.iter().map(part).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
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
        range::check("filter.day", self.filter.day)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let ExposureFilter { product, feature, segment, day, updated_at } = &self.filter;
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
            .apply_if(*updated_at, |query, range| query.filter(is_changed(range)))
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
