//! Feedback: responses, and which of them count.
//!
//! A known customer has one voice per feature, scale and day: of the responses of a voice the last (by `occurred_at`,
//! then by ID) is in the daily counts; the others are stored but do not count. Anonymous responses each count. A
//! response without a rating is stored and shown but never counts, so it has no voice either.

mod again;
mod deleted;
mod handed;
mod list;
mod log;
mod rated;
mod remove;
mod renew;
mod respondents;
mod rows;
mod submit;
mod voice;

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::FeedbackId,
    known_error_feedback,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait, Set};

pub(crate) use again::count_repeated;
pub use deleted::{DeletedFilter, DeletedResponses, DeletedSort};
pub use handed::Handed;
pub(crate) use handed::RESPONDENT;
pub(crate) use rated::key;
pub(crate) use remove::remove_in;
pub use remove::{Selection, count_selected, remove_selected};
pub use respondents::{
    About, End, Group, ResponseScope, Voices, comments, people, people_by_feature, people_by_scale,
    people_by_stratum, voices,
};
pub(crate) use submit::submit_last;
pub use submit::{EventDetail, NewFeedback, Submission, Submitted, Supersession, submit_in};
pub(crate) use voice::{of as voice_of, same as same_voice};

pub use log::{Duplicate, Logged, log};

pub(crate) use list::levels;
pub use list::{FeedbackFilter, FeedbackSort, Responses};

use super::{
    access::{Contribute, Read},
    check, lookup,
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::{Dimensions, Store, is_any},
    transaction::{Event, Transaction},
};

/// Corrections of a response; omitted fields are kept.
#[derive(Clone, Debug, Default)]
pub struct FeedbackChanges {
    /// The feature that it is about, or none: the product as a whole.
    pub feature: Option<Option<String>>,
    /// The release that it names, or none.
    pub release: Option<Option<String>>,
    /// The segment it counts for, or none.
    pub segment: Option<Option<String>>,
    /// The scale of the rating; the one before if not given.
    pub scale: Option<String>,
    /// The rating, or none.
    pub rating: Option<Option<f64>>,
    /// Comment, or none.
    pub comment: Option<Option<String>>,
    /// Time of the response.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// The response with this ID. One who is confined to a customer finds that customer's only.
pub async fn find(store: &Store, by: Read, feedback: FeedbackId) -> Result<Model, Error> {
    let there = Entity::owned_by(by.organization())
        .filter(Column::Id.eq(feedback))
        .apply_if(by.only(), |query, customer| query.filter(Column::CustomerId.eq(customer)));
    there
        .into_model::<rows::ByPosition>()
        .one(store.reader())
        .await?
        .map(|row| row.0)
        .ok_or_else(|| Error::not_found("feedback", "feedback", feedback.public()))
}

/// The response with this external ID, of this source or of the only one that has it. A viewer restricted to one customer
/// finds only that customer's.
pub async fn find_external(
    store: &Store,
    by: Read,
    external_id: &str,
    source: Option<&str>,
) -> Result<Model, Error> {
    let rows = Entity::owned_by(by.organization())
        .apply_if(by.only(), |query, customer| query.filter(Column::CustomerId.eq(customer)));
    lookup::by_external_id(
        store,
        rows,
        (Column::Source, Column::ExternalId),
        FeedbackId::NOUN,
        (external_id, source),
    )
    .await
}

/// Corrects a response; the daily counts follow.
pub async fn correct(
    store: &Store,
    by: Contribute,
    feedback: FeedbackId,
    changes: FeedbackChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let before = find_in(&tx, feedback).await?;
    let mut after = before.clone();
    let dimensions = tx.dimensions();
    if let Some(feature) = changes.feature {
        after.feature_id = feature
            .map(|feature| Ok::<_, Error>(dimensions.feature(after.product_id, "feature", &feature)?.id))
            .transpose()?;
    }
    if let Some(release) = changes.release {
        after.release_id = release
            .map(|release| Ok::<_, Error>(dimensions.release(after.product_id, "release", &release)?.id))
            .transpose()?;
    }
    if let Some(segment) = changes.segment {
        after.segment_id =
            segment.map(|segment| Ok::<_, Error>(dimensions.segment("segment", &segment)?.id)).transpose()?;
    }
    rate(&mut after, &dimensions, changes.scale, changes.rating)?;
    if let Some(comment) = changes.comment {
        after.comment = check::text("comment", comment.as_deref())?;
    }
    rated::require_content(&after)?;
    if let Some(occurred_at) = changes.occurred_at {
        after.occurred_at = check::moment("occurredAt", occurred_at, at)?;
        let product = dimensions.product("product", &after.product_id.public())?;
        let zone = check::time_zone("timeZone", &product.time_zone)?;
        after.day = after.occurred_at.with_timezone(&zone).date_naive();
    }
    after.corrected_at = Some(at);
    after.changed_at = Some(at);
    after.revision += 1;
    after.voice = voice::of(&after);
    voice::leave(&mut tx, &before).await?;
    voice::enter(&mut tx, &mut after).await?;
    let after = after.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::FeedbackCorrected(feedback));
    tx.commit().await?;
    Ok(after)
}

