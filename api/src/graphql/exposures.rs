//! Connections of exposure: the number of customers who used a feature, by day.

use async_graphql::{Context, Description, InputObject, Object, connection::Connection};
use ballroom_entity::exposure_daily::Model;

use super::{
    ContextExt,
    fault::Fault,
    feature::{self, Feature},
    load::ExposureChanged,
    only_groups,
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    product::{self, Product},
    range::{DateRangeInput, TimeRangeInput},
    scalar::{Date, DateTime, Reference, text},
    segment::{self, Segment},
};
use crate::domain::{
    exposure::{self, ExposureKey, ExposurePlace, ExposureSort, Exposures},
    lookup::References,
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
    async fn active_customers(&self, ctx: &Context<'_>) -> Result<i64, Fault> {
        let customers = self.0.active_customers;
        Ok(only_groups(ctx).await?.map_or(customers, |group| group.count(customers)))
    }

    /// Time at which a source last changed its figure; null: before this was recorded.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        let Model { product_id: product, feature_id: feature, segment_id: segment, day, .. } = self.0;
        let key = ExposureKey { product, feature, segment, day };
        Ok(ctx.load().load_one(ExposureChanged(key)).await?.map(Into::into))
    }
}

/// Conditions on exposure; all that are given must hold.
#[derive(InputObject)]
pub(super) struct ExposureFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of the feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// ID or key of the segment of the customers.
    segment: Option<Reference>,
    /// Day, in the time zone of the product.
    day: Option<DateRangeInput>,
    /// Time at which a source last changed its figure. Figures that were removed are not returned.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of exposure.
    ExposureOrderField for ExposureSort,
    /// Sort order of exposure.
    ExposureOrder {
        /// The day.
        Day,
    }
}

/// A page of the filtered figures.
pub(super) async fn page(
    ctx: &Context<'_>,
    place: ExposurePlace,
    filter: Option<ExposureFilter>,
    order: Option<ExposureOrder>,
    arguments: PageArgs,
) -> Result<Connection<String, DailyExposure, Total>, Fault> {
    let filter = match filter {
        Some(filter) => {
            let dimensions = &*super::dimensions(ctx).await?;
            filter.resolved(References { dimensions, viewer: ctx.viewer(), product: place.product() })?
        }
        None => exposure::ExposureFilter::default(),
    };
    let exposures = Exposures { place, filter, order: or_default(order) };
    connection(ctx, exposures, arguments, DailyExposure).await
}

impl ExposureFilter {
    fn resolved(self, known: References<'_>) -> Result<exposure::ExposureFilter, Fault> {
        let product = known.product(text(&self.product))?;
        let known = known.within(product);
        Ok(exposure::ExposureFilter {
            product,
            feature: known.feature(text(&self.feature))?,
            segment: known.segment(text(&self.segment))?,
            day: self.day.map(Into::into),
            updated_at: self.updated_at.map(Into::into),
        })
    }
}
