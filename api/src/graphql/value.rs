//! Perceived value: the score of a feature with its reasons, and the report over all features of a product.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_analytics::{
    standard::Standard,
    value::{IncidentBasis as Basis, StratumValue, ValueScore},
};
use ballroom_entity::{
    id::{FeatureId, ProductId, ScaleId, SegmentId},
    product,
};

use super::{
    Asking,
    fault::Fault,
    feature::{self, Feature},
    load::ValuesOf,
    product::Product,
    release::{self, Release},
    scalar::{Date, PeriodInput, PeriodShown, Reference, begun_period},
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::{
    domain::product as products,
    score::{Cell, Snapshot},
};

/// The perceived value of a feature in a period, with its uncertainty and its reasons.
#[derive(Description)]
pub struct Value {
    snapshot: Arc<Snapshot>,
    score: ValueScore,
}

/// How the customers' lost days were counted.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum IncidentBasis {
    /// Against the active customers of the period.
    Exposure,
    /// Not at all: nobody recorded how many customers were active, so the score holds no deduction.
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
    /// The perceived value, 0 (none) to 100. It is `base + historyContribution + feedbackContribution + incidentContribution`.
    async fn score(&self) -> f64 {
        self.score.score
    }

    /// Lower end of the interval that holds the value with 90 % probability, 0 to 100.
    async fn lower(&self) -> f64 {
        self.score.lower
    }

    /// Upper end of the interval that holds the value with 90 % probability, 0 to 100.
    async fn upper(&self) -> f64 {
        self.score.upper
    }

    /// Standard deviation of the value, before the deduction for incidents, in points of 100.
    async fn standard_deviation(&self) -> f64 {
        self.score.sd
    }

    /// What an average feature of the organization would score with this mix of customers and scales, in points.
    async fn base(&self) -> f64 {
        self.score.base
    }

    /// Points that the responses before the period add to `base`.
    async fn history_contribution(&self) -> f64 {
        self.score.history
    }

    /// Points that the responses of the period add.
    async fn feedback_contribution(&self) -> f64 {
        self.score.feedback
    }

    /// Points that incidents take away, 0 or less.
    async fn incident_contribution(&self) -> f64 {
        self.score.incidents
    }

    /// How far the period's own answers decide, from 0 (not at all: it is all expectation) to 1.
    async fn own_weight(&self) -> f64 {
        self.score.own_weight
    }

    /// Answers in the period.
    async fn responses(&self) -> i64 {
        self.score.responses
    }

    /// Answers before the period, each counting half as much for every 90 days of age.
    async fn history_responses(&self) -> f64 {
        self.score.history_responses
    }

    /// Whether there are enough answers to compare it with others: at least one in the period, and 5 with the discounted
    /// history. If not, read it as "not enough answers", and with 0 `responses` as "no answers in this period".
    async fn ranked(&self) -> bool {
        self.score.ranked
    }

    /// How the customers' lost days were counted.
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

    /// What each group of customers contributes, by scale and segment.
    async fn strata(&self) -> Vec<ValueStratum> {
        let stratum = |one: &StratumValue| ValueStratum { snapshot: self.snapshot.clone(), stratum: *one };
        self.score.strata.iter().map(stratum).collect()
    }

    /// How much answers of one day move together: 1 if not at all. Counts are divided by it.
    async fn overdispersion(&self) -> f64 {
        self.score.phi
    }

    /// The last day whose data were known.
    async fn as_of(&self) -> Date {
        self.snapshot.date(self.score.as_of).into()
    }

    /// The version of the method: the same data give the same score only under the same version.
    async fn method(&self) -> &str {
        self.score.method
    }
}

/// The part of one scale and segment in a value.
#[derive(Description)]
pub struct ValueStratum {
    snapshot: Arc<Snapshot>,
    stratum: StratumValue,
}

#[Object(use_type_description)]
impl ValueStratum {
    /// The scale on which these customers answered.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        let id = self.snapshot.codes.scales.id(self.stratum.stratum.scale).unwrap_or(ScaleId::NONE);
        scale::of(ctx, id).await
    }

    /// Their segment; null: none.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        let id = self.snapshot.codes.segments.id(self.stratum.stratum.segment).unwrap_or(SegmentId::NONE);
        segment::of(ctx, id.some()).await
    }

    /// Their weight in the value; the weights add to 1. It follows who uses the feature, not who answers.
    async fn weight(&self) -> f64 {
        self.stratum.weight
    }

    /// Their answers in the period.
    async fn responses(&self) -> i64 {
        self.stratum.responses
    }

    /// Their answers before the period, each counting half as much for every 90 days of age.
    async fn history_responses(&self) -> f64 {
        self.stratum.history_responses
    }

    /// The mean of these answers, 0 (worst) to 100 (best); null without answers.
    async fn mean(&self) -> Option<f64> {
        self.stratum.mean
    }

    /// The mean that was expected of them before the period, 0 to 100.
    async fn expected(&self) -> f64 {
        self.stratum.expected
    }

    /// What their answers add to the value, in points.
    async fn contribution(&self) -> f64 {
        self.stratum.contribution
    }
}