/// Deletes a response; the daily counts follow, and an earlier response of the same voice counts again. Its source cannot
/// restore it by submitting it again.
pub async fn delete(
    store: &Store,
    by: Contribute,
    feedback: FeedbackId,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let row = find_in(&tx, feedback).await?;
    voice::leave(&mut tx, &row).await?;
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(by.organization()))
        .filter(Column::Id.eq(feedback))
        .exec(tx.db())
        .await?;
    known_error_feedback::Entity::delete_many()
        .filter(known_error_feedback::Column::OrganizationId.eq(by.organization()))
        .filter(known_error_feedback::Column::FeedbackId.eq(feedback))
        .exec(tx.db())
        .await?;
    deleted::record(&tx, &row).await?;
    tx.emit(Event::FeedbackDeleted(feedback));
    tx.commit().await?;
    Ok(row)
}

/// Gives a response another rating, its first one, or none.
fn rate(
    row: &mut Model,
    dimensions: &Dimensions,
    scale: Option<String>,
    rating: Option<Option<f64>>,
) -> Result<(), Error> {
    let rated = match (scale, rating) {
        (None, None) => return Ok(()),
        (None, Some(Some(rating))) => {
            let scale = row.scale_id.map(|scale| scale.public());
            rated::rating(dimensions, scale.as_deref(), Some(rating))?
        }
        (scale, rating) => rated::rating(dimensions, scale.as_deref(), rating.flatten())?,
    };
    (row.scale_id, row.level) = rated.unzip();
    Ok(())
}

async fn find_in(tx: &Transaction, feedback: FeedbackId) -> Result<Model, Error> {
    let there = Entity::owned_by(tx.organization()).filter(Column::Id.eq(feedback)).one(tx.db()).await?;
    there.ok_or_else(|| Error::not_found("feedback", "feedback", feedback.public()))
}

/// Marks responses as not counted.
async fn exclude(tx: &Transaction, answers: &[FeedbackId]) -> Result<(), Error> {
    for some in answers.chunks(1_000) {
        Entity::update_many()
            .col_expr(Column::Counted, sea_orm::sea_query::Expr::val(false))
            .col_expr(Column::ChangedAt, sea_orm::sea_query::Expr::val(tx.at))
            .filter(Column::OrganizationId.eq(tx.organization()))
            .filter(is_any(tx.db(), Column::Id, some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Marks a response as counted again.
async fn restore(tx: &Transaction, row: Model) -> Result<(), Error> {
    let mut row = row.into_active_model();
    row.counted = Set(true);
    row.changed_at = Set(Some(tx.at));
    row.update(tx.db()).await?;
    Ok(())
}
