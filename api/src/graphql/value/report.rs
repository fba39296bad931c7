//! The value report of a product, and the comparison of products.

use std::sync::Arc;

use async_graphql::{Context, Description, Object};
use ballroom_analytics::value::ValueScore;
use ballroom_entity::{id::ProductId, product};

use super::{Value, cell};
use crate::{
    domain::product as products,
    graphql::{
        ContextExt, coarse, dimensions,
        fault::Fault,
        feature::{self, Feature},
        gone,
        product::Product,
        release::{self, Release},
        scalar::{Date, PeriodInput, PeriodShown, Reference, period},
        segment::{self, Segment},
    },
    score::{Cell, Snapshot},
};

/// Value report: the perceived value of every feature of a product.
#[derive(Description)]
pub struct ValueReport {
    product: product::Model,
    cell: Cell,
    snapshot: Arc<Snapshot>,
    values: Arc<Vec<ValueScore>>,
}

#[Object(use_type_description)]
impl ValueReport {
    /// The product.
    async fn product(&self) -> Product {
        Product(self.product.clone())
    }

    /// Days whose responses count.
    async fn period(&self) -> PeriodShown {
        self.cell.period.into()
    }

    /// Whether all days of the period are known and over. If false, read every figure as "so far": the period continues
    /// after `asOf`, or `asOf` is today. Today is not over, so the last 90 days, which end today, are never complete.
    async fn complete(&self, ctx: &Context<'_>) -> bool {
        self.cell.complete(products::today(&self.product, ctx.now()))
    }

    /// Release that it is restricted to; null: all.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.cell.release {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Segment that it is restricted to; null: all.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.cell.segment).await
    }

    /// Last day whose data are used.
    async fn as_of(&self) -> Date {
        self.cell.as_of.into()
    }

    /// Responses in the period, over all features.
    async fn responses(&self) -> i64 {
        self.values.iter().map(|value| value.responses).sum()
    }

    /// Ranked features from the highest value down, then those with too few responses.
    async fn entries(&self) -> Vec<ValueReportEntry> {
        let entry = |(index, score): (usize, &ValueScore)| ValueReportEntry {
            rank: score.ranked.then_some(index as i32 + 1),
            snapshot: self.snapshot.clone(),
            score: score.clone(),
        };
        self.values.iter().enumerate().map(entry).collect()
    }
}

/// A feature in a value report.
#[derive(Description)]
pub struct ValueReportEntry {
    rank: Option<i32>,
    snapshot: Arc<Snapshot>,
    score: ValueScore,
}

#[Object(use_type_description)]
impl ValueReportEntry {
    /// Rank, from 1; null: too few responses.
    async fn rank(&self) -> Option<i32> {
        self.rank
    }

    /// The feature; null: the product as a whole (responses that name no feature).
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.snapshot.feature_of(&self.score).some() {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Perceived value.
    async fn value(&self) -> Value {
        Value::new(self.snapshot.clone(), self.score.clone())
    }
}

/// Comparison of the organization's products by the perceived value of each as a whole: by the responses that name a
/// product but none of its features.
#[derive(Description)]
pub struct ProductComparison {
    cell: Cell,
    complete: bool,
    snapshot: Arc<Snapshot>,
    values: Vec<ValueScore>,
}

#[Object(use_type_description)]
impl ProductComparison {
    /// Days whose responses count.
    async fn period(&self) -> PeriodShown {
        self.cell.period.into()
    }

    /// Whether all days of the period are known and over for each product, in its own time zone. If false, read every
    /// figure as "so far". Today is not over, so the last 90 days, which end today, are never complete.
    async fn complete(&self) -> bool {
        self.complete
    }

    /// Segment that it is restricted to; null: all.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.cell.segment).await
    }

    /// Last day whose data are used. If it is in the future in a product's time zone, that product is shown as of its
    /// own today: see `asOf` of its value.
    async fn as_of(&self) -> Date {
        self.cell.as_of.into()
    }

