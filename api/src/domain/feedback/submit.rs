//! Submitting responses in batches: each is accepted or rejected separately.

mod draft;

use std::collections::{HashMap, HashSet};

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{FeedbackId, SegmentId},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, UnionType},
};
use serde::Serialize;

use super::{deleted::Deletions, exclude, handed::Handed, rated, renew, rows, voice};
use crate::{
    base::error::Error,
    domain::{
        customer as customers,
        sent::{Nulls, Outcome},
    },
    store::{each, is_any},
    transaction::{Event, Total, Transaction},
};

pub(super) use draft::Draft;

/// A response to submit, or an update of one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewFeedback {
    /// The product, by ID or key.
    pub product: String,
    /// The feature, by ID or key; none: the product as a whole.
    pub feature: Option<String>,
    /// The release that the response names, by ID or version.
    pub release: Option<String>,
    /// The segment, by ID or key; the customer's if not given.
    pub segment: Option<String>,
    /// Customer, by ID or key; none: anonymous.
    pub customer: Option<String>,
    /// The scale, by ID or key; none: there is no rating.
    pub scale: Option<String>,
    /// The rating on that scale; none: there is only a comment.
    pub rating: Option<f64>,
    /// Comment.
    pub comment: Option<String>,
    /// The channel.
    pub channel: Option<String>,
    /// Time of the response; now if not given.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The sending system's ID of it.
    pub external_id: Option<String>,
    /// The sending system; the caller's name if not given.
    pub source: Option<String>,
    /// Time of this version according to the source.
    pub updated_at: Option<DateTime<Utc>>,
    /// Fields that were sent as null.
    pub nulls: Nulls,
}

/// Options of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Submission {
    /// Whether unknown customers are created; else the response is rejected.
    pub create_customers: bool,
    /// How the batch is announced to subscribers.
    pub event_detail: EventDetail,
}

/// How a batch is announced to subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventDetail {
    /// By the ID of each response.
    Each,
    /// By their number: a million responses of last year are no news.
    Total,
}

/// An accepted response.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// The row.
    pub feedback: Model,
    /// The outcome.
    pub outcome: Outcome,
    /// For a created response: whether it replaces another of the same voice, or is replaced.
    pub supersession: Option<Supersession>,
}

impl Submitted {
    /// A response that was known before.
    pub(super) fn known(feedback: Model, outcome: Outcome) -> Self {
        Self { feedback, outcome, supersession: None }
    }
}

/// Which of two responses of one voice counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supersession {
    /// This one, instead of an earlier one.
    Supersedes,
    /// A later one.
    Superseded,
}

/// Submits a batch inside a transaction. The results are in the order of the items. `source` is used where an
/// item names none.
pub async fn submit_in(
    tx: &mut Transaction,
    source: &str,
    items: Vec<impl Into<Handed>>,
    how: Submission,
) -> Result<Vec<Result<Submitted, Error>>, Error> {
    let submitted = submit_last(tx, source, items, how).await?;
    tx.send_rows().await?;
    Ok(submitted)
}

