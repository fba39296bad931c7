//! A release: a version of a product.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ProductId, ReleaseId};

/// One release of a product.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReleaseId,
    /// The product that it is a version of.
    pub product_id: ProductId,
    /// The version, a string that is never parsed as a number; unique in the product.
    pub version: String,
    /// Where the version stands in the natural order of versions: the greater text is the newer.
    pub version_order: String,
    /// Title besides the version.
    pub title: Option<String>,
    /// What changed, in words.
    pub notes: Option<String>,
    /// Lifecycle stage.
    pub lifecycle: ReleaseLifecycle,
    /// Predecessor: an edge of the release graph.
    pub previous_release_id: Option<ReleaseId>,
    /// The day it is meant to ship.
    pub planned_for: Option<Date>,
    /// When customers got it.
    pub released_at: Option<DateTimeUtc>,
    /// The day customers got it, in the product's time zone.
    pub released_on: Option<Date>,
    /// Time of the withdrawal.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Day of the withdrawal, in the time zone of the product.
    pub withdrawn_on: Option<Date>,
    /// Actor that entered it; null in rows from before this was recorded.
    pub planned_by: Option<String>,
    /// Who shipped it last; null: not shipped, or not recorded.
    pub shipped_by: Option<String>,
    /// Who withdrew it; null: not withdrawn, reshipped, or not recorded.
    pub withdrawn_by: Option<String>,
    /// Whether it was created from responses that named it; then its first day is that of the first one.
    pub inferred: bool,
    /// Whether its shipment is known from a deployment only, and not entered for the release itself.
    pub by_deployment: bool,
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

/// Lifecycle stage of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ReleaseLifecycle {
    /// Not with customers yet.
    Planned,
    /// With customers.
    Released,
    /// Was available to customers and has been withdrawn.
    Withdrawn,
}

tenant_table!();
