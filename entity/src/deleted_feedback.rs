//! Deleted responses: for systems that keep a copy, and so that a source that sends them again does not restore them.

use sea_orm::entity::prelude::*;

use crate::id::{CustomerId, FeedbackId, OrganizationId, ProductId};

/// A deleted response. Its content is not stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deleted_feedback")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The ID that it had.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeedbackId,
    /// The product of the response. None: it was deleted before this was recorded, and its ID is unknown.
    pub product_id: Option<ProductId>,
    /// The customer who responded; none: anonymous.
    pub customer_id: Option<CustomerId>,
    /// The system that sent it.
    pub source: String,
    /// ID in the source system, if it gave one.
    pub external_id: Option<String>,
    /// When it was deleted.
    pub deleted_at: DateTimeUtc,
}

tenant_table!();
