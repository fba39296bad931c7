//! A token: who may call, and as what.

use sea_orm::entity::prelude::*;

use crate::id::{ApiTokenId, OrganizationId};

/// One token; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7; part of the token's text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of the secret, hexadecimal.
    pub secret_hash: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it stops working by itself; null: never.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was revoked; null: it works.
    pub revoked_at: Option<DateTimeUtc>,
}

/// What a token may do; each role includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Role {
    /// Read everything.
    Reader,
    /// Also write feedback, incidents and exposure.
    Contributor,
    /// Also write products, features, releases, iterations, customers and segments.
    Manager,
    /// Also make and revoke tokens.
    Administrator,
}

tenant_table!();
