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
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// IANA time zone that decides what a day is; fixed once the product exists.
    pub time_zone: String,
    /// A JSON list of the environments whose deployments ship a release.
    #[sea_orm(column_type = "JsonBinary")]
    pub ships_to: Json,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
