//! A segment: a named group of customers.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, SegmentId};

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "segment")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SegmentId,
    /// The name that people and files use; unique in the organization.
    pub key: String,
    /// Display name.
    pub name: String,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
