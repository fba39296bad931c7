//! The distribution of responses over the levels of their scales, summed by the database from the daily counts.

use std::sync::Arc;

use ballroom_entity::{
    feedback_daily::{Column, Entity},
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::Period;
use crate::{
    base::error::Error,
    counts,
    store::{Dimensions, Store, is_any},
};

/// The filter of responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spread {
    /// The product and its features.
    pub product: ProductId,
    /// The days.
    pub period: Period,
    /// Only responses that name this release.
    pub release: Option<ReleaseId>,
    /// Only this segment.
    pub segment: Option<SegmentId>,
}

/// The responses of one feature at one level of one scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The feature; none: the product as a whole.
    pub feature: FeatureId,
    /// The scale.
    pub scale: ScaleId,
    /// Steps above the scale's minimum.
    pub level: i32,
    /// Counted responses.
    pub answers: i64,
}

/// The levels with responses, of all features of a product: one statement, whose result does not grow with the number
/// of responses or days.
pub(crate) async fn read(
    store: &Store,
    organization: OrganizationId,
    asked: &Spread,
) -> Result<Vec<Level>, Error> {
    let dimensions = store.dimensions(organization).await?;
    // What has no code was never counted.
    let code = |id: Option<Uuid>| id.map(|id| dimensions.codes.code(id)).unwrap_or_default();
    let (release, segment) = (asked.release.map(|id| id.0), asked.segment.map(|id| id.0));
    if release.is_some() && code(release).is_none() || segment.is_some() && code(segment).is_none() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i32, i32, i32, i64)> = of_product(store, &dimensions, asked.product, asked.period)
        .apply_if(code(release), |query, release| query.filter(Column::ReleaseCode.eq(release)))
        .apply_if(code(segment), |query, segment| query.filter(Column::SegmentCode.eq(segment)))
        .select_only()
        .columns([Column::FeatureCode, Column::ScaleCode, Column::Level])
        .column_as(Expr::col(Column::Answers).sum().cast_as("bigint"), "answers")
        .group_by(Column::FeatureCode)
        .group_by(Column::ScaleCode)
        .group_by(Column::Level)
        .into_tuple()
        .all(store.reader())
        .await?;
    let names = Names::of(store, dimensions, rows.iter().map(|(_, scale, ..)| *scale)).await?;
    let level = |(feature, scale, level, answers)| {
        let feature = FeatureId(names.id(feature)?);
        let feature = if feature.0 == asked.product.0 { FeatureId::NONE } else { feature };
        Ok(Level { feature, scale: ScaleId(names.id(scale)?), level, answers })
    };
    rows.into_iter().map(level).collect()
}

/// Numbers of counted responses of a product and its features that name a release, by day and release.
pub(crate) async fn naming(
    store: &Store,
    organization: OrganizationId,
    product: ProductId,
    period: Period,
) -> Result<Vec<(NaiveDate, ReleaseId, i64)>, Error> {
    let dimensions = store.dimensions(organization).await?;
    let rows: Vec<(NaiveDate, i32, i64)> = of_product(store, &dimensions, product, period)
        .filter(Column::ReleaseCode.ne(0))
        .select_only()
        .columns([Column::Day, Column::ReleaseCode])
        .column_as(Expr::col(Column::Answers).sum().cast_as("bigint"), "answers")
        .group_by(Column::Day)
        .group_by(Column::ReleaseCode)
        .into_tuple()
        .all(store.reader())
        .await?;
    let names = Names::of(store, dimensions, rows.iter().map(|(_, release, _)| *release)).await?;
    let named = |(day, release, answers)| Ok((day, ReleaseId(names.id(release)?), answers));
    rows.into_iter().map(named).collect()
}

/// The counts of a product and its features in a period.
fn of_product(store: &Store, dimensions: &Dimensions, product: ProductId, period: Period) -> Select<Entity> {
    Entity::owned_by(dimensions.organization)
        .filter(is_any(store.reader(), Column::FeatureCode, counts::codes_of(dimensions, product)))
        .filter(Column::Day.gte(period.from))
        .filter(Column::Day.lt(period.until))
}

/// The objects of the codes in rows.
struct Names(Arc<Dimensions>);

impl Names {
    /// What was counted after the dimensions were read may have a code that they lack.
    async fn of(
        store: &Store,
        dimensions: Arc<Dimensions>,
        mut codes: impl Iterator<Item = i32>,
    ) -> Result<Self, Error> {
        Ok(Self(match codes.all(|code| dimensions.codes.id(code).is_some()) {
            true => dimensions,
            false => store.dimensions(dimensions.organization).await?,
        }))
    }

    fn id(&self, code: i32) -> Result<Uuid, Error> {
        self.0.codes.id(code).ok_or_else(counts::unknown)
    }
}
