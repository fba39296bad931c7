//! A customer: who responds, by name or by pseudonym.

use sea_orm::entity::prelude::*;

use crate::id::{CustomerId, OrganizationId, SegmentId};

/// One customer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    /// The ID or pseudonym that the source systems use; unique in the organization.
    pub key: String,
    /// Name, if it may be stored.
    pub name: Option<String>,
    /// The group that the customer's future responses count for.
    pub segment_id: Option<SegmentId>,
    /// Search text, case-folded; null in rows from before it existed.
    #[sea_orm(column_type = "Text", nullable)]
    pub search: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
