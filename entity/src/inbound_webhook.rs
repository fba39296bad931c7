//! An inbound webhook: an address that another system sends to.

use sea_orm::entity::prelude::*;

use crate::id::{InboundWebhookId, OrganizationId, ProductId};

/// One inbound webhook.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_webhook")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InboundWebhookId,
    /// Purpose, and the source of what it writes.
    pub name: String,
    /// The other system.
    pub kind: InboundKind,
    /// The product that is written to, unless the mapping says another.
    pub product_id: ProductId,
    /// What the other system signs with.
    #[sea_orm(column_type = "Text")]
    pub secret: String,
    /// Removed from the beginning of versions.
    pub version_prefix: Option<String>,
    /// What a payload becomes; of the generic kind only.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub mapping: Option<Json>,
    /// Whether it accepts anything.
    pub enabled: bool,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// The system that sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum InboundKind {
    /// GitHub: releases and deployments.
    Github,
    /// Sentry: issues and alerts.
    Sentry,
    /// Alertmanager of Prometheus: alerts.
    Alertmanager,
    /// CDEvents: incidents, tickets, services.
    Cdevents,
    /// Anything in JSON, by a mapping.
    Generic,
}

tenant_table!();
