//! A notice: what a customer is told of what became of what they said.

use sea_orm::entity::prelude::*;

use crate::id::{CustomerId, FeedbackId, KnownErrorId, NoticeId, OrganizationId, ReleaseId};

/// One notice of one customer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// The customer.
    pub customer_id: CustomerId,
    /// What it says.
    pub kind: NoticeKind,
    /// What must not be told twice; unique for the customer.
    pub topic: String,
    /// The known error that it is about.
    pub known_error_id: Option<KnownErrorId>,
    /// The release that fixes it.
    pub release_id: Option<ReleaseId>,
    /// The response that it is about.
    pub feedback_id: Option<FeedbackId>,
    /// When the customer was told.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
    /// When the customer read it; null: not yet.
    pub read_at: Option<DateTimeUtc>,
    /// The customer's answer to whether the fix helped; null: none.
    pub helped: Option<bool>,
    /// What the customer added.
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
}

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))", rename_all = "snake_case")]
pub enum NoticeKind {
    /// A release that fixes what the customer reported is available.
    FixAvailable,
    /// The customer has a release that fixes it.
    FixInstalled,
    /// The question whether the fix helped.
    FixQuestion,
    /// Somebody replied to the customer's response.
    Reply,
}

tenant_table!();
