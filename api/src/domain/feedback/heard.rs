//! Who responded, and what they said, for reports.

use std::collections::HashMap;

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{FeatureId, ProductId, ReleaseId, SegmentId},
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};

use crate::{
    base::error::Error,
    domain::access::{Read, Report},
    store::Store,
};

/// Minimum length of a comment that is quoted, in characters: shorter ones say little.
const MIN_COMMENT: i32 = 12;

/// Whose responses.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// The product and its features.
    pub product: ProductId,
    /// The days, from the first (inclusive) to the last (exclusive).
    pub days: (NaiveDate, NaiveDate),
    /// Only responses that name this release.
    pub release: Option<ReleaseId>,
    /// Only responses of this segment.
    pub segment: Option<SegmentId>,
}

/// Who responded about a feature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voices {
    /// Number of different customers.
    pub customers: i64,
    /// Number of responses without a customer.
    pub anonymous: i64,
}

impl Voices {
    /// Number of people who responded, as far as known: each anonymous response counts as one.
    pub fn people(self) -> i64 {
        self.customers + self.anonymous
    }
}

/// A group of respondents: those about a feature (none: the product as a whole), of a segment (none: without one).
pub type Group = (Option<FeatureId>, Option<SegmentId>);

/// Who responded with a rating about each feature, and within it of each segment.
pub async fn voices(
    store: &Store,
    by: Report,
    asked: Heard,
) -> Result<(HashMap<Option<FeatureId>, Voices>, HashMap<Group, Voices>), Error> {
    let rows = || {
        Entity::owned_by(by.organization())
            .filter(Column::ProductId.eq(asked.product))
            .filter(Column::Day.gte(asked.days.0))
            .filter(Column::Day.lt(asked.days.1))
            .filter(Column::Counted.eq(true))
            .apply_if(asked.release, |query, release| query.filter(Column::ReleaseId.eq(release)))
            .apply_if(asked.segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
            .select_only()
            .column(Column::FeatureId)
    };
    let customers = || Expr::col(Column::CustomerId).count_distinct();
    let anonymous = || Expr::cust("COUNT(*) - COUNT(customer_id)");
    let features = rows()
        .column_as(customers(), "customers")
        .column_as(anonymous(), "anonymous")
        .group_by(Column::FeatureId)
        .into_tuple::<(Option<FeatureId>, i64, i64)>()
        .all(store.reader())
        .await?;
    let groups = rows()
        .column(Column::SegmentId)
        .column_as(customers(), "customers")
        .column_as(anonymous(), "anonymous")
        .group_by(Column::FeatureId)
        .group_by(Column::SegmentId)
        .into_tuple::<(Option<FeatureId>, Option<SegmentId>, i64, i64)>()
        .all(store.reader())
        .await?;
    let voices = |customers, anonymous| Voices { customers, anonymous };
    Ok((
        features.into_iter().map(|(feature, known, unknown)| (feature, voices(known, unknown))).collect(),
        groups
            .into_iter()
            .map(|(feature, segment, known, unknown)| ((feature, segment), voices(known, unknown)))
            .collect(),
    ))
}

/// Which end of the ratings is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The highest ratings.
    Highest,
    /// The lowest ratings.
    Lowest,
}

/// Comments with a rating about a feature that are at one end of a scale; of equal ratings the longest, then the latest.
/// `scale` is the scale whose ratings are compared.
pub async fn comments(
    store: &Store,
    by: Read,
    asked: Heard,
    (feature, scale, end): (FeatureId, ballroom_entity::id::ScaleId, End),
    most: u64,
) -> Result<Vec<Model>, Error> {
    let length = || Expr::cust("LENGTH(comment)");
    let rows = Entity::owned_by(by.organization())
        .filter(Column::ProductId.eq(asked.product))
        .filter(Column::FeatureId.eq(feature))
        .filter(Column::Day.gte(asked.days.0))
        .filter(Column::Day.lt(asked.days.1))
        .filter(Column::ScaleId.eq(scale))
        .filter(Condition::all().add(Column::Comment.is_not_null()).add(length().gte(MIN_COMMENT)))
        .apply_if(by.only(), |query, customer| query.filter(Column::CustomerId.eq(customer)))
        .apply_if(asked.release, |query, release| query.filter(Column::ReleaseId.eq(release)))
        .apply_if(asked.segment, |query, segment| query.filter(Column::SegmentId.eq(segment)));
    let rows = match end {
        End::Highest => rows.order_by_desc(Column::Level),
        End::Lowest => rows.order_by_asc(Column::Level),
    };
    let rows =
        rows.order_by_desc(length()).order_by_desc(Column::OccurredAt).order_by_desc(Column::Id).limit(most);
    Ok(rows.all(store.reader()).await?)
}
