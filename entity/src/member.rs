//! A member: a person who works with Ballroom.

use sea_orm::entity::prelude::*;

use crate::id::{MemberId, OrganizationId};

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    /// Email address in lower case, unique in the organization; null if none is known for certain.
    pub email: Option<String>,
    /// Display name.
    pub name: String,
    /// Roles of the member, a list of names. They grant no rights: tokens do.
    #[sea_orm(column_type = "JsonBinary")]
    pub roles: Json,
    /// Preferred language, a BCP 47 tag; null if none was chosen.
    pub language: Option<String>,
    /// Preferred vocabulary.
    pub vocabulary: Vocabulary,
    /// Name and email address, folded, for text search.
    #[sea_orm(column_type = "Text")]
    pub search: String,
    /// When the member was removed; null: the member is active. The row remains, because it documents who did what.
    pub removed_at: Option<DateTimeUtc>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// The words in which facts are shown to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Vocabulary {
    /// Of agile development.
    Agile,
    /// Of service management.
    Itil,
    /// Plain language.
    Plain,
}

tenant_table!();
