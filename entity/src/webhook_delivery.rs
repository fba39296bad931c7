//! A delivery: an event for a webhook, and what became of it.

use sea_orm::entity::prelude::*;

use crate::id::{EventId, OrganizationId, WebhookDeliveryId, WebhookId};

/// One event for one webhook.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    /// The webhook.
    pub webhook_id: WebhookId,
    /// The event; unique for the webhook.
    pub event_id: EventId,
    /// The kind of the event.
    pub kind: String,
    /// What is sent, the same in every attempt.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// What became of it.
    pub state: DeliveryState,
    /// Number of attempts.
    pub attempts: i32,
    /// When the next attempt is due.
    pub due_at: DateTimeUtc,
    /// Until when a process that attempts it has it for itself; null: none does.
    pub claimed_until: Option<DateTimeUtc>,
    /// Status of the last response; null: there was none.
    pub status: Option<i32>,
    /// Why the last attempt failed; null: it did not.
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
    /// When it was accepted; null: it was not.
    pub delivered_at: Option<DateTimeUtc>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is sent, or will be sent again.
    Pending,
    /// The receiver accepted it.
    Delivered,
    /// It was given up.
    Dead,
}

tenant_table!();
