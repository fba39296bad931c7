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
    /// Display name.
    pub name: String,
    /// Description: what it does for the customer.
    pub description: Option<String>,
    /// Lifecycle stage.
    pub lifecycle: FeatureLifecycle,
    /// The team that owns it.
    pub team_id: Option<TeamId>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// Lifecycle stage of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
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
