//! Daily counts of feedback: the only thing that scores read of responses.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId};

/// Number of counted responses at one level; a key without responses has no row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_daily")]
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
    /// The release that the responses name; nil: none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    /// The segment; nil: none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    /// The scale.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scale_id: ScaleId,
    /// The day, in the product's time zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// The level: steps above the scale's minimum.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Counted responses.
    pub answers: i64,
}

tenant_table!();