/// The same, if nothing follows in the transaction but its commit, which then stores the rows.
pub(crate) async fn submit_last(
    tx: &mut Transaction,
    source: &str,
    items: Vec<impl Into<Handed>>,
    how: Submission,
) -> Result<Vec<Result<Submitted, Error>>, Error> {
    let dimensions = tx.dimensions();
    let mut results: Vec<Option<Result<Submitted, Error>>> = Vec::with_capacity(items.len());
    let mut drafts = Vec::with_capacity(items.len());
    for item in items {
        match Draft::check(tx, &dimensions, source, item.into()) {
            Ok(draft) => {
                drafts.push((results.len(), draft));
                results.push(None);
            }
            Err(error) => results.push(Some(Err(error))),
        }
    }
    let (mut there, deletions) = already_there(tx, &drafts).await?;
    let mut known = Vec::new();
    // An external ID may occur several times in a batch: the first accepted item creates the response, and the
    // others update it. If the first is rejected, the next one creates it.
    while !drafts.is_empty() {
        let (mut new, mut later, mut begun) = (Vec::new(), Vec::new(), HashSet::new());
        for (at, draft) in drafts {
            let Some(external) = draft.external_key() else {
                match rated::require_content(&draft.row) {
                    Ok(()) => new.push((at, draft)),
                    Err(error) => results[at] = Some(Err(error)),
                }
                continue;
            };
            if let Some(id) = there.get(&external) {
                known.push((at, *id, draft));
            } else if begun.contains(&external) {
                later.push((at, draft));
            } else if let Err(error) =
                deletions.admit(&draft.row).and_then(|()| rated::require_content(&draft.row))
            {
                results[at] = Some(Err(error));
            } else {
                begun.insert(external);
                new.push((at, draft));
            }
        }
        let new = name_customers(tx, &mut results, new, how).await?;
        for (at, submitted) in count(tx, new, how).await? {
            if let Some(external) = &submitted.feedback.external_id {
                there.insert((submitted.feedback.source.clone(), external.clone()), submitted.feedback.id);
            }
            results[at] = Some(Ok(submitted));
        }
        drafts = later;
        if !drafts.is_empty() {
            tx.send_rows().await?;
        }
    }
    if !known.is_empty() {
        tx.send_rows().await?;
    }
    known.sort_by_key(|(at, ..)| *at);
    renew::all(tx, &mut results, known, how).await?;
    Ok(results
        .into_iter()
        .map(|result| {
            result.unwrap_or_else(|| {
                Err(Error::internal("an item has no result", "it is in none of the lists"))
            })
        })
        .collect())
}

/// External IDs, by their sources.
pub(super) fn by_source<'a>(rows: impl Iterator<Item = &'a Model>) -> HashMap<&'a str, Vec<&'a str>> {
    let mut by_source: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in rows {
        if let Some(external) = &row.external_id {
            by_source.entry(&row.source).or_default().push(external);
        }
    }
    by_source
}

pub(super) type Numbered<T> = Vec<(usize, T)>;

/// The key of a response: its source and external ID.
pub(super) type ExternalKey = (String, String);

/// The responses that the items' external IDs already have, and the deletions of others; one statement per thousand and source.
async fn already_there(
    tx: &Transaction,
    drafts: &[(usize, Draft)],
) -> Result<(HashMap<ExternalKey, FeedbackId>, Deletions), Error> {
    let (mut there, mut deletions) = (HashMap::new(), Deletions::default());
    for (source, ids) in by_source(drafts.iter().map(|(_, draft)| &draft.row)) {
        for some in ids.chunks(1_000) {
            let either = each(tx.db(), some, &["external_id", "id", "deleted_at"], |external_id| {
                let known = Entity::owned_by(tx.organization())
                    .filter(Column::Source.eq(source))
                    .filter(external_id.is(Column::ExternalId))
                    .select_only()
                    .columns([Column::ExternalId, Column::Id])
                    .expr_as(Expr::cust("NULL"), "deleted_at")
                    .into_query();
                Deletions::select(tx, source, external_id).union(UnionType::All, known).to_owned()
            });
            for row in tx.db().query_all(&either).await? {
                let Some(external) = row.try_get("", "external_id")? else { continue };
                match row.try_get("", "deleted_at")? {
                    Some(deleted_at) => deletions.add((source.to_owned(), external), deleted_at),
                    None => drop(there.insert((source.to_owned(), external), row.try_get("", "id")?)),
                }
            }
        }
    }
    Ok((there, deletions))
}

