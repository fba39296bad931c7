//! Removing many responses: those of an import that is undone, or those that match a selection.

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{FeatureId, FeedbackId, ProductId, ReleaseId, ScaleId, SegmentId},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::{deleted, voice};
use crate::{
    base::error::Error,
    domain::access::Manage,
    store::Store,
    transaction::{Event, Transaction},
};

/// Responses removed in one transaction.
const AT_ONCE: u64 = 1_000;

/// Removes responses inside a transaction; the daily counts follow, and earlier responses of their voices count again. All of
/// them are listed as deleted, for systems that keep a copy. If they stay deleted, their sources cannot restore them by submitting
/// them again.
pub(crate) async fn remove_in(
    tx: &mut Transaction,
    rows: Vec<Model>,
    stay_deleted: bool,
) -> Result<(), Error> {
    let ids: Vec<FeedbackId> = rows.iter().map(|row| row.id).collect();
    for id in &ids {
        // As it is now: another response of its voice may have left before, and this one counts instead.
        let Some(mut row) =
            Entity::owned_by(tx.organization()).filter(Column::Id.eq(*id)).one(tx.db()).await?
        else {
            continue;
        };
        voice::leave(tx, &row).await?;
        Entity::delete_many()
            .filter(Column::OrganizationId.eq(tx.organization()))
            .filter(Column::Id.eq(*id))
            .exec(tx.db())
            .await?;
        if !stay_deleted {
            // Without its ID, the record does not refuse the response when it is submitted again.
            row.external_id = None;
        }
        deleted::record(tx, &row).await?;
        tx.emit(Event::FeedbackDeleted(*id));
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
        remove_in(&mut tx, some, stay_deleted).await?;
        tx.commit().await?;
        removed += count;
        if count < AT_ONCE {
            return Ok(removed);
        }
    }
}
