//! Responses that were deleted, so that a source that sends them again does not bring them back.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// A response with an ID of its source that was deleted. Its content is not kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_deletion")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The system that sent it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// That system's ID of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub external_id: String,
    /// When it was deleted.
    pub deleted_at: DateTimeUtc,
}

tenant_table!();
