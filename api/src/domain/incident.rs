//! Incidents: opening, changing and resolving them, and saying which release they come from.

mod count;
mod customers;
mod interval;
mod list;
mod open;
mod past;
mod remove;
mod renew;

use ballroom_entity::{
    attribution::{self, AttributionBasis},
    customer,
    id::{AttributionId, CustomerId, FeatureId, IncidentId, OrganizationId},
    incident::{Column, Entity, Model},
    incident_customer, incident_feature, incident_interval,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::Expr,
};

pub(crate) use count::{label, sums};
pub(crate) use customers::hurt_by;
pub use customers::{Linked, add as add_customers, remove as remove_customers};
pub use interval::Interval;
pub(crate) use interval::{all as intervals, earlier_of};
pub use open::{NewIncident, Opened, open, open_in};
pub use past::{Begun, Cause, Past, begun};
pub(crate) use remove::remove_in;

pub use list::{IncidentFilter, IncidentSort, Incidents};

use super::{
    access::{Contribute, Read},
    check,
    customer::named,
    lookup,
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
    words,
};

/// What to change of an incident.
#[derive(Clone, Debug, Default)]
pub struct IncidentChanges {
    /// A new title.
    pub title: Option<String>,
    /// A new description, or none.
    pub description: Option<Option<String>>,
    /// 1 (critical) to 4 (minor).
    pub severity: Option<i16>,
    /// New list of affected features, by ID or key.
    pub features: Option<Vec<String>>,
    /// New list of affected customers, by ID or key.
    pub customers: Option<Vec<String>>,
    /// Number of affected customers, or unknown.
    pub affected_customers: Option<Option<i64>>,
    /// When it began.
    pub opened_at: Option<DateTime<Utc>>,
}

/// The incident with this ID. A viewer restricted to one customer finds incidents that affect it only.
pub async fn find(store: &Store, by: Read, incident: IncidentId) -> Result<Model, Error> {
    let there = Entity::owned_by(by.organization())
        .filter(Column::Id.eq(incident))
        .apply_if(by.only(), |query, customer| query.filter(affects(by.organization(), customer)))
        .one(store.reader())
        .await?;
    there.ok_or_else(|| Error::not_found("incident", "incident", incident.public()))
}

/// The incident with this external ID, of this source or of the only one that has it. A viewer restricted to one customer
/// finds only those that affect that customer.
pub async fn find_external(
    store: &Store,
    by: Read,
    external_id: &str,
    source: Option<&str>,
) -> Result<Model, Error> {
    let rows = Entity::owned_by(by.organization())
        .apply_if(by.only(), |query, customer| query.filter(affects(by.organization(), customer)));
    lookup::by_external_id(
        store,
        rows,
        (Column::Source, Column::ExternalId),
        IncidentId::NOUN,
        (external_id, source),
    )
    .await
}

/// The condition that an incident affects a customer.
pub(crate) fn affects(organization: OrganizationId, customer: CustomerId) -> Expr {
    let linked = incident_customer::Entity::owned_by(organization)
        .filter(incident_customer::Column::CustomerId.eq(customer))
        .select_only()
        .column(incident_customer::Column::IncidentId);
    Column::Id.in_subquery(linked.into_query())
}

/// An incident that was changed.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The changed incident.
    pub incident: Model,
    /// Customers who are no longer linked, by key.
    pub removed: Vec<customer::Model>,
}

