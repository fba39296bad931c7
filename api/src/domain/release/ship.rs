//! Shipping a release, taking that back, and withdrawing it.

use ballroom_entity::{
    id::ReleaseId,
    release::{Model, ReleaseLifecycle},
    release_interval,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::{find_in, seen, zone_of};
use crate::{
    base::error::Error,
    domain::{access::Ship, check, sent::Outcome},
    store::{Dimensions, Store},
    transaction::{Event, Transaction},
    words,
};

/// Records that customers have a release since a time. If it was withdrawn before that time, it
/// is reshipped: it counts from then on, and its earlier interval does not. That interval is returned, to be stored.
pub(super) fn ship_at(
    dimensions: &Dimensions,
    row: &mut Model,
    released_at: DateTime<Utc>,
) -> Result<Option<release_interval::Model>, Error> {
    let earlier = dimensions.earlier(row.id);
    if let Some(last) = earlier.last()
        && released_at <= last.time.withdrawn_at
    {
        // An earlier interval, submitted again.
        let known = earlier.iter().any(|earlier| earlier.time.released_at == released_at);
        return if known { Ok(None) } else { Err(withdrawn_since(last.time.withdrawn_at)) };
    }
    let mut ended = None;
    match row.withdrawn_at {
        // A correction of its first interval.
        Some(withdrawn_at) if released_at <= withdrawn_at => {
            if row.released_at == Some(released_at) {
                return Ok(None);
            }
        }
        withdrawn_at => {
            let first = (row.released_at, row.released_on);
            if let (Some(withdrawn_at), Some(withdrawn_on), (Some(released_at), Some(released_on))) =
                (withdrawn_at, row.withdrawn_on, first)
            {
                let (organization_id, release_id) = (row.organization_id, row.id);
                ended = Some(release_interval::Model {
                    organization_id,
                    release_id,
                    released_at,
                    released_on,
                    withdrawn_at,
                    withdrawn_on,
                });
            }
            (row.withdrawn_at, row.withdrawn_on, row.withdrawn_by) = (None, None, None);
            row.lifecycle = ReleaseLifecycle::Released;
        }
    }
    row.released_at = Some(released_at);
    row.released_on = Some(released_at.with_timezone(&zone_of(dimensions, row.product_id)?).date_naive());
    Ok(ended)
}

/// Stores an earlier interval of a reshipped release.
pub(super) async fn keep(tx: &mut Transaction, ended: Option<release_interval::Model>) -> Result<(), Error> {
    if let Some(ended) = ended {
        ended.clone().into_active_model().insert(tx.db()).await?;
        tx.release_interval_written(ended);
    }
    Ok(())
}

/// Whether it is since this moment that customers had a release, now or before it came again.
fn had_since(dimensions: &Dimensions, row: &Model, moment: DateTime<Utc>) -> bool {
    let mut earlier = dimensions.earlier(row.id).iter();
    row.released_at == Some(moment) || earlier.any(|earlier| earlier.time.released_at == moment)
}

fn withdrawn_since(withdrawn_at: DateTime<Utc>) -> Error {
    let reason = format!("must be after the release was withdrawn ({})", words::time(withdrawn_at));
    Error::unfit("releasedAt", reason)
}

/// Ships a release at a given time, else now, or on the day that it was first seen if it is known from responses
/// only. A withdrawn release can be shipped again.
pub async fn ship(
    store: &Store,
    by: Ship,
    release: ReleaseId,
    released_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let before = find_in(&tx, release)?.revision;
    let row = ship_in(&mut tx, release, released_at, at, false).await?;
    tx.commit().await?;
    let outcome = changed(before, &row);
    Ok((row, outcome))
}

/// The outcome for a release that had this revision.
fn changed(before: i32, row: &Model) -> Outcome {
    if row.revision == before { Outcome::Unchanged } else { Outcome::Updated }
}

/// The same inside a transaction. Without a given time and without responses, the time is `otherwise`.
pub(crate) async fn ship_in(
    tx: &mut Transaction,
    release: ReleaseId,
    released_at: Option<DateTime<Utc>>,
    otherwise: DateTime<Utc>,
    by_deployment: bool,
) -> Result<Model, Error> {
    let there = find_in(tx, release)?;
    let given = released_at.map(|moment| check::moment("releasedAt", moment, tx.at)).transpose()?;
    let dimensions = tx.dimensions();
    let since = match there.lifecycle {
        ReleaseLifecycle::Released if !there.inferred => {
            // Submitted again: without a time, or with a known one.
            if given.is_none_or(|given| had_since(&dimensions, &there, given)) {
                if by_deployment || !there.by_deployment {
                    return Ok(there);
                }
                let mut row = there.into_active_model();
                row.by_deployment = Set(false);
                let row = row.update(tx.db()).await?;
                tx.dimensions_changed().await?;
                return Ok(row);
            }
            let since = there.released_at.map(words::time).unwrap_or_default();
            let reason = format!(
                "was already released at {since}; correct the time by planRelease with another releasedAt"
            );
            return Err(Error::conflict("release", reason));
        }
        ReleaseLifecycle::Released | ReleaseLifecycle::Planned => match given {
            Some(given) => given,
            None => seen::first(tx, &there).await?.or(there.released_at).unwrap_or(otherwise),
        },
        ReleaseLifecycle::Withdrawn => {
            let again = given.unwrap_or(otherwise);
            if let Some(withdrawn_at) = there.withdrawn_at.filter(|withdrawn_at| again <= *withdrawn_at) {
                // Sent again late: this is how it was before it was withdrawn.
                if given.is_some_and(|given| had_since(&dimensions, &there, given)) {
                    return Ok(there);
                }
                return Err(withdrawn_since(withdrawn_at));
            }
            again
        }
    };
    let mut row = there;
    let ended = ship_at(&dimensions, &mut row, since)?;
    drop(dimensions);
    row.inferred = false;
    row.by_deployment = by_deployment;
    row.shipped_by = tx.actor();
    row.updated_at = tx.at;
    row.revision += 1;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    keep(tx, ended).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ReleaseShipped(row.id));
    Ok(row)
}

