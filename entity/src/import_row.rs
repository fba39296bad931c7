//! What an import stored, by which it can be undone.

use sea_orm::entity::prelude::*;

use crate::id::{FeedbackId, ImportId, OrganizationId};

/// A response that an import stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// The response.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feedback_id: FeedbackId,
}

tenant_table!();
