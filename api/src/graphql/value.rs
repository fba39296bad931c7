//! Perceived value: the score of a feature with its explanation, and the report over all features of a product.

mod figure;
mod report;

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_analytics::value::{IncidentBasis as Basis, StratumValue, ValueScore};
use ballroom_entity::{id::FeatureId, product};

pub use figure::StandardFigure;
pub(super) use figure::figures_of_feature;
pub use report::ValueReport;
pub(super) use report::{ValueQuery, report};

use super::{
    ContextExt,
    fault::Fault,
    load::ValuesOf,
    scalar::{Date, PeriodInput, Reference, period},
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::{
    domain::product as products,
    score::{Cell, Snapshot},
};

/// Perceived value of a feature in a period, with its uncertainty and its explanation.
#[derive(Description)]
pub struct Value {
    snapshot: Arc<Snapshot>,
    score: ValueScore,
}

/// Basis of the customer-days lost to incidents.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum IncidentBasis {
    /// Relative to the active customers of the period.
    Exposure,
    /// Not included: the number of active customers was not recorded, so the score contains no deduction.
    None,
}

impl Value {
    /// A score of a snapshot.
    pub(super) fn new(snapshot: Arc<Snapshot>, score: ValueScore) -> Self {
        Self { snapshot, score }
    }
}

#[Object(use_type_description)]
impl Value {
    /// Perceived value, 0 (none) to 100. It is `base + historyContribution + feedbackContribution +
    /// incidentContribution`.
    async fn score(&self) -> f64 {
        self.score.score
    }

    /// Lower end of the interval that contains the value with 90 % probability, 0 to 100.
    async fn lower(&self) -> f64 {
        self.score.lower
    }

    /// Upper end of the interval that contains the value with 90 % probability, 0 to 100.
    async fn upper(&self) -> f64 {
        self.score.upper
    }

    /// Standard deviation of the value, before the deduction for incidents, in points of 100.
    async fn standard_deviation(&self) -> f64 {
        self.score.sd
    }

    /// Expected score of an average feature of the organization for this mix of customers and scales, in points.
    async fn base(&self) -> f64 {
        self.score.base
    }

    /// Contribution of the responses before the period, relative to `base`, in points.
    async fn history_contribution(&self) -> f64 {
        self.score.history
    }

    /// Contribution of the responses of the period, in points.
    async fn feedback_contribution(&self) -> f64 {
        self.score.feedback
    }

    /// Deduction for incidents, in points, 0 or less.
    async fn incident_contribution(&self) -> f64 {
        self.score.incidents
    }

    /// Weight of the period's own responses, from 0 (the value is all expectation) to 1.
    async fn own_weight(&self) -> f64 {
        self.score.own_weight
    }

    /// Responses in the period.
    async fn responses(&self) -> i64 {
        self.score.responses
    }

    /// Responses before the period; the weight of each is halved for every 90 days of age.
    async fn history_responses(&self) -> f64 {
        self.score.history_responses
    }

    /// Whether there are enough responses to compare it with others: at least one in the period, and 5 including the
    /// discounted history. If not, show it as "too few responses", or with 0 `responses` as "no responses in this
    /// period".
    async fn ranked(&self) -> bool {
        self.score.ranked
    }

    /// Basis of the customer-days lost to incidents.
    async fn incident_basis(&self) -> IncidentBasis {
        match self.score.incident_basis {
            Basis::Exposure => IncidentBasis::Exposure,
            Basis::None => IncidentBasis::None,
        }
    }

    /// Share of customer-days that were affected by incidents, weighted by severity, 0 to 1.
    async fn incident_impact(&self) -> f64 {
        self.score.spoiled
    }

    /// Days of the period on which the number of active customers is known.
    async fn exposure_days(&self) -> i64 {
        self.score.exposure_days.into()
    }

    /// Active customers, summed over the days of the period.
    async fn customer_days(&self) -> f64 {
        self.score.customer_days
    }

    /// Contribution of each group of customers, by scale and segment.
    async fn strata(&self) -> Vec<ValueStratum> {
        let stratum = |one: &StratumValue| ValueStratum { snapshot: self.snapshot.clone(), stratum: *one };
        self.score.strata.iter().map(stratum).collect()
    }

    /// Overdispersion of the responses of a day: 1 if they are independent. Counts are divided by it.
    async fn overdispersion(&self) -> f64 {
        self.score.phi
    }

    /// Last day whose data are used.
    async fn as_of(&self) -> Date {
        self.snapshot.date(self.score.as_of).into()
    }

    /// Version of the method: the same data give the same score only under the same version.
    async fn method(&self) -> &str {
        self.score.method
    }
}

/// Contribution of one scale and segment to a value.
#[derive(Description)]
pub struct ValueStratum {
    snapshot: Arc<Snapshot>,
    stratum: StratumValue,
}

#[Object(use_type_description)]
impl ValueStratum {
    /// Scale of these customers' responses.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        scale::of(ctx, self.snapshot.scale_of(&self.stratum.stratum)).await
    }

    /// Their segment; null: none.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.snapshot.segment_of(&self.stratum.stratum)).await
    }

    /// Their weight in the value; the weights add to 1. It depends on who uses the feature, not on who responds.
    async fn weight(&self) -> f64 {
        self.stratum.weight
    }

    /// Their responses in the period.
    async fn responses(&self) -> i64 {
        self.stratum.responses
    }

    /// Their responses before the period; the weight of each is halved for every 90 days of age.
    async fn history_responses(&self) -> f64 {
        self.stratum.history_responses
    }

    /// Mean of their responses in the period, 0 (worst) to 100 (best); null without responses.
    async fn mean(&self) -> Option<f64> {
        self.stratum.mean
    }

    /// Mean that was expected before the period, 0 to 100.
    async fn expected(&self) -> f64 {
        self.stratum.expected
    }

    /// Contribution of their responses to the value, in points.
    async fn contribution(&self) -> f64 {
        self.stratum.contribution
    }
}

/// The value of one feature. All features of a product are computed together, so further ones cost nothing.
pub(super) async fn of_feature(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    days: Option<PeriodInput>,
    release: Option<Reference>,
    segment: Option<Reference>,
    as_of: Option<Date>,
) -> Result<Option<Value>, Fault> {
    let (key, _) = cell(ctx, product, days, release, segment, as_of).await?;
    let Some((snapshot, values)) = ctx.load().load_one(key).await? else { return Ok(None) };
    let mine = |value: &&ValueScore| {
        snapshot.product_of(*value) == product.id && snapshot.feature_of(*value) == feature
    };
    let score = values.iter().find(mine).cloned();
    Ok(score.map(|score| Value::new(snapshot, score)))
}

async fn cell(
    ctx: &Context<'_>,
    product: &product::Model,
    days: Option<PeriodInput>,
    release: Option<Reference>,
    segment: Option<Reference>,
    as_of: Option<Date>,
) -> Result<(ValuesOf, Cell), Fault> {
    let today = products::today(product, ctx.now());
    let (period, as_of) = period(days, as_of, today)?;
    let dimensions = super::dimensions(ctx).await?;
    let release = match release {
        Some(release) => Some(dimensions.release(product.id, "release", &release.0)?.id),
        None => None,
    };
    let segment = match segment {
        Some(segment) => Some(dimensions.segment("segment", &segment.0)?.id),
        None => None,
    };
    let cell = Cell { period, release, segment, as_of };
    Ok((ValuesOf { product: product.id, today, cell }, cell))
}
