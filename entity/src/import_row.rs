//! The objects that the rows of an import became, by which it can be undone, and by which the rows are known again.

use sea_orm::entity::prelude::*;

use crate::id::{ImportId, OrganizationId};

/// A response, an incident or a release that a row of an import created.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// The number of the row among those of the file, from 0; negative: it was not recorded.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    /// The number among the objects of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    /// The response, incident or release: see the kind of the import.
    pub object_id: Uuid,
}

tenant_table!();
