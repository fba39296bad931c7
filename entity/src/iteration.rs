//! An iteration: a sprint of a product.

use sea_orm::entity::prelude::*;

use crate::id::{IterationId, OrganizationId, ProductId};

/// One iteration; its days are half-open, `starts_on <= day < ends_before`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "iteration")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IterationId,
    /// The product worked on.
    pub product_id: ProductId,
    /// Its name; unique in the product.
    pub name: String,
    /// Goal.
    pub goal: Option<String>,
    /// First day.
    pub starts_on: Date,
    /// The day after the last.
    pub ends_before: Date,
    /// Search text, case-folded; null in rows from before it existed.
    #[sea_orm(column_type = "Text", nullable)]
    pub search: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
