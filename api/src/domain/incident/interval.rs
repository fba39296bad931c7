//! The intervals of an incident: an incident that was opened again has several.

use ballroom_entity::{
    id::{IncidentId, OrganizationId},
    incident::Model,
    incident_interval::{self, Column, Entity},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{
    base::{actor::Actor, error::Error},
    store::Store,
    transaction::Transaction,
};

/// A time in which an incident was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it ended; none: it is open.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who opened it; none: unknown.
    pub opened_by: Option<Actor>,
    /// Who resolved it; none: it is open, or unknown.
    pub resolved_by: Option<Actor>,
}

/// Begin of the current or last interval of an incident.
pub(crate) fn begin(incident: &Model) -> DateTime<Utc> {
    incident.reopened_at.unwrap_or(incident.opened_at)
}

/// Who opened the current or last interval of an incident.
fn opener(incident: &Model) -> Option<&str> {
    let by = if incident.reopened_at.is_some() { &incident.reopened_by } else { &incident.opened_by };
    by.as_deref()
}

/// All intervals, the first one first.
pub(crate) fn all(incident: &Model, earlier: &[incident_interval::Model]) -> Vec<Interval> {
    let earlier = earlier.iter().map(|row| Interval {
        opened_at: row.opened_at,
        resolved_at: Some(row.resolved_at),
        opened_by: Actor::read(row.opened_by.as_deref()),
        resolved_by: Actor::read(row.resolved_by.as_deref()),
    });
    let last = Interval {
        opened_at: begin(incident),
        resolved_at: incident.resolved_at,
        opened_by: Actor::read(opener(incident)),
        resolved_by: Actor::read(incident.resolved_by.as_deref()),
    };
    earlier.chain([last]).collect()
}

/// The days on which an incident was open, from a first through a last (none: still open). A day that two intervals
/// share stands in one of them only.
pub(crate) fn days(
    incident: &Model,
    earlier: &[incident_interval::Model],
) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let mut days: Vec<(NaiveDate, Option<NaiveDate>)> =
        earlier.iter().map(|row| (row.opened_on, Some(row.resolved_on))).collect();
    days.push((incident.reopened_on.unwrap_or(incident.opened_on), incident.resolved_on));
    let mut parted: Vec<(NaiveDate, Option<NaiveDate>)> = Vec::with_capacity(days.len());
    for (first, last) in days {
        match parted.last_mut() {
            Some((_, before)) if before.is_none_or(|before| first <= before) => *before = last,
            _ => parted.push((first, last)),
        }
    }
    parted
}

/// Those that were followed by another, of some incidents, the first one first.
pub(crate) async fn earlier_of(
    store: &Store,
    organization: OrganizationId,
    incidents: &[IncidentId],
) -> Result<Vec<incident_interval::Model>, Error> {
    let rows = Entity::owned_by(organization)
        .filter(Column::IncidentId.is_in(incidents.iter().copied()))
        .order_by_asc(Column::OpenedAt);
    Ok(rows.all(store.reader()).await?)
}

/// The same of one incident, inside a transaction.
pub(super) async fn earlier_in(
    tx: &Transaction,
    incident: IncidentId,
) -> Result<Vec<incident_interval::Model>, Error> {
    let rows = Entity::owned_by(tx.organization())
        .filter(Column::IncidentId.eq(incident))
        .order_by_asc(Column::OpenedAt);
    Ok(rows.all(tx.db()).await?)
}

/// Begins another interval and stores the one that ended. Returns it; none if there was no time between the two.
pub(super) async fn begin_again(
    tx: &Transaction,
    incident: &mut Model,
    (at, on): (DateTime<Utc>, NaiveDate),
) -> Result<Option<incident_interval::Model>, Error> {
    let (Some(resolved_at), Some(resolved_on)) = (incident.resolved_at, incident.resolved_on) else {
        return Ok(None);
    };
    if at == resolved_at {
        // It never ended: the resolution was a mistake.
        (incident.resolved_at, incident.resolved_on, incident.resolved_by) = (None, None, None);
        return Ok(None);
    }
    let ended = incident_interval::Model {
        organization_id: tx.organization(),
        incident_id: incident.id,
        opened_at: begin(incident),
        opened_on: incident.reopened_on.unwrap_or(incident.opened_on),
        resolved_at,
        resolved_on,
        opened_by: opener(incident).map(str::to_owned),
        resolved_by: incident.resolved_by.take(),
    };
    ended.clone().into_active_model().insert(tx.db()).await?;
    (incident.reopened_at, incident.reopened_on) = (Some(at), Some(on));
    incident.reopened_by = tx.actor();
    (incident.resolved_at, incident.resolved_on) = (None, None);
    Ok(Some(ended))
}

/// Reverts a reopening: the previous interval becomes the last again.
pub(super) async fn take_back(
    tx: &Transaction,
    incident: &mut Model,
    last: incident_interval::Model,
    is_first: bool,
) -> Result<(), Error> {
    (incident.reopened_at, incident.reopened_on) = match is_first {
        true => (None, None),
        false => (Some(last.opened_at), Some(last.opened_on)),
    };
    (incident.resolved_at, incident.resolved_on) = (Some(last.resolved_at), Some(last.resolved_on));
    last.into_active_model().delete(tx.db()).await?;
    Ok(())
}

/// Moves the beginning of the first interval.
pub(super) async fn move_first(
    tx: &Transaction,
    first: &mut incident_interval::Model,
    (at, on): (DateTime<Utc>, NaiveDate),
) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::IncidentId.eq(first.incident_id))
        .filter(Column::OpenedAt.eq(first.opened_at))
        .exec(tx.db())
        .await?;
    (first.opened_at, first.opened_on) = (at, on);
    first.clone().into_active_model().insert(tx.db()).await?;
    Ok(())
}
