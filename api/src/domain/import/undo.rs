//! Undoing an import: what it stored is removed, and the daily counts follow.

use ballroom_entity::{
    feedback,
    id::{FeedbackId, ImportId, IncidentId, ReleaseId},
    import::{ImportKind, ImportState, Model},
    import_exposure, import_row,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use uuid::Uuid;

use super::{file::remove_files, find_in, unused};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::Manage,
        exposure,
        feedback::{EventDetail, remove_in},
        incident, release,
    },
    store::{Store, is_any},
    transaction::{Event, Transaction},
};

/// Objects removed in one transaction: writers wait for some hundred milliseconds at most.
const AT_ONCE: u64 = 5_000;

/// An import that was undone.
#[derive(Clone, Debug)]
pub struct Undone {
    /// The import; `rows_removed` is the number of responses, incidents, releases or figures that were removed.
    pub import: Model,
    /// Number of customers, releases, features, segments and products that it had created and that were removed.
    pub created_removed: u64,
    /// Number of those that stay, because something else names them, or somebody changed them.
    pub created_kept: u64,
    /// Releases of an import of releases that stay, because something else names them.
    pub rows_kept: u64,
}

/// Removes what an import stored: its responses, incidents, releases or figures, and what it created because they named it, as far
/// as nothing else names it. What it updated stays as it is, except figures, which become what they were. Its source may submit the
/// same again. Interrupted, it is continued by calling it again.
pub async fn undo(store: &Store, by: Manage, import: ImportId, at: DateTime<Utc>) -> Result<Undone, Error> {
    loop {
        let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
        let row = find_in(&tx, import).await?;
        if row.state == ImportState::Undone {
            return Ok(Undone { import: row, created_removed: 0, created_kept: 0, rows_kept: 0 });
        }
        let (removed, is_done) = match row.kind {
            ImportKind::Feedback | ImportKind::Incidents => objects(&mut tx, &row).await?,
            ImportKind::Releases => (releases(&mut tx, import).await?, true),
            ImportKind::Exposure => figures(&mut tx, import).await?,
        };
        let mut undone = Undone { import: row, created_removed: 0, created_kept: 0, rows_kept: 0 };
        if is_done {
            if undone.import.kind == ImportKind::Releases {
                undone.rows_kept = import_row::Entity::owned_by(by.organization())
                    .filter(import_row::Column::ImportId.eq(import))
                    .count(tx.db())
                    .await?;
                remove_rows(&tx, import, None).await?;
            }
            (undone.created_removed, undone.created_kept) = unused::remove(&mut tx, import).await?;
            remove_files(&tx, import).await?;
            tx.emit(Event::ImportUndone(import));
        }
        let before = undone.import.rows_removed;
        let mut row = undone.import.into_active_model();
        row.rows_removed = Set(before + removed as i64);
        row.updated_at = Set(at);
        if is_done {
            row.state = Set(ImportState::Undone);
        }
        undone.import = row.update(tx.db()).await?;
        tx.commit().await?;
        if is_done {
            let removed = undone.import.rows_removed;
            tracing::info!(import = import.public(), removed, "an import was undone");
            return Ok(undone);
        }
    }
}

/// Removes some responses or incidents, and says whether these were the last.
async fn objects(tx: &mut Transaction, import: &Model) -> Result<(u64, bool), Error> {
    let some = import_row::Entity::owned_by(tx.organization())
        .filter(import_row::Column::ImportId.eq(import.id))
        .order_by_asc(import_row::Column::Place)
        .order_by_asc(import_row::Column::Part)
        .limit(AT_ONCE)
        .all(tx.db())
        .await?;
    let Some(last) = some.last().map(|row| row.place) else { return Ok((0, true)) };
    let is_done = (some.len() as u64) < AT_ONCE;
    // The other objects of the last row are left for the next time with it.
    let first = some.first().map_or(last, |row| row.place);
    let until = if is_done || first == last { last + 1 } else { last };
    let ids: Vec<Uuid> = some.iter().filter(|row| row.place < until).map(|row| row.object_id).collect();
    let removed = match import.kind {
        ImportKind::Feedback => {
            let ids = ids.iter().map(|id| FeedbackId(*id));
            let stored = feedback::Entity::owned_by(tx.organization())
                .filter(is_any(tx.db(), feedback::Column::Id, ids))
                .all(tx.db())
                .await?;
            let removed = stored.len() as u64;
            remove_in(tx, stored, (false, EventDetail::Total)).await?;
            removed
        }
        _ => {
            let ids: Vec<IncidentId> = ids.into_iter().map(IncidentId).collect();
            incident::remove_in(tx, &ids).await?
        }
    };
    remove_rows(tx, import.id, Some(until)).await?;
    Ok((removed, is_done))
}

/// Removes the records of rows before a place, or of all.
async fn remove_rows(tx: &Transaction, import: ImportId, until: Option<i64>) -> Result<(), Error> {
    use import_row::Column::{ImportId, OrganizationId, Place};
    let mut rows = import_row::Entity::delete_many()
        .filter(OrganizationId.eq(tx.organization()))
        .filter(ImportId.eq(import));
    if let Some(until) = until {
        rows = rows.filter(Place.lt(until));
    }
    rows.exec(tx.db()).await?;
    Ok(())
}

/// Removes the releases that nothing else names; the records of the others are kept.
async fn releases(tx: &mut Transaction, import: ImportId) -> Result<u64, Error> {
    let ids: Vec<Uuid> = import_row::Entity::owned_by(tx.organization())
        .filter(import_row::Column::ImportId.eq(import))
        .select_only()
        .column(import_row::Column::ObjectId)
        .into_tuple()
        .all(tx.db())
        .await?;
    let ids: Vec<ReleaseId> = ids.into_iter().map(ReleaseId).collect();
    let removed = release::remove_unnamed_in(tx, &ids).await?;
    tx.dimensions_changed().await?;
    let dimensions = tx.dimensions();
    let gone = ids.into_iter().filter(|id| !dimensions.releases.contains_key(id));
    for some in gone.collect::<Vec<_>>().chunks(1_000) {
        import_row::Entity::delete_many()
            .filter(import_row::Column::OrganizationId.eq(tx.organization()))
            .filter(import_row::Column::ImportId.eq(import))
            .filter(is_any(tx.db(), import_row::Column::ObjectId, some.iter().map(|id| id.0)))
            .exec(tx.db())
            .await?;
    }
    Ok(removed)
}

/// Gives some figures the values that they had, and says whether these were the last. A figure that was changed since stays.
async fn figures(tx: &mut Transaction, import: ImportId) -> Result<(u64, bool), Error> {
    let some = import_exposure::Entity::owned_by(tx.organization())
        .filter(import_exposure::Column::ImportId.eq(import))
        .order_by_asc(import_exposure::Column::Day)
        .limit(AT_ONCE)
        .all(tx.db())
        .await?;
    let is_done = (some.len() as u64) < AT_ONCE;
    let restored = exposure::restore_in(tx, &some).await?;
    for row in some {
        row.into_active_model().delete(tx.db()).await?;
    }
    Ok((restored, is_done))
}
