//! Imports of files.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object, SimpleObject, connection::Connection,
};
use ballroom_entity::import::Model;

use super::{
    ContextExt,
    actor::Actor,
    fault::Fault,
    order::orders,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id},
};
use crate::domain::import::{self, ImportSort, Imports};

/// An import of a file.
#[derive(Description)]
pub struct Import(pub Model);

/// Content of the rows of an imported file.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::import::ImportKind")]
pub(super) enum ImportKind {
    /// Responses.
    Feedback,
    /// Incidents.
    Incidents,
    /// Number of active customers per feature and day.
    Exposure,
    /// Releases.
    Releases,
}

/// State of an import.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::import::ImportState")]
pub(super) enum ImportState {
    /// Rows are being stored, or the import was interrupted.
    Running,
    /// All rows were read.
    Finished,
    /// The import ended with an error; rows before it are stored.
    Failed,
    /// The objects that it stored were removed.
    Undone,
}

/// A reason for rejecting rows of an import.
#[derive(SimpleObject)]
pub(super) struct ImportReject {
    /// Number of rows that were rejected for this reason.
    rows: i64,
    /// Invalid field; empty if the whole row is invalid.
    field: String,
    /// The reason, as of the first row that was rejected for it.
    reason: String,
    /// Line of the first row that was rejected for this reason.
    line: i64,
}

#[Object(use_type_description)]
impl Import {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Content of the rows.
    async fn kind(&self) -> ImportKind {
        self.0.kind.into()
    }

    /// State of the import.
    async fn state(&self) -> ImportState {
        self.0.state.into()
    }

    /// Name of the file.
    async fn file_name(&self) -> &str {
        &self.0.file
    }

    /// Size of the file in bytes.
    async fn bytes(&self) -> i64 {
        self.0.bytes
    }

    /// Number of bytes of the file that were read so far.
    async fn bytes_read(&self) -> i64 {
        self.0.bytes_read
    }

    /// Source system of the rows.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// Number of rows read.
    async fn rows_read(&self) -> i64 {
        self.0.rows_read
    }

    /// Number of rows stored.
    async fn rows_accepted(&self) -> i64 {
        self.0.rows_accepted
    }

    /// Number of rows that updated a stored object.
    async fn rows_updated(&self) -> i64 {
        self.0.rows_updated
    }

    /// Number of rows of stored objects that were not applied.
    async fn rows_unchanged(&self) -> i64 {
        self.0.rows_unchanged
    }

    /// Number of rejected rows.
    async fn rows_rejected(&self) -> i64 {
        self.0.rows_rejected
    }

    /// Reason why it failed; null if it did not, or if it failed before reasons were recorded.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// Number of responses, incidents, releases or figures removed by undoing the import.
    async fn rows_removed(&self) -> i64 {
        self.0.rows_removed
    }

    /// Most frequent reasons why rows were rejected.
    async fn rejects(&self) -> Vec<ImportReject> {
        let number = |one: &serde_json::Value, field: &str| one[field].as_i64().unwrap_or_default();
        let text = |one: &serde_json::Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
        let reasons = self.0.reasons.as_array().into_iter().flatten();
        reasons
            .map(|one| ImportReject {
                rows: number(one, "count"),
                field: text(one, "field"),
                reason: text(one, "reason"),
                line: number(one, "line"),
            })
            .collect()
    }

    /// Actor that imported the file; null if not recorded.
    async fn created_by(&self) -> Option<Actor> {
        super::actor::Stored::read(self.0.created_by.as_deref()).map(Actor)
    }

    /// Start of the import.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on imports; all that are given must hold.
#[derive(InputObject)]
struct ImportFilter {
    /// Content of the rows.
    kind: Option<ImportKind>,
    /// State of the import.
    state: Option<ImportState>,
    /// Source system of the rows.
    source: Option<String>,
    /// Time of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<ImportFilter> for import::ImportFilter {
    fn from(given: ImportFilter) -> Self {
        Self {
            kind: given.kind.map(Into::into),
            state: given.state.map(Into::into),
            source: given.source,
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of imports.
    ImportOrderField for ImportSort,
    /// Sort order of imports.
    ImportOrder {
        /// Start of the import.
        CreatedAt,
        /// Time of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct ImportQuery;

#[Object]
impl ImportQuery {
    /// Imports of files, the latest first by default.
    async fn imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which imports to return; all by default.")] filter: Option<ImportFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<ImportOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Import, Total>, Fault> {
        ctx.manages()?;
        let imports = Imports { filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, imports, (first, after, last, before), Import).await
    }
}

/// Input of `undoImport`.
#[derive(InputObject)]
struct UndoImportInput {
    /// ID of the import.
    import: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `undoImport`.
    ImportPayload {
        /// The import.
        import: Import,
    }
}

#[derive(Default)]
pub(super) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Removes what an import stored: responses, incidents, releases or figures of exposure, and the customers, releases, features
    /// and segments that it created and that nothing else refers to. Scores follow. Objects that it updated are kept; figures of
    /// exposure get their earlier values. The file can be imported again.
    async fn undo_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UndoImportInput,
    ) -> Result<ImportPayload, Fault> {
        payload(input.client_mutation_id, async {
            let (store, by) = (ctx.store(), ctx.manages()?);
            let found = import::find(store, by, ("import", &input.import.0)).await?;
            let undone = import::undo(store, by, found.id, ctx.now()).await?;
            Ok(ImportPayload::done(Import(undone.import)))
        })
        .await
    }
}
