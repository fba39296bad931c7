//! The changes of each transaction to the daily counts, for readers of the counts: stored for some minutes.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// The changes of one transaction.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_change")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The revision of the transaction.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    /// The revision that changed counts before; 0: none that is known.
    pub previous_revision: i64,
    /// The changes of the sums, in MessagePack; null: they are too many, and all counts must be read again.
    pub changes: Option<Vec<u8>>,
    /// When.
    pub created_at: DateTimeUtc,
}

tenant_table!();
