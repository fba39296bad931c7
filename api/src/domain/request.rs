//! Feedback requests: after a release, a sample of the customers whom it concerns is asked one question, by links that work once.
//!
//! A link contains the IDs of the organization and the invitation and a random secret, of which a hash is stored. Opening it
//! changes nothing, because mail programs open links; answering uses it up.

mod answer;
mod list;

use std::collections::BTreeMap;

use ballroom_entity::{
    customer, feedback_invitation,
    feedback_request::{Column, Entity, Model},
    id::{
        AnnouncementId, CustomerId, FeatureId, FeedbackInvitationId, FeedbackRequestId, OrganizationId,
        ProductId, SegmentId,
    },
    release_feature,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::Expr,
};
use sha2::{Digest, Sha256};

pub use answer::{Answer, Asked, Link, answer, open};
pub use list::{FeedbackRequestFilter, FeedbackRequestSort, FeedbackRequests};

use super::{
    access::{Manage, Report},
    announcement::Reach,
    check,
    feedback::RESPONDENT,
    privacy::MinGroup,
    secret,
    token::random_secret,
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// The source of responses by links.
pub const SOURCE: &str = "feedback request";

/// Maximum length of a question, in characters.
const QUESTION_LENGTH: usize = 300;
/// Maximum number of customers of a request.
const SIZE: i32 = 1_000;
/// Default and maximum number of days in which a customer is asked once.
pub const PAUSE_DAYS: i32 = 30;
const MAX_DAYS: i32 = 366;
/// Default number of days after which links expire.
pub const OPEN_DAYS: i32 = 14;
/// Rows per statement.
const ROWS: usize = 500;

/// A request to create.
#[derive(Clone, Debug, Default)]
pub struct NewFeedbackRequest {
    /// The product, by ID or key.
    pub product: String,
    /// The release, by ID or version; it must have shipped.
    pub release: String,
    /// The feature, by ID or key; none: the product as a whole.
    pub feature: Option<String>,
    /// The scale, by ID or key.
    pub scale: String,
    /// The question.
    pub question: String,
    /// Only customers of this segment.
    pub segment: Option<String>,
    /// Maximum number of customers.
    pub size: i32,
    /// Days in which a customer is asked once, whatever the request.
    pub pause_days: i32,
    /// Days after which links expire.
    pub open_days: i32,
}

/// A request that was created.
pub struct Requested {
    /// The row.
    pub request: Model,
    /// The customers who are to be asked, and the secret ends of their links.
    pub links: Vec<(CustomerId, String)>,
}

/// Chooses customers at random and makes a link for each.
pub async fn create(
    store: &Store,
    by: Manage,
    new: NewFeedbackRequest,
    at: DateTime<Utc>,
) -> Result<Requested, Error> {
    let question = check::line("question", &new.question, QUESTION_LENGTH)?;
    in_range("customers", new.size, SIZE)?;
    in_range("pauseDays", new.pause_days, MAX_DAYS)?;
    in_range("openDays", new.open_days, MAX_DAYS)?;
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let dimensions = tx.dimensions();
    let product = dimensions.product("product", &new.product)?.id;
    let release = dimensions.release(product, "release", &new.release)?;
    if release.released_at.is_none_or(|released| released > at) {
        let reason = format!("{} has not shipped; ask its customers when they have it", release.version);
        return Err(Error::invalid("release", reason));
    }
    let release = release.id;
    let feature = match &new.feature {
        Some(feature) => Some(dimensions.feature(product, "feature", feature)?.id),
        None => None,
    };
    let scale = dimensions.scale("scale", &new.scale)?.id;
    let segment = match &new.segment {
        Some(segment) => Some(dimensions.segment("segment", segment)?.id),
        None => None,
    };
    let row = Model {
        organization_id: by.organization(),
        id: FeedbackRequestId::new(),
        product_id: product,
        release_id: release,
        feature_id: feature,
        scale_id: scale,
        question,
        expires_at: at + TimeDelta::days(new.open_days.into()),
        closed_at: None,
        created_by: tx.actor(),
        created_at: at,
        updated_at: at,
    };
    let features = match feature {
        Some(feature) => vec![feature],
        None => touched(&tx, &row).await?,
    };
    let since = at - TimeDelta::days(new.pause_days.into());
    let chosen = sample(&tx, &row, features, segment, (new.size as usize, since)).await?;
    if chosen.is_empty() {
        let reason = format!(
            "there is no customer to ask: the release concerns none, or all were asked within the last {} days",
            new.pause_days
        );
        return Err(Error::invalid("release", reason));
    }
    let row = row.into_active_model().insert(tx.db()).await?;
    let links = invite(&tx, &row, &chosen, at).await?;
    tx.emit(Event::FeedbackRequested(row.id));
    tx.commit().await?;
    Ok(Requested { request: row, links })
}

fn in_range(field: &str, value: i32, most: i32) -> Result<(), Error> {
    match (1..=most).contains(&value) {
        true => Ok(()),
        false => Err(Error::invalid(field, format!("is {value}; send a number from 1 to {most}"))),
    }
}

/// The features that the release touches; none: the product as a whole.
async fn touched(tx: &Transaction, row: &Model) -> Result<Vec<FeatureId>, Error> {
    let touched = release_feature::Entity::owned_by(tx.organization())
        .filter(release_feature::Column::ReleaseId.eq(row.release_id))
        .all(tx.db())
        .await?;
    Ok(touched.into_iter().map(|row| row.feature_id).collect())
}

/// Customers whom the release concerns and who were not asked recently, in the order of a hash: at random, and the same for the
/// same request.
async fn sample(
    tx: &Transaction,
    row: &Model,
    features: Vec<FeatureId>,
    segment: Option<SegmentId>,
    (size, since): (usize, DateTime<Utc>),
) -> Result<Vec<(CustomerId, Option<SegmentId>)>, Error> {
    use customer::Column;
    let reach = Reach::of(AnnouncementId::NONE, row.product_id, features, tx.at);
    let asked = feedback_invitation::Entity::owned_by(tx.organization())
        .filter(feedback_invitation::Column::CreatedAt.gt(since))
        .select_only()
        .column(feedback_invitation::Column::CustomerId);
    let mut found: Vec<(CustomerId, Option<SegmentId>)> = customer::Entity::owned_by(tx.organization())
        .filter(reach.concerns(tx.organization()))
        .filter(Column::Id.not_in_subquery(asked.into_query()))
        // Respondents of pages are known by a hash, and cannot be reached.
        .filter(Column::Key.not_like(format!("{RESPONDENT}%")))
        .apply_if(segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
        .select_only()
        .columns([Column::Id, Column::SegmentId])
        .into_tuple()
        .all(tx.db())
        .await?;
    let place = |customer: &CustomerId| {
        let hash: [u8; 32] = Sha256::new().chain_update(row.id.0).chain_update(customer.0).finalize().into();
        hash
    };
    found.sort_by_cached_key(|(customer, _)| place(customer));
    found.truncate(size);
    Ok(found)
}

async fn invite(
    tx: &Transaction,
    row: &Model,
    chosen: &[(CustomerId, Option<SegmentId>)],
    at: DateTime<Utc>,
) -> Result<Vec<(CustomerId, String)>, Error> {
    let (mut links, mut rows) = (Vec::with_capacity(chosen.len()), Vec::with_capacity(chosen.len()));
    for (customer, segment) in chosen {
        let (id, bytes) = (FeedbackInvitationId::new(), random_secret()?);
        links.push((*customer, secret::text(row.organization_id, id.0, &bytes)));
        rows.push(feedback_invitation::Model {
            organization_id: row.organization_id,
            id,
            request_id: row.id,
            customer_id: *customer,
            segment_id: *segment,
            secret_hash: hash(&bytes),
            feedback_id: None,
            answered_at: None,
            created_at: at,
        });
    }
    for some in rows.chunks(ROWS) {
        let some = some.iter().cloned().map(IntoActiveModel::into_active_model);
        feedback_invitation::Entity::insert_many(some).exec_without_returning(tx.db()).await?;
    }
    Ok(links)
}

fn hash(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// Closes a request: its links no longer work.
pub async fn close(
    store: &Store,
    by: Manage,
    id: FeedbackRequestId,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = Entity::owned_by(by.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    let mut row = row.ok_or_else(|| Error::not_found("request", FeedbackRequestId::NOUN, id.public()))?;
    if row.closed_at.is_some() {
        return Ok(row);
    }
    (row.closed_at, row.updated_at) = (Some(at), at);
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::FeedbackRequestClosed(row.id));
    tx.commit().await?;
    Ok(row)
}

/// The customers of a segment who were asked, and who responded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Responded {
    /// The segment; none: customers without one, or `rest`.
    pub segment: Option<SegmentId>,
    /// Whether it stands for several segments that are too small to be shown.
    pub rest: bool,
    /// Number of customers who were asked.
    pub asked: i64,
    /// Number of them who responded.
    pub responded: i64,
}

/// Number of customers who were asked and who responded, by segment, the largest first.
pub async fn responded(
    store: &Store,
    by: Report,
    id: FeedbackRequestId,
    only_groups: Option<MinGroup>,
) -> Result<Vec<Responded>, Error> {
    use feedback_invitation::Column;
    let rows: Vec<(Option<SegmentId>, i64, i64)> = feedback_invitation::Entity::owned_by(by.organization())
        .filter(Column::RequestId.eq(id))
        .select_only()
        .column(Column::SegmentId)
        .column_as(Expr::cust("COUNT(*)"), "asked")
        .column_as(Expr::cust("COUNT(answered_at)"), "responded")
        .group_by(Column::SegmentId)
        .order_by_asc(Column::SegmentId)
        .into_tuple()
        .all(store.reader())
        .await?;
    Ok(grouped(rows, only_groups))
}

/// Number of customers who were asked and who responded, by segment, over all requests about a product that were made in a time.
pub async fn responded_within(
    store: &Store,
    by: Report,
    product: ProductId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    only_groups: Option<MinGroup>,
) -> Result<Vec<Responded>, Error> {
    use feedback_invitation::Column;
    let requests = Entity::owned_by(by.organization())
        .filter(self::Column::ProductId.eq(product))
        .filter(self::Column::CreatedAt.gte(from))
        .filter(self::Column::CreatedAt.lt(until))
        .select_only()
        .column(self::Column::Id);
    let rows: Vec<(Option<SegmentId>, i64, i64)> = feedback_invitation::Entity::owned_by(by.organization())
        .filter(Column::RequestId.in_subquery(requests.into_query()))
        .select_only()
        .column(Column::SegmentId)
        .column_as(Expr::cust("COUNT(*)"), "asked")
        .column_as(Expr::cust("COUNT(answered_at)"), "responded")
        .group_by(Column::SegmentId)
        .order_by_asc(Column::SegmentId)
        .into_tuple()
        .all(store.reader())
        .await?;
    Ok(grouped(rows, only_groups))
}

/// Segments with few customers are taken together, and with the smallest of the others if they are still few: then nobody's response
/// can be told.
fn grouped(rows: Vec<(Option<SegmentId>, i64, i64)>, only_groups: Option<MinGroup>) -> Vec<Responded> {
    let mut all: Vec<Responded> = rows
        .into_iter()
        .map(|(segment, asked, responded)| Responded { segment, rest: false, asked, responded })
        .collect();
    all.sort_by_key(|one| (-one.asked, one.segment));
    let Some(group) = only_groups else { return all };
    let (mut large, small): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| group.is_enough(one.asked));
    let sum = |some: &[Responded]| some.iter().map(|one| one.asked).sum::<i64>();
    let mut rest = small;
    if !rest.is_empty() && !group.is_enough(sum(&rest)) {
        rest.extend(large.pop());
    }
    if !rest.is_empty() && group.is_enough(sum(&rest)) {
        let responded = rest.iter().map(|one| one.responded).sum();
        large.push(Responded { segment: None, rest: true, asked: sum(&rest), responded });
    }
    large
}

/// Totals of requests: the customers who were asked, and who responded.
pub async fn totals(
    store: &Store,
    organization: OrganizationId,
    ids: &[FeedbackRequestId],
) -> Result<BTreeMap<FeedbackRequestId, (i64, i64)>, Error> {
    use feedback_invitation::Column;
    let rows: Vec<(FeedbackRequestId, i64, i64)> = feedback_invitation::Entity::owned_by(organization)
        .filter(Column::RequestId.is_in(ids.iter().copied()))
        .select_only()
        .column(Column::RequestId)
        .column_as(Expr::cust("COUNT(*)"), "asked")
        .column_as(Expr::cust("COUNT(answered_at)"), "responded")
        .group_by(Column::RequestId)
        .into_tuple()
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|(id, asked, responded)| (id, (asked, responded))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rows: &[(i64, i64)], sees: bool) -> Vec<(i64, i64, bool)> {
        let rows =
            rows.iter().map(|(asked, responded)| (Some(SegmentId::new()), *asked, *responded)).collect();
        grouped(rows, (!sees).then(|| MinGroup::for_tests(5)))
            .into_iter()
            .map(|one| (one.asked, one.responded, one.rest))
            .collect()
    }

    #[test]
    fn small_segments_are_taken_together_or_not_shown() {
        assert_eq!(shown(&[(9, 3), (2, 1)], true), [(9, 3, false), (2, 1, false)]);
        assert_eq!(shown(&[(9, 3), (3, 1), (4, 0)], false), [(9, 3, false), (7, 1, true)]);
        assert_eq!(shown(&[(20, 9), (9, 3), (2, 1)], false), [(20, 9, false), (11, 4, true)]);
        assert_eq!(shown(&[(2, 1)], false), []);
    }
}
