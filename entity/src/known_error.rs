//! A known error: something that does not work as it should, and what can be done about it.

use sea_orm::entity::prelude::*;

use crate::id::{KnownErrorId, OrganizationId, ProductId, ReleaseId};

/// One known error.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_error")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KnownErrorId,
    /// The product that has it.
    pub product_id: ProductId,
    /// Summary in one line.
    pub title: String,
    /// What customers notice.
    #[sea_orm(column_type = "Text", nullable)]
    pub symptom: Option<String>,
    /// Why it happens.
    #[sea_orm(column_type = "Text", nullable)]
    pub cause: Option<String>,
    /// What customers can do meanwhile.
    #[sea_orm(column_type = "Text", nullable)]
    pub workaround: Option<String>,
    /// The first release that has it; null: unknown.
    pub introduced_in: Option<ReleaseId>,
    /// Why it will not be fixed; null: that was not decided.
    #[sea_orm(column_type = "Text", nullable)]
    pub wont_fix: Option<String>,
    /// Whether customers may see it.
    pub is_public: bool,
    /// Source system.
    pub source: String,
    /// ID in the source system; unique within the source.
    pub external_id: Option<String>,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Title and symptom, folded, for the filter by text.
    #[sea_orm(column_type = "Text")]
    pub search: String,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
