//! What another system sent, and what became of it.

use sea_orm::entity::prelude::*;

use crate::id::{InboundDeliveryId, InboundWebhookId, OrganizationId};

/// One payload.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_delivery")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InboundDeliveryId,
    /// The webhook.
    pub webhook_id: InboundWebhookId,
    /// The sender's ID of it; unique for the webhook.
    pub delivery_key: String,
    /// The sender's name of what happened.
    pub event: String,
    /// The payload.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// What became of it.
    pub state: InboundState,
    /// Why it was ignored or failed.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// The objects that were written, each with its outcome.
    #[sea_orm(column_type = "JsonBinary")]
    pub results: Json,
    /// Number of attempts.
    pub attempts: i32,
    /// When it is to be worked off.
    pub due_at: DateTimeUtc,
    /// Until when a process that works it off has it for itself; null: none does.
    pub claimed_until: Option<DateTimeUtc>,
    /// When it was received.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// What became of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum InboundState {
    /// It is stored.
    Pending,
    /// It was worked off.
    Processed,
    /// Nothing in it concerns Ballroom.
    Ignored,
    /// It could not be worked off.
    Failed,
}

tenant_table!();
