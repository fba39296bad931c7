//! The parameters of scores: estimates from the organization as a whole, as of the end of a day.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// One day's parameters.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "parameters_daily")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The last day whose counts were used.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// The version of the method; those of another version are not used.
    pub method: String,
    /// The parameters.
    pub parameters: Json,
    /// When they were computed.
    pub computed_at: DateTimeUtc,
}

tenant_table!();
