//! Perceived value: the score of a feature with its explanation, and the report over all features of a product.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_analytics::{
    standard::Standard,
    value::{IncidentBasis as Basis, StratumValue, ValueScore},
};
use ballroom_entity::{
    id::{FeatureId, ProductId},
    product,
};

use super::{
    ContextExt,
    fault::Fault,
    feature::{self, Feature},
    load::ValuesOf,
    product::Product,
    release::{self, Release},
    scalar::{Date, PeriodInput, PeriodShown, Reference, period},
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
        super::product::of(ctx, self.snapshot.product_of(&self.score)).await
    }

    /// Perceived value of the product as a whole.
    async fn value(&self) -> Value {
        Value::new(self.snapshot.clone(), self.score.clone())
    }
}

#[derive(Default)]
pub(super) struct ValueQuery;

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
        let dimensions = super::dimensions(ctx).await?;
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
        let (snapshot, values) = ctx.services().scores.products(by, latest, cells).await?;
        Ok(ProductComparison { cell: shown, complete, snapshot, values })
    }
}

/// A standard figure, such as NPS or CSAT.
#[derive(Description)]
pub struct StandardFigure {
    snapshot: Arc<Snapshot>,
    figure: Standard,
}

impl StandardFigure {
    /// A figure of a snapshot.
    pub(super) fn new(snapshot: Arc<Snapshot>, figure: Standard) -> Self {
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

/// The value report of a product.
pub(super) async fn report(
    ctx: &Context<'_>,
    product: &product::Model,
    days: Option<PeriodInput>,
    release: Option<Reference>,
    segment: Option<Reference>,
    as_of: Option<Date>,
) -> Result<ValueReport, Fault> {
    let (key, cell) = cell(ctx, product, days, release, segment, as_of).await?;
    let (snapshot, values) =
        ctx.load().load_one(key).await?.ok_or_else(|| super::gone("product", product.id))?;
    Ok(ValueReport { product: product.clone(), cell, snapshot, values })
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

/// The standard figures of one feature.
pub(super) async fn figures_of_feature(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    days: Option<PeriodInput>,
    release: Option<Reference>,
    segment: Option<Reference>,
) -> Result<Vec<StandardFigure>, Fault> {
    let (key, cell) = cell(ctx, product, days, release, segment, None).await?;
    let scores = &ctx.services().scores;
    let (snapshot, figures) = scores.standard(ctx.reports()?, key.today, product.id, feature, cell).await?;
    Ok(figures.into_iter().map(|figure| StandardFigure::new(snapshot.clone(), figure)).collect())
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
