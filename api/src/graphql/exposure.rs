//! Exposure.

use async_graphql::{Context, Description, InputObject, Object};
use ballroom_entity::exposure::Model;

use super::{
    ContextExt,
    bulk::{Item, batches, sorted},
    fault::Fault,
    feature::{self, Feature},
    outcome::Outcome,
    payload::payload,
    plain::AtOnce,
    product::{self, Product},
    scalar::{Date, DateTime, Reference},
    segment::{self, Segment},
};
use crate::domain::exposure::{self, NewExposure};

/// Number of customers who used a feature on a day, as counted by one source.
#[derive(Description)]
struct Exposure(Model);

#[Object(use_type_description)]
impl Exposure {
    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// The feature; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.0.feature_id.some() {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Segment of these customers; null: none.
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

    /// Source system. The figures of several sources for a day are added.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// Time at which the source last changed it; null: before this was recorded.
    async fn updated_at(&self) -> Option<DateTime> {
        self.0.updated_at.map(Into::into)
    }
}

/// A figure to record. It replaces the figure of the same source for the same feature, segment and day.
#[derive(InputObject)]
struct RecordExposureInput {
    /// ID or key of the product.
    product: Reference,
    /// ID or key of the feature; default: the product as a whole.
    feature: Option<Reference>,
    /// ID or key of the segment; default: none.
    segment: Option<Reference>,
    /// Day, in the time zone of the product.
    day: Date,
    /// Number of customers who used the feature on that day.
    active_customers: i64,
    /// Source system; the name of the token by default.
    source: Option<String>,
}

/// Input of `recordExposureBatch`.
#[derive(InputObject)]
struct RecordExposureBatchInput {
    /// Figures, at most 10,000. Each invalid one is refused separately.
    items: Vec<Item<RecordExposureInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

batches! {
    /// Result of one item of `recordExposureBatch`.
    RecordExposureBatchItem in RecordExposureBatchPayload {
        /// The figure.
        exposure: Exposure,
        /// Outcome of the submission.
        outcome: Outcome,
    }
}

impl AtOnce for Exposure {}

#[derive(Default)]
pub(super) struct ExposureMutation;

#[Object]
impl ExposureMutation {
    /// Records how many customers used features. Each figure is accepted or refused separately.
    async fn record_exposure_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RecordExposureBatchInput,
    ) -> Result<RecordExposureBatchPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let new = |item: RecordExposureInput| NewExposure {
                product: item.product.0,
                feature: item.feature.map(|feature| feature.0),
                segment: item.segment.map(|segment| segment.0),
                day: item.day.into(),
                active_customers: item.active_customers,
                source: item.source,
            };
            let by = ctx.contributes()?;
            let (some, places) = sorted(input.items)?;
            let some: Vec<_> = some.into_iter().map(new).collect();
            let source = &ctx.viewer().source;
            let results = match some.is_empty() {
                true => Vec::new(),
                false => exposure::record(ctx.store(), by, source, some, ctx.now()).await?,
            };
            Ok(RecordExposureBatchPayload::of(places.filled(results), |index, recorded| {
                RecordExposureBatchItem::accepted(index, Exposure(recorded.exposure), recorded.outcome.into())
            }))
        })
        .await
    }
}
