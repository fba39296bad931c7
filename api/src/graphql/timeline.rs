//! Timelines: all data of a chart of a product or a feature, in one query.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Description, Enum, Object, SimpleObject};
use ballroom_analytics::{standard::Standard, value::TrendPoint as Point};
use ballroom_entity::{id::FeatureId, product};
use chrono::{Days, NaiveDate};
use tokio::sync::OnceCell;

use super::{
    ContextExt, coarse,
    fault::Fault,
    only_groups,
    release::{self, Release},
    scalar::{Date, PeriodInput, PeriodShown, period},
    trend,
    value::{StandardFigure, Value},
};
use crate::{
    base::error::Error,
    domain::{feedback::ResponseScope, product as products},
    score::{
        Period, Snapshot, TrendOf,
        timeline::{Bucket, Happened, Step, buckets, releases},
    },
};

/// Length of the points of a timeline.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "Step")]
pub enum TimelineStep {
    /// A day.
    Day,
    /// A week, from Monday to Sunday.
    #[default]
    Week,
    /// A calendar month.
    Month,
}

/// Timeline of a product or a feature: one point for each day, week or month, including those without data, and the
/// releases of the period.
#[derive(Description)]
pub struct Timeline(Arc<Series>);

/// The data shared by the points.
struct Series {
    product: product::Model,
    feature: FeatureId,
    period: Period,
    today: NaiveDate,
    value_days: u32,
    snapshot: Arc<Snapshot>,
    buckets: Vec<(Bucket, Happened)>,
    /// The values as of the last days of the points, computed together when the first of them is selected.
    values: OnceCell<Values>,
}

/// Values by day, in the codes of the snapshot that they were computed from.
type Values = (Arc<Snapshot>, HashMap<NaiveDate, Point>);

#[Object(use_type_description)]
impl Timeline {
    /// Days of the timeline.
    async fn period(&self) -> PeriodShown {
        self.0.period.into()
    }

    /// Points in order, one for each day, week or month of the period.
    async fn points(&self) -> Vec<TimelinePoint> {
        (0..self.0.buckets.len()).map(|at| TimelinePoint { series: self.0.clone(), at }).collect()
    }

    /// Releases of the product in the period, by day. A release that was withdrawn and released again is listed for
    /// each time.
    async fn releases(&self, ctx: &Context<'_>) -> Result<Vec<TimelineRelease>, Fault> {
        let marks = releases(&self.0.snapshot, self.0.product.id, self.0.period);
        let mut shown = Vec::with_capacity(marks.len());
        for (id, day) in marks {
            shown.push(TimelineRelease { release: release::of(ctx, id).await?, day: day.into() });
        }
        Ok(shown)
    }
}

/// A release on a timeline.
#[derive(SimpleObject)]
struct TimelineRelease {
    /// The release.
    release: Release,
    /// Day of the release, in the time zone of the product.
    day: Date,
}

/// A point of a timeline: a day, week or month.
#[derive(Description)]
pub struct TimelinePoint {
    series: Arc<Series>,
    at: usize,
}

impl TimelinePoint {
    fn bucket(&self) -> &Bucket {
        &self.series.buckets[self.at].0
    }

    fn happened(&self) -> &Happened {
        &self.series.buckets[self.at].1
    }
}

#[Object(use_type_description)]
impl TimelinePoint {
    /// Its days, in the time zone of the product.
    async fn period(&self) -> PeriodShown {
        self.bucket().days.into()
    }

    /// Whether the point covers its whole day, week or month, and that is over. False for a first or last week or month
    /// that is cut off by the period, and for the current one: their counts are lower because they cover fewer days.
    async fn complete(&self) -> bool {
        self.bucket().complete
    }

    /// Number of responses that count for scores; for a product, including those about its features.
    async fn responses(&self, ctx: &Context<'_>) -> Result<i64, Fault> {
        let responses = self.happened().figures.iter().map(|figure| figure.responses).sum();
        Ok(only_groups(ctx).await?.map_or(responses, |group| group.count(responses)))
    }

