//! A token of an operator of the server: it belongs to no organization and stands above them.

use sea_orm::entity::prelude::*;

use crate::id::OperatorTokenId;

/// One token; only its hash is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_token")]
pub struct Model {
    /// UUID v7; part of the token's text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OperatorTokenId,
    /// Purpose.
    pub name: String,
    /// SHA-256 of the secret, hexadecimal.
    pub secret_hash: String,
    /// Time of creation.
    pub created_at: DateTimeUtc,
    /// When it expires; null: never.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was revoked; null: it was not.
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
