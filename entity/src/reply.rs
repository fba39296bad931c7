//! Replies to responses.

use sea_orm::entity::prelude::*;

use crate::id::{FeedbackId, OrganizationId, ReplyId};

/// One reply to one response.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reply")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReplyId,
    /// The response.
    pub feedback_id: FeedbackId,
    /// The text.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// Actor that replied; null: not recorded.
    pub replied_by: Option<String>,
    /// When.
    pub replied_at: DateTimeUtc,
}

tenant_table!();
