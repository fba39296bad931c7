//! A product: what releases are versions of and features belong to.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ProductId};

/// One product of an organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    /// The name that people, files and URLs use; unique in the organization.
    pub key: String,
    /// Display name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// IANA time zone that defines its days; fixed once the product exists.
    pub time_zone: String,
    /// A JSON list of the environments whose deployments ship a release.
    #[sea_orm(column_type = "JsonBinary")]
    pub ships_to: Json,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
