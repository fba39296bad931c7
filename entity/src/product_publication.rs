//! Products whose public view is switched on.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ProductId};

/// The public view of one product is switched on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_publication")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// Actor that switched it on; null: not recorded.
    pub published_by: Option<String>,
    /// When.
    pub published_at: DateTimeUtc,
}

tenant_table!();
