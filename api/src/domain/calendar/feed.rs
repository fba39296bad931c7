//! Addresses at which calendar programs read the calendar.
//!
//! Such programs send no token, so the address contains a secret. It shows what its author may see, and ends with the author's
//! token or membership.

mod list;

use ballroom_entity::{
    calendar_feed::{Column, Entity, Model},
    id::{CalendarFeedId, ProductId},
};
use chrono::{DateTime, Days, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

pub use list::{CalendarFeedFilter, CalendarFeedSort, CalendarFeeds};

use super::{Calendar, calendar};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::{Report, Viewer},
        check, secret,
        standing::Standing,
        token::{hash, random_secret},
    },
    store::Store,
    transaction::{Event, Transaction},
};

/// Days before and after today that a feed shows: together no more than a calendar may have.
const PAST: Days = Days::new(90);
const AHEAD: Days = Days::new(275);

/// Maximum number of feeds of an author.
const MOST: u64 = 20;

/// The path under which feeds are served.
pub const PATH: &str = "/calendar/";

/// A feed to create.
#[derive(Clone, Debug, Default)]
pub struct NewCalendarFeed {
    /// Purpose.
    pub name: String,
    /// The product, by ID or key; none: all.
    pub product: Option<String>,
}

/// What a feed shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The feed.
    pub feed: Model,
    /// The entries.
    pub calendar: Calendar,
}

/// The stored form of the actor whose feeds a caller sees; none: of all, for administrators.
pub fn author(viewer: &Viewer) -> Option<String> {
    match viewer.administers() {
        Ok(_) => None,
        Err(_) => Some(viewer.actor().map(|actor| actor.stored()).unwrap_or_default()),
    }
}

/// Creates a feed; returns it with the path of its address, which is not shown again.
pub async fn create(
    store: &Store,
    (viewer, by): (&Viewer, Report),
    new: NewCalendarFeed,
    at: DateTime<Utc>,
) -> Result<(Model, String), Error> {
    let name = check::name("name", &new.name)?;
    let mut tx = store.begin(by.organization(), at).await?.done_by(viewer.actor());
    let product = match &new.product {
        Some(product) => Some(tx.dimensions().product("product", product)?.id),
        None => None,
    };
    let own = Entity::owned_by(by.organization()).filter(Column::CreatedBy.eq(tx.actor()));
    if own.count(tx.db()).await? >= MOST {
        let reason = format!(
            "there are {MOST} addresses of yours, and no more are allowed; delete one that is not needed"
        );
        return Err(Error::conflict("name", reason));
    }
    let (id, bytes, standing) = (CalendarFeedId::new(), random_secret()?, Standing::of(viewer));
    let row = Model {
        organization_id: by.organization(),
        id,
        name,
        product_id: product,
        secret_hash: hash(&bytes),
        token_id: standing.token,
        identity_id: standing.identity,
        role: standing.role,
        scope: standing.scope,
        created_by: tx.actor(),
        created_at: at,
        updated_at: at,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.emit(Event::CalendarFeedCreated(row.id));
    tx.commit().await?;
    let path = format!("{PATH}{}.ics", secret::text(row.organization_id, id.0, &bytes));
    Ok((row, path))
}

/// Deletes a feed: its address no longer works. Authors delete their own, administrators any.
pub async fn remove(
    store: &Store,
    (viewer, by): (&Viewer, Report),
    id: CalendarFeedId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(viewer.actor());
    in_transaction(&tx, viewer, id).await?;
    Entity::delete_by_id((by.organization(), id)).exec(tx.db()).await?;
    tx.emit(Event::CalendarFeedRemoved(id));
    tx.commit().await
}

async fn in_transaction(tx: &Transaction, viewer: &Viewer, id: CalendarFeedId) -> Result<Model, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    let seen = row.filter(|row| may_see(viewer, row));
    seen.ok_or_else(|| Error::not_found("calendarFeed", "calendar feed", id.public()))
}

/// Whether a caller may see a feed.
pub fn may_see(viewer: &Viewer, row: &Model) -> bool {
    author(viewer).is_none_or(|author| row.created_by == Some(author))
}

/// What an address shows today; none if it is unknown, or its author may not see the calendar any more.
pub async fn read(store: &Store, address: &str, at: DateTime<Utc>) -> Result<Option<Shown>, Error> {
    let Some((organization, id, given)) = secret::parts(address) else { return Ok(None) };
    let found = Entity::owned_by(organization).filter(Column::Id.eq(CalendarFeedId(id)));
    let found = found.one(store.reader()).await?;
    let Some(feed) = found.filter(|row| row.secret_hash == hash(&given)) else { return Ok(None) };
    let standing = Standing {
        token: feed.token_id,
        identity: feed.identity_id,
        role: feed.role,
        scope: feed.scope,
        ..Standing::default()
    };
    let viewer = standing.viewer(store, organization, at).await?;
    let Some(Ok(by)) = viewer.map(|viewer| viewer.reports()) else { return Ok(None) };
    let today = at.date_naive();
    let product: Option<ProductId> = feed.product_id;
    let calendar = calendar(store, by, product, (today - PAST, today + AHEAD)).await?;
    Ok(Some(Shown { feed, calendar }))
}
