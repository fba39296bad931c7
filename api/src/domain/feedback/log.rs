//! Logging a response on behalf of a customer, who told it to somebody, once: likely duplicates are offered first.

use std::collections::BTreeSet;

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{CustomerId, KnownErrorId, ProductId},
    known_error_feedback,
};
use chrono::{DateTime, Days, TimeDelta, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::{EventDetail, NewFeedback, Submission, Submitted, submit_in};
use crate::{
    base::{error::Error, lexis},
    domain::{
        access::{Contribute, Read},
        customer as customers, known_error,
    },
    store::Store,
    transaction::Event,
};

/// Days in which a response may be a duplicate.
const DAYS: u64 = 30;

/// Minimum share of the words of the shorter comment that both have.
const ALIKE: f64 = 0.5;

/// Time within which two responses about the same feature without words in common may be one.
const SAME_CALL: TimeDelta = TimeDelta::hours(1);

/// Maximum number of duplicates that are offered.
const MOST: usize = 5;

/// A response that may be the same as another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// The response.
    pub feedback: Model,
    /// Share of the words of the shorter comment that both have, 0 to 1.
    pub similarity: f64,
}

/// A logged response, or none if likely duplicates are offered instead.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The response; none: nothing was stored.
    pub submitted: Option<Submitted>,
    /// Responses of the customer that may be the same, the most similar first.
    pub duplicates: Vec<Duplicate>,
}

/// Logs a response on behalf of a known customer, and links it to known errors. If the customer has given a response that may be the
/// same, nothing is stored unless duplicates are allowed.
pub async fn log(
    store: &Store,
    (by, reads): (Contribute, Read),
    source: &str,
    new: NewFeedback,
    known_errors: &[KnownErrorId],
    allow_duplicate: bool,
    at: DateTime<Utc>,
) -> Result<Logged, Error> {
    let customer = new.customer.as_deref().unwrap_or_default();
    let customer = customers::find(store, reads, ("customer", customer)).await?;
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let product = tx.dimensions().product("product", &new.product)?.id;
    let about = new
        .feature
        .as_deref()
        .map(|feature| tx.dimensions().feature(product, "feature", feature).map(|row| row.id));
    let about = about.transpose()?;
    for (index, id) in known_errors.iter().enumerate() {
        let row = known_error::in_transaction(&tx, *id).await?;
        if row.product_id != product {
            return Err(Error::invalid(format!("knownErrors.{index}"), "is of another product"));
        }
    }
    let given_at = new.occurred_at.unwrap_or(at);
    let comment = new.comment.clone().unwrap_or_default();
    let own = recent(tx.db(), by.organization(), (customer.id, product), given_at).await?;
    let duplicates = likely(own, &comment, (about, given_at));
    let how = Submission { create_customers: false, event_detail: EventDetail::Each };
    let submitted = submit_in(&mut tx, source, vec![new], how).await?.pop();
    let submitted =
        submitted.ok_or_else(|| Error::internal("no response was logged", "the batch is empty"))??;
    // After what is wrong with it was said; nothing is committed.
    if !duplicates.is_empty() && !allow_duplicate {
        return Ok(Logged { submitted: None, duplicates });
    }
    if !known_errors.is_empty() {
        let rows = known_errors.iter().map(|id| known_error_feedback::ActiveModel {
            organization_id: Set(tx.organization()),
            known_error_id: Set(*id),
            feedback_id: Set(submitted.feedback.id),
            linked_by: Set(tx.actor()),
            linked_at: Set(at),
        });
        known_error_feedback::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
        known_errors.iter().for_each(|id| tx.emit(Event::KnownErrorUpdated(*id)));
    }
    tx.commit().await?;
    Ok(Logged { submitted: Some(submitted), duplicates })
}

/// The customer's responses about a product of the days around a time, the latest first.
async fn recent(
    db: &impl ConnectionTrait,
    organization: ballroom_entity::id::OrganizationId,
    (customer, product): (CustomerId, ProductId),
    at: DateTime<Utc>,
) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(organization)
        .filter(Column::CustomerId.eq(customer))
        .filter(Column::ProductId.eq(product))
        .filter(Column::Day.gte(at.date_naive() - Days::new(DAYS)))
        .order_by_desc(Column::OccurredAt)
        .limit(200);
    Ok(rows.all(db).await?)
}

fn likely(
    own: Vec<Model>,
    comment: &str,
    (about, at): (Option<ballroom_entity::id::FeatureId>, DateTime<Utc>),
) -> Vec<Duplicate> {
    let words = lexis::asked(comment);
    let mut found: Vec<Duplicate> = own
        .into_iter()
        .filter_map(|feedback| {
            let similarity = similarity(&words, feedback.comment.as_deref().unwrap_or_default());
            let same_call = feedback.feature_id == about && (feedback.occurred_at - at).abs() < SAME_CALL;
            (similarity >= ALIKE || same_call).then_some(Duplicate { feedback, similarity })
        })
        .collect();
    found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    found.truncate(MOST);
    found
}

/// Share of the words of the shorter of two texts that both have.
fn similarity(words: &std::collections::BTreeMap<String, BTreeSet<String>>, other: &str) -> f64 {
    let there = lexis::forms(other);
    let shorter = words.len().min(lexis::asked(other).len());
    let common = words.values().filter(|forms| forms.iter().any(|form| there.contains(form))).count();
    if shorter == 0 { 0.0 } else { (common.min(shorter) as f64) / shorter as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_say_the_same_in_other_words_are_alike() {
        let alike = |one: &str, other: &str| similarity(&lexis::asked(one), other);
        assert!(alike("Export hangs since the update", "the exports hang after the update") > 0.9);
        assert!(alike("Export hangs", "Printing is slow") < 0.1);
        assert_eq!(alike("", "Export hangs"), 0.0);
    }
}
