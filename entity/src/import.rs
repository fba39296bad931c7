//! An import of a file.

use sea_orm::entity::prelude::*;

use crate::id::{ImportId, OrganizationId};

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    /// What the rows contain.
    pub kind: ImportKind,
    /// Name of the file.
    pub file: String,
    /// Size of the file in bytes.
    pub bytes: i64,
    /// Hash of what the first rows say, by which the same file is known again.
    pub fingerprint: String,
    /// Hash of all that the rows of the file say, if they have no IDs of their own: whatever the mapping, the same file is known
    /// again by it.
    pub content: Option<String>,
    /// Source system.
    pub source: String,
    /// How the file was read: columns of fields, constants, preset.
    #[sea_orm(column_type = "JsonBinary")]
    pub mapping: Json,
    /// Lifecycle stage.
    pub state: ImportState,
    /// Records read.
    pub rows_read: i64,
    /// Rows stored.
    pub rows_accepted: i64,
    /// Rows that updated something known.
    pub rows_updated: i64,
    /// Rows of something known that were not applied.
    pub rows_unchanged: i64,
    /// Rejected records.
    pub rows_rejected: i64,
    /// The most frequent reasons of rejects.
    #[sea_orm(column_type = "JsonBinary")]
    pub reasons: Json,
    /// Actor that imported it.
    pub created_by: Option<String>,
    /// Start.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
    /// Number of responses, incidents, releases or figures that were removed when it was undone.
    pub rows_removed: i64,
    /// Bytes of the file that were read.
    pub bytes_read: i64,
    /// Why it failed.
    pub failure: Option<String>,
}

/// What the rows of an import contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ImportKind {
    /// Responses of customers.
    Feedback,
    /// Incidents.
    Incidents,
    /// Number of active customers per feature and day.
    Exposure,
    /// Releases.
    Releases,
}

/// State of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ImportState {
    /// Rows are being stored, or the process was interrupted.
    Running,
    /// All rows were read.
    Finished,
    /// It ended with an error; what came before it is stored.
    Failed,
    /// What it stored was removed.
    Undone,
}

tenant_table!();