/// Moves the first day of a release that customers have.
pub(crate) async fn move_in(
    tx: &mut Transaction,
    release: &Model,
    released_at: DateTime<Utc>,
) -> Result<(), Error> {
    let zone = zone_of(&tx.dimensions(), release.product_id)?;
    let mut row = release.clone();
    row.released_at = Some(released_at);
    row.released_on = Some(released_at.with_timezone(&zone).date_naive());
    row.updated_at = tx.at;
    row.revision += 1;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ReleaseUpdated(row.id));
    Ok(())
}

/// Reverts the shipment of a release: it is planned.
pub(crate) async fn unship_in(tx: &mut Transaction, release: &Model) -> Result<(), Error> {
    let mut row = release.clone();
    row.lifecycle = ReleaseLifecycle::Planned;
    (row.released_at, row.released_on) = (None, None);
    (row.shipped_by, row.by_deployment) = (None, false);
    row.updated_at = tx.at;
    row.revision += 1;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ReleaseUpdated(row.id));
    Ok(())
}

/// Withdraws a release. Its responses and scores remain.
pub async fn withdraw(
    store: &Store,
    by: Ship,
    release: ReleaseId,
    withdrawn_at: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let there = find_in(&tx, release)?;
    let before = there.revision;
    let row = withdraw_in(&mut tx, there, withdrawn_at).await?;
    tx.dimensions_changed().await?;
    tx.commit().await?;
    let outcome = changed(before, &row);
    Ok((row, outcome))
}

/// The same inside a transaction; the caller must call [`Transaction::dimensions_changed`] afterwards.
pub(crate) async fn withdraw_in(
    tx: &mut Transaction,
    there: Model,
    withdrawn_at: DateTime<Utc>,
) -> Result<Model, Error> {
    let withdrawn_at = check::moment("withdrawnAt", withdrawn_at, tx.at)?;
    let mut there = there;
    match there.lifecycle {
        ReleaseLifecycle::Withdrawn => return Ok(there),
        // It was never shipped, but responses show that customers had it.
        ReleaseLifecycle::Planned => match seen::first(tx, &there).await? {
            Some(since) => ship_at(&tx.dimensions(), &mut there, since).map(|_| ())?,
            None => {
                return Err(Error::conflict(
                    "release",
                    "is only planned, so it cannot be withdrawn; ship it first",
                ));
            }
        },
        ReleaseLifecycle::Released => {
            let dimensions = tx.dimensions();
            let mut earlier = dimensions.earlier(there.id).iter();
            // It was reshipped since.
            if earlier.any(|earlier| earlier.time.withdrawn_at == withdrawn_at) {
                return Ok(there);
            }
        }
    }
    if let Some(released) = there.released_at.filter(|released| withdrawn_at < *released) {
        let reason = format!(
            "is {}; it must not be before the release ({})",
            words::time(withdrawn_at),
            words::time(released)
        );
        return Err(Error::unfit("withdrawnAt", reason));
    }
    let zone = zone_of(&tx.dimensions(), there.product_id)?;
    there.withdrawn_at = Some(withdrawn_at);
    there.withdrawn_on = Some(withdrawn_at.with_timezone(&zone).date_naive());
    there.lifecycle = ReleaseLifecycle::Withdrawn;
    there.withdrawn_by = tx.actor();
    there.updated_at = tx.at;
    there.revision += 1;
    let row = there.into_active_model().reset_all().update(tx.db()).await?;
    tx.release_written(&row);
    tx.emit(Event::ReleaseWithdrawn(row.id));
    Ok(row)
}
