//! Who responded, and what they said, for reports.

use std::collections::HashMap;

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{FeatureId, ProductId, ReleaseId, ScaleId, SegmentId},
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
    sea_query::{Alias, Expr, Query},
};

use crate::{
    base::error::Error,
    domain::access::{Read, Report},
    store::Store,
};

/// Minimum length of a comment that is quoted, in characters: shorter ones say little.
const MIN_COMMENT: i32 = 12;

/// The responses of a product in a period.
#[derive(Clone, Copy, Debug)]
pub struct ResponseScope {
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
    asked: ResponseScope,
) -> Result<(HashMap<Option<FeatureId>, Voices>, HashMap<Group, Voices>), Error> {
    let rows = || rated(by, asked).select_only().column(Column::FeatureId);
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

/// The responses with a rating that are asked for.
fn rated(by: Report, asked: ResponseScope) -> Select<Entity> {
    Entity::owned_by(by.organization())
        .filter(Column::ProductId.eq(asked.product))
        .filter(Column::Day.gte(asked.days.0))
        .filter(Column::Day.lt(asked.days.1))
        .filter(Column::Counted.eq(true))
        .apply_if(asked.release, |query, release| query.filter(Column::ReleaseId.eq(release)))
        .apply_if(asked.segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
}

/// Which responses of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// Those about the product and all its features.
    Everything,
    /// Those about a feature; none: those that name no feature.
    Feature(Option<FeatureId>),
}

impl About {
    fn within(self, query: Select<Entity>) -> Select<Entity> {
        match self {
            Self::Everything => query,
            Self::Feature(Some(feature)) => query.filter(Column::FeatureId.eq(feature)),
            Self::Feature(None) => query.filter(Column::FeatureId.is_null()),
        }
    }
}

/// Number of people who responded about something, as far as known; those beyond a number are not counted.
pub async fn people(
    store: &Store,
    by: Report,
    asked: ResponseScope,
    about: About,
    most: u64,
) -> Result<i64, Error> {
    let voices = about
        .within(rated(by, asked))
        .select_only()
        .column_as(Expr::cust("COALESCE(customer_id, id)"), "voice")
        .distinct()
        .limit(most);
    let count = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("people"))
        .from_subquery(voices.into_query(), Alias::new("voices"))
        .to_owned();
    let row = store.reader().query_one(&count).await?;
    Ok(row.map(|row| row.try_get("", "people")).transpose()?.unwrap_or(0))
}

/// Number of people who responded about each feature (none: those that name no feature). `release`: only responses that name it
/// or none.
pub async fn people_by_feature(
    store: &Store,
    by: Report,
    asked: ResponseScope,
    release: Option<ReleaseId>,
) -> Result<HashMap<Option<FeatureId>, i64>, Error> {
    let rows = rated(by, asked)
        .apply_if(release, names_it_or_none)
        .select_only()
        .column(Column::FeatureId)
        .column_as(people_of(), "people")
        .group_by(Column::FeatureId);
    Ok(rows.into_tuple::<(Option<FeatureId>, i64)>().all(store.reader()).await?.into_iter().collect())
}

fn names_it_or_none(query: Select<Entity>, release: ReleaseId) -> Select<Entity> {
    query.filter(Condition::any().add(Column::ReleaseId.eq(release)).add(Column::ReleaseId.is_null()))
}

/// Number of different customers; each response without one is a person.
fn people_of() -> Expr {
    Expr::cust("COUNT(DISTINCT COALESCE(customer_id, id))")
}

/// Number of people who responded about something on each scale.
pub async fn people_by_scale(
    store: &Store,
    by: Report,
    asked: ResponseScope,
    about: About,
) -> Result<HashMap<ScaleId, i64>, Error> {
    let rows = about
        .within(rated(by, asked))
        .filter(Column::ScaleId.is_not_null())
        .select_only()
        .column(Column::ScaleId)
        .column_as(people_of(), "people")
        .group_by(Column::ScaleId);
    Ok(rows.into_tuple::<(ScaleId, i64)>().all(store.reader()).await?.into_iter().collect())
}

/// Those who responded on a scale in a segment (none: customers without one).
pub type Stratum = (Option<FeatureId>, Option<SegmentId>, ScaleId);

/// Number of people who responded about each feature in each segment on each scale. `release`: only responses that name it or
/// none.
pub async fn people_by_stratum(
    store: &Store,
    by: Report,
    asked: ResponseScope,
    release: Option<ReleaseId>,
) -> Result<HashMap<Stratum, i64>, Error> {
    let rows = rated(by, asked)
        .apply_if(release, names_it_or_none)
        .filter(Column::ScaleId.is_not_null())
        .select_only()
        .columns([Column::FeatureId, Column::SegmentId, Column::ScaleId])
        .column_as(people_of(), "people")
        .group_by(Column::FeatureId)
        .group_by(Column::SegmentId)
        .group_by(Column::ScaleId);
    let rows: Vec<(Option<FeatureId>, Option<SegmentId>, ScaleId, i64)> =
        rows.into_tuple().all(store.reader()).await?;
    Ok(rows
        .into_iter()
        .map(|(feature, segment, scale, people)| ((feature, segment, scale), people))
        .collect())
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
    asked: ResponseScope,
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
