//! The responses that report a known error.

use sea_orm::entity::prelude::*;

use crate::id::{FeedbackId, KnownErrorId, OrganizationId};

/// One response that reports one known error.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_error_feedback")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The known error.
    #[sea_orm(primary_key, auto_increment = false)]
    pub known_error_id: KnownErrorId,
    /// The response.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feedback_id: FeedbackId,
    /// Actor that linked it; null: not recorded.
    pub linked_by: Option<String>,
    /// When it was linked.
    pub linked_at: DateTimeUtc,
}

tenant_table!();
