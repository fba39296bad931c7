//! The parameters of scores.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object};
use ballroom_entity::id::{ScaleId, SegmentId};
use chrono::NaiveDate;

use super::{
    ContextExt,
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

/// Parameters estimated from the organization as a whole at the end of a day: the expected score of a feature, the
/// differences between features, and the clustering of responses and incidents. Scores of features with few responses
/// depend on them. Means and variances refer to responses on a scale from 0 (worst) to 1 (best).
#[derive(Description)]
pub struct ScoreParameters {
    as_of: NaiveDate,
    computed_at: Option<DateTime>,
    parameters: Arc<Parameters>,
}

#[Object(use_type_description)]
impl ScoreParameters {
    /// Last day whose counts were used.
    async fn as_of(&self) -> Date {
        self.as_of.into()
    }

    /// Time at which they were computed and stored; null: they are not stored, but computed from the current counts.
    async fn computed_at(&self) -> Option<DateTime> {
        self.computed_at
    }

    /// Mean over all scales and segments, 0 to 1.
    async fn mean(&self) -> f64 {
        self.parameters.mean
    }

    /// Variance between features, common to all their responses.
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

    /// Overdispersion of the responses of a day: 1 if they are independent. Counts are divided by it.
    async fn overdispersion(&self) -> f64 {
        self.parameters.overdispersion
    }

    /// Overdispersion of incidents: 1 if they are independent. Counts are divided by it.
    async fn incident_overdispersion(&self) -> f64 {
        self.parameters.incident_overdispersion
    }

    /// Standard deviation, on a scale from 0 to 1, of the change of a feature between two months in which no release
    /// touches it. A decline must exceed it to be attributed to a release.
    async fn own_movement(&self) -> f64 {
        self.parameters.own_movement
    }

    /// Standard deviation, on a scale from 0 to 1, of the common change of all features of a product between two
    /// months.
    async fn common_movement(&self) -> f64 {
        self.parameters.common_movement
    }

    /// Number of features with responses in the year before.
    async fn features(&self) -> i64 {
        self.parameters.features.into()
    }

    /// Expectation for each scale and segment with responses in the year before.
    async fn strata(&self) -> Vec<ScoreParametersStratum> {
        self.parameters.strata.iter().copied().map(ScoreParametersStratum).collect()
    }

    /// Version of the method.
    async fn method(&self) -> &str {
        ballroom_analytics::METHOD
    }
}

/// Expectation for one scale and segment.
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

    /// Mean over features, 0 (worst) to 1 (best).
    async fn mean(&self) -> f64 {
        self.0.mean
    }

    /// Variance of a response as a share of the maximum, 0 to 1.
    async fn variance_ratio(&self) -> f64 {
        self.0.variance_ratio
    }
}

#[derive(Default)]
pub(super) struct ParametersQuery;

#[Object]
impl ParametersQuery {
    /// Parameters used by scores as of a day.
    async fn score_parameters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Day at whose end they apply; today (UTC) by default.")] as_of: Option<Date>,
    ) -> Result<ScoreParameters, Fault> {
        let (by, today) = (ctx.reports()?, ctx.now().date_naive());
        let as_of = known_day("asOf", as_of.map_or(today, Into::into), today)?;
        let computed_at = parameters::kept_at(ctx.store(), by, as_of).await?.map(Into::into);
        let (_, parameters) = ctx.services().scores.parameters(by, today, as_of).await?;
        Ok(ScoreParameters { as_of, computed_at, parameters: Arc::new(parameters) })
    }
}

/// Input of `computeScoreParameters`.
#[derive(InputObject)]
struct ComputeScoreParametersInput {
    /// Days, at most 400, all of them over.
    period: PeriodInput,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `computeScoreParameters`.
    ScoreParametersPayload {
        /// Days whose parameters are now stored; days before the first response have none.
        days: Vec<Date>,
    }
}

#[derive(Default)]
pub(super) struct ParametersMutation;

#[Object]
impl ParametersMutation {
    /// Computes the parameters of past days from the current counts, and replaces the stored ones. This is done
    /// automatically every night and after imports; it is only needed if many late responses have arrived in other
    /// ways.
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
