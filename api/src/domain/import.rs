//! Imports of files: recorded, listed, and undone.

mod file;
mod list;
mod stored;
mod undo;
mod unused;

use ballroom_entity::{
    id::ImportId,
    import::{ActiveModel, Column, Entity, ImportKind, ImportState, Model},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set};
use serde_json::Value as Json;

pub use file::{keep_file, kept_file};
pub use list::{ImportFilter, ImportSort, Imports};
pub use stored::{Figure, Place, Stored};
pub(crate) use stored::{ids_at, record, same_content};
pub use undo::{Undone, undo};
pub(crate) use unused::named_by;

use super::{access::Manage, check};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// An import that begins.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// What the rows contain.
    pub kind: ImportKind,
    /// Name of the file.
    pub file: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Hash of what the first rows say.
    pub fingerprint: String,
    /// Hash of all that the rows of the file say, if they may have no IDs of their own.
    pub content: Option<String>,
    /// Source system.
    pub source: String,
    /// How the file is read.
    pub mapping: Json,
}

/// What became of the rows of an import.
#[derive(Clone, Debug, Default)]
pub struct ImportCounts {
    /// Records read.
    pub read: u64,
    /// Rows stored.
    pub accepted: u64,
    /// Rows that updated something known.
    pub updated: u64,
    /// Rows of something known that were not applied.
    pub unchanged: u64,
    /// Rejected records.
    pub rejected: u64,
    /// Bytes of the file read.
    pub bytes_read: u64,
    /// The most frequent reasons of rejects.
    pub reasons: Json,
}

/// How far an import has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Rows are being stored.
    Running,
    /// All rows were read.
    Finished,
    /// It ended with an error, for this reason.
    Failed(String),
}

impl Stage {
    fn state(&self) -> ImportState {
        match self {
            Self::Running => ImportState::Running,
            Self::Finished => ImportState::Finished,
            Self::Failed(_) => ImportState::Failed,
        }
    }
}

/// Longest name of a file that is kept.
const FILE_LENGTH: usize = 500;

/// Records that an import begins.
pub async fn begin(store: &Store, by: Manage, new: NewImport, at: DateTime<Utc>) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let file: String = new.file.chars().filter(|c| !c.is_control()).take(FILE_LENGTH).collect();
    let row = Model {
        organization_id: by.organization(),
        id: ImportId::new(),
        kind: new.kind,
        file,
        bytes: new.bytes as i64,
        fingerprint: new.fingerprint,
        content: new.content,
        source: check::line("source", &new.source, 64)?,
        mapping: new.mapping,
        state: ImportState::Running,
        rows_read: 0,
        rows_accepted: 0,
        rows_updated: 0,
        rows_unchanged: 0,
        rows_rejected: 0,
        reasons: Json::Array(Vec::new()),
        created_by: tx.actor(),
        created_at: at,
        updated_at: at,
        rows_removed: 0,
        bytes_read: 0,
        failure: None,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.emit(Event::ImportBegun(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Records what became of the rows so far, and whether the import has ended.
pub async fn report(
    store: &Store,
    by: Manage,
    import: ImportId,
    (counts, stage): (ImportCounts, Stage),
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = find_in(&tx, import).await?;
    let mut row: ActiveModel = row.into_active_model();
    row.rows_read = Set(counts.read as i64);
    row.rows_accepted = Set(counts.accepted as i64);
    row.rows_updated = Set(counts.updated as i64);
    row.rows_unchanged = Set(counts.unchanged as i64);
    row.rows_rejected = Set(counts.rejected as i64);
    row.bytes_read = Set(counts.bytes_read as i64);
    row.reasons = Set(counts.reasons);
    row.state = Set(stage.state());
    row.updated_at = Set(at);
    let has_ended = stage != Stage::Running;
    if let Stage::Failed(reason) = stage {
        row.failure = Set(Some(reason));
    }
    let row = row.update(tx.db()).await?;
    if has_ended {
        tx.emit(Event::ImportEnded(import));
    }
    tx.commit().await?;
    Ok(row)
}

/// An import by its ID; `last` is the latest.
pub async fn find(store: &Store, by: Manage, (argument, reference): (&str, &str)) -> Result<Model, Error> {
    let rows = Entity::owned_by(by.organization());
    let rows = match ImportId::parse(reference) {
        Some(id) => rows.filter(Column::Id.eq(id)),
        None if reference == "last" => rows.order_by_desc(Column::Id).limit(1),
        None => return Err(Error::not_found(argument, "import", reference)),
    };
    let found = rows.one(store.reader()).await?;
    found.ok_or_else(|| Error::not_found(argument, "import", reference))
}

/// The last imports, latest first.
pub async fn latest(store: &Store, by: Manage, number: u64) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(by.organization()).order_by_desc(Column::Id).limit(number);
    Ok(rows.all(store.reader()).await?)
}

async fn find_in(tx: &Transaction, import: ImportId) -> Result<Model, Error> {
    let found = Entity::owned_by(tx.organization()).filter(Column::Id.eq(import)).one(tx.db()).await?;
    found.ok_or_else(|| Error::not_found("import", "import", import.public()))
}
