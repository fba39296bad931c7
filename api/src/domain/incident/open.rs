//! Opening incidents in batches: each is accepted or rejected separately.

mod checked;

use std::collections::{HashMap, HashSet};

use ballroom_entity::{
    attribution::{self, AttributionBasis},
    id::{AttributionId, CustomerId, FeatureId, IncidentId},
    incident::{Column, Entity, Model},
    incident_customer, incident_feature,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, IntoActiveModel, Iterable,
    QueryFilter, QueryTrait, Value,
};
use serde::Serialize;
use uuid::Uuid;

pub(super) use checked::{affected, day, features, severity};

use super::{count, renew::renew};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::Contribute,
        check, customer,
        feedback::EventDetail,
        notification,
        sent::{Nulls, Outcome},
    },
    store::{Bulk, Store, each},
    transaction::{Event, Total, Transaction},
    words,
};
use checked::{Checked, check_one};

/// Maximum length of a title, in characters.
pub(super) const TITLE_LENGTH: usize = 500;

/// Rows per statement, well below the maximum number of parameters of each database.
const ROWS: usize = 500;

/// An incident to open, already resolved or not, or an update of one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewIncident {
    /// The product, by ID or key.
    pub product: String,
    /// Affected features, by ID or key; none: the product as a whole.
    pub features: Vec<String>,
    /// The release that it comes from, by ID or version, if the reporter knows.
    pub release: Option<String>,
    /// 1 (critical) to 4 (minor).
    pub severity: i16,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// When it began; now if not given.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it began again, after it had been resolved.
    pub reopened_at: Option<DateTime<Utc>>,
    /// When it ended; none: it is open, or unknown.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Whether it is open at the source: then one that was resolved before is reopened, as of `updated_at`,
    /// else as of now.
    pub open: bool,
    /// Number of affected customers, if known.
    pub affected_customers: Option<i64>,
    /// Affected customers, by ID or key.
    pub customers: Vec<String>,
    /// The reporting system's ID of it.
    pub external_id: Option<String>,
    /// The reporting system; the caller's name if not given.
    pub source: Option<String>,
    /// Time of this version according to the source.
    pub updated_at: Option<DateTime<Utc>>,
    /// Fields that were sent as null.
    pub nulls: Nulls,
}

/// An accepted incident.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The row.
    pub incident: Model,
    /// The outcome.
    pub outcome: Outcome,
    /// Customers who are no longer linked, by key.
    pub removed: Vec<customer::Model>,
}

/// Opens incidents, each separately. The results are in the order of the items.
pub async fn open(
    store: &Store,
    by: Contribute,
    source: &str,
    items: Vec<NewIncident>,
    at: DateTime<Utc>,
) -> Result<Vec<Result<Opened, Error>>, Error> {
    check::batch("items", items.len())?;
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let results = open_in(&mut tx, source, items, EventDetail::Each).await?;
    tx.commit().await?;
    Ok(results)
}

/// The same inside a transaction.
pub async fn open_in(
    tx: &mut Transaction,
    source: &str,
    items: Vec<NewIncident>,
    event_detail: EventDetail,
) -> Result<Vec<Result<Opened, Error>>, Error> {
    let mut there = already_there(tx, source, &items).await?;
    let named: HashSet<&str> =
        items.iter().flat_map(|item| item.customers.iter().map(String::as_str)).collect();
    let known = customer::known(tx, named).await?;
    let mut results = Vec::with_capacity(items.len());
    let mut new = New::default();
    for item in items {
        let key = external_key(source, &item);
        if let Some(known) = key.as_ref().and_then(|key| there.get(key)) {
            let product = tx.dimensions().product("product", &item.product).map(|product| product.id);
            let result = match product {
                Ok(product) if product == known.product_id => {
                    let id = known.id;
                    if new.incidents.iter().any(|incident| incident.id == id) {
                        // Twice in one batch: the second updates the incident created by the first.
                        std::mem::take(&mut new).store(tx, event_detail).await?;
                    }
                    renew(tx, id, item, event_detail).await
                }
                Ok(_) => {
                    let reason =
                        "is already used by an incident of another product; distinguish them by `source`";
                    Err(Error::conflict("externalId", reason))
                }
                Err(error) => Err(error),
            };
            results.push(match result {
                Err(error) if error.is_server_error() => return Err(error),
                told => told,
            });
            continue;
        }
        match check_one(tx, source, &known, item) {
            Err(error) => results.push(Err(error)),
            Ok(one) => {
                if let Some(key) = key {
                    there.insert(key, one.incident.clone());
                }
                results.push(Ok(Opened {
                    incident: one.incident.clone(),
                    outcome: Outcome::Created,
                    removed: Vec::new(),
                }));
                new.push(tx, one);
            }
        }
    }
    new.store(tx, event_detail).await?;
    Ok(results)
}

fn too_early(field: &str, at: DateTime<Utc>, (earlier, begin): (&str, DateTime<Utc>)) -> Error {
    let reason = format!("is {}; it must not be before {earlier} ({})", words::time(at), words::time(begin));
    Error::invalid(field, reason)
}

