//! Updates of known incidents by their source.

use ballroom_entity::{
    attribution::{self, AttributionBasis},
    id::{AttributionId, IncidentId},
    incident::Model,
    incident_feature,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{FullIncident, NewIncident, Opened, count, customers, interval, load_full, open};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        check, customer,
        feedback::EventDetail,
        sent::{Outcome, Stamp},
    },
    transaction::{Event, Transaction},
};

/// Applies a newer version; omitted fields are kept. So a nightly copy of a ticket system converges: an incident that
/// is sent again with an end is resolved, and one that began again after its end gets another interval.
pub(super) async fn renew(
    tx: &mut Transaction,
    incident: IncidentId,
    item: NewIncident,
    event_detail: EventDetail,
) -> Result<Opened, Error> {
    let stamp = Stamp::of(&item, item.updated_at, tx.at)?;
    let FullIncident { incident: before, features: features_before, attributions, earlier } =
        load_full(tx, incident).await?;
    if let Some(outcome) = stamp.against(before.source_updated_at, before.sent) {
        return Ok(Opened { incident: before, outcome, removed: Vec::new() });
    }
    let dimensions = tx.dimensions();
    let mut after = before.clone();
    after.title = check::line("title", &item.title, open::TITLE_LENGTH)?;
    let description = check::text("description", item.description.as_deref())?;
    item.nulls.take("description", &mut after.description, description);
    after.severity = open::severity(item.severity)?;
    let affected = open::affected(item.affected_customers)?;
    item.nulls.take("affectedCustomers", &mut after.affected_customers, affected);
    let features = match item.features.is_empty() && !item.nulls.has("features") {
        true => features_before.clone(),
        false => open::features(&dimensions, after.product_id, &item.features)?,
    };
    let customers = match item.customers.is_empty() && !item.nulls.has("customers") {
        true => None,
        false => Some(customer::named(tx, &item.customers).await?),
    };
    let release = match &item.release {
        Some(release) => Some(dimensions.release(after.product_id, "release", release)?.id),
        None => None,
    };
    let times = Times::check(&item, tx.at)?;

    // Everything is found good: from here on nothing of it is refused.
    let mut earlier_after = earlier.clone();
    times.apply(tx, &mut after, &mut earlier_after).await?;
    if after.resolved_at != before.resolved_at {
        after.resolved_by = after.resolved_at.and_then(|_| tx.actor());
    }
    if after.reopened_at != before.reopened_at {
        after.reopened_by = after.reopened_at.and_then(|_| tx.actor());
    }
    let mut removed = Vec::new();
    if let Some(customers) = customers {
        after.linked_customers = customers.len() as i64;
        removed = customers::replace(tx, incident, &customers).await?;
    }
    let same_features =
        features.len() == features_before.len() && features.iter().all(|id| features_before.contains(id));
    if !same_features {
        incident_feature::Entity::delete_many()
            .filter(incident_feature::Column::OrganizationId.eq(tx.organization()))
            .filter(incident_feature::Column::IncidentId.eq(incident))
            .exec(tx.db())
            .await?;
        open::link_features(tx, &[(incident, features.clone())]).await?;
    }
    let mut stated = attributions.clone();
    let last_named = attributions.iter().rev().find(|one| one.basis == AttributionBasis::Explicit);
    let last_named = last_named.and_then(|last| last.release_id);
    // A source that no longer names a release withdraws its attribution, unless there is a later one by others.
    let taken_back =
        item.nulls.has("release") && last_named.is_some_and(|named| count::label(&attributions) == named);
    if taken_back || release.is_some_and(|release| last_named != Some(release)) {
        let one = attribution::Model {
            organization_id: tx.organization(),
            id: AttributionId::new(),
            incident_id: incident,
            release_id: release,
            basis: AttributionBasis::Explicit,
            confidence: None,
            created_at: tx.at,
            stated_by: tx.actor(),
        };
        stated.push(one.into_active_model().insert(tx.db()).await?);
    }

    let differs =
        after != before || !removed.is_empty() || !same_features || stated.len() != attributions.len();
    let outcome = if differs { Outcome::Updated } else { Outcome::Unchanged };
    if differs {
        count::change(tx, &before, &earlier, &features_before, &attributions, -1);
        count::change(tx, &after, &earlier_after, &features, &stated, 1);
        after.revision += 1;
        after.updated_at = tx.at;
    }
    after.source_updated_at = stamp.later(before.source_updated_at);
    after.sent = Some(stamp.sent);
    let after = after.into_active_model().reset_all().update(tx.db()).await?;
    if differs && event_detail == EventDetail::Each {
        tx.emit(match (before.resolved_at, after.resolved_at) {
            (None, Some(_)) => Event::IncidentResolved(incident),
            (Some(_), None) => Event::IncidentReopened(incident),
            _ => Event::IncidentUpdated(incident),
        });
    }
    Ok(Opened { incident: after, outcome, removed })
}

