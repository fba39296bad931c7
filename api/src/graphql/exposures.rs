//! Connections of exposure: the number of customers who used a feature, by day.

use async_graphql::{Context, Description, Enum, InputObject, Object, connection::Connection};
use ballroom_entity::{
    exposure_daily::{Column, Entity, Model},
    id::{FeatureId, OrganizationId, ProductId, SegmentId},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    answers::{feature_of, product_of},
    fault::Fault,
    feature::{self, Feature},
    paged::{Both, Direction, PageArgs, Paged, Sort, Total, connection},
    product::{self, Product},
    range::{self, DateRangeInput, Range},
    scalar::{Date, Reference},
    segment::{self, Segment},
};

/// Number of customers who used a feature on a day: the sum over all sources.
#[derive(Description)]
pub struct DailyExposure(Model);

#[Object(use_type_description)]
impl DailyExposure {
    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// The feature.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Feature, Fault> {
        feature::of(ctx, self.0.feature_id).await
    }

    /// Segment of these customers; null: customers without a segment.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.0.segment_id.some()).await
    }

    /// Day, in the time zone of the product.
    async fn day(&self) -> Date {
        self.0.day.into()
    }

    /// Number of customers who used the feature on that day.
    async fn active_customers(&self) -> i64 {
        self.0.active_customers
    }
}

/// Conditions on exposure; all that are given must hold.
#[derive(InputObject, Default)]
pub(super) struct ExposureFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of the feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// ID or key of the segment of the customers.
    segment: Option<Reference>,
    /// Day, in the time zone of the product.
    day: Option<DateRangeInput>,
}

/// Sort fields of exposure.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ExposureOrderField {
    /// The day.
    Day,
}

/// Sort order of exposure.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ExposureOrder {
    /// Field to sort by.
    field: ExposureOrderField,
    /// Direction.
    direction: Direction,
}

/// The figures of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Exposures {
    product: Option<ProductId>,
    feature: Both<FeatureId>,
    segment: Both<SegmentId>,
    /// The product of the filter, which narrows that of the connection.
    of: Option<ProductId>,
    day: Option<DateRangeInput>,
    order: Option<ExposureOrder>,
}

impl Exposures {
    /// The figures of a feature of a product.
    pub(super) fn of_feature(product: ProductId, feature: FeatureId) -> Self {
        let (feature, segment) = (Both::at(feature), Both::default());
        Self { product: Some(product), feature, segment, of: None, day: None, order: None }
    }

    /// The figures of the customers of a segment, or of those without one.
    pub(super) fn of_segment(segment: SegmentId) -> Self {
        let (feature, segment) = (Both::default(), Both::at(segment));
        Self { product: None, feature, segment, of: None, day: None, order: None }
    }

    /// A page of the filtered figures.
    pub(super) async fn page(
        mut self,
        ctx: &Context<'_>,
        filter: Option<ExposureFilter>,
        order: Option<ExposureOrder>,
        four: PageArgs,
    ) -> Result<Connection<String, DailyExposure, Total>, Fault> {
        if let Some(filter) = filter {
            let dimensions = super::dimensions(ctx).await?;
            self.of = product_of(&dimensions, filter.product)?;
            if let Some(feature) = filter.feature {
                let product = self.product.or(self.of);
                self.feature = self.feature.and(Some(feature_of(&dimensions, product, feature)?));
            }
            if let Some(segment) = filter.segment {
                self.segment = self.segment.and(Some(dimensions.segment("filter.segment", &segment.0)?.id));
            }
            self.day = filter.day;
        }
        self.order = order;
        connection(ctx, self, four, DailyExposure).await
    }
}

impl Paged for Exposures {
    type Entity = Entity;

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.day", self.day)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        // The figures of a product as a whole have no feature.
        let all = Entity::owned_by(organization).filter(Column::FeatureId.ne(FeatureId::NONE));
        let all = self.feature.all().fold(all, |query, feature| query.filter(Column::FeatureId.eq(feature)));
        let all = self.segment.all().fold(all, |query, segment| query.filter(Column::SegmentId.eq(segment)));
        all.apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.of, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.day, |query, range| query.filter(range.holds(Column::Day)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        let direction = self.order.map_or(Direction::Descending, |order| order.direction);
        (Column::Day, Sort::Day, direction)
    }

    fn id() -> Column {
        Column::FeatureId
    }

    /// A feature has one figure for each segment and day; a segment has one for each feature and day.
    fn tie(&self) -> Column {
        match self.feature.place() {
            Some(_) => Column::SegmentId,
            None => Column::FeatureId,
        }
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        let id = match self.feature.place() {
            Some(_) => row.segment_id.0,
            None => row.feature_id.0,
        };
        (row.day.to_string(), id)
    }
}
