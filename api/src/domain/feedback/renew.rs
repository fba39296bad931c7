//! Updates of known responses by their source.

use std::collections::{HashMap, HashSet};

use ballroom_entity::{
    customer,
    feedback::{Column, Entity, Model},
    id::{CustomerId, FeedbackId, SegmentId},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter};

use super::{
    EventDetail, Submission, Submitted, rated,
    submit::{Draft, name_customers},
    voice,
};
use crate::{
    base::error::Error,
    domain::sent::{Nulls, Outcome, Stamp},
    store::is_any,
    transaction::{Event, Transaction},
};

/// Applies newer versions of known responses, each separately, in the order of the items. Omitted fields are kept;
/// the daily counts follow, and of a voice the last response counts.
pub(super) async fn all(
    tx: &mut Transaction,
    results: &mut [Option<Result<Submitted, Error>>],
    known: Vec<(usize, FeedbackId, Draft)>,
    how: Submission,
) -> Result<(), Error> {
    if known.is_empty() {
        return Ok(());
    }
    let mut rows: HashMap<FeedbackId, Model> = HashMap::new();
    let ids: Vec<FeedbackId> = known.iter().map(|(_, id, _)| *id).collect();
    for some in ids.chunks(1_000) {
        let there =
            Entity::owned_by(tx.organization()).filter(is_any(tx.db(), Column::Id, some.iter().copied()));
        rows.extend(there.all(tx.db()).await?.into_iter().map(|row| (row.id, row)));
    }
    let mut news = Vec::new();
    let mut meant: HashMap<usize, Target> = HashMap::new();
    let mut touched: HashSet<FeedbackId> = HashSet::new();
    for (at, id, draft) in known {
        let Some(row) = rows.get(&id) else { continue };
        if row.product_id != draft.row.product_id {
            let reason = "is already used by a response for another product; distinguish them by `source`";
            results[at] = Some(Err(Error::conflict("externalId", reason)));
            continue;
        }
        // Most repeated items are unchanged; then no further queries are needed.
        if row.sent.is_some() && row.sent == draft.row.sent && !touched.contains(&id) {
            results[at] = Some(Ok(Submitted::known(row.clone(), Outcome::Unchanged)));
            continue;
        }
        touched.insert(id);
        let (timed, segmented) = (draft.timed, draft.segment_given.is_some());
        meant.insert(at, Target { id, timed, segmented, nulls: draft.nulls.clone() });
        news.push((at, draft));
    }
    for (at, given) in name_customers(tx, results, news, how).await? {
        let Some(meant) = meant.get(&at) else { continue };
        // A response before this one may have changed which of a voice counts.
        let fresh = Entity::owned_by(tx.organization()).filter(Column::Id.eq(meant.id)).one(tx.db()).await?;
        let Some(row) = fresh else { continue };
        results[at] = Some(match one(tx, row, given, meant, how).await {
            Err(error) if error.is_server_error() => return Err(error),
            result => result,
        });
    }
    Ok(())
}

/// The response that an item refers to, and which optional fields were given.
struct Target {
    id: FeedbackId,
    timed: bool,
    segmented: bool,
    nulls: Nulls,
}

async fn one(
    tx: &mut Transaction,
    before: Model,
    given: Model,
    meant: &Target,
    how: Submission,
) -> Result<Submitted, Error> {
    let stamp = Stamp { updated_at: given.source_updated_at, sent: given.sent.unwrap_or_default() };
    match stamp.against(before.source_updated_at, before.sent) {
        Some(Outcome::Outdated) => {
            return Ok(Submitted::known(before, Outcome::Outdated));
        }
        Some(_) => return Ok(Submitted::known(before, Outcome::Unchanged)),
        None => (),
    }
    let mut after = before.clone();
    let nulls = &meant.nulls;
    nulls.take("feature", &mut after.feature_id, given.feature_id);
    nulls.take("release", &mut after.release_id, given.release_id);
    let named = given.customer_id.is_some() || nulls.has("customer");
    if named && given.customer_id != before.customer_id {
        (after.customer_id, after.segment_id) = (given.customer_id, given.segment_id);
    }
    if meant.segmented {
        after.segment_id = given.segment_id;
    } else if nulls.has("segment") {
        after.segment_id = segment_of(tx, after.customer_id).await?;
    }
    if given.level.is_some() || nulls.has("rating") || nulls.has("scale") {
        (after.scale_id, after.level) = (given.scale_id, given.level);
    }
    nulls.take("comment", &mut after.comment, given.comment);
    rated::require_content(&after)?;
    nulls.take("channel", &mut after.channel, given.channel);
    if meant.timed {
        (after.occurred_at, after.day) = (given.occurred_at, given.day);
    }
    let differs = after != before;
    after.source_updated_at = stamp.later(before.source_updated_at);
    after.sent = Some(stamp.sent);
    if differs {
        after.voice = voice::of(&after);
        after.corrected_at = Some(tx.at);
        after.changed_at = Some(tx.at);
        after.revision += 1;
        voice::leave(tx, &before).await?;
        voice::enter(tx, &mut after).await?;
    }
    let after = after.into_active_model().reset_all().update(tx.db()).await?;
    if differs && how.event_detail == EventDetail::Each {
        tx.emit(Event::FeedbackCorrected(after.id));
    }
    let outcome = if differs { Outcome::Updated } else { Outcome::Unchanged };
    Ok(Submitted::known(after, outcome))
}

/// The segment that a customer is in now.
async fn segment_of(tx: &Transaction, customer: Option<CustomerId>) -> Result<Option<SegmentId>, Error> {
    let Some(customer) = customer else { return Ok(None) };
    let row = customer::Entity::owned_by(tx.organization()).filter(customer::Column::Id.eq(customer));
    Ok(row.one(tx.db()).await?.and_then(|row| row.segment_id))
}
