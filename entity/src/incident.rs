//! An incident: something not working.

use sea_orm::entity::prelude::*;

use crate::id::{IncidentId, OrganizationId, ProductId};

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentId,
    /// The product that does not work.
    pub product_id: ProductId,
    /// What is wrong, in a line.
    pub title: String,
    /// What is wrong, in full.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// 1 (critical) to 4 (minor).
    pub severity: i16,
    /// When it began.
    pub opened_at: DateTimeUtc,
    /// The day it began, in the product's time zone.
    pub opened_on: Date,
    /// When it ended, the last time; null: it is open.
    pub resolved_at: Option<DateTimeUtc>,
    /// The last day it was open, in the product's time zone.
    pub resolved_on: Option<Date>,
    /// When it began again, if it was resolved before; null: it began once. Earlier intervals have rows of their own.
    pub reopened_at: Option<DateTimeUtc>,
    /// The day it began again, in the product's time zone.
    pub reopened_on: Option<Date>,
    /// Who opened it, as an actor; null in rows from before this was recorded.
    pub opened_by: Option<String>,
    /// Who reopened it last; null: not reopened, or not recorded.
    pub reopened_by: Option<String>,
    /// Who resolved it the last time; null: it is open.
    pub resolved_by: Option<String>,
    /// How many customers it hurts, as stated; null: as many as are linked, or unknown if none is.
    pub affected_customers: Option<i64>,
    /// How many customers are linked to it.
    pub linked_customers: i64,
    /// The system that it came from.
    pub source: String,
    /// That system's ID of it; unique within the source.
    pub external_id: Option<String>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
    /// How many states of it there have been: 1 when it was made.
    pub revision: i32,
    /// Time of this version according to the source; null: not given.
    pub source_updated_at: Option<DateTimeUtc>,
    /// Hash of what was sent of it last, by which the same is known when it is sent again.
    pub sent: Option<i64>,
}

tenant_table!();
