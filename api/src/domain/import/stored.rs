//! What an import stored: recorded in the transactions that store it, so that it can be undone, and its rows be known again.

use std::collections::HashMap;

use ballroom_entity::{
    deleted_feedback, exposure, feedback,
    id::{FeedbackId, ImportId, IncidentId},
    import::{Column, Entity, ImportKind},
    import_created::{self, CreatedKind},
    import_exposure, import_row, incident,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect,
    Value, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    base::error::Error,
    domain::access::Manage,
    store::{Bulk, Store, is_any},
    transaction::Transaction,
};

/// The place of an object in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The number of the row, from 0.
    pub row: i64,
    /// The number of the object among those of the row, from 0.
    pub part: i32,
}

/// A figure of exposure that an import changed.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The figure before; none: there was none.
    pub before: Option<i64>,
    /// The figure that the import stored.
    pub exposure: exposure::Model,
}

/// What a transaction of an import stores.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Responses, incidents or releases by their places.
    pub rows: Vec<(Place, Uuid)>,
    /// What was created because rows name it.
    pub created: Vec<(CreatedKind, Uuid)>,
    /// Figures of exposure.
    pub figures: Vec<Figure>,
}

/// Records what a transaction of an import stores.
pub(crate) async fn record(tx: &mut Transaction, import: ImportId, stored: Stored) -> Result<(), Error> {
    let Stored { rows, created, figures } = stored;
    let start = [Value::Uuid(Some(tx.organization().0)), Value::Uuid(Some(import.0))];
    if !rows.is_empty() {
        let row = |(place, id): (Place, Uuid)| {
            let place = [Value::BigInt(Some(place.row)), Value::Int(Some(place.part)), Value::Uuid(Some(id))];
            start.iter().cloned().chain(place).collect()
        };
        let table = Bulk::into::<import_row::Entity>("", import_row::Column::iter());
        tx.insert(&table, rows.into_iter().map(row).collect()).await?;
    }
    if !created.is_empty() {
        let row = |(kind, id): (CreatedKind, Uuid)| {
            let object = [Value::String(Some(kind.to_value())), Value::Uuid(Some(id))];
            start.iter().cloned().chain(object).collect()
        };
        let table = Bulk::into::<import_created::Entity>("", import_created::Column::iter());
        tx.insert(&table, created.into_iter().map(row).collect()).await?;
    }
    if !figures.is_empty() {
        use import_exposure::Column::*;
        let organization_id = tx.organization();
        let row = |figure: Figure| {
            let exposure::Model { product_id, feature_id, segment_id, day, source, active_customers, .. } =
                figure.exposure;
            import_exposure::Model {
                organization_id,
                import_id: import,
                product_id,
                feature_id,
                segment_id,
                day,
                source,
                before: figure.before,
                after: active_customers,
            }
            .into_active_model()
        };
        // A later row of the file may change a figure again: the one before the import is kept.
        let key = [OrganizationId, ImportId, ProductId, FeatureId, SegmentId, Day, Source];
        let kept = OnConflict::columns(key).update_column(After).to_owned();
        for some in once(&figures).chunks(500) {
            let rows = some.iter().cloned().map(row);
            let insert = import_exposure::Entity::insert_many(rows).on_conflict(kept.clone());
            insert.exec_without_returning(tx.db()).await?;
        }
    }
    Ok(())
}

/// Each figure once, with the first one before and the last one after.
fn once(figures: &[Figure]) -> Vec<Figure> {
    let mut places = HashMap::new();
    let mut all: Vec<Figure> = Vec::with_capacity(figures.len());
    for figure in figures {
        let row = &figure.exposure;
        let key = (row.product_id, row.feature_id, row.segment_id, row.day, row.source.as_str());
        match places.get(&key) {
            Some(place) => {
                let known: &mut Figure = &mut all[*place];
                known.exposure.active_customers = row.active_customers;
            }
            None => {
                places.insert(key, all.len());
                all.push(figure.clone());
            }
        }
    }
    all
}

/// Imports of the same rows from the same source that were not undone, the first one first.
pub(crate) async fn same_content(
    store: &Store,
    by: Manage,
    (kind, source, content): (ImportKind, &str, &str),
) -> Result<Vec<ImportId>, Error> {
    let imports = Entity::owned_by(by.organization())
        .filter(Column::Content.eq(content))
        .filter(Column::Kind.eq(kind))
        .filter(Column::Source.eq(source))
        .order_by_asc(Column::Id)
        .select_only()
        .column(Column::Id);
    Ok(imports.into_tuple().all(store.reader()).await?)
}

/// The external IDs of the objects that earlier imports stored between two places.
pub(crate) async fn ids_at(
    store: &Store,
    by: Manage,
    (kind, imports): (ImportKind, &[ImportId]),
    (first, last): (Place, Place),
) -> Result<HashMap<Place, String>, Error> {
    let (db, organization) = (store.reader(), by.organization());
    let rows = import_row::Entity::owned_by(organization)
        .filter(is_any(db, import_row::Column::ImportId, imports.iter().copied()))
        .filter(import_row::Column::Place.between(first.row, last.row))
        .order_by_asc(import_row::Column::ImportId)
        .all(db)
        .await?;
    let mut ids: HashMap<Uuid, String> = HashMap::new();
    let objects: Vec<Uuid> = rows.iter().map(|row| row.object_id).collect();
    for some in objects.chunks(5_000) {
        let known: Vec<(Uuid, Option<String>)> = match kind {
            ImportKind::Feedback => {
                let some = || some.iter().map(|id| FeedbackId(*id));
                let mut known: Vec<(Uuid, Option<String>)> = feedback::Entity::owned_by(organization)
                    .filter(is_any(db, feedback::Column::Id, some()))
                    .select_only()
                    .columns([feedback::Column::Id, feedback::Column::ExternalId])
                    .into_tuple()
                    .all(db)
                    .await?;
                // What was deleted stays deleted.
                let deleted: Vec<(Uuid, Option<String>)> = deleted_feedback::Entity::owned_by(organization)
                    .filter(is_any(db, deleted_feedback::Column::Id, some()))
                    .select_only()
                    .columns([deleted_feedback::Column::Id, deleted_feedback::Column::ExternalId])
                    .into_tuple()
                    .all(db)
                    .await?;
                known.extend(deleted);
                known
            }
            ImportKind::Incidents => {
                incident::Entity::owned_by(organization)
                    .filter(is_any(db, incident::Column::Id, some.iter().map(|id| IncidentId(*id))))
                    .select_only()
                    .columns([incident::Column::Id, incident::Column::ExternalId])
                    .into_tuple()
                    .all(db)
                    .await?
            }
            ImportKind::Exposure | ImportKind::Releases => Vec::new(),
        };
        ids.extend(known.into_iter().filter_map(|(object, id)| Some((object, id?))));
    }
    let at = |row: &import_row::Model| Place { row: row.place, part: row.part };
    Ok(rows.iter().filter_map(|row| Some((at(row), ids.get(&row.object_id)?.clone()))).collect())
}