/// What customers value: every feature of a product.
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

    /// The days whose answers count.
    async fn period(&self) -> PeriodShown {
        self.cell.period.into()
    }

    /// Whether all days of the period are known and over. If false, read every figure as "so far": the period goes on after
    /// `asOf`, or `asOf` is today. Today is not over: the last 90 days, which end today, are never complete.
    async fn complete(&self, ctx: &Context<'_>) -> bool {
        self.cell.complete(products::today(&self.product, ctx.now()))
    }

    /// The release that it is about; null: all.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.cell.release {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// The segment that it is about; null: all.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.cell.segment).await
    }

    /// The last day whose data were known.
    async fn as_of(&self) -> Date {
        self.cell.as_of.into()
    }

    /// Answers in the period, over all features.
    async fn responses(&self) -> i64 {
        self.values.iter().map(|value| value.responses).sum()
    }

    /// The ranked features from the highest value down, then those with not enough answers.
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
    /// Its place, from 1; null: not enough answers.
    async fn rank(&self) -> Option<i32> {
        self.rank
    }

    /// The feature; null: the product as a whole (answers that name no feature).
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.snapshot.feature_of(self.score.feature).1.some() {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Its perceived value.
    async fn value(&self) -> Value {
        Value::new(self.snapshot.clone(), self.score.clone())
    }
}

/// The organization's products, compared by the value of each as a whole: by the answers that name a product but
/// none of its features.
#[derive(Description)]
pub struct ProductComparison {
    cell: Cell,
    complete: bool,
    snapshot: Arc<Snapshot>,
    values: Vec<ValueScore>,
}

#[Object(use_type_description)]
impl ProductComparison {
    /// The days whose answers count.
    async fn period(&self) -> PeriodShown {
        self.cell.period.into()
    }

    /// Whether all days of the period are known and over for each product, by its own days. If false, read every figure as
    /// "so far". Today is not over: the last 90 days, which end today, are never complete.
    async fn complete(&self) -> bool {
        self.complete
    }

    /// The segment that it is about; null: all.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.cell.segment).await
    }

    /// The last day whose data were known. Where it has not come yet in a product's time zone, the product is seen as of
    /// its own today: `asOf` of its value.
    async fn as_of(&self) -> Date {
        self.cell.as_of.into()
    }

    /// The ranked products from the highest value down, then those with not enough answers. A product about which
    /// nothing is known as a whole is left out.
    async fn entries(&self) -> Vec<ProductComparisonEntry> {
        let entry = |(index, score): (usize, &ValueScore)| ProductComparisonEntry {
            rank: score.ranked.then_some(index as i32 + 1),
            snapshot: self.snapshot.clone(),
            score: score.clone(),
        };
        self.values.iter().enumerate().map(entry).collect()
    }
}

/// A product among others.
#[derive(Description)]
pub struct ProductComparisonEntry {
    rank: Option<i32>,
    snapshot: Arc<Snapshot>,
    score: ValueScore,
}

#[Object(use_type_description)]
impl ProductComparisonEntry {
    /// Its place, from 1; null: not enough answers.
    async fn rank(&self) -> Option<i32> {
        self.rank
    }

    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        super::product::of(ctx, self.snapshot.feature_of(self.score.feature).0).await
    }

    /// Its perceived value as a whole.
    async fn value(&self) -> Value {
        Value::new(self.snapshot.clone(), self.score.clone())
    }
}

#[derive(Default)]
pub(super) struct ValueQuery;

#[Object]
impl ValueQuery {
    /// The organization's products, compared by the perceived value of each as a whole. Each is seen on its own days,
    /// those of its time zone.
    async fn product_comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "period", desc = "The days whose answers count; the last 90 if left out.")]
        days: Option<PeriodInput>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
        #[graphql(desc = "As it could be known at the end of this day; by default the period's last.")]
        as_of: Option<Date>,
    ) -> Result<ProductComparison, Fault> {
        let by = ctx.reports()?;
        let dimensions = super::dimensions(ctx).await?;
        let segment = match segment {
            Some(segment) => Some(dimensions.segment("segment", &segment.0)?.id),
            None => None,
        };
        // Products of one organization may lie in different time zones: each is seen on its own day, and what is shown
        // of all of them is that of the product where the day is the latest.
        let now = ctx.now();
        let todays = dimensions.products.values().map(|product| (product.id, products::today(product, now)));
        let todays: Vec<_> = todays.collect();
        let latest = todays.iter().map(|(_, today)| *today).max().unwrap_or_else(|| now.date_naive());
        let of = |period, as_of| Cell { period, release: None, segment, as_of };
        let (shown, last) = begun_period(days, as_of, latest)?;
        let cells = todays.iter().map(|(product, today)| {
            let as_of = as_of.map(|day| Date(day.0.min(*today)));
            match begun_period(days, as_of, *today) {
                Ok((period, as_of)) => (*product, of(period, as_of)),
                // The period begins on a day that has not come here.
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

/// A figure that everybody knows.
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
    /// The scale: NPS for a scale of kind NPS, CSAT for one of kind CSAT, and so on.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Scale, Fault> {
        scale::of(ctx, self.snapshot.codes.scales.id(self.figure.scale).unwrap_or(ScaleId::NONE)).await
    }

    /// NPS: -100 to 100. CSAT and thumbs: the percentage who are satisfied. Others: the mean rating.
    async fn value(&self) -> f64 {
        self.figure.value
    }

    /// Its standard error; null for the mean of one answer, and where all answers say the same.
    async fn standard_error(&self) -> Option<f64> {
        self.figure.se
    }

    /// Lower end of the 95 % interval, at most `value`; null for the mean of one answer.
    async fn lower(&self) -> Option<f64> {
        self.figure.lower
    }

    /// Upper end of the 95 % interval, at least `value`; null for the mean of one answer.
    async fn upper(&self) -> Option<f64> {
        self.figure.upper
    }

    /// Answers.
    async fn responses(&self) -> i64 {
        self.figure.responses
    }

    /// Answers at each level, from the lowest rating up.
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

/// The value of one feature. All features of a product are computed together: whoever asks for one more pays
/// nothing.
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
    let mine = |value: &&ValueScore| snapshot.feature_of(value.feature) == (product.id, feature);
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
    let (period, as_of) = begun_period(days, as_of, today)?;
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
