//! A session: a browser that has signed in, or a link by which one may.

use sea_orm::entity::prelude::*;

use crate::{
    api_token::{Role, Scope},
    id::{ApiTokenId, CustomerId, IdentityId, OrganizationId, SessionId},
};

/// One session; of its secret only the hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7; part of the text of the secret.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// SHA-256 of the secret, hexadecimal: that of the cookie, and before the session is opened that of the link.
    pub secret_hash: String,
    /// The token in whose place the session stands; null: an issuer has authenticated the reader.
    pub token_id: Option<ApiTokenId>,
    /// The identity of the reader; null with a token, and for customers.
    pub identity_id: Option<IdentityId>,
    /// For whom the session speaks; null: as the token says.
    pub role: Option<Role>,
    /// To what it is confined; null: as the token says.
    pub scope: Option<Scope>,
    /// The customer for whom it speaks; null: as the token says, or no customer.
    pub customer_id: Option<CustomerId>,
    /// The source under which its data is filed; null: as the token says.
    pub source: Option<String>,
    /// What the browser calls itself; null: it does not say.
    pub user_agent: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When a browser came with the link; null: none has yet.
    pub opened_at: Option<DateTimeUtc>,
    /// When it ends by itself, and before it is opened: when the link does.
    pub expires_at: DateTimeUtc,
    /// When the reader signed out; null: not yet.
    pub ended_at: Option<DateTimeUtc>,
}

tenant_table!();
