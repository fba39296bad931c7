//! What an import created because its rows named it.

use sea_orm::entity::prelude::*;

use crate::id::{ImportId, OrganizationId};

/// An object that did not exist when a row named it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_created")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// What it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: CreatedKind,
    /// Its ID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_id: Uuid,
}

/// What an import creates beside its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum CreatedKind {
    /// A customer.
    Customer,
    /// A release, inferred from what names it.
    Release,
    /// A feature.
    Feature,
    /// A segment.
    Segment,
    /// A product.
    Product,
}

tenant_table!();