/// Checks the order of an incident's times.
pub(super) fn in_order(
    opened_at: Option<DateTime<Utc>>,
    reopened_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    if let (Some(opened), Some(reopened)) = (opened_at, reopened_at)
        && reopened < opened
    {
        return Err(too_early("reopenedAt", reopened, ("openedAt", opened)));
    }
    match (reopened_at, opened_at, resolved_at) {
        (Some(reopened), _, Some(resolved)) if resolved < reopened => {
            Err(too_early("resolvedAt", resolved, ("reopenedAt", reopened)))
        }
        (_, Some(opened), Some(resolved)) if resolved < opened => {
            Err(too_early("resolvedAt", resolved, ("openedAt", opened)))
        }
        _ => Ok(()),
    }
}

pub(super) async fn link_features(
    tx: &Transaction,
    links: &[(IncidentId, Vec<FeatureId>)],
) -> Result<(), Error> {
    let mut pairs = Vec::new();
    for (incident, features) in links {
        pairs.extend(features.iter().map(|feature| (incident.0, feature.0)));
    }
    link::<incident_feature::Entity>(tx, pairs).await
}

/// Writes pairs of an incident and something that it is linked to.
async fn link<E: EntityTrait>(tx: &Transaction, pairs: Vec<(Uuid, Uuid)>) -> Result<(), Error> {
    let organization = tx.organization().0;
    let row = |(incident, other)| [organization, incident, other].map(|id| Value::Uuid(Some(id))).to_vec();
    let table = Bulk::into::<E>("", E::Column::iter());
    Ok(table.insert(tx.db(), pairs.into_iter().map(row).collect()).await?)
}

pub(super) async fn link_customers(
    tx: &Transaction,
    links: &[(IncidentId, Vec<CustomerId>)],
) -> Result<(), Error> {
    let mut pairs = Vec::new();
    for (incident, customers) in links {
        pairs.extend(customers.iter().map(|customer| (incident.0, customer.0)));
    }
    link::<incident_customer::Entity>(tx, pairs).await
}

/// The source of an incident and its ID there; none if it has none.
fn external_key(source: &str, item: &NewIncident) -> Option<(String, String)> {
    // An invalid name is rejected with its item.
    let external =
        check::optional_line("externalId", item.external_id.as_deref(), check::NAME_LENGTH).ok()??;
    let source = check::line("source", item.source.as_deref().unwrap_or(source), 64).ok()?;
    Some((source, external))
}

async fn already_there(
    tx: &Transaction,
    source: &str,
    items: &[NewIncident],
) -> Result<HashMap<(String, String), Model>, Error> {
    let mut by_source: HashMap<String, Vec<String>> = HashMap::new();
    for item in items {
        if let Some((source, external)) = external_key(source, item) {
            by_source.entry(source).or_default().push(external);
        }
    }
    let mut there = HashMap::new();
    for (source, ids) in by_source {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        for some in ids.chunks(1_000) {
            let columns: Vec<_> = Column::iter().map(|column| column.as_str()).collect();
            let select = each(tx.db(), some, &columns, |external_id| {
                let of_source = Entity::owned_by(tx.organization()).filter(Column::Source.eq(&source));
                of_source.filter(external_id.is(Column::ExternalId)).into_query()
            });
            for row in tx.db().query_all(&select).await? {
                let row = Model::from_query_result(&row, "")?;
                if let Some(external) = row.external_id.clone() {
                    there.insert((row.source.clone(), external), row);
                }
            }
        }
    }
    Ok(there)
}

/// The incidents of a batch that are to be stored.
#[derive(Default)]
struct New {
    incidents: Vec<Model>,
    features: Vec<(IncidentId, Vec<FeatureId>)>,
    customers: Vec<(IncidentId, Vec<CustomerId>)>,
    attributions: Vec<attribution::Model>,
}

impl New {
    fn push(&mut self, tx: &mut Transaction, one: Checked) {
        let id = one.incident.id;
        let attributions: Vec<_> = one
            .release
            .into_iter()
            .map(|release| attribution::Model {
                organization_id: tx.organization(),
                id: AttributionId::new(),
                incident_id: id,
                release_id: Some(release),
                basis: AttributionBasis::Explicit,
                confidence: None,
                created_at: tx.at,
                stated_by: tx.actor(),
            })
            .collect();
        count::change(tx, &one.incident, &[], &one.features, &attributions, 1);
        self.incidents.push(one.incident);
        self.features.push((id, one.features));
        self.customers.push((id, one.customers));
        self.attributions.extend(attributions);
    }

    async fn store(self, tx: &mut Transaction, event_detail: EventDetail) -> Result<(), Error> {
        if self.incidents.is_empty() {
            return Ok(());
        }
        for some in self.incidents.chunks(ROWS) {
            let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
            Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
        }
        link_features(tx, &self.features).await?;
        link_customers(tx, &self.customers).await?;
        for some in self.attributions.chunks(ROWS) {
            let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
            attribution::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
        }
        match event_detail {
            EventDetail::Each => {
                let ids: Vec<_> = self.incidents.iter().map(|incident| incident.id).collect();
                tx.emit(Event::IncidentOpened(ids));
                notification::incidents_opened(tx, &self.features).await?;
            }
            EventDetail::Total => tx.emit(Event::IncidentImported(Total(self.incidents.len() as u64))),
        }
        Ok(())
    }
}
