//! Undoing an import: what it stored is removed, and the daily counts follow.

use ballroom_entity::{
    feedback,
    id::{FeedbackId, ImportId},
    import::{ImportKind, ImportState, Model},
    import_row::{Column, Entity},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::find_in;
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{access::Manage, feedback::remove_in},
    store::{Store, is_any},
    transaction::Event,
};

/// Responses removed in one transaction.
const AT_ONCE: u64 = 1_000;

/// Removes the responses that an import stored. Responses that it updated, and objects that it created, stay. Its source may
/// submit the same responses again. Interrupted, it is continued by calling it again.
pub async fn undo(store: &Store, by: Manage, import: ImportId, at: DateTime<Utc>) -> Result<Model, Error> {
    loop {
        let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
        let row = find_in(&tx, import).await?;
        if row.kind != ImportKind::Feedback {
            return Err(Error::conflict(
                "import",
                "only imports of feedback can be undone; correct incidents, releases and exposure by importing them again",
            ));
        }
        if row.state == ImportState::Undone {
            return Ok(row);
        }
        let some = Entity::owned_by(by.organization())
            .filter(Column::ImportId.eq(import))
            .order_by_asc(Column::FeedbackId)
            .limit(AT_ONCE)
            .all(tx.db())
            .await?;
        let ids: Vec<FeedbackId> = some.iter().map(|row| row.feedback_id).collect();
        let stored = feedback::Entity::owned_by(by.organization())
            .filter(is_any(tx.db(), feedback::Column::Id, ids.iter().copied()))
            .all(tx.db())
            .await?;
        let removed = stored.len() as i64;
        remove_in(&mut tx, stored, false).await?;
        Entity::delete_many()
            .filter(Column::OrganizationId.eq(by.organization()))
            .filter(Column::ImportId.eq(import))
            .filter(is_any(tx.db(), Column::FeedbackId, ids.iter().copied()))
            .exec(tx.db())
            .await?;
        let is_done = (ids.len() as u64) < AT_ONCE;
        let before = row.rows_removed;
        let mut row = row.into_active_model();
        row.rows_removed = Set(before + removed);
        row.updated_at = Set(at);
        if is_done {
            row.state = Set(ImportState::Undone);
            tx.emit(Event::ImportUndone(import));
        }
        let row = row.update(tx.db()).await?;
        tx.commit().await?;
        if is_done {
            tracing::info!(import = import.public(), removed = row.rows_removed, "an import was undone");
            return Ok(row);
        }
    }
}
