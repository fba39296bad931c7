//! The forecast of incidents after a release, as it was made before.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ReleaseId};

/// The forecast for one release.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "release_forecast")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The release.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    /// The last day whose data were used; it begins on the next day.
    pub as_of: Date,
    /// Number of days.
    pub days: i32,
    /// Expected number of incidents.
    pub mean: f64,
    /// Pairs of a probability and the number of incidents that is not exceeded with it.
    #[sea_orm(column_type = "JsonBinary")]
    pub quantiles: Json,
    /// When it was made.
    pub made_at: DateTimeUtc,
}

tenant_table!();