    /// Standard figures (NPS, CSAT, ...) of these days, one for each scale with responses.
    async fn standard_figures(&self, ctx: &Context<'_>) -> Result<Vec<StandardFigure>, Fault> {
        let Series { snapshot, product, feature, .. } = &*self.series;
        let mut figures = self.happened().figures.clone();
        if let Some(coarse) = coarse(ctx).await? {
            let days = self.bucket().days;
            let scope = ResponseScope {
                product: product.id,
                days: (days.from, days.until),
                release: None,
                segment: None,
            };
            figures = coarse.figures(snapshot, scope, *feature, figures).await?;
        }
        let figure = |figure: Standard| StandardFigure::new(snapshot.clone(), figure);
        Ok(figures.into_iter().map(figure).collect())
    }

    /// Perceived value as of the last day of the point, over the `valueDays` days that end on it (as in `trend`); for a
    /// product, that of the product as a whole. As of today if the point is not over; null if it has not begun.
    async fn value(&self, ctx: &Context<'_>) -> Result<Option<Value>, Fault> {
        let Some(as_of) = self.series.as_of(self.bucket()) else { return Ok(None) };
        let (snapshot, values) = self.series.values.get_or_try_init(|| self.series.compute(ctx)).await?;
        let value = values.get(&as_of).and_then(|point| point.value.clone());
        Ok(value.map(|value| Value::new(snapshot.clone(), value)))
    }

    /// Number of incidents that were opened. An incident that affects several features is one incident of the product.
    async fn incidents_opened(&self) -> i64 {
        self.happened().opened
    }

    /// Customer-days lost to incidents: the affected customers of each day, weighted by severity, at most the number of
    /// active ones. For a product, the sum over its features and the product as a whole. Null if neither the number of
    /// active customers (see `recordExposureBatch`) nor that of affected customers is known.
    async fn customer_days_lost(&self, ctx: &Context<'_>) -> Result<Option<f64>, Fault> {
        let group = only_groups(ctx).await?;
        Ok(self.happened().lost.map(|lost| group.map_or(lost, |group| group.amount(lost))))
    }
}

impl Series {
    /// The day as of which a point has its value; none if it has not begun.
    fn as_of(&self, bucket: &Bucket) -> Option<NaiveDate> {
        (bucket.days.from <= self.today).then(|| self.today.min(bucket.days.until - Days::new(1)))
    }

    async fn compute(&self, ctx: &Context<'_>) -> Result<Values, Fault> {
        let as_of: Vec<_> = self.buckets.iter().filter_map(|(bucket, _)| self.as_of(bucket)).collect();
        let asked = TrendOf { days: self.value_days, as_of, release: None, segment: None };
        let (scores, by, trend) = (&ctx.services().scores, ctx.reports()?, asked.clone());
        let (snapshot, mut points) =
            scores.trend(by, self.today, self.product.id, self.feature, asked).await?;
        if let Some(coarse) = coarse(ctx).await? {
            points = coarse.trend(&snapshot, (self.product.id, self.feature), &trend, points).await?;
        }
        let values = points.into_iter().map(|point| (snapshot.date(point.day), point)).collect();
        Ok((snapshot, values))
    }
}

/// The timeline of a feature, or of a product with all its features.
pub(super) async fn of(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    days: Option<PeriodInput>,
    step: TimelineStep,
    value_days: i32,
) -> Result<Timeline, Fault> {
    let by = ctx.reports()?;
    let today = products::today(product, ctx.now());
    let (period, _) = period(days, None, today)?;
    let value_days = trend::length("valueDays", value_days)?;
    let buckets = buckets(period, step.into(), today)?;
    let scores = &ctx.services().scores;
    let (snapshot, happened) = scores.timeline(by, today, product.id, feature, &buckets).await?;
    if happened.len() != buckets.len() {
        let cause = "the number of points differs from that of the buckets";
        return Err(Error::internal("cannot compute a timeline", cause).into());
    }
    let buckets = buckets.into_iter().zip(happened).collect();
    let product = product.clone();
    let values = OnceCell::new();
    Ok(Timeline(Arc::new(Series { product, feature, period, today, value_days, snapshot, buckets, values })))
}
