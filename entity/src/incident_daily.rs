//! Daily counts of incidents.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, OrganizationId, ProductId, ReleaseId};

/// What changed on one day. Running sums over the days give the incidents and customers in trouble on each:
/// so an open incident needs no row for every day that it stays open.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_daily")]
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
    /// The release it is attributed to; nil: none; all ones: not caused by a change.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    /// 1 to 4.
    #[sea_orm(primary_key, auto_increment = false)]
    pub severity: i16,
    /// The day, in the product's time zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// Incidents opened on this day.
    pub opened: i64,
    /// Change, from the day before, of the known number of customers affected by open incidents.
    pub affected_change: i64,
    /// Change, against the day before, of open incidents whose number of customers is unknown.
    pub unknown_change: i64,
}

tenant_table!();
