//! Exposure: the active customers of a feature on a day, as each source reports them.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, OrganizationId, ProductId, SegmentId};

/// One source's figure; the sources of a day add up.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exposure")]
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
    /// The system that counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// Customers who used the feature on that day.
    pub active_customers: i64,
    /// Time of the last change; none: before it was recorded.
    pub updated_at: Option<DateTimeUtc>,
}

tenant_table!();
