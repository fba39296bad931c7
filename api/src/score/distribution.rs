//! The distribution of responses over the levels of their scales, summed by the database from the daily counts.

use ballroom_entity::{
    feedback_daily::{Column, Entity},
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use super::Period;
use crate::{base::error::Error, store::Store};

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
    let rows: Vec<(FeatureId, ScaleId, i32, i64)> = Entity::owned_by(organization)
        .filter(Column::ProductId.eq(asked.product))
        .filter(Column::Day.gte(asked.period.from))
        .filter(Column::Day.lt(asked.period.until))
        .apply_if(asked.release, |query, release| query.filter(Column::ReleaseId.eq(release)))
        .apply_if(asked.segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
        .select_only()
        .columns([Column::FeatureId, Column::ScaleId, Column::Level])
        .column_as(Expr::col(Column::Answers).sum().cast_as("bigint"), "answers")
        .group_by(Column::FeatureId)
        .group_by(Column::ScaleId)
        .group_by(Column::Level)
        .into_tuple()
        .all(store.reader())
        .await?;
    let level = |(feature, scale, level, answers)| Level { feature, scale, level, answers };
    Ok(rows.into_iter().map(level).collect())
}

/// Numbers of counted responses of a product and its features that name a release, by day and release.
pub(crate) async fn naming(
    store: &Store,
    organization: OrganizationId,
    product: ProductId,
    period: Period,
) -> Result<Vec<(NaiveDate, ReleaseId, i64)>, Error> {
    let rows = Entity::owned_by(organization)
        .filter(Column::ProductId.eq(product))
        .filter(Column::Day.gte(period.from))
        .filter(Column::Day.lt(period.until))
        .filter(Column::ReleaseId.ne(ReleaseId::NONE))
        .select_only()
        .columns([Column::Day, Column::ReleaseId])
        .column_as(Expr::col(Column::Answers).sum().cast_as("bigint"), "answers")
        .group_by(Column::Day)
        .group_by(Column::ReleaseId);
    Ok(rows.into_tuple().all(store.reader()).await?)
}
