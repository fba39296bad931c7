//! Removing incidents that should never have been stored: those of an import that is undone.

use std::collections::HashMap;

use ballroom_entity::{
    attribution, attribution_candidate,
    id::{FeatureId, IncidentId},
    incident::{Column, Entity},
    incident_customer, incident_feature, incident_interval, known_error_incident,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::count;
use crate::{base::error::Error, store::is_any, transaction::Transaction};

macro_rules! remove_of {
    ($tx:ident, $ids:ident, $($table:ident)*) => {$(
        $table::Entity::delete_many()
            .filter($table::Column::OrganizationId.eq($tx.organization()))
            .filter(is_any($tx.db(), $table::Column::IncidentId, $ids.iter().copied()))
            .exec($tx.db())
            .await?;
    )*};
}

/// Removes incidents with all that belongs to them; the daily counts follow. Returns how many there were: some may be gone.
pub(crate) async fn remove_in(tx: &mut Transaction, ids: &[IncidentId]) -> Result<u64, Error> {
    let organization = tx.organization();
    let rows = Entity::owned_by(organization)
        .filter(is_any(tx.db(), Column::Id, ids.iter().copied()))
        .all(tx.db())
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut earlier: HashMap<IncidentId, Vec<incident_interval::Model>> = HashMap::new();
    let intervals = incident_interval::Entity::owned_by(organization)
        .filter(is_any(tx.db(), incident_interval::Column::IncidentId, ids.iter().copied()))
        .order_by_asc(incident_interval::Column::OpenedAt);
    for row in intervals.all(tx.db()).await? {
        earlier.entry(row.incident_id).or_default().push(row);
    }
    let mut features: HashMap<IncidentId, Vec<FeatureId>> = HashMap::new();
    let links = incident_feature::Entity::owned_by(organization).filter(is_any(
        tx.db(),
        incident_feature::Column::IncidentId,
        ids.iter().copied(),
    ));
    for row in links.all(tx.db()).await? {
        features.entry(row.incident_id).or_default().push(row.feature_id);
    }
    let mut attributions: HashMap<IncidentId, Vec<attribution::Model>> = HashMap::new();
    let stated = attribution::Entity::owned_by(organization)
        .filter(is_any(tx.db(), attribution::Column::IncidentId, ids.iter().copied()))
        .order_by_asc(attribution::Column::Id);
    for row in stated.all(tx.db()).await? {
        attributions.entry(row.incident_id).or_default().push(row);
    }
    for row in &rows {
        let earlier = earlier.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let features = features.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let attributions = attributions.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        count::change(tx, row, earlier, features, attributions, -1);
    }
    remove_of!(tx, ids,
        incident_interval incident_feature incident_customer attribution attribution_candidate known_error_incident
    );
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .filter(is_any(tx.db(), Column::Id, ids.iter().copied()))
        .exec(tx.db())
        .await?;
    Ok(rows.len() as u64)
}
