//! A schedule: when a report is written, and where it is sent.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrganizationId, ProductId, ScheduleId},
    stored_report::ReportKind,
};

/// One schedule.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScheduleId,
    /// Purpose; unique.
    pub name: String,
    /// The report.
    pub report: ReportKind,
    /// The product; null: all products, for reports that are about all.
    pub product_id: Option<ProductId>,
    /// For whom the report is written, by name.
    pub audience: String,
    /// The rendering that is sent, by name.
    pub format: String,
    /// Length of the period in days, for reports that have one.
    pub days: i32,
    /// When it runs; null: when an iteration of the product ends.
    pub cron: Option<String>,
    /// The time zone of `cron`, by its IANA name.
    pub time_zone: String,
    /// Where the report is sent, a list.
    #[sea_orm(column_type = "JsonBinary")]
    pub destinations: Json,
    /// Whether it runs only on request.
    pub paused: bool,
    /// The last time that is done: a run for an earlier time, or for this one, has nothing to do.
    pub done_through: DateTimeUtc,
    /// When a person asked for a run that is not done yet.
    pub requested_at: Option<DateTimeUtc>,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row by a person.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
