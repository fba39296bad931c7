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
    /// Summary in one line.
    pub title: String,
    /// Full description.
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
    /// Actor that opened it; null in rows from before this was recorded.
    pub opened_by: Option<String>,
    /// Who reopened it last; null: not reopened, or not recorded.
    pub reopened_by: Option<String>,
    /// Who resolved it the last time; null: it is open.
    pub resolved_by: Option<String>,
    /// Number of affected customers, as stated; null: the number of linked ones, or unknown if none is linked.
    pub affected_customers: Option<i64>,
    /// Number of linked customers.
    pub linked_customers: i64,
    /// Source system.
    pub source: String,
    /// ID in the source system; unique within the source.
    pub external_id: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
    /// Number of versions: 1 after the creation.
    pub revision: i32,
    /// Time of this version according to the source; null: not given.
    pub source_updated_at: Option<DateTimeUtc>,
    /// Hash of the last submission, which identifies a repeated one.
    pub sent: Option<i64>,
}

tenant_table!();
