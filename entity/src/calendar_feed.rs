//! A calendar feed: a secret address at which calendar programs read what changes.

use sea_orm::entity::prelude::*;

use crate::{
    api_token::{Role, Scope},
    id::{ApiTokenId, CalendarFeedId, IdentityId, OrganizationId, ProductId},
};

/// One feed; of its secret only the hash is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_feed")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7; part of the text of the secret.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CalendarFeedId,
    /// Purpose.
    pub name: String,
    /// The product whose changes it shows; null: all.
    pub product_id: Option<ProductId>,
    /// SHA-256 of the secret, hexadecimal.
    pub secret_hash: String,
    /// The token of the author; null: an issuer has authenticated the author.
    pub token_id: Option<ApiTokenId>,
    /// The identity of the author; null with a token.
    pub identity_id: Option<IdentityId>,
    /// The role of the author; null: as the token says.
    pub role: Option<Role>,
    /// To what the author was confined; null: as the token says.
    pub scope: Option<Scope>,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Time of creation.
    pub created_at: DateTimeUtc,
    /// Time of the last change.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
