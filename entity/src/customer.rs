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
    /// A name, where one may be kept.
    pub name: Option<String>,
    /// The group that the customer's future responses count for.
    pub segment_id: Option<SegmentId>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
