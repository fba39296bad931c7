//! A feature: a capability that customers perceive.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, OrganizationId, ProductId, TeamId};

/// One feature of a product.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feature")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeatureId,
    /// The product that it belongs to.
    pub product_id: ProductId,
    /// The name that people and files use; unique in the product.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What it does for the customer.
    pub description: Option<String>,
    /// Where it is in its life.
    pub lifecycle: FeatureLifecycle,
    /// The team that owns it.
    pub team_id: Option<TeamId>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
}

/// Where a feature is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum FeatureLifecycle {
    /// Announced or being built; customers cannot use it yet.
    Planned,
    /// Customers use it.
    Live,
    /// Taken away.
    Retired,
}

tenant_table!();
