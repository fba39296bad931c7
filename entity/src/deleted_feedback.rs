//! Deleted responses: for systems that keep a copy, and so that a source that sends them again does not bring them back.

use sea_orm::entity::prelude::*;

use crate::id::{CustomerId, FeedbackId, OrganizationId, ProductId};

/// A response that was deleted. Nothing of what it said is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deleted_feedback")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The ID that it had.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeedbackId,
    /// The product that it was about. None: it was deleted before this was kept, and its ID is not known.
    pub product_id: Option<ProductId>,
    /// The customer who responded; none: anonymous.
    pub customer_id: Option<CustomerId>,
    /// The system that sent it.
    pub source: String,
    /// That system's ID of it, if it gave one.
    pub external_id: Option<String>,
    /// When it was deleted.
    pub deleted_at: DateTimeUtc,
}

tenant_table!();
