//! The first use of a release, derived from the responses that name it.

use ballroom_analytics::first_day_in_use;
use ballroom_entity::{feedback, feedback_daily, id::FeatureId, release::Model};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use crate::{
    base::{
        day::{date, day as day_of},
        error::Error,
    },
    counts,
    store::is_any,
    transaction::Transaction,
};

/// The time of the first response that names a release on the first day on which its responses show it in real use; if
/// they never do, of the first response of all. None if no response counts for it.
pub(super) async fn first(tx: &Transaction, release: &Model) -> Result<Option<DateTime<Utc>>, Error> {
    use feedback_daily::{Column, Entity};
    let dimensions = tx.dimensions();
    let Some(code) = dimensions.codes.code(release.id.0) else { return Ok(None) };
    let subjects = counts::codes_of(&dimensions, release.product_id);
    let of_product =
        Entity::owned_by(tx.organization()).filter(is_any(tx.db(), Column::FeatureCode, subjects));
    let own = by_day(tx, of_product.clone().filter(Column::ReleaseCode.eq(code))).await?;
    let Some((first_of_all, _)) = own.first().copied() else { return Ok(None) };
    let labelled = by_day(tx, of_product.clone().filter(Column::ReleaseCode.ne(0))).await?;
    let day = date(first_day_in_use(&own, &labelled).unwrap_or(first_of_all));
    let features: Vec<i32> = of_product
        .filter(Column::ReleaseCode.eq(code))
        .filter(Column::Day.eq(day))
        .select_only()
        .column(Column::FeatureCode)
        .distinct()
        .into_tuple()
        .all(tx.db())
        .await?;
    let features = features.into_iter().filter_map(|code| dimensions.codes.id(code)).map(FeatureId);
    let features: Vec<FeatureId> = features.collect();
    moment(tx, release, day, &features).await
}

/// The number of responses of each day, in the order of the days.
async fn by_day(
    tx: &Transaction,
    rows: Select<feedback_daily::Entity>,
) -> Result<Vec<(ballroom_analytics::Day, i64)>, Error> {
    use feedback_daily::Column;
    let days: Vec<(NaiveDate, i64)> = rows
        .select_only()
        .column(Column::Day)
        .column_as(Expr::col(Column::Answers).sum().cast_as("bigint"), "answers")
        .group_by(Column::Day)
        .order_by_asc(Column::Day)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(days.into_iter().map(|(day, answers)| (day_of(day), answers)).collect())
}

/// When the first response of a day was given that names a release. The responses of its features on about that day are
/// looked through: there is no index by release.
async fn moment(
    tx: &Transaction,
    release: &Model,
    day: NaiveDate,
    features: &[FeatureId],
) -> Result<Option<DateTime<Utc>>, Error> {
    use feedback::{Column, Entity};
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    let about = features.iter().fold(Condition::any(), |any, feature| match feature.0 {
        // The product as a whole.
        id if id == release.product_id.0 => any.add(Column::FeatureId.is_null()),
        _ => any.add(Column::FeatureId.eq(*feature)),
    });
    let moment = Entity::owned_by(tx.organization())
        .filter(Column::ProductId.eq(release.product_id))
        .filter(about)
        .filter(Column::OccurredAt.gte(midnight - TimeDelta::days(1)))
        .filter(Column::OccurredAt.lt(midnight + TimeDelta::days(2)))
        .filter(Column::ReleaseId.eq(release.id))
        .filter(Column::Day.eq(day))
        .order_by_asc(Column::OccurredAt)
        .select_only()
        .column(Column::OccurredAt)
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(moment)
}
