//! Deliveries: from the outbox to rows, and from rows to attempts, by any number of processes.
//!
//! Both steps are conditional updates. The cursor of a webhook moves in the transaction of its new deliveries if it is where
//! it was read, and a delivery is attempted by the process that has claimed it. A claim lasts longer than an attempt can take, so
//! a delivery is sent twice only if its receiver or its process fails; the receiver knows it by the ID of the event.

use ballroom_entity::{
    id::{EventId, OrganizationId, WebhookDeliveryId, WebhookId},
    organization, outbox,
    webhook::{self, WebhookState},
    webhook_delivery::{Column, DeliveryState, Entity, Model},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{KINDS, events};
use crate::{
    base::{error::Error, reference::PublicId},
    store::{Store, View},
};

/// Number of events that are read at once.
const EVENTS: u64 = 256;

/// Number of rows that are written by one statement.
const ROWS: usize = 500;

/// What identifies a delivery.
const KEY: [Column; 3] = [Column::OrganizationId, Column::WebhookId, Column::EventId];

/// A delivery that this process has for itself, and where it goes.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The delivery.
    pub delivery: Model,
    /// The webhook.
    pub webhook: webhook::Model,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The receiver accepted it, with this status.
    Accepted(u16),
    /// The receiver wants nothing any more: status 410.
    Gone,
    /// It failed, with the status of the response if there was one.
    Failed(Option<u16>, String),
}

/// What holds for attempts.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Number of attempts after which a delivery is given up.
    pub attempts: u32,
    /// Time after which another process may attempt it.
    pub claim: TimeDelta,
}

/// A delivery of an event that happened at a time, written at another.
pub(super) fn new(
    webhook: &webhook::Model,
    (event, kind): (EventId, &str),
    data: &Json,
    (happened, at): (DateTime<Utc>, DateTime<Utc>),
) -> Model {
    let body = json!({
        "type": kind,
        "timestamp": happened.to_rfc3339(),
        "organization": webhook.organization_id.public(),
        "data": data,
    });
    Model {
        organization_id: webhook.organization_id,
        id: WebhookDeliveryId::new(),
        webhook_id: webhook.id,
        event_id: event,
        kind: kind.to_owned(),
        body: body.to_string(),
        state: DeliveryState::Pending,
        attempts: 0,
        due_at: at,
        claimed_until: None,
        status: None,
        failure: None,
        delivered_at: None,
        created_at: at,
        updated_at: at,
    }
}

/// Writes the deliveries of all events that webhooks have not got. Returns how many.
pub async fn fan_out(store: &Store, at: DateTime<Utc>) -> Result<u64, Error> {
    let behind = "webhook.revision < (SELECT revision FROM organization WHERE organization.id = webhook.organization_id)";
    let behind = webhook::Entity::find()
        .filter(webhook::Column::State.eq(WebhookState::Active))
        .filter(Expr::cust(behind))
        .all(store.reader())
        .await?;
    let mut written = 0;
    for webhook in behind {
        written += catch_up(store, webhook, at).await?;
    }
    Ok(written)
}

