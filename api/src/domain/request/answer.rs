//! Links of feedback requests: what they ask, and the response that uses them up.

use ballroom_entity::{
    feedback_invitation::{self, Column, Entity},
    feedback_request,
    id::FeedbackInvitationId,
    scale,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{SOURCE, hash};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        feedback::{EventDetail, NewFeedback, Submission, submit_in},
        secret,
    },
    store::Store,
};

/// What a link asks.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question.
    pub question: String,
    /// The name of the product.
    pub product: String,
    /// The version of the release.
    pub release: String,
    /// The scale of the response.
    pub scale: scale::Model,
}

/// What a link is good for.
#[derive(Clone, Debug)]
pub enum Link {
    /// It can be answered.
    Open(Box<Asked>),
    /// It was used.
    Used,
    /// It has expired, or the request was closed.
    Over,
    /// It is none.
    Unknown,
}

/// A response by a link.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The rating.
    pub rating: Option<f64>,
    /// The comment.
    pub comment: Option<String>,
}

/// A link and its request.
type Found = (feedback_invitation::Model, feedback_request::Model);

/// The invitation of a link, if its secret is right. One that is not there looks like one whose secret is wrong.
async fn find(store: &Store, end: &str) -> Result<Option<Found>, Error> {
    let Some((organization, id, secret)) = secret::parts(end) else { return Ok(None) };
    let row = Entity::owned_by(organization).filter(Column::Id.eq(FeedbackInvitationId(id)));
    let row = row.one(store.reader()).await?.filter(|row| row.secret_hash == hash(&secret));
    let Some(row) = row else { return Ok(None) };
    let request = feedback_request::Entity::owned_by(organization)
        .filter(feedback_request::Column::Id.eq(row.request_id))
        .one(store.reader())
        .await?;
    Ok(request.map(|request| (row, request)))
}

fn is_over(request: &feedback_request::Model, at: DateTime<Utc>) -> bool {
    request.closed_at.is_some() || request.expires_at <= at
}

/// What a link is good for now. Looking changes nothing.
pub async fn open(store: &Store, end: &str, at: DateTime<Utc>) -> Result<Link, Error> {
    let Some((row, request)) = find(store, end).await? else { return Ok(Link::Unknown) };
    if row.answered_at.is_some() {
        return Ok(Link::Used);
    }
    if is_over(&request, at) {
        return Ok(Link::Over);
    }
    let dimensions = store.dimensions(request.organization_id).await?;
    let known = (
        dimensions.products.get(&request.product_id),
        dimensions.releases.get(&request.release_id),
        dimensions.scales.get(&request.scale_id),
    );
    let (Some(product), Some(release), Some(scale)) = known else { return Ok(Link::Over) };
    Ok(Link::Open(Box::new(Asked {
        question: request.question,
        product: product.name.clone(),
        release: release.version.clone(),
        scale: scale.clone(),
    })))
}

/// Stores the response to a link and uses it up, together or not at all. Returns what it is good for afterwards: `Used` if
/// this response was the one, with `true`.
pub async fn answer(
    store: &Store,
    end: &str,
    answer: Answer,
    at: DateTime<Utc>,
) -> Result<(Link, bool), Error> {
    let Some((row, request)) = find(store, end).await? else { return Ok((Link::Unknown, false)) };
    if is_over(&request, at) && row.answered_at.is_none() {
        return Ok((Link::Over, false));
    }
    let rating = answer.rating.ok_or_else(|| Error::invalid("rating", "is missing; choose one"))?;
    let mut tx = store.begin(request.organization_id, at).await?;
    let used = Entity::update_many()
        .col_expr(Column::AnsweredAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(row.organization_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::AnsweredAt.is_null())
        .exec(tx.db())
        .await?;
    if used.rows_affected == 0 {
        return Ok((Link::Used, false));
    }
    let new = NewFeedback {
        product: request.product_id.public(),
        feature: request.feature_id.map(PublicId::public),
        release: Some(request.release_id.public()),
        segment: row.segment_id.map(PublicId::public),
        customer: Some(row.customer_id.public()),
        scale: Some(request.scale_id.public()),
        rating: Some(rating),
        comment: answer.comment.filter(|comment| !comment.trim().is_empty()),
        channel: Some("link".to_owned()),
        external_id: Some(row.id.public()),
        ..NewFeedback::default()
    };
    let how = Submission { create_customers: false, event_detail: EventDetail::Each };
    let submitted = submit_in(&mut tx, SOURCE, vec![new], how).await?;
    let submitted = submitted.into_iter().next();
    let feedback = submitted.ok_or_else(|| Error::internal("nothing was stored", "no result"))??.feedback;
    Entity::update_many()
        .col_expr(Column::FeedbackId, Expr::val(feedback.id))
        .filter(Column::OrganizationId.eq(row.organization_id))
        .filter(Column::Id.eq(row.id))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok((Link::Used, true))
}