/// The submitted times of an incident.
struct Times {
    opened_at: Option<DateTime<Utc>>,
    reopened_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    /// Time of the version at the source.
    updated_at: Option<DateTime<Utc>>,
    /// It is open at the source: since this time, if it was resolved before.
    open_at: Option<DateTime<Utc>>,
}

impl Times {
    fn check(item: &NewIncident, now: DateTime<Utc>) -> Result<Self, Error> {
        let moment = |field: &str, given: Option<DateTime<Utc>>| {
            given.map(|given| check::moment(field, given, now)).transpose()
        };
        let times = Self {
            opened_at: moment("openedAt", item.opened_at)?,
            reopened_at: moment("reopenedAt", item.reopened_at)?,
            resolved_at: moment("resolvedAt", item.resolved_at)?,
            updated_at: item.updated_at,
            open_at: item.open.then(|| item.updated_at.unwrap_or(now)),
        };
        open::in_order(times.opened_at, times.reopened_at, times.resolved_at)?;
        Ok(times)
    }

    async fn apply(
        &self,
        tx: &Transaction,
        incident: &mut Model,
        earlier: &mut Vec<ballroom_entity::incident_interval::Model>,
    ) -> Result<(), Error> {
        let dimensions = tx.dimensions();
        let product = incident.product_id;
        let on = |at: DateTime<Utc>| Ok::<_, Error>((at, open::day(&dimensions, product, at)?));
        let known =
            |at: DateTime<Utc>, incident: &Model, earlier: &[ballroom_entity::incident_interval::Model]| {
                interval::all(incident, earlier).iter().any(|one| one.opened_at == at)
            };
        let mut again = self.reopened_at;
        if let Some(opened_at) = self.opened_at.filter(|at| !known(*at, incident, earlier)) {
            if incident.resolved_at.is_some_and(|resolved| opened_at > resolved) {
                // Opened after its end: it was reopened.
                again = again.or(Some(opened_at));
            } else if opened_at
                <= earlier.first().map_or(interval::begin(incident), |first| first.resolved_at)
                || (earlier.is_empty() && incident.resolved_at.is_none_or(|resolved| opened_at <= resolved))
            {
                let moved = on(opened_at)?;
                if let Some(first) = earlier.first_mut() {
                    interval::move_first(tx, first, moved).await?;
                }
                (incident.opened_at, incident.opened_on) = moved;
            }
        }
        if let Some(at) = again.filter(|at| !known(*at, incident, earlier))
            && incident.resolved_at.is_some_and(|resolved| at >= resolved)
        {
            earlier.extend(interval::reopen(tx, incident, on(at)?).await?);
        }
        if let Some(resolved_at) = self.resolved_at {
            // The end of an earlier interval, submitted late: it is known.
            if resolved_at >= interval::begin(incident) {
                let (at, day) = on(resolved_at)?;
                (incident.resolved_at, incident.resolved_on) = (Some(at), Some(day));
            } else if incident.resolved_at.is_none()
                && earlier.last().is_some_and(|last| resolved_at > last.resolved_at)
            {
                // The reopening had no time and was received after its end.
                let (at, day) = on(resolved_at)?;
                (incident.reopened_at, incident.reopened_on) = (Some(at), Some(day));
                (incident.resolved_at, incident.resolved_on) = (Some(at), Some(day));
            } else if incident.resolved_at.is_none()
                && earlier.last().is_some_and(|last| resolved_at == last.resolved_at)
                && self.updated_at.is_some_and(|updated| updated > interval::begin(incident))
            {
                // A later version of the source withdraws the reopening.
                if let Some(last) = earlier.pop() {
                    interval::take_back(tx, incident, last, earlier.is_empty()).await?;
                }
            }
        } else if let Some(at) = self.open_at
            && incident.resolved_at.is_some_and(|resolved| at >= resolved)
        {
            earlier.extend(interval::reopen(tx, incident, on(at)?).await?);
        }
        Ok(())
    }
}