async fn catch_up(store: &Store, mut webhook: webhook::Model, at: DateTime<Utc>) -> Result<u64, Error> {
    use outbox::Column;
    let organization = webhook.organization_id;
    // Read first: what is committed later has a later revision.
    let revision = organization::Entity::find_by_id(organization).one(store.reader()).await?;
    let Some(revision) = revision.map(|row| row.revision) else { return Ok(0) };
    let wanted = events(&webhook);
    let mut written = 0;
    loop {
        let further = Condition::any().add(Column::Revision.gt(webhook.revision)).add(
            Condition::all().add(Column::Revision.eq(webhook.revision)).add(Column::Id.gt(webhook.event_id)),
        );
        let found = outbox::Entity::owned_by(organization)
            .filter(further)
            .order_by_asc(Column::Revision)
            .order_by_asc(Column::Id)
            .limit(EVENTS)
            .all(store.reader())
            .await?;
        let last = found.last().map(|event| (event.revision, event.id));
        let is_all = found.len() < EVENTS as usize;
        let end = is_all.then_some((revision, EventId(Uuid::max())));
        let Some(place) = last.into_iter().chain(end).max() else { return Ok(written) };
        let sent = found.iter().filter(|event| match wanted.is_empty() {
            true => KINDS.contains(&&*event.kind),
            false => wanted.contains(&event.kind),
        });
        let rows: Vec<Model> = sent
            .map(|event| new(&webhook, (event.id, &event.kind), &event.payload, (event.created_at, at)))
            .collect();
        if !advance(store, &webhook, place, &rows).await? {
            // Another process has done it.
            return Ok(written);
        }
        written += rows.len() as u64;
        (webhook.revision, webhook.event_id) = place;
        if is_all {
            return Ok(written);
        }
    }
}

