//! Feedback with and without a rating: a response has a rating on a scale, a comment, or both.

use ballroom_entity::{
    feedback::Model,
    id::{FeatureId, ReleaseId, ScaleId, SegmentId},
};

use crate::{
    base::error::Error, counts::FeedbackKey, domain::scale, store::Dimensions, transaction::Transaction,
};

/// The scale and the level of a rating; none where neither is given.
pub(super) fn rating(
    dimensions: &Dimensions,
    scale: Option<&str>,
    rating: Option<f64>,
) -> Result<Option<(ScaleId, i32)>, Error> {
    match (scale, rating) {
        (None, None) => Ok(None),
        (Some(scale), Some(rating)) => {
            let scale = dimensions.scale("scale", scale)?;
            Ok(Some((scale.id, scale::level(scale, rating)?)))
        }
        (Some(scale), None) => {
            let reason = format!(
                "is missing for the scale \"{scale}\"; send a rating too, or omit both if there is only a comment"
            );
            Err(Error::invalid("rating", reason))
        }
        (None, Some(rating)) => {
            let reason = format!("is missing for the rating {rating}; send a scale, for example csat");
            Err(Error::invalid("scale", reason))
        }
    }
}

/// Refuses a response without a rating and a comment.
pub(super) fn says_something(row: &Model) -> Result<(), Error> {
    match row.level.is_some() || row.comment.is_some() {
        true => Ok(()),
        false => Err(Error::invalid("rating", "is missing, and so is `comment`; send at least one of them")),
    }
}

/// The key of the daily counts under which a response counts; none without a rating.
pub(crate) fn key(row: &Model) -> Option<FeedbackKey> {
    Some(FeedbackKey {
        product: row.product_id,
        feature: row.feature_id.unwrap_or(FeatureId::NONE),
        release: row.release_id.unwrap_or(ReleaseId::NONE),
        segment: row.segment_id.unwrap_or(SegmentId::NONE),
        scale: row.scale_id?,
        day: row.day,
        level: row.level?,
    })
}

/// Adds a response to the daily counts (1) or removes it (-1). Responses without a rating are not counted.
pub(super) fn tally(tx: &mut Transaction, row: &Model, answers: i64) {
    if let Some(key) = key(row) {
        tx.counts.feedback(key, answers);
    }
}
