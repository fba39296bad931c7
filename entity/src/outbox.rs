//! The outbox: events for subscribers, written in the transaction of the change.

use sea_orm::entity::prelude::*;

use crate::id::{EventId, OrganizationId};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7: the order of events.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// The kind of event: noun.verb, for example `feedback.submitted`.
    pub kind: String,
    /// The objects and details of the event.
    pub payload: Json,
    /// When.
    pub created_at: DateTimeUtc,
    /// Revision of the transaction that wrote it; 0 for events from before revisions were stored.
    pub revision: i64,
    /// When it was delivered; null: not yet.
    pub delivered_at: Option<DateTimeUtc>,
}

tenant_table!();
