//! Daily counts of exposure: the sum over sources.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, OrganizationId, ProductId, SegmentId};

/// Active customers of a feature on a day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exposure_daily")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// The feature; nil: the product as a whole.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: FeatureId,
    /// The segment; nil: none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    /// The day, in the product's time zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// Customers who used the feature on that day.
    pub active_customers: i64,
}

tenant_table!();
