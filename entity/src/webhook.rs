//! A webhook: an address of another system to which events are sent.

use sea_orm::entity::prelude::*;

use crate::id::{EventId, OrganizationId, WebhookId};

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookId,
    /// Purpose.
    pub name: String,
    /// Where events are sent.
    pub url: String,
    /// The kinds of events, a list; empty: all.
    #[sea_orm(column_type = "JsonBinary")]
    pub events: Json,
    /// The key of signatures.
    pub secret: Vec<u8>,
    /// The key before it was replaced; signatures with it are added for a while.
    pub previous_secret: Option<Vec<u8>>,
    /// Until when they are.
    pub previous_secret_until: Option<DateTimeUtc>,
    /// Whether events are sent.
    pub state: WebhookState,
    /// Why not; null: they are, or a person disabled it.
    #[sea_orm(column_type = "Text", nullable)]
    pub disabled_reason: Option<String>,
    /// Revision of the last event for which deliveries were written.
    pub revision: i64,
    /// The last event of that revision.
    pub event_id: EventId,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// Whether events are sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum WebhookState {
    /// Events are sent.
    Active,
    /// No events are sent.
    Disabled,
}

tenant_table!();
