//! Exposure.

use async_graphql::{Context, Description, InputObject, Object};
use ballroom_entity::exposure::Model;

use super::{
    Asking,
    bulk::{Item, batches, sorted},
    fault::Fault,
    feature::{self, Feature},
    outcome::Outcome,
    payload::payload,
    product::{self, Product},
    scalar::{Date, Reference},
    segment::{self, Segment},
};
use crate::domain::exposure::{self, NewExposure};

/// How many customers used a feature on a day, as one source counts them.
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

    /// The segment; null if none.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.0.segment_id.some()).await
    }

    /// The day, in the product's time zone.
    async fn day(&self) -> Date {
        self.0.day.into()
    }

    /// Customers who used it on that day.
    async fn active_customers(&self) -> i64 {
        self.0.active_customers
    }

    /// The system that counted. The sources of a day add up.
    async fn source(&self) -> &str {
        &self.0.source
    }
}

/// A figure to record: it replaces what the same source said of the same feature, segment and day.
#[derive(InputObject)]
struct RecordExposureInput {
    /// The product.
    product: Reference,
    /// The feature; left out: the product as a whole.
    feature: Option<Reference>,
    /// The segment.
    segment: Option<Reference>,
    /// The day, in the product's time zone.
    day: Date,
    /// Customers who used it on that day.
    active_customers: i64,
    /// The system that counted; the token's name if left out.
    source: Option<String>,
}

/// Figures to record together.
#[derive(InputObject)]
struct RecordExposureBatchInput {
    /// The figures, at most 10,000. One that does not fit its type is refused by itself too.
    items: Vec<Item<RecordExposureInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

batches! {
    /// What became of one item of `recordExposureBatch`.
    RecordExposureBatchItem in RecordExposureBatchPayload {
        /// The figure.
        exposure: Exposure,
        /// What the mutation did with the item.
        outcome: Outcome,
    }
}

#[derive(Default)]
pub(super) struct ExposureMutation;

#[Object]
impl ExposureMutation {
    /// Records how many customers used features. Each figure is taken or refused by itself.
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
