//! Standard figures: NPS, CSAT, means.

use std::sync::Arc;

use async_graphql::{Context, Description, Object};
use ballroom_analytics::standard::Standard;
use ballroom_entity::{id::FeatureId, product};

use super::cell;
use crate::{
    domain::feedback::ResponseScope,
    graphql::{
        ContextExt, coarse,
        fault::Fault,
        scalar::{PeriodInput, Reference},
        scale::{self, Scale},
    },
    score::{Cell, Snapshot},
};

/// A standard figure, such as NPS or CSAT.
#[derive(Description)]
pub struct StandardFigure {
    snapshot: Arc<Snapshot>,
    figure: Standard,
}

impl StandardFigure {
    /// A figure of a snapshot.
    pub(crate) fn new(snapshot: Arc<Snapshot>, figure: Standard) -> Self {
        Self { snapshot, figure }
    }
}

#[Object(use_type_description)]
impl StandardFigure {
    /// The scale, whose kind determines the figure: NPS for the kind NPS, CSAT for CSAT, and so on.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        scale::of(ctx, self.snapshot.scale_of(&self.figure)).await
    }

    /// NPS: -100 to 100. CSAT and thumbs: percentage of satisfied responses. Others: mean rating.
    async fn value(&self) -> f64 {
        self.figure.value
    }

    /// Standard error; null for the mean of one response, and if all responses are equal.
    async fn standard_error(&self) -> Option<f64> {
        self.figure.se
    }

    /// Lower end of the 95 % interval, at most `value`; null for the mean of one response.
    async fn lower(&self) -> Option<f64> {
        self.figure.lower
    }

    /// Upper end of the 95 % interval, at least `value`; null for the mean of one response.
    async fn upper(&self) -> Option<f64> {
        self.figure.upper
    }

    /// Responses.
    async fn responses(&self) -> i64 {
        self.figure.responses
    }

    /// Responses at each level, from the lowest rating up.
    async fn levels(&self) -> &[i64] {
        &self.figure.levels
    }
}

/// The standard figures of one feature.
pub(crate) async fn figures_of_feature(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    days: Option<PeriodInput>,
    release: Option<Reference>,
    segment: Option<Reference>,
) -> Result<Vec<StandardFigure>, Fault> {
    let (key, cell) = cell(ctx, product, days, release, segment, None).await?;
    let scores = &ctx.services().scores;
    let (snapshot, mut figures) =
        scores.standard(ctx.reports()?, key.today, product.id, feature, cell).await?;
    if let Some(coarse) = coarse(ctx).await? {
        // The figures are of the whole period, whatever its last known day.
        let Cell { period, release, segment, .. } = cell;
        let scope =
            ResponseScope { product: product.id, days: (period.from, period.until), release, segment };
        figures = coarse.figures(&snapshot, scope, feature, figures).await?;
    }
    Ok(figures.into_iter().map(|figure| StandardFigure::new(snapshot.clone(), figure)).collect())
}
