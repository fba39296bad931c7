//! The customers of an announcement: decisions of people, and who was notified.

use sea_orm::entity::prelude::*;

use crate::id::{AnnouncementId, CustomerId, OrganizationId};

/// One customer of one announcement.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement_customer")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The announcement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub announcement_id: AnnouncementId,
    /// The customer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// Decision of a person about this customer; null: none.
    pub decision: Option<CustomerDecision>,
    /// The last edition of which the customer was notified; null: of none.
    pub notified_edition: Option<i32>,
    /// When that was; null: never.
    pub notified_at: Option<DateTimeUtc>,
}

/// What a person decided about a customer of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum CustomerDecision {
    /// The customer is affected.
    Added,
    /// The customer is not affected.
    Excluded,
    /// The customer is affected, and must not be notified.
    DoNotNotify,
}

tenant_table!();
