//! Jobs: work that the server does by itself.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// One job of an organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// What it does.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// When it is to run next.
    pub due_at: DateTimeUtc,
    /// The number of the last lease: it counts up with each, so whoever holds an earlier one holds nothing.
    pub lease: i64,
    /// Until when that lease holds, unless it is renewed; null: nobody runs the job.
    pub leased_until: Option<DateTimeUtc>,
    /// Attempts since it last succeeded or was given up, the one in progress included.
    pub attempts: i32,
}

tenant_table!();