/// Moves the cursor of a webhook and writes the deliveries up to there; false if it has moved meanwhile.
async fn advance(
    store: &Store,
    webhook: &webhook::Model,
    (revision, event): (i64, EventId),
    rows: &[Model],
) -> Result<bool, Error> {
    use webhook::Column;
    let tx = store.aside().await?;
    let moved = webhook::Entity::update_many()
        .col_expr(Column::Revision, Expr::val(revision))
        .col_expr(Column::EventId, Expr::val(event))
        .filter(Column::OrganizationId.eq(webhook.organization_id))
        .filter(Column::Id.eq(webhook.id))
        .filter(Column::State.eq(WebhookState::Active))
        .filter(Column::Revision.eq(webhook.revision))
        .filter(Column::EventId.eq(webhook.event_id))
        .exec(&tx.tx)
        .await?;
    if moved.rows_affected == 0 {
        return Ok(false);
    }
    for some in rows.chunks(ROWS) {
        let known = OnConflict::columns(KEY).do_nothing().to_owned();
        Entity::insert_many(some.iter().cloned().map(IntoActiveModel::into_active_model))
            .on_conflict(known)
            .exec_without_returning(&tx.tx)
            .await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Claims due deliveries, at most this many, of webhooks that are not busy.
pub async fn claim(
    store: &Store,
    most: usize,
    busy: &[WebhookId],
    terms: Terms,
    at: DateTime<Utc>,
) -> Result<Vec<Attempt>, Error> {
    let free = |at| Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(at));
    let due = Entity::find()
        .filter(Column::State.eq(DeliveryState::Pending))
        .filter(Column::DueAt.lte(at))
        .filter(free(at))
        .filter(Column::WebhookId.is_not_in(busy.iter().copied()))
        .order_by_asc(Column::DueAt)
        .limit(most as u64)
        .all(store.reader())
        .await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let tx = store.aside().await?;
    let mut claimed = Vec::with_capacity(due.len());
    for mut row in due {
        let taken = Entity::update_many()
            .col_expr(Column::ClaimedUntil, Expr::val(at + terms.claim))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::OrganizationId.eq(row.organization_id))
            .filter(Column::Id.eq(row.id))
            .filter(Column::State.eq(DeliveryState::Pending))
            .filter(Column::Attempts.eq(row.attempts))
            .filter(free(at))
            .exec(&tx.tx)
            .await?;
        if taken.rows_affected == 0 {
            continue;
        }
        row.attempts += 1;
        let to =
            webhook::Entity::owned_by(row.organization_id).filter(webhook::Column::Id.eq(row.webhook_id));
        if let Some(webhook) = to.one(&tx.tx).await? {
            claimed.push(Attempt { delivery: row, webhook });
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Records the end of an attempt, unless another process has claimed the delivery meanwhile. `pause` is the time to the next one.
pub async fn ended(
    store: &Store,
    attempt: &Attempt,
    end: &Ended,
    terms: Terms,
    pause: TimeDelta,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let Attempt { delivery, webhook } = attempt;
    let last = delivery.attempts >= terms.attempts as i32;
    let (state, status, failure) = match end {
        Ended::Accepted(status) => (DeliveryState::Delivered, Some(*status), None),
        Ended::Gone => (
            DeliveryState::Dead,
            Some(410),
            Some("the receiver wants no more events (status 410)".to_owned()),
        ),
        Ended::Failed(status, reason) if last => (DeliveryState::Dead, *status, Some(reason.clone())),
        Ended::Failed(status, reason) => (DeliveryState::Pending, *status, Some(reason.clone())),
    };
    let tx = store.aside().await?;
    let written = Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .col_expr(Column::Status, Expr::val(status.map(i32::from)))
        .col_expr(Column::Failure, Expr::val(failure))
        .col_expr(Column::DueAt, Expr::val(at + pause))
        .col_expr(Column::ClaimedUntil, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::DeliveredAt, Expr::val((state == DeliveryState::Delivered).then_some(at)))
        .col_expr(Column::UpdatedAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(delivery.organization_id))
        .filter(Column::Id.eq(delivery.id))
        .filter(Column::State.eq(DeliveryState::Pending))
        .filter(Column::Attempts.eq(delivery.attempts))
        .exec(&tx.tx)
        .await?;
    if written.rows_affected > 0 && *end == Ended::Gone {
        disable(&tx.tx, webhook, at).await?;
    }
    tx.commit().await
}

/// Disables a webhook whose receiver wants nothing any more.
async fn disable(tx: &View, webhook: &webhook::Model, at: DateTime<Utc>) -> Result<(), Error> {
    use webhook::Column;
    let reason = "the receiver wants no more events (status 410)";
    webhook::Entity::update_many()
        .col_expr(Column::State, Expr::val(WebhookState::Disabled))
        .col_expr(Column::DisabledReason, Expr::val(reason))
        .col_expr(Column::UpdatedAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(webhook.organization_id))
        .filter(Column::Id.eq(webhook.id))
        .filter(Column::State.eq(WebhookState::Active))
        .exec(tx)
        .await?;
    give_up_all(tx, webhook, reason, at).await
}

/// Gives up what was not accepted yet.
pub(super) async fn give_up_all(
    tx: &View,
    webhook: &webhook::Model,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::State, Expr::val(DeliveryState::Dead))
        .col_expr(Column::Failure, Expr::val(reason))
        .col_expr(Column::UpdatedAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(webhook.organization_id))
        .filter(Column::WebhookId.eq(webhook.id))
        .filter(Column::State.eq(DeliveryState::Pending))
        .exec(tx)
        .await?;
    Ok(())
}

/// Makes deliveries due, as if they had never been attempted.
pub(super) async fn again(
    tx: &View,
    organization: OrganizationId,
    ids: &[WebhookDeliveryId],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    for some in ids.chunks(ROWS) {
        Entity::update_many()
            .col_expr(Column::State, Expr::val(DeliveryState::Pending))
            .col_expr(Column::Attempts, Expr::val(0))
            .col_expr(Column::DueAt, Expr::val(at))
            .col_expr(Column::ClaimedUntil, Expr::val(None::<DateTime<Utc>>))
            .col_expr(Column::DeliveredAt, Expr::val(None::<DateTime<Utc>>))
            .col_expr(Column::UpdatedAt, Expr::val(at))
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::Id.is_in(some.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Deletes the deliveries of an organization that ended before a time.
pub async fn prune(tx: &View, organization: OrganizationId, before: DateTime<Utc>) -> Result<u64, Error> {
    let pruned = Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::State.ne(DeliveryState::Pending))
        .filter(Column::UpdatedAt.lt(before))
        .exec(tx)
        .await?;
    Ok(pruned.rows_affected)
}
