//! Early-life watches: a named member looks after a release in its first days with customers, hears of its verdicts and incidents,
//! and gets a summary at the end.

use ballroom_entity::{
    id::{FeatureId, IncidentId, MemberId, OrganizationId, ProductId, ReleaseId},
    incident,
    release_watch::{Column, Entity, Model},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::{access::Ship, cause, incident as incidents, member};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// Days of a watch by default.
pub const DAYS: i32 = 14;

/// Maximum number of days of a watch.
const MAX_DAYS: i32 = 90;

/// Minimum confidence at which the watcher hears of an incident.
const HEARD: f64 = 0.3;

/// What came of a watch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of incidents of the product that began in the window.
    pub incidents: u64,
    /// Those among them that probably or certainly come from the release.
    pub caused: u64,
    /// IDs of features that the release made worse.
    pub worse: Vec<String>,
    /// IDs of features that the release improved.
    pub better: Vec<String>,
}

impl Summary {
    /// The features of a list.
    pub fn features(ids: &[String]) -> Vec<FeatureId> {
        ids.iter().filter_map(|id| FeatureId::parse(id)).collect()
    }
}

/// When the watch of a release that customers got at a time ends.
pub fn ends_at(row: &Model, released_at: DateTime<Utc>) -> DateTime<Utc> {
    released_at + TimeDelta::days(row.days.into())
}

/// Names the member who watches a release, or another one. A watch that has ended stays as it is.
pub async fn name(
    store: &Store,
    by: Ship,
    release: ReleaseId,
    watcher: &str,
    days: Option<i32>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let watcher = member::active(tx.db(), tx.organization(), "watcher", watcher).await?.id;
    if let Some(days) = days.filter(|days| !(1..=MAX_DAYS).contains(days)) {
        return Err(Error::invalid("days", format!("is {days}; it must be between 1 and {MAX_DAYS}")));
    }
    let known =
        Entity::owned_by(tx.organization()).filter(Column::ReleaseId.eq(release)).one(tx.db()).await?;
    let row = match known {
        Some(row) if row.concluded_at.is_some() => {
            return Err(Error::conflict(
                "release",
                "was watched, and the watch has ended; its summary stays",
            ));
        }
        Some(row) if row.member_id == watcher && days.is_none_or(|days| days == row.days) => return Ok(row),
        Some(mut row) => {
            row.member_id = watcher;
            row.days = days.unwrap_or(row.days);
            row.named_by = tx.actor();
            row.updated_at = at;
            row.into_active_model().reset_all().update(tx.db()).await?
        }
        None => {
            let row = Model {
                organization_id: tx.organization(),
                release_id: release,
                member_id: watcher,
                days: days.unwrap_or(DAYS),
                named_by: tx.actor(),
                created_at: at,
                updated_at: at,
                concluded_at: None,
                summary: None,
            };
            row.into_active_model().insert(tx.db()).await?
        }
    };
    tx.emit(Event::ReleaseUpdated(release));
    tx.commit().await?;
    Ok(row)
}

/// The watch of each release.
pub(crate) async fn of_releases(
    store: &Store,
    organization: OrganizationId,
    releases: &[ReleaseId],
) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(organization).filter(Column::ReleaseId.is_in(releases.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}

/// The watches that have not ended.
pub(crate) async fn open(store: &Store, organization: OrganizationId) -> Result<Vec<Model>, Error> {
    let rows =
        Entity::owned_by(organization).filter(Column::ConcludedAt.is_null()).order_by_asc(Column::ReleaseId);
    Ok(rows.all(store.reader()).await?)
}

/// The incidents that probably or certainly come from a release.
pub(crate) async fn caused_by(
    store: &Store,
    organization: OrganizationId,
    release: ReleaseId,
) -> Result<Vec<IncidentId>, Error> {
    use ballroom_entity::{attribution, attribution_candidate};
    let stated = attribution::Entity::owned_by(organization)
        .filter(attribution::Column::ReleaseId.eq(release))
        .all(store.reader())
        .await?;
    let possible = attribution_candidate::Entity::owned_by(organization)
        .filter(attribution_candidate::Column::ReleaseId.eq(release))
        .filter(attribution_candidate::Column::Confidence.gte(HEARD))
        .all(store.reader())
        .await?;
    let mut ids: Vec<IncidentId> = stated.into_iter().map(|row| row.incident_id).collect();
    ids.extend(possible.into_iter().map(|row| row.incident_id));
    ids.sort();
    ids.dedup();
    let mut caused = Vec::new();
    for some in ids.chunks(1_000) {
        let stated = incidents::attributions_of(store, organization, some).await?;
        let candidates = cause::candidates_of(store.reader(), organization, some).await?;
        for id in some {
            let stated: Vec<_> = stated.iter().filter(|row| row.incident_id == *id).cloned().collect();
            let candidates: Vec<_> =
                candidates.iter().filter(|row| row.incident_id == *id).cloned().collect();
            let weight = cause::weights(&stated, &candidates).get(&release).copied().unwrap_or(0.0);
            if weight >= HEARD {
                caused.push(*id);
            }
        }
    }
    Ok(caused)
}

/// The incidents of a product that began in a time.
pub(crate) async fn incidents_between(
    store: &Store,
    organization: OrganizationId,
    product: ProductId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<IncidentId>, Error> {
    let began = incident::Entity::owned_by(organization)
        .filter(incident::Column::ProductId.eq(product))
        .filter(incident::Column::OpenedAt.gte(from))
        .filter(incident::Column::OpenedAt.lt(until));
    Ok(began.select_only().column(incident::Column::Id).into_tuple().all(store.reader()).await?)
}

/// Ends a watch with its summary, inside a transaction.
pub(crate) async fn conclude(tx: &mut Transaction, mut row: Model, summary: &Summary) -> Result<(), Error> {
    row.concluded_at = Some(tx.at);
    row.updated_at = tx.at;
    let summary =
        serde_json::to_value(summary).map_err(|error| Error::internal("cannot store a summary", error))?;
    row.summary = Some(summary);
    let release = row.release_id;
    row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::ReleaseUpdated(release));
    Ok(())
}

/// The watcher of a row, for notifications.
pub(crate) fn watcher(row: &Model) -> MemberId {
    row.member_id
}