/// Changes an incident; the daily counts follow.
pub async fn update(
    store: &Store,
    by: Contribute,
    incident: IncidentId,
    changes: IncidentChanges,
    at: DateTime<Utc>,
) -> Result<Updated, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let FullIncident { incident: before, features, attributions, mut earlier } =
        load_full(&tx, incident).await?;
    count::change(&mut tx, &before, &earlier, &features, &attributions, -1);
    let dimensions = tx.dimensions();
    let mut after = before.clone();
    if let Some(title) = changes.title {
        after.title = check::line("title", &title, open::TITLE_LENGTH)?;
    }
    if let Some(description) = changes.description {
        after.description = check::text("description", description.as_deref())?;
    }
    if let Some(severity) = changes.severity {
        after.severity = open::severity(severity)?;
    }
    if let Some(affected) = changes.affected_customers {
        after.affected_customers = open::affected(affected)?;
    }
    if let Some(opened_at) = changes.opened_at {
        after.opened_at = check::moment("openedAt", opened_at, at)?;
        let first_end = earlier.first().map(|first| first.resolved_at).or(after.resolved_at);
        if first_end.is_some_and(|resolved| resolved < after.opened_at) {
            return Err(Error::unfit("openedAt", "must not be after the incident was resolved"));
        }
        after.opened_on = open::day(&dimensions, after.product_id, after.opened_at)?;
        if let Some(first) = earlier.first_mut().filter(|first| first.opened_at != after.opened_at) {
            interval::move_first(&tx, first, (after.opened_at, after.opened_on)).await?;
        }
    }
    let features = match changes.features {
        None => features,
        Some(references) => {
            let features = open::features(&dimensions, after.product_id, &references)?;
            incident_feature::Entity::delete_many()
                .filter(incident_feature::Column::OrganizationId.eq(by.organization()))
                .filter(incident_feature::Column::IncidentId.eq(incident))
                .exec(tx.db())
                .await?;
            open::link_features(&tx, &[(incident, features.clone())]).await?;
            features
        }
    };
    let mut removed = Vec::new();
    if let Some(references) = changes.customers {
        let customers = named(&tx, &references).await?;
        after.linked_customers = customers.len() as i64;
        removed = customers::replace(&tx, incident, &customers).await?;
    }
    after.updated_at = at;
    after.revision += 1;
    count::change(&mut tx, &after, &earlier, &features, &attributions, 1);
    let after = after.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::IncidentUpdated(incident));
    tx.commit().await?;
    Ok(Updated { incident: after, removed })
}

/// Resolves an incident at a given time, or now. Resolving it again without a time changes nothing.
pub async fn resolve(
    store: &Store,
    by: Contribute,
    incident: IncidentId,
    resolved_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let found = load_full(&tx, incident).await?;
    let there = &found.incident;
    if there.resolved_at.is_some() && resolved_at.is_none_or(|given| there.resolved_at == Some(given)) {
        return Ok(found.incident);
    }
    let resolved_at = check::moment("resolvedAt", resolved_at.unwrap_or(at), at)?;
    if resolved_at < interval::begin(there) {
        let reason = match there.reopened_at {
            None => format!("must not be before the incident was opened ({})", words::time(there.opened_at)),
            Some(again) => {
                format!("must not be before the incident was reopened ({})", words::time(again))
            }
        };
        return Err(Error::unfit("resolvedAt", reason));
    }
    let mut after = there.clone();
    after.resolved_at = Some(resolved_at);
    after.resolved_on = Some(open::day(&tx.dimensions(), after.product_id, resolved_at)?);
    after.resolved_by = tx.actor();
    let earlier = found.earlier.clone();
    let after = replace(&mut tx, found, after, earlier).await?;
    tx.emit(Event::IncidentResolved(incident));
    tx.commit().await?;
    Ok(after)
}

/// Reopens an incident at a given time, or now; it was resolved from its end until then.
pub async fn reopen(
    store: &Store,
    by: Contribute,
    incident: IncidentId,
    since: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let found = load_full(&tx, incident).await?;
    let there = &found.incident;
    let Some(resolved_at) = there.resolved_at else {
        let begin = interval::begin(there);
        return match since.is_none_or(|since| since == begin) {
            true => Ok(found.incident),
            false => Err(Error::conflict(
                "reopenedAt",
                format!("the incident is open since {}; resolve it first", words::time(begin)),
            )),
        };
    };
    let since = check::moment("reopenedAt", since.unwrap_or(at), at)?;
    if since < resolved_at {
        let reason = format!("must not be before the incident was resolved ({})", words::time(resolved_at));
        return Err(Error::unfit("reopenedAt", reason));
    }
    let on = open::day(&tx.dimensions(), there.product_id, since)?;
    let mut after = there.clone();
    let mut earlier = found.earlier.clone();
    earlier.extend(interval::reopen(&tx, &mut after, (since, on)).await?);
    let after = replace(&mut tx, found, after, earlier).await?;
    tx.emit(Event::IncidentReopened(incident));
    tx.commit().await?;
    Ok(after)
}

/// Stores an incident whose intervals have changed; the daily counts follow.
async fn replace(
    tx: &mut Transaction,
    before: FullIncident,
    mut after: Model,
    earlier: Vec<incident_interval::Model>,
) -> Result<Model, Error> {
    let FullIncident { incident, features, attributions, earlier: earlier_before } = before;
    after.updated_at = tx.at;
    after.revision += 1;
    count::change(tx, &incident, &earlier_before, &features, &attributions, -1);
    count::change(tx, &after, &earlier, &features, &attributions, 1);
    Ok(after.into_active_model().reset_all().update(tx.db()).await?)
}

