//! Removing many responses: those of an import that is undone, or those that match a selection.

use std::collections::{HashMap, HashSet};

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{FeatureId, FeedbackId, ProductId, ReleaseId, ScaleId, SegmentId},
    known_error_feedback,
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::Expr,
};

use super::{deleted, rated::tally, submit::EventDetail, voice};
use crate::{
    base::error::Error,
    domain::access::Manage,
    store::{Store, is_any},
    transaction::{Event, Transaction},
};

/// Responses removed in one transaction.
const AT_ONCE: u64 = 1_000;

/// Removes responses inside a transaction; the daily counts follow, and earlier responses of their voices count again. All of
/// them are listed as deleted, for systems that keep a copy. If they stay deleted, their sources cannot restore them by submitting
/// them again. The rows must be as they are in this transaction.
pub(crate) async fn remove_in(
    tx: &mut Transaction,
    rows: Vec<Model>,
    (stay_deleted, event_detail): (bool, EventDetail),
) -> Result<(), Error> {
    let ids: HashSet<FeedbackId> = rows.iter().map(|row| row.id).collect();
    let heard: Vec<i64> = rows.iter().filter(|row| row.counted).filter_map(|row| row.voice).collect();
    let mut others: HashMap<i64, Vec<Model>> = HashMap::new();
    for some in heard.chunks(AT_ONCE as usize) {
        let voices = Entity::owned_by(tx.organization())
            .filter(is_any(tx.db(), Column::Voice, some.iter().copied()))
            .all(tx.db())
            .await?;
        for row in voices.into_iter().filter(|row| !ids.contains(&row.id)) {
            others.entry(row.voice.unwrap_or_default()).or_default().push(row);
        }
    }
    let mut restored = Vec::new();
    for row in rows.iter().filter(|row| row.counted) {
        tally(tx, row, -1);
        let of_voice = row.voice.and_then(|voice| others.get(&voice)).into_iter().flatten();
        let of_voice = of_voice.filter(|other| voice::same(other, row));
        if let Some(last) = of_voice.reduce(|a, b| if voice::prevails(b, a) { b } else { a }) {
            tally(tx, last, 1);
            restored.push(last.id);
        }
    }
    restore(tx, &restored).await?;
    for some in rows.chunks(AT_ONCE as usize) {
        let some = || some.iter().map(|row| row.id);
        Entity::delete_many()
            .filter(Column::OrganizationId.eq(tx.organization()))
            .filter(is_any(tx.db(), Column::Id, some()))
            .exec(tx.db())
            .await?;
        known_error_feedback::Entity::delete_many()
            .filter(known_error_feedback::Column::OrganizationId.eq(tx.organization()))
            .filter(is_any(tx.db(), known_error_feedback::Column::FeedbackId, some()))
            .exec(tx.db())
            .await?;
    }
    deleted::record_all(tx, &rows, stay_deleted).await?;
    if event_detail == EventDetail::Each {
        rows.iter().for_each(|row| tx.emit(Event::FeedbackDeleted(row.id)));
    }
    Ok(())
}

/// Marks responses as counted again.
async fn restore(tx: &Transaction, responses: &[FeedbackId]) -> Result<(), Error> {
    for some in responses.chunks(AT_ONCE as usize) {
        Entity::update_many()
            .col_expr(Column::Counted, Expr::val(true))
            .col_expr(Column::ChangedAt, Expr::val(tx.at))
            .filter(Column::OrganizationId.eq(tx.organization()))
            .filter(is_any(tx.db(), Column::Id, some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Which responses are meant; all conditions that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Source system.
    pub source: String,
    /// Product.
    pub product: Option<ProductId>,
    /// Feature.
    pub feature: Option<FeatureId>,
    /// The release that the response names.
    pub release: Option<ReleaseId>,
    /// Segment.
    pub segment: Option<SegmentId>,
    /// Scale of the rating.
    pub scale: Option<ScaleId>,
    /// How it came.
    pub channel: Option<String>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The day after the last.
    pub until: Option<NaiveDate>,
}

impl Selection {
    fn rows(&self, by: Manage) -> Select<Entity> {
        Entity::owned_by(by.organization())
            .filter(Column::Source.eq(self.source.as_str()))
            .apply_if(self.product, |query, id| query.filter(Column::ProductId.eq(id)))
            .apply_if(self.feature, |query, id| query.filter(Column::FeatureId.eq(id)))
            .apply_if(self.release, |query, id| query.filter(Column::ReleaseId.eq(id)))
            .apply_if(self.segment, |query, id| query.filter(Column::SegmentId.eq(id)))
            .apply_if(self.scale, |query, id| query.filter(Column::ScaleId.eq(id)))
            .apply_if(self.channel.as_ref(), |query, channel| {
                query.filter(Column::Channel.eq(channel.as_str()))
            })
            .apply_if(self.from, |query, day| query.filter(Column::Day.gte(day)))
            .apply_if(self.until, |query, day| query.filter(Column::Day.lt(day)))
    }
}

/// Number of responses that are meant.
pub async fn count_selected(store: &Store, by: Manage, selection: &Selection) -> Result<u64, Error> {
    Ok(selection.rows(by).count(store.reader()).await?)
}

/// Removes the responses that are meant, some thousand a transaction, and returns their number.
pub async fn remove_selected(
    store: &Store,
    by: Manage,
    (selection, stay_deleted): (&Selection, bool),
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
        let some = selection.rows(by).order_by_asc(Column::Id).limit(AT_ONCE).all(tx.db()).await?;
        let count = some.len() as u64;
        remove_in(&mut tx, some, (stay_deleted, EventDetail::Each)).await?;
        tx.commit().await?;
        removed += count;
        if count < AT_ONCE {
            return Ok(removed);
        }
    }
}
