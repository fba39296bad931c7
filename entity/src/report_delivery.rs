//! A delivery of a scheduled report to one destination, and what became of it.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrganizationId, ReportDeliveryId, ReportId, ScheduleId},
    webhook_delivery::DeliveryState,
};

/// One report for one destination.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_delivery")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportDeliveryId,
    /// The schedule.
    pub schedule_id: ScheduleId,
    /// The report.
    pub report_id: ReportId,
    /// The rendering, by name.
    pub format: String,
    /// The destination as it was when the report was written.
    #[sea_orm(column_type = "JsonBinary")]
    pub destination: Json,
    /// What became of it.
    pub state: DeliveryState,
    /// Number of attempts.
    pub attempts: i32,
    /// When the next attempt is due.
    pub due_at: DateTimeUtc,
    /// Why the last attempt failed; null: it did not.
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
    /// When it was accepted; null: it was not.
    pub delivered_at: Option<DateTimeUtc>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
