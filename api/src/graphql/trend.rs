//! Trends: a value as of a series of days.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_analytics::value::TrendPoint as Point;
use ballroom_entity::{id::FeatureId, product};
use chrono::Days;

use super::{
    ContextExt, coarse,
    fault::Fault,
    scalar::{Date, PeriodInput, Reference},
    value::Value,
};
use crate::{
    domain::product as products,
    score::{Period, Snapshot, TrendOf, known_day},
};

/// Maximum number of points of a trend.
const MAX_POINTS: u64 = 400;

/// Default length of a trend: a quarter in weeks.
const DEFAULT_DAYS: u64 = 91;

/// Distance of the points of a trend.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrendStep {
    /// A day.
    Day,
    /// Seven days.
    #[default]
    Week,
    /// Four weeks, so that each point covers the same number of weekends.
    FourWeeks,
}

impl TrendStep {
    fn days(self) -> u64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::FourWeeks => 28,
        }
    }
}

/// The query of a trend.
pub(super) struct Asked {
    /// Days of the points: there is a point on the last one.
    pub(super) period: Option<PeriodInput>,
    /// Distance of the points.
    pub(super) step: TrendStep,
    /// Length of the period of each point, in days.
    pub(super) value_days: i32,
    /// Only this release.
    pub(super) release: Option<Reference>,
    /// Only this segment.
    pub(super) segment: Option<Reference>,
}

/// A point of a trend.
#[derive(Description)]
pub struct TrendPoint {
    snapshot: Arc<Snapshot>,
    point: Point,
}

#[Object(use_type_description)]
impl TrendPoint {
    /// Last day of the point's period. Only data known at its end are used.
    async fn as_of(&self) -> Date {
        self.snapshot.date(self.point.day).into()
    }

    /// The value; null if there are no responses in the given segment.
    async fn value(&self) -> Option<Value> {
        Some(Value::new(self.snapshot.clone(), self.point.value.clone()?))
    }
}

/// Length in days of the period of each value.
pub(super) fn length(field: &str, days: i32) -> Result<u32, Fault> {
    let fits = u32::try_from(days).ok().filter(|days| (1..=3_660).contains(days));
    fits.ok_or_else(|| Fault::invalid(field, &format!("is {days}; it must be between 1 and 3660")))
}

/// The trend of a feature, or of a product as a whole.
pub(super) async fn of(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    asked: Asked,
) -> Result<Vec<TrendPoint>, Fault> {
    let today = products::today(product, ctx.now());
    let usual = Period { from: today - Days::new(DEFAULT_DAYS), until: today + Days::new(1) };
    let (period, _) = Period::resolve(Some(asked.period.map_or(usual, Into::into)), None, today)?;
    let last = known_day("period", period.until - Days::new(1), today)?;
    let days = length("valueDays", asked.value_days)?;
    let step = asked.step.days();
    let points = (last - period.from).num_days() as u64 / step + 1;
    if points > MAX_POINTS {
        let reason = format!(
            "gives {points} points, but at most {MAX_POINTS} are allowed; choose a longer step or a shorter period"
        );
        return Err(Fault::invalid("period", &reason));
    }
    let dimensions = super::dimensions(ctx).await?;
    let release = match &asked.release {
        Some(release) => Some(dimensions.release(product.id, "release", &release.0)?.id),
        None => None,
    };
    let segment = match &asked.segment {
        Some(segment) => Some(dimensions.segment("segment", &segment.0)?.id),
        None => None,
    };
    let as_of = (0..points).rev().map(|back| last - Days::new(back * step)).collect();
    let trend = TrendOf { days, as_of, release, segment };
    let (by, asked) = (ctx.reports()?, trend.clone());
    let (snapshot, mut points) = ctx.services().scores.trend(by, today, product.id, feature, asked).await?;
    if let Some(coarse) = coarse(ctx).await? {
        points = coarse.trend(&snapshot, (product.id, feature), &trend, points).await?;
    }
    Ok(points.into_iter().map(|point| TrendPoint { snapshot: snapshot.clone(), point }).collect())
}
