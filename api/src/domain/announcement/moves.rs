//! The moves of an announcement: publication, rescheduling, conclusion, cancellation.

use ballroom_entity::{
    announcement::{AnnouncementKind, AnnouncementState, Model},
    announcement_move::{self, MoveKind},
    id::{AnnouncementId, AnnouncementMoveId},
    notification::NotificationKind,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::{affected, audiences, in_transaction, over};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{access::Ship, check, notification},
    store::Store,
    transaction::{Event, Transaction},
    words,
};

/// The time of a planned change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its start.
    pub from: DateTime<Utc>,
    /// Its end; none: it has none.
    pub until: Option<DateTime<Utc>>,
}

impl Planned {
    pub(super) fn checked(self) -> Result<Self, Error> {
        let from = check::planned("planned.from", self.from)?;
        let until = self.until.map(|until| check::planned("planned.until", until)).transpose()?;
        match until {
            Some(until) if until <= from => {
                let (from, until) = (words::time(from), words::time(until));
                Err(Error::invalid("planned.until", format!("is {until}; it must be after from ({from})")))
            }
            _ => Ok(Self { from, until }),
        }
    }
}

/// Publishes a draft: its audience is notified.
pub async fn publish(store: &Store, by: Ship, id: AnnouncementId, at: DateTime<Utc>) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let mut row = in_transaction(&tx, id).await?;
    match row.state {
        AnnouncementState::Draft => (),
        AnnouncementState::Published => return Ok(row),
        AnnouncementState::Concluded | AnnouncementState::Cancelled => return Err(over(&row)),
    }
    publishable(&row)?;
    row.state = AnnouncementState::Published;
    row.published_at = Some(at);
    row.edition = 1;
    moved(tx, row, MoveKind::Published, None).await
}

/// Refuses an announcement that says too little to be published.
pub(super) fn publishable(row: &Model) -> Result<(), Error> {
    if row.changes.is_none() && row.kind != AnnouncementKind::Freeze {
        return Err(Error::invalid("changes", "must say what customers will notice before it is published"));
    }
    if audiences(row).is_empty() {
        return Err(Error::invalid("audiences", "must name at least one role before it is published"));
    }
    Ok(())
}

/// Puts a published change off, or brings it forward: everyone who was notified is notified again.
pub async fn reschedule(
    store: &Store,
    by: Ship,
    id: AnnouncementId,
    planned: Planned,
    reason: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let mut row = in_transaction(&tx, id).await?;
    let planned = planned.checked()?;
    let reason = check::text("reason", reason)?;
    match row.state {
        AnnouncementState::Draft => {
            let reason = "is a draft, of which nobody was notified; use updateAnnouncement";
            return Err(Error::conflict("announcement", reason));
        }
        AnnouncementState::Published => (),
        AnnouncementState::Concluded | AnnouncementState::Cancelled => return Err(over(&row)),
    }
    if (row.starts_at, row.ends_at) == (planned.from, planned.until) {
        return Ok(row);
    }
    (row.starts_at, row.ends_at) = (planned.from, planned.until);
    super::consistent(&row)?;
    row.edition += 1;
    moved(tx, row, MoveKind::Rescheduled, reason).await
}

/// Records that an announced change was made.
pub async fn conclude(
    store: &Store,
    by: Ship,
    id: AnnouncementId,
    outcome: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let mut row = in_transaction(&tx, id).await?;
    let outcome = check::text("outcome", outcome)?;
    match row.state {
        AnnouncementState::Draft => {
            return Err(Error::conflict("announcement", "is a draft; publish it first, or cancel it"));
        }
        AnnouncementState::Published => (),
        AnnouncementState::Concluded => return Ok(row),
        AnnouncementState::Cancelled => return Err(over(&row)),
    }
    row.state = AnnouncementState::Concluded;
    moved(tx, row, MoveKind::Concluded, outcome).await
}

/// Records that an announced change will not be made: everyone who was notified is notified again.
pub async fn cancel(
    store: &Store,
    by: Ship,
    id: AnnouncementId,
    reason: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let mut row = in_transaction(&tx, id).await?;
    let reason = check::text("reason", reason)?;
    match row.state {
        AnnouncementState::Draft => (),
        AnnouncementState::Published => row.edition += 1,
        AnnouncementState::Cancelled => return Ok(row),
        AnnouncementState::Concluded => return Err(over(&row)),
    }
    row.state = AnnouncementState::Cancelled;
    moved(tx, row, MoveKind::Cancelled, reason).await
}

async fn moved(
    mut tx: Transaction,
    mut row: Model,
    kind: MoveKind,
    reason: Option<String>,
) -> Result<Model, Error> {
    row.updated_at = tx.at;
    let entry = announcement_move::Model {
        organization_id: row.organization_id,
        announcement_id: row.id,
        id: AnnouncementMoveId::new(),
        kind,
        edition: row.edition,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        reason,
        moved_at: tx.at,
        moved_by: tx.actor(),
    };
    entry.into_active_model().insert(tx.db()).await?;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    let event: fn(AnnouncementId) -> Event = match kind {
        MoveKind::Published => Event::AnnouncementPublished,
        MoveKind::Rescheduled => Event::AnnouncementRescheduled,
        MoveKind::Concluded => Event::AnnouncementConcluded,
        MoveKind::Cancelled => Event::AnnouncementCancelled,
    };
    // A draft that is canceled was never told.
    let news = match kind {
        MoveKind::Published => Some(NotificationKind::AnnouncementPublished),
        MoveKind::Rescheduled => Some(NotificationKind::AnnouncementRescheduled),
        MoveKind::Cancelled => Some(NotificationKind::AnnouncementCancelled),
        MoveKind::Concluded => None,
    };
    if let Some(news) = news.filter(|_| row.edition > 0) {
        affected::notify(&tx, &row).await?;
        notification::announced(&mut tx, &row, news).await?;
    }
    tx.emit(event(row.id));
    tx.commit().await?;
    Ok(row)
}
