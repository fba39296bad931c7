//! The intervals of an incident that were followed by another.

use sea_orm::entity::prelude::*;

use crate::id::{IncidentId, OrganizationId};

/// A time in which an incident was open, before it was opened again. The last interval stands in the incident.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_interval")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: IncidentId,
    /// When it began.
    #[sea_orm(primary_key, auto_increment = false)]
    pub opened_at: DateTimeUtc,
    /// The day it began, in the product's time zone.
    pub opened_on: Date,
    /// When it ended.
    pub resolved_at: DateTimeUtc,
    /// The last day of it, in the product's time zone.
    pub resolved_on: Date,
    /// Actor that opened it; null in rows from before this was recorded.
    pub opened_by: Option<String>,
    /// Actor that resolved it; null in rows from before this was recorded.
    pub resolved_by: Option<String>,
}

tenant_table!();
