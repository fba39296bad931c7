//! Figures of exposure that an import changed.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, ImportId, OrganizationId, ProductId, SegmentId};

/// A figure before and after an import.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_exposure")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
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
    /// The figure before; null: there was none.
    pub before: Option<i64>,
    /// The figure that the import stored.
    pub after: i64,
}

tenant_table!();
