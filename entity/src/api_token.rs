//! A token: who may call, and as what.

use sea_orm::entity::prelude::*;

use crate::id::{ApiTokenId, CustomerId, MemberId, OrganizationId, ProductId};

/// One token; only its hash is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7; part of the token's text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiTokenId,
    /// Purpose.
    pub name: String,
    /// For whom it speaks.
    pub role: Role,
    /// Restriction of the rights of the role.
    pub scope: Scope,
    /// The customer for whom it speaks; null unless the role is that of a customer.
    pub customer_id: Option<CustomerId>,
    /// The member whose token it is; null: it is a machine's.
    pub member_id: Option<MemberId>,
    /// The only product that a publishable token submits responses about; null: any.
    pub product_id: Option<ProductId>,
    /// The only features that it submits responses about, a list of UUIDs; null: any, and the product as a whole.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub feature_ids: Option<Json>,
    /// The origins whose pages may use it, a list of texts; null: any, and callers that are not web pages.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub origins: Option<Json>,
    /// SHA-256 of the secret, hexadecimal.
    pub secret_hash: String,
    /// Time of creation.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row, but for its use.
    pub updated_at: DateTimeUtc,
    /// Time of expiry; null: never.
    pub expires_at: Option<DateTimeUtc>,
    /// Time of the last use, to within an hour; null: never, or before this was recorded.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it was revoked; null: it works.
    pub revoked_at: Option<DateTimeUtc>,
}

/// For whom a token speaks: what each role may do is decided by the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Role {
    /// Product management.
    Product,
    /// Development.
    Development,
    /// Operations.
    Operations,
    /// Security.
    Security,
    /// Business.
    Business,
    /// Support.
    Support,
    /// One customer.
    Customer,
    /// An operator of the server.
    Administrator,
}

/// Restriction of a token, whatever its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Scope {
    /// To nothing.
    Full,
    /// To reading.
    Read,
    /// To writing what systems report.
    Ingest,
    /// To reports.
    Reports,
    /// To submitting responses: it may stand in a web page.
    Publishable,
}

tenant_table!();
