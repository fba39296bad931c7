//! Files that an import has written for who sent its file: rejected rows, and rows that differ from what is stored.

use sea_orm::entity::prelude::*;

use crate::id::{ImportId, OrganizationId};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_file")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// What it is: rejects or differs.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Its bytes.
    #[sea_orm(column_type = "Blob")]
    pub content: Vec<u8>,
    /// When it was written.
    pub created_at: DateTimeUtc,
}

tenant_table!();
