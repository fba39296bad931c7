//! Daily counts of feedback: the only thing that scores read of responses. Objects are named by their codes
//! ([`count_code`](crate::count_code)): with IDs, the key was most of the table, and of its index.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// Number of counted responses at one level; a key without responses has no row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_daily")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The feature, or the product as a whole.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_code: i32,
    /// The day, in the product's time zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// The release that the responses name; 0: none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_code: i32,
    /// The segment; 0: none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_code: i32,
    /// The scale.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scale_code: i32,
    /// The level: steps above the scale's minimum.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Counted responses.
    pub answers: i64,
}

tenant_table!();