    /// Ranked products from the highest value down, then those with too few responses. Products without any data about
    /// them as a whole are omitted.
    async fn entries(&self) -> Vec<ProductComparisonEntry> {
        let entry = |(index, score): (usize, &ValueScore)| ProductComparisonEntry {
            rank: score.ranked.then_some(index as i32 + 1),
            snapshot: self.snapshot.clone(),
            score: score.clone(),
        };
        self.values.iter().enumerate().map(entry).collect()
    }
}

/// A product in a comparison.
#[derive(Description)]
pub struct ProductComparisonEntry {
    rank: Option<i32>,
    snapshot: Arc<Snapshot>,
    score: ValueScore,
}

#[Object(use_type_description)]
impl ProductComparisonEntry {
    /// Rank, from 1; null: too few responses.
    async fn rank(&self) -> Option<i32> {
        self.rank
    }

    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        crate::graphql::product::of(ctx, self.snapshot.product_of(&self.score)).await
    }

    /// Perceived value of the product as a whole.
    async fn value(&self) -> Value {
        Value::new(self.snapshot.clone(), self.score.clone())
    }
}

#[derive(Default)]
pub(crate) struct ValueQuery;

#[Object]
impl ValueQuery {
    /// Comparison of the organization's products by the perceived value of each as a whole. The days of each are those
    /// of its own time zone.
    async fn product_comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "period", desc = "Days whose responses count; the last 90 days by default.")]
        days: Option<PeriodInput>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
        #[graphql(
            desc = "Use only data known at the end of this day; by default the last day of the period."
        )]
        as_of: Option<Date>,
    ) -> Result<ProductComparison, Fault> {
        let by = ctx.reports()?;
        let dimensions = dimensions(ctx).await?;
        let segment = match segment {
            Some(segment) => Some(dimensions.segment("segment", &segment.0)?.id),
            None => None,
        };
        // The products of an organization may be in different time zones: each uses its own day, and the common day is
        // the latest of them.
        let now = ctx.now();
        let todays = dimensions.products.values().map(|product| (product.id, products::today(product, now)));
        let todays: Vec<_> = todays.collect();
        let latest = todays.iter().map(|(_, today)| *today).max().unwrap_or_else(|| now.date_naive());
        let of = |period, as_of| Cell { period, release: None, segment, as_of };
        let (shown, last) = period(days, as_of, latest)?;
        let cells = todays.iter().map(|(product, today)| {
            let as_of = as_of.map(|day| Date(day.0.min(*today)));
            match period(days, as_of, *today) {
                Ok((period, as_of)) => (*product, of(period, as_of)),
                // The period begins in the future in this time zone.
                Err(_) => (*product, of(shown, (*today).min(last))),
            }
        });
        let cells: Vec<(ProductId, Cell)> = cells.collect();
        let shown = of(shown, last);
        let by_own_days = cells.iter().zip(&todays).all(|((_, cell), (_, today))| cell.complete(*today));
        let complete = by_own_days && shown.complete(latest);
        let (snapshot, mut values) = ctx.services().scores.products(by, latest, cells.clone()).await?;
        if let Some(coarse) = coarse(ctx).await? {
            values = coarse.products(&snapshot, &cells, values).await?;
        }
        Ok(ProductComparison { cell: shown, complete, snapshot, values })
    }
}

/// The value report of a product.
pub(crate) async fn report(
    ctx: &Context<'_>,
    product: &product::Model,
    days: Option<PeriodInput>,
    release: Option<Reference>,
    segment: Option<Reference>,
    as_of: Option<Date>,
) -> Result<ValueReport, Fault> {
    let (key, cell) = cell(ctx, product, days, release, segment, as_of).await?;
    let (snapshot, values) = ctx.load().load_one(key).await?.ok_or_else(|| gone("product", product.id))?;
    Ok(ValueReport { product: product.clone(), cell, snapshot, values })
}
