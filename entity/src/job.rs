//! Jobs: scheduled work of the server.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// One job of an organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// Name of its kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Next due time.
    pub due_at: DateTimeUtc,
    /// Number of the last lease: it increases with each one, which invalidates the earlier ones.
    pub lease: i64,
    /// Expiry time of that lease, unless it is renewed; null: the job is not running.
    pub leased_until: Option<DateTimeUtc>,
    /// Number of attempts since the last success or final failure, including the current one.
    pub attempts: i32,
}

tenant_table!();
