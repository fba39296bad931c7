//! The known customers affected by an incident.

use ballroom_entity::{
    customer,
    id::{CustomerId, IncidentId, OrganizationId},
    incident::Model,
    incident_customer::{Column, Entity},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use super::{FullIncident, count, load_full, open};
use crate::{
    base::error::Error,
    domain::{access::Contribute, check, customer::named},
    store::Store,
    transaction::{Event, Transaction},
};

/// An incident whose customers changed.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The changed incident.
    pub incident: Model,
    /// The customers who were added, or removed.
    pub changed: Vec<customer::Model>,
}

/// The link between an incident and an affected customer.
pub(crate) fn hurt_by(organization: OrganizationId, incident: IncidentId) -> Expr {
    let linked = Entity::owned_by(organization)
        .filter(Column::IncidentId.eq(incident))
        .select_only()
        .column(Column::CustomerId);
    customer::Column::Id.in_subquery(linked.into_query())
}

/// Links customers to an incident; the others stay.
pub async fn add(
    store: &Store,
    by: Contribute,
    incident: IncidentId,
    customers: Vec<String>,
    at: DateTime<Utc>,
) -> Result<Linked, Error> {
    change(store, by, incident, customers, at, true).await
}

/// Takes customers off an incident; the others stay.
pub async fn remove(
    store: &Store,
    by: Contribute,
    incident: IncidentId,
    customers: Vec<String>,
    at: DateTime<Utc>,
) -> Result<Linked, Error> {
    change(store, by, incident, customers, at, false).await
}

async fn change(
    store: &Store,
    by: Contribute,
    incident: IncidentId,
    customers: Vec<String>,
    at: DateTime<Utc>,
    adds: bool,
) -> Result<Linked, Error> {
    check::batch("customers", customers.len())?;
    let mut tx = store.begin(by.organization(), at).await?;
    let FullIncident { incident: before, features, attributions, earlier } = load_full(&tx, incident).await?;
    let there = linked(&tx, incident).await?;
    let mut changed = named(&tx, &customers).await?;
    changed.retain(|customer| there.contains(customer) != adds);
    if changed.is_empty() {
        return Ok(Linked { incident: before, changed: Vec::new() });
    }
    count::change(&mut tx, &before, &earlier, &features, &attributions, -1);
    let mut after = before;
    if adds {
        open::link_customers(&tx, &[(incident, changed.clone())]).await?;
        after.linked_customers += changed.len() as i64;
    } else {
        unlink(&tx, incident, &changed).await?;
        after.linked_customers -= changed.len() as i64;
    }
    after.updated_at = at;
    after.revision += 1;
    count::change(&mut tx, &after, &earlier, &features, &attributions, 1);
    let after = after.into_active_model().reset_all().update(tx.db()).await?;
    let changed = rows(&tx, &changed).await?;
    tx.emit(Event::IncidentUpdated(incident));
    tx.commit().await?;
    Ok(Linked { incident: after, changed })
}

/// Replaces the customers of an incident; returns those who are no longer linked.
pub(super) async fn replace(
    tx: &Transaction,
    incident: IncidentId,
    customers: &[CustomerId],
) -> Result<Vec<customer::Model>, Error> {
    let there = linked(tx, incident).await?;
    let removed: Vec<_> = there.iter().copied().filter(|customer| !customers.contains(customer)).collect();
    let added = customers.iter().copied().filter(|customer| !there.contains(customer)).collect();
    unlink(tx, incident, &removed).await?;
    open::link_customers(tx, &[(incident, added)]).await?;
    rows(tx, &removed).await
}

async fn linked(tx: &Transaction, incident: IncidentId) -> Result<Vec<CustomerId>, Error> {
    let links =
        Entity::owned_by(tx.organization()).filter(Column::IncidentId.eq(incident)).all(tx.db()).await?;
    Ok(links.into_iter().map(|link| link.customer_id).collect())
}

async fn unlink(tx: &Transaction, incident: IncidentId, customers: &[CustomerId]) -> Result<(), Error> {
    for some in customers.chunks(1_000) {
        Entity::delete_many()
            .filter(Column::OrganizationId.eq(tx.organization()))
            .filter(Column::IncidentId.eq(incident))
            .filter(Column::CustomerId.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// The customers, by key.
async fn rows(tx: &Transaction, customers: &[CustomerId]) -> Result<Vec<customer::Model>, Error> {
    let mut rows = Vec::with_capacity(customers.len());
    for some in customers.chunks(1_000) {
        let found = customer::Entity::owned_by(tx.organization())
            .filter(customer::Column::Id.is_in(some.iter().copied()));
        rows.extend(found.all(tx.db()).await?);
    }
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(rows)
}
