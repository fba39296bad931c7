//! Responses that somebody has looked at.

use sea_orm::entity::prelude::*;

use crate::id::{FeedbackId, OrganizationId};

/// Somebody has looked at one response.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_seen")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The response.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feedback_id: FeedbackId,
    /// Actor that looked at it first; null: not recorded.
    pub seen_by: Option<String>,
    /// When.
    pub seen_at: DateTimeUtc,
}

tenant_table!();
