//! Codes of the products, features, releases, segments and scales in the daily counts.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// The code of an object, which never changes, and belongs to no other object later.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_code")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The code: 1 for the first object of the organization, then the next number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: i32,
    /// The ID of the object.
    pub object_id: Uuid,
}

tenant_table!();
