//! A stored report: what a report said when it was stored. It never changes.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ProductId, ReportId};

/// One stored report.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stored_report")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    /// Its kind.
    pub kind: ReportKind,
    /// The product; null: all products.
    pub product_id: Option<ProductId>,
    /// Title.
    pub title: String,
    /// For whom it is.
    pub audience: String,
    /// Whether it has single responses or incidents, which not everyone may see.
    pub detailed: bool,
    /// The last day whose data it uses.
    pub as_of: Date,
    /// Version of the method.
    pub method: String,
    /// Revision of the data.
    pub revision: i64,
    /// The report as JSON. Text, because the same report must give the same bytes.
    #[sea_orm(column_type = "Text")]
    pub model: String,
    /// Actor that stored it.
    pub stored_by: Option<String>,
    /// When it was stored.
    pub created_at: DateTimeUtc,
}

/// Kind of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ReportKind {
    /// What an iteration achieved.
    Iteration,
    /// Perceived value of the features of a product.
    Value,
    /// One page about one release.
    Release,
    /// All products at a glance.
    Overview,
    /// Releases with security-relevant incidents or known errors.
    Security,
}

tenant_table!();
