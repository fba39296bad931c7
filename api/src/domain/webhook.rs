//! Webhooks: addresses of other systems to which events are sent.
//!
//! An event becomes a *delivery* of each webhook that wants it. Deliveries are written from the outbox, which is part of the
//! transaction of the change, so no event is lost, and none is sent of a change that was rolled back. How they are sent is
//! described in `deliver/`.

mod deliveries;
mod delivery;
mod kind;
mod list;

use ballroom_entity::{
    id::{EventId, WebhookDeliveryId, WebhookId},
    organization,
    webhook::{Column, Entity, Model, WebhookState},
    webhook_delivery::{self, DeliveryState},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

pub use deliveries::{DeliverySort, WebhookDeliveries, WebhookDeliveryFilter};
pub use delivery::{Attempt, Ended, Terms, claim, ended, fan_out, prune};
pub use kind::KINDS;
pub(crate) use kind::sent_events;
pub use list::{WebhookFilter, WebhookSort, Webhooks};

use super::{access::Administer, check, token::random_secret};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// The kind of a delivery that was requested to try a webhook out.
pub const TEST: &str = "webhook.test";

/// Maximum length of an address.
const URL_LENGTH: usize = 2_000;

/// Time in which signatures with a replaced key are added.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// Maximum number of webhooks of an organization: every event is written once for each.
const MOST: u64 = 50;

/// Maximum number of deliveries that are replayed at once.
const REPLAYED: u64 = 10_000;

/// A webhook to create.
#[derive(Clone, Debug, Default)]
pub struct NewWebhook {
    /// Purpose.
    pub name: String,
    /// Where events are sent.
    pub url: String,
    /// The kinds of events; empty: all.
    pub events: Vec<String>,
}

/// Changes of a webhook; fields that are none are kept.
#[derive(Clone, Debug, Default)]
pub struct WebhookChanges {
    /// Purpose.
    pub name: Option<String>,
    /// Where events are sent.
    pub url: Option<String>,
    /// The kinds of events; empty: all.
    pub events: Option<Vec<String>>,
    /// Whether events are sent.
    pub enabled: Option<bool>,
}

/// The kinds of events of a webhook; empty: all.
pub fn events(row: &Model) -> Vec<String> {
    let kinds = row.events.as_array().into_iter().flatten();
    kinds.filter_map(|kind| kind.as_str().map(str::to_owned)).collect()
}

/// Creates a webhook, which gets the events from then on.
pub async fn create(
    store: &Store,
    by: Administer,
    new: NewWebhook,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let (name, url) = (check::name("name", &new.name)?, check::line("url", &new.url, URL_LENGTH)?);
    let secret = random_secret()?.to_vec();
    let mut tx = store.begin(by.organization(), at).await?;
    let there = Entity::owned_by(by.organization()).limit(MOST).all(tx.db()).await?;
    if there.len() as u64 >= MOST {
        let reason =
            format!("there are {MOST} webhooks, and no more are allowed; delete one that is not needed");
        return Err(Error::conflict("name", reason));
    }
    if there.iter().any(|row| row.name == name) {
        let reason = format!("there is already a webhook \"{name}\"; choose another name, or update it");
        return Err(Error::conflict("name", reason));
    }
    let row = Model {
        organization_id: by.organization(),
        id: WebhookId::new(),
        name,
        url,
        events: json!(new.events),
        secret,
        previous_secret: None,
        previous_secret_until: None,
        state: WebhookState::Active,
        disabled_reason: None,
        revision: revision(&tx).await?,
        event_id: EventId(Uuid::max()),
        created_by: tx.actor(),
        created_at: at,
        updated_at: at,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.emit(Event::WebhookCreated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// The revision of this transaction: events of earlier ones, and of this one, are not sent.
async fn revision(tx: &Transaction) -> Result<i64, Error> {
    let row = organization::Entity::find_by_id(tx.organization()).one(tx.db()).await?;
    Ok(row.map_or(0, |row| row.revision))
}

/// Changes a webhook.
pub async fn update(
    store: &Store,
    by: Administer,
    id: WebhookId,
    changes: WebhookChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let before = in_transaction(&tx, id).await?;
    let mut row = before.clone();
    if let Some(name) = changes.name {
        row.name = check::name("name", &name)?;
        let namesakes = Entity::owned_by(by.organization()).filter(Column::Name.eq(&row.name));
        if namesakes.all(tx.db()).await?.iter().any(|other| other.id != id) {
            let reason = format!("there is already a webhook \"{}\"; choose another name", row.name);
            return Err(Error::conflict("name", reason));
        }
    }
    if let Some(url) = changes.url {
        row.url = check::line("url", &url, URL_LENGTH)?;
    }
    if let Some(events) = changes.events {
        row.events = json!(events);
    }
    match (changes.enabled, row.state) {
        (Some(true), WebhookState::Disabled) => {
            (row.state, row.disabled_reason) = (WebhookState::Active, None);
            (row.revision, row.event_id) = (revision(&tx).await?, EventId(Uuid::max()));
        }
        (Some(false), WebhookState::Active) => {
            row.state = WebhookState::Disabled;
            delivery::give_up_all(tx.db(), &row, "the webhook was disabled", at).await?;
        }
        _ => (),
    }
    if row == before {
        return Ok(row);
    }
    row.updated_at = at;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::WebhookUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Replaces the key of signatures. Those with the old one are added for a day.
pub async fn rotate(store: &Store, by: Administer, id: WebhookId, at: DateTime<Utc>) -> Result<Model, Error> {
    let secret = random_secret()?.to_vec();
    let mut tx = store.begin(by.organization(), at).await?;
    let mut row = in_transaction(&tx, id).await?;
    row.previous_secret = Some(std::mem::replace(&mut row.secret, secret));
    (row.previous_secret_until, row.updated_at) = (Some(at + OVERLAP), at);
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::WebhookUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Removes a webhook with its deliveries.
pub async fn remove(store: &Store, by: Administer, id: WebhookId, at: DateTime<Utc>) -> Result<(), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    in_transaction(&tx, id).await?;
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::Column::OrganizationId.eq(by.organization()))
        .filter(webhook_delivery::Column::WebhookId.eq(id))
        .exec(tx.db())
        .await?;
    Entity::delete_by_id((by.organization(), id)).exec(tx.db()).await?;
    tx.emit(Event::WebhookRemoved(id));
    tx.commit().await
}

/// Sends an event that nothing happened, to try a webhook out.
pub async fn test(
    store: &Store,
    by: Administer,
    id: WebhookId,
    at: DateTime<Utc>,
) -> Result<webhook_delivery::Model, Error> {
    let tx = store.begin(by.organization(), at).await?;
    let row = in_transaction(&tx, id).await?;
    if row.state == WebhookState::Disabled {
        return Err(Error::conflict("webhook", "is disabled; enable it first"));
    }
    let made = delivery::new(&row, (EventId::new(), TEST), &json!({ "id": row.id.public() }), (at, at));
    let made = made.into_active_model().insert(tx.db()).await?;
    tx.commit().await?;
    Ok(made)
}

/// Sends deliveries again that were given up: these, or all. Those that are named are sent again even if they were
/// accepted. Returns how many.
pub async fn replay(
    store: &Store,
    by: Administer,
    id: WebhookId,
    deliveries: Option<&[WebhookDeliveryId]>,
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    use webhook_delivery::Column;
    if let Some(deliveries) = deliveries {
        check::batch("deliveries", deliveries.len())?;
    }
    let tx = store.begin(by.organization(), at).await?;
    let row = in_transaction(&tx, id).await?;
    if row.state == WebhookState::Disabled {
        return Err(Error::conflict("webhook", "is disabled; enable it first"));
    }
    let of = webhook_delivery::Entity::owned_by(by.organization()).filter(Column::WebhookId.eq(id));
    let chosen = match deliveries {
        Some(ids) => {
            of.filter(Column::Id.is_in(ids.iter().copied())).filter(Column::State.ne(DeliveryState::Pending))
        }
        None => of.filter(Column::State.eq(DeliveryState::Dead)),
    };
    let chosen: Vec<WebhookDeliveryId> =
        chosen.select_only().column(Column::Id).limit(REPLAYED).into_tuple().all(tx.db()).await?;
    delivery::again(tx.db(), by.organization(), &chosen, at).await?;
    tx.commit().await?;
    Ok(chosen.len() as u64)
}

async fn in_transaction(tx: &Transaction, id: WebhookId) -> Result<Model, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("webhook", WebhookId::NOUN, id.public()))
}
