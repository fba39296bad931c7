//! The parameters that scores rest on.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object};
use ballroom_entity::id::{ScaleId, SegmentId};
use chrono::NaiveDate;

use super::{
    Asking,
    fault::Fault,
    payload::{payload, payloads},
    scalar::{Date, DateTime, PeriodInput},
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::score::{
    known_day,
    parameters::{self, Parameters, StratumParameters},
};

/// What is estimated from the organization as a whole, as of the end of a day: what an average feature scores, how
/// much features differ, how much answers and incidents come in bursts. Scores of features with few answers lean on
/// it. Means and variances are of answers on a scale from 0 (worst) to 1 (best).
#[derive(Description)]
pub struct ScoreParameters {
    as_of: NaiveDate,
    computed_at: Option<DateTime>,
    parameters: Arc<Parameters>,
}

#[Object(use_type_description)]
impl ScoreParameters {
    /// The last day whose counts were used.
    async fn as_of(&self) -> Date {
        self.as_of.into()
    }

    /// When they were computed and kept; null: they are not kept but computed from the counts as they are now.
    async fn computed_at(&self) -> Option<DateTime> {
        self.computed_at
    }

    /// The mean over all scales and segments, 0 to 1.
    async fn mean(&self) -> f64 {
        self.parameters.mean
    }

    /// Variance between features, of what all their answers share.
    async fn variance_between_features(&self) -> f64 {
        self.parameters.between_features
    }

    /// Variance within a feature, between its scales and segments.
    async fn variance_within_features(&self) -> f64 {
        self.parameters.within_features
    }

    /// Variance by which a feature drifts from its own history.
    async fn drift(&self) -> f64 {
        self.parameters.drift
    }

    /// How much answers of one day move together: 1 if not at all. Counts are divided by it.
    async fn overdispersion(&self) -> f64 {
        self.parameters.overdispersion
    }

    /// How much incidents come in bursts: 1 if not at all. Counts are divided by it.
    async fn incident_overdispersion(&self) -> f64 {
        self.parameters.incident_overdispersion
    }

    /// How far a feature moves by itself between two months when no release touches it, as a standard deviation on a
    /// scale from 0 to 1. A fall must go beyond it to be laid at a release's door.
    async fn own_movement(&self) -> f64 {
        self.parameters.own_movement
    }

    /// How far all features of a product move together between two months, as a standard deviation on a scale from 0
    /// to 1.
    async fn common_movement(&self) -> f64 {
        self.parameters.common_movement
    }

    /// Features with answers in the year before.
    async fn features(&self) -> i64 {
        self.parameters.features.into()
    }

    /// What is expected of each scale and segment that had answers in the year before.
    async fn strata(&self) -> Vec<ScoreParametersStratum> {
        self.parameters.strata.iter().copied().map(ScoreParametersStratum).collect()
    }

    /// The version of the method.
    async fn method(&self) -> &str {
        ballroom_analytics::METHOD
    }
}

/// What is expected of one scale and segment.
#[derive(Description)]
pub struct ScoreParametersStratum(StratumParameters);

#[Object(use_type_description)]
impl ScoreParametersStratum {
    /// The scale.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        scale::of(ctx, ScaleId(self.0.scale)).await
    }

    /// The segment; null: none.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, SegmentId(self.0.segment).some()).await
    }

    /// The mean over features, 0 (worst) to 1 (best).
    async fn mean(&self) -> f64 {
        self.0.mean
    }

    /// The variance of an answer as a share of the largest possible, 0 to 1.
    async fn variance_ratio(&self) -> f64 {
        self.0.variance_ratio
    }
}

#[derive(Default)]
pub(super) struct ParametersQuery;

#[Object]
impl ParametersQuery {
    /// The parameters that scores as of a day rest on.
    async fn score_parameters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As of the end of this day; today (UTC) if left out.")] as_of: Option<Date>,
    ) -> Result<ScoreParameters, Fault> {
        let (by, today) = (ctx.reports()?, ctx.now().date_naive());
        let as_of = known_day("asOf", as_of.map_or(today, Into::into), today)?;
        let computed_at = parameters::kept_at(ctx.store(), by, as_of).await?.map(Into::into);
        let (_, parameters) = ctx.services().scores.parameters(by, today, as_of).await?;
        Ok(ScoreParameters { as_of, computed_at, parameters: Arc::new(parameters) })
    }
}

/// The days whose parameters are to be computed from the counts as they are now.
#[derive(InputObject)]
struct ComputeScoreParametersInput {
    /// The days: at most 400, all of them over.
    period: PeriodInput,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The days that were computed.
    ScoreParametersPayload {
        /// The days whose parameters are kept now; days before the first answer have none.
        days: Vec<Date>,
    }
}

#[derive(Default)]
pub(super) struct ParametersMutation;

#[Object]
impl ParametersMutation {
    /// Computes the parameters of past days anew and keeps them instead of those that were. This happens by itself
    /// every night and after an import; it is needed when many late answers have come in by another way.
    async fn compute_score_parameters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ComputeScoreParametersInput,
    ) -> Result<ScoreParametersPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (scores, period) = (&ctx.services().scores, input.period.into());
            let days = parameters::compute(ctx.store(), scores, ctx.manages()?, period, ctx.now()).await?;
            Ok(ScoreParametersPayload::done(days.into_iter().map(Into::into).collect()))
        })
        .await
    }
}
