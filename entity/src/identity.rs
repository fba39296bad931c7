//! An identity: a caller whom an OpenID Connect issuer knows.

use sea_orm::entity::prelude::*;

use crate::id::{IdentityId, MemberId, OrganizationId};

/// One subject of one issuer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentityId,
    /// The issuer, exactly as its tokens name it (`iss`).
    pub issuer: String,
    /// Its ID of the caller (`sub`); unique with the issuer in the organization.
    pub subject: String,
    /// Name of the caller when first seen.
    pub name: String,
    /// The member; null: a program, or the claims describe no person.
    pub member_id: Option<MemberId>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
}

tenant_table!();
