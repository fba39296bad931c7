//! Inbound webhooks: addresses that other systems send to, and what they sent.
//!
//! What is sent is stored before anything is done about it, so that the sender has its response at once, and whatever goes wrong
//! later can be looked at and done again. What a payload becomes is decided in `inbound/`.

mod deliveries;
mod list;

use ballroom_entity::{
    id::{InboundDeliveryId, InboundWebhookId, OrganizationId},
    inbound_delivery::{self, InboundState},
    inbound_webhook::{Column, Entity, InboundKind, Model},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

pub use deliveries::{InboundDeliveries, InboundDeliveryFilter, InboundDeliverySort};
pub use list::{InboundWebhookFilter, InboundWebhookSort, InboundWebhooks};

use super::{access::Administer, check, token::random_secret};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// Maximum length of a name, which is also a source.
const NAME_LENGTH: usize = 64;
/// Minimum and maximum length of a secret that the other system gave.
const SECRET_LENGTH: [usize; 2] = [16, 500];
/// Maximum length of an ID of a delivery.
const KEY_LENGTH: usize = 200;
/// Time after which another process may work off what one has claimed.
const CLAIM: TimeDelta = TimeDelta::minutes(2);
/// Number of attempts while the database or the server fails.
const ATTEMPTS: i32 = 10;
/// Maximum number of deliveries that are worked off again at once.
const REPLAYED: u64 = 10_000;

/// An inbound webhook to create.
#[derive(Clone, Debug)]
pub struct NewInboundWebhook {
    /// Purpose, and the source of what it writes.
    pub name: String,
    /// The other system.
    pub kind: InboundKind,
    /// The product, by ID or key.
    pub product: String,
    /// What the other system signs with; none: a new one.
    pub secret: Option<String>,
    /// Removed from the beginning of versions.
    pub version_prefix: Option<String>,
    /// What a payload becomes, as checked by `inbound/`.
    pub mapping: Option<Json>,
}

/// Changes of an inbound webhook; fields that are none are kept.
#[derive(Clone, Debug, Default)]
pub struct InboundWebhookChanges {
    /// The product, by ID or key.
    pub product: Option<String>,
    /// What the other system signs with.
    pub secret: Option<String>,
    /// Removed from the beginning of versions.
    pub version_prefix: Option<Option<String>>,
    /// What a payload becomes.
    pub mapping: Option<Json>,
    /// Whether it accepts anything.
    pub enabled: Option<bool>,
}

/// The end of the address: it names the organization and the webhook, and is no secret, because what is sent is signed.
pub fn path(row: &Model) -> String {
    let parts = [row.organization_id.0.as_bytes().as_slice(), row.id.0.as_bytes()].concat();
    format!("/inbound/{}", BASE64_URL_SAFE_NO_PAD.encode(parts))
}

/// The enabled webhook at an address.
pub async fn at_path(store: &Store, end: &str) -> Result<Option<Model>, Error> {
    let bytes: Option<[u8; 32]> =
        BASE64_URL_SAFE_NO_PAD.decode(end).ok().and_then(|bytes| bytes.try_into().ok());
    let Some(bytes) = bytes else { return Ok(None) };
    let (Ok(organization), Ok(id)) = (Uuid::from_slice(&bytes[..16]), Uuid::from_slice(&bytes[16..])) else {
        return Ok(None);
    };
    let row = Entity::owned_by(OrganizationId(organization))
        .filter(Column::Id.eq(InboundWebhookId(id)))
        .filter(Column::Enabled.eq(true));
    Ok(row.one(store.reader()).await?)
}

fn secret(given: &str) -> Result<String, Error> {
    let [least, most] = SECRET_LENGTH;
    let given = given.trim();
    match given.chars().count() {
        length if length < least => {
            Err(Error::invalid("secret", format!("has {length} characters; it must have at least {least}")))
        }
        length if length > most => {
            Err(Error::invalid("secret", format!("has {length} characters; it must have at most {most}")))
        }
        _ => Ok(given.to_owned()),
    }
}

/// Creates an inbound webhook.
pub async fn create(
    store: &Store,
    by: Administer,
    new: NewInboundWebhook,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let name = check::line("name", &new.name, NAME_LENGTH)?;
    let secret = match &new.secret {
        Some(given) => secret(given)?,
        None => format!("whsec_{}", BASE64_STANDARD.encode(random_secret()?)),
    };
    let version_prefix = check::optional_line("versionPrefix", new.version_prefix.as_deref(), NAME_LENGTH)?;
    takes_mapping(new.kind, new.mapping.is_some())?;
    let mut tx = store.begin(by.organization(), at).await?;
    let product = tx.dimensions().product("product", &new.product)?.id;
    let namesake = Entity::owned_by(by.organization()).filter(Column::Name.eq(&name)).one(tx.db()).await?;
    if namesake.is_some() {
        let reason = format!("there is already an inbound webhook \"{name}\"; choose another name");
        return Err(Error::conflict("name", reason));
    }
    let row = Model {
        organization_id: by.organization(),
        id: InboundWebhookId::new(),
        name,
        kind: new.kind,
        product_id: product,
        secret,
        version_prefix,
        mapping: new.mapping,
        enabled: true,
        created_by: tx.actor(),
        created_at: at,
        updated_at: at,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.emit(Event::InboundWebhookCreated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Refuses a mapping where the kind has its own, and its absence where the kind has none.
pub fn takes_mapping(kind: InboundKind, is_mapped: bool) -> Result<(), Error> {
    match (kind, is_mapped) {
        (InboundKind::Generic, false) => {
            Err(Error::invalid("mapping", "is required for the kind GENERIC: it says what a payload becomes"))
        }
        (InboundKind::Generic, true) | (_, false) => Ok(()),
        (_, true) => {
            Err(Error::invalid("mapping", "is allowed for the kind GENERIC only; the others have their own"))
        }
    }
}

/// Changes an inbound webhook.
pub async fn update(
    store: &Store,
    by: Administer,
    id: InboundWebhookId,
    changes: InboundWebhookChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let before = in_transaction(&tx, id).await?;
    let mut row = before.clone();
    if let Some(product) = changes.product {
        row.product_id = tx.dimensions().product("product", &product)?.id;
    }
    if let Some(given) = changes.secret {
        row.secret = secret(&given)?;
    }
    if let Some(prefix) = changes.version_prefix {
        row.version_prefix = check::optional_line("versionPrefix", prefix.as_deref(), NAME_LENGTH)?;
    }
    if changes.mapping.is_some() {
        row.mapping = changes.mapping;
    }
    takes_mapping(row.kind, row.mapping.is_some())?;
    row.enabled = changes.enabled.unwrap_or(row.enabled);
    if row == before {
        return Ok(row);
    }
    row.updated_at = at;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::InboundWebhookUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Removes an inbound webhook with what was sent to it; what became of that stays.
pub async fn remove(
    store: &Store,
    by: Administer,
    id: InboundWebhookId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    use inbound_delivery::Column;
    let mut tx = store.begin(by.organization(), at).await?;
    in_transaction(&tx, id).await?;
    inbound_delivery::Entity::delete_many()
        .filter(Column::OrganizationId.eq(by.organization()))
        .filter(Column::WebhookId.eq(id))
        .exec(tx.db())
        .await?;
    Entity::delete_by_id((by.organization(), id)).exec(tx.db()).await?;
    tx.emit(Event::InboundWebhookRemoved(id));
    tx.commit().await
}

/// The inbound webhook with this ID.
pub async fn find(store: &Store, by: Administer, id: InboundWebhookId) -> Result<Model, Error> {
    let row = Entity::owned_by(by.organization()).filter(Column::Id.eq(id)).one(store.reader()).await?;
    row.ok_or_else(|| Error::not_found("webhook", "inbound webhook", id.public()))
}

async fn in_transaction(tx: &Transaction, id: InboundWebhookId) -> Result<Model, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("webhook", "inbound webhook", id.public()))
}

/// Stores what was sent. The same key again stores nothing. Returns whether it was new.
pub async fn receive(
    store: &Store,
    webhook: &Model,
    (key, event): (&str, &str),
    body: String,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    use inbound_delivery::Column;
    let short = |text: &str| text.chars().filter(|one| !one.is_control()).take(KEY_LENGTH).collect();
    let row = inbound_delivery::Model {
        organization_id: webhook.organization_id,
        id: InboundDeliveryId::new(),
        webhook_id: webhook.id,
        delivery_key: short(key),
        event: short(event),
        body,
        state: InboundState::Pending,
        reason: None,
        results: json!([]),
        attempts: 0,
        due_at: at,
        claimed_until: None,
        created_at: at,
        updated_at: at,
    };
    let tx = store.aside().await?;
    let known = OnConflict::columns([Column::OrganizationId, Column::WebhookId, Column::DeliveryKey])
        .do_nothing()
        .to_owned();
    let written = inbound_delivery::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(&tx.tx)
        .await?;
    tx.commit().await?;
    Ok(written > 0)
}

/// Claims what was received longest ago; none if nothing is due.
pub async fn claim(
    store: &Store,
    at: DateTime<Utc>,
) -> Result<Option<(inbound_delivery::Model, Model)>, Error> {
    use inbound_delivery::Column;
    let free = || Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(at));
    let due = inbound_delivery::Entity::find()
        .filter(Column::State.eq(InboundState::Pending))
        .filter(Column::DueAt.lte(at))
        .filter(free())
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(8)
        .all(store.reader())
        .await?;
    for mut row in due {
        let tx = store.aside().await?;
        let taken = inbound_delivery::Entity::update_many()
            .col_expr(Column::ClaimedUntil, Expr::val(at + CLAIM))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::OrganizationId.eq(row.organization_id))
            .filter(Column::Id.eq(row.id))
            .filter(Column::State.eq(InboundState::Pending))
            .filter(Column::Attempts.eq(row.attempts))
            .filter(free())
            .exec(&tx.tx)
            .await?;
        let webhook = Entity::owned_by(row.organization_id).filter(self::Column::Id.eq(row.webhook_id));
        let webhook = webhook.one(&tx.tx).await?;
        tx.commit().await?;
        if let (1, Some(webhook)) = (taken.rows_affected, webhook) {
            row.attempts += 1;
            return Ok(Some((row, webhook)));
        }
    }
    Ok(None)
}

/// How working off ended.
#[derive(Clone, Debug)]
pub enum Done {
    /// The IDs of the written objects with their outcomes.
    Processed(Vec<(String, &'static str)>),
    /// Nothing in it concerns Ballroom.
    Ignored(String),
    /// It says something that cannot be: what was written before that, and the reason.
    Refused(Vec<(String, &'static str)>, String),
    /// The server could not do it; it is tried again.
    Failed(String),
}

/// Records the end, unless another process has claimed it meanwhile.
pub async fn done(
    store: &Store,
    row: &inbound_delivery::Model,
    done: Done,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    use inbound_delivery::Column;
    let (state, results, reason) = match done {
        Done::Processed(results) => (InboundState::Processed, results, None),
        Done::Ignored(reason) => (InboundState::Ignored, Vec::new(), Some(reason)),
        Done::Refused(results, reason) => (InboundState::Failed, results, Some(reason)),
        Done::Failed(reason) if row.attempts >= ATTEMPTS => (InboundState::Failed, Vec::new(), Some(reason)),
        Done::Failed(reason) => (InboundState::Pending, Vec::new(), Some(reason)),
    };
    let results: Vec<Json> =
        results.into_iter().map(|(id, outcome)| json!({ "id": id, "outcome": outcome })).collect();
    let pause = TimeDelta::seconds(2_i64.saturating_pow(row.attempts.clamp(0, 12) as u32));
    let tx = store.aside().await?;
    inbound_delivery::Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .col_expr(Column::Reason, Expr::val(reason))
        .col_expr(Column::Results, Expr::val(Json::Array(results)))
        .col_expr(Column::DueAt, Expr::val(at + pause))
        .col_expr(Column::ClaimedUntil, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::UpdatedAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(row.organization_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(InboundState::Pending))
        .filter(Column::Attempts.eq(row.attempts))
        .exec(&tx.tx)
        .await?;
    tx.commit().await
}

/// Works off again what was sent: these, or all that failed. Returns how many.
pub async fn replay(
    store: &Store,
    by: Administer,
    id: InboundWebhookId,
    deliveries: Option<&[InboundDeliveryId]>,
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    use inbound_delivery::Column;
    if let Some(deliveries) = deliveries {
        check::batch("deliveries", deliveries.len())?;
    }
    let tx = store.begin(by.organization(), at).await?;
    in_transaction(&tx, id).await?;
    let of = inbound_delivery::Entity::owned_by(by.organization()).filter(Column::WebhookId.eq(id));
    let chosen = match deliveries {
        Some(ids) => {
            of.filter(Column::Id.is_in(ids.iter().copied())).filter(Column::State.ne(InboundState::Pending))
        }
        None => of.filter(Column::State.eq(InboundState::Failed)),
    };
    let chosen: Vec<InboundDeliveryId> =
        chosen.select_only().column(Column::Id).limit(REPLAYED).into_tuple().all(tx.db()).await?;
    for some in chosen.chunks(500) {
        inbound_delivery::Entity::update_many()
            .col_expr(Column::State, Expr::val(InboundState::Pending))
            .col_expr(Column::Attempts, Expr::val(0))
            .col_expr(Column::DueAt, Expr::val(at))
            .col_expr(Column::ClaimedUntil, Expr::val(None::<DateTime<Utc>>))
            .col_expr(Column::UpdatedAt, Expr::val(at))
            .filter(Column::OrganizationId.eq(by.organization()))
            .filter(Column::Id.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    tx.commit().await?;
    Ok(chosen.len() as u64)
}