/// Attributes an incident to a release of its product, by ID or version, or to no change.
pub async fn attribute(
    store: &Store,
    by: Contribute,
    incident: IncidentId,
    release: Option<&str>,
    basis: AttributionBasis,
    confidence: Option<f64>,
    at: DateTime<Utc>,
) -> Result<(Model, attribution::Model), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let FullIncident { incident: row, features, mut attributions, earlier } =
        load_full(&tx, incident).await?;
    let release = match (basis, release) {
        (AttributionBasis::NotCausedByChange, Some(_)) => {
            return Err(Error::invalid("release", "must be omitted when no change caused the incident"));
        }
        (AttributionBasis::NotCausedByChange, None) => None,
        (_, None) => {
            return Err(Error::invalid(
                "release",
                "is required for this kind of attribution; send the ID or version of a release",
            ));
        }
        (_, Some(release)) => {
            let dimensions = tx.dimensions();
            let release = dimensions.release(row.product_id, "release", release)?;
            let began = row.reopened_at.unwrap_or(row.opened_at);
            // Clocks and reports are not exact to the hour.
            let is_later = |released: DateTime<Utc>| released > began + chrono::TimeDelta::days(1);
            if basis != AttributionBasis::Rejected && release.released_at.is_some_and(is_later) {
                let (version, day) = (&release.version, began.date_naive());
                let reason = format!(
                    "{version} was released after the incident began on {day}; send an earlier release"
                );
                return Err(Error::invalid("release", reason));
            }
            Some(release.id)
        }
    };
    match (basis, confidence) {
        (AttributionBasis::Inferred, Some(confidence)) if (0.0..=1.0).contains(&confidence) => (),
        (AttributionBasis::Inferred, Some(confidence)) => {
            return Err(Error::invalid(
                "confidence",
                format!("is {confidence:?}; send a number from 0 to 1"),
            ));
        }
        (AttributionBasis::Inferred, None) => {
            return Err(Error::invalid(
                "confidence",
                "is required for an inferred attribution; send a number from 0 to 1",
            ));
        }
        (_, Some(_)) => {
            return Err(Error::invalid("confidence", "is allowed for inferred attributions only; omit it"));
        }
        (_, None) => (),
    }
    if let Some(last) = attributions.last()
        && (last.basis, last.release_id, last.confidence) == (basis, release, confidence)
    {
        return Ok((row, last.clone()));
    }
    count::change(&mut tx, &row, &earlier, &features, &attributions, -1);
    let stated = attribution::Model {
        organization_id: by.organization(),
        id: AttributionId::new(),
        incident_id: incident,
        release_id: release,
        basis,
        confidence,
        created_at: at,
        stated_by: tx.actor(),
    };
    let stated = stated.into_active_model().insert(tx.db()).await?;
    attributions.push(stated.clone());
    count::change(&mut tx, &row, &earlier, &features, &attributions, 1);
    let mut row = row;
    row.updated_at = at;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::IncidentAttributed(incident));
    tx.commit().await?;
    Ok((row, stated))
}

/// The features affected by each incident.
pub(crate) async fn features_of(
    store: &Store,
    organization: OrganizationId,
    incidents: &[IncidentId],
) -> Result<Vec<incident_feature::Model>, Error> {
    let rows = incident_feature::Entity::owned_by(organization)
        .filter(incident_feature::Column::IncidentId.is_in(incidents.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}

/// The attributions of each incident, in the order of the statements.
pub(crate) async fn attributions_of(
    store: &Store,
    organization: OrganizationId,
    incidents: &[IncidentId],
) -> Result<Vec<attribution::Model>, Error> {
    let rows = attribution::Entity::owned_by(organization)
        .filter(attribution::Column::IncidentId.is_in(incidents.iter().copied()))
        .order_by_asc(attribution::Column::Id);
    Ok(rows.all(store.reader()).await?)
}

struct FullIncident {
    incident: Model,
    features: Vec<FeatureId>,
    attributions: Vec<attribution::Model>,
    earlier: Vec<incident_interval::Model>,
}

async fn load_full(tx: &Transaction, incident: IncidentId) -> Result<FullIncident, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(incident)).one(tx.db()).await?;
    let row = row.ok_or_else(|| Error::not_found("incident", "incident", incident.public()))?;
    let features = incident_feature::Entity::owned_by(tx.organization())
        .filter(incident_feature::Column::IncidentId.eq(incident))
        .all(tx.db())
        .await?;
    let attributions = attribution::Entity::owned_by(tx.organization())
        .filter(attribution::Column::IncidentId.eq(incident))
        .order_by_asc(attribution::Column::Id)
        .all(tx.db())
        .await?;
    let features = features.into_iter().map(|link| link.feature_id).collect();
    let earlier = interval::earlier_in(tx, incident).await?;
    Ok(FullIncident { incident: row, features, attributions, earlier })
}