/// Finds or creates the customers named by the items.
pub(super) async fn name_customers(
    tx: &mut Transaction,
    results: &mut [Option<Result<Submitted, Error>>],
    drafts: Numbered<Draft>,
    how: Submission,
) -> Result<Numbered<Model>, Error> {
    let mut known =
        customers::known(tx, drafts.iter().filter_map(|(_, draft)| draft.customer.as_deref())).await?;
    if how.create_customers {
        let mut new: Vec<(String, Option<SegmentId>)> = Vec::new();
        let mut named = std::collections::HashSet::new();
        for (_, draft) in &drafts {
            if let Some(key) = draft.customer.as_ref().filter(|key| !known.contains_key(*key))
                && draft.may_be_new
                && !crate::base::reference::looks_like_an_id(key)
                && named.insert(key.clone())
            {
                new.push((key.clone(), draft.segment_given));
            }
        }
        for made in customers::create_many(tx, new).await? {
            known.insert(made.key, customers::Referred { id: made.id, segment_id: made.segment_id });
        }
    }
    let mut rows = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts {
        match draft.customer.as_deref().map(|name| (name, known.get(name))) {
            Some((name, None)) => results[at] = Some(Err(Error::not_found("customer", "customer", name))),
            Some((_, Some(customer))) => rows.push((at, draft.with_customer(Some(*customer)))),
            None => rows.push((at, draft.with_customer(None))),
        }
    }
    Ok(rows)
}

/// Decides which rows count, stores them all, and changes the daily counts.
async fn count(
    tx: &mut Transaction,
    rows: Numbered<Model>,
    how: Submission,
) -> Result<Numbered<Submitted>, Error> {
    let voices: Vec<i64> = rows.iter().filter_map(|(_, row)| row.voice).collect();
    // For each voice hash the responses that count, normally one: those stored, then those of this batch.
    let mut counting: HashMap<i64, Vec<Counting>> = HashMap::new();
    for some in voices.chunks(1_000) {
        let stored = Entity::owned_by(tx.organization())
            .filter(is_any(tx.db(), Column::Voice, some.iter().copied()))
            .filter(Column::Counted.eq(true));
        for row in stored.all(tx.db()).await? {
            if let Some(voice) = row.voice {
                let known = counting.entry(voice).or_default();
                if known.iter().all(|other| other.row.id != row.id) {
                    known.push(Counting { row, in_batch: None });
                }
            }
        }
    }
    let mut excluded = Vec::new();
    let mut submitted: Numbered<Submitted> = Vec::with_capacity(rows.len());
    for (at, mut row) in rows {
        let mut supersession = None;
        if let Some(voice) = row.voice {
            let voices = counting.entry(voice).or_default();
            match voices.iter_mut().find(|other| voice::same(&other.row, &row)) {
                None => voices.push(Counting { row: row.clone(), in_batch: Some(submitted.len()) }),
                Some(counting) if voice::prevails(&row, &counting.row) => {
                    supersession = Some(Supersession::Supersedes);
                    rated::tally(tx, &counting.row, -1);
                    match counting.in_batch {
                        Some(earlier) => submitted[earlier].1.feedback.counted = false,
                        None => excluded.push(counting.row.id),
                    }
                    *counting = Counting { row: row.clone(), in_batch: Some(submitted.len()) };
                }
                Some(_) => {
                    supersession = Some(Supersession::Superseded);
                    row.counted = false;
                }
            }
        }
        if row.counted {
            rated::tally(tx, &row, 1);
        }
        submitted.push((at, Submitted { feedback: row, outcome: Outcome::Created, supersession }));
    }
    exclude(tx, &excluded).await?;
    rows::store(tx, submitted.iter().map(|(_, submitted)| &submitted.feedback)).await?;
    if !submitted.is_empty() {
        let ids: Vec<_> = submitted.iter().map(|(_, one)| one.feedback.id).collect();
        match how.event_detail {
            EventDetail::Each => tx.emit(Event::FeedbackSubmitted(ids)),
            EventDetail::Total => tx.emit(Event::FeedbackImported(Total(ids.len() as u64))),
        }
    }
    Ok(submitted)
}

struct Counting {
    row: Model,
    /// Its position among the rows of this batch; none: it was stored before.
    in_batch: Option<usize>,
}
