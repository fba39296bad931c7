//! The computation of candidates.

use std::collections::{BTreeMap, HashMap};

use ballroom_analytics::attribution::{Candidate, Evidence, WINDOW, confidences};
use ballroom_entity::{
    attribution_candidate::{CauseEvidence, Model},
    id::{FeatureId, IncidentId, ProductId, ReleaseId},
    incident, incident_feature, release_feature,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{BEFORE, DAY, STORED};
use crate::{base::error::Error, store::Dimensions};

/// An incident, as far as its cause is concerned.
struct Seen {
    id: IncidentId,
    opened_at: DateTime<Utc>,
    features: Vec<FeatureId>,
}

impl Seen {
    /// Whether it affects one of these features; none: any of the product.
    fn affects(&self, features: &[FeatureId]) -> bool {
        features.is_empty()
            || self.features.is_empty()
            || self.features.iter().any(|one| features.contains(one))
    }
}

pub(super) async fn compute(
    db: &impl ConnectionTrait,
    dimensions: &Dimensions,
    product: ProductId,
    at: DateTime<Utc>,
) -> Result<Vec<Model>, Error> {
    let organization = dimensions.organization;
    let of_product = incident::Entity::owned_by(organization).filter(incident::Column::ProductId.eq(product));
    let links = incident_feature::Entity::owned_by(organization)
        .filter(
            incident_feature::Column::IncidentId
                .in_subquery(of_product.clone().select_only().column(incident::Column::Id).into_query()),
        )
        .all(db)
        .await?;
    let mut features: HashMap<IncidentId, Vec<FeatureId>> = HashMap::new();
    for link in links {
        features.entry(link.incident_id).or_default().push(link.feature_id);
    }
    let rows: Vec<(IncidentId, DateTime<Utc>)> = of_product
        .select_only()
        .column(incident::Column::Id)
        .column(incident::Column::OpenedAt)
        .order_by_asc(incident::Column::OpenedAt)
        .order_by_asc(incident::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let incidents: Vec<Seen> = rows
        .into_iter()
        .map(|(id, opened_at)| Seen { id, opened_at, features: features.remove(&id).unwrap_or_default() })
        .collect();
    let Some(first) = incidents.first().map(|one| one.opened_at) else { return Ok(Vec::new()) };
    let shipped = shipped(dimensions, product);
    let of_releases: Vec<ReleaseId> = shipped.iter().map(|(_, id)| *id).collect();
    let mut touched: HashMap<ReleaseId, Vec<FeatureId>> = HashMap::new();
    for some in of_releases.chunks(1_000) {
        let rows = release_feature::Entity::owned_by(organization)
            .filter(release_feature::Column::ReleaseId.is_in(some.iter().copied()));
        for row in rows.all(db).await? {
            touched.entry(row.release_id).or_default().push(row.feature_id);
        }
    }
    let all_features = dimensions.features_of(product).len().max(1) as f64;
    let window = TimeDelta::seconds((WINDOW * DAY) as i64);
    let mut found = Vec::new();
    for one in &incidents {
        let since = shipped.partition_point(|(time, _)| *time < one.opened_at - window);
        let until = shipped.partition_point(|(time, _)| *time <= one.opened_at);
        // A release that was shipped again within the window: its last time.
        let latest: BTreeMap<ReleaseId, DateTime<Utc>> =
            shipped[since..until].iter().map(|(time, release)| (*release, *time)).collect();
        if latest.is_empty() {
            continue;
        }
        let candidates: Vec<Candidate> = latest
            .iter()
            .map(|(release, time)| {
                let changed = touched.get(release).map(Vec::as_slice).unwrap_or_default();
                // A release of which nobody said what it changes may have changed anything.
                let same = changed.is_empty() || one.affects(changed);
                let evidence = if same { Evidence::SameFeature } else { Evidence::SameEnvironment };
                let between = |from: DateTime<Utc>, until: DateTime<Utc>| {
                    let from = incidents.partition_point(|other| other.opened_at < from);
                    let until = incidents.partition_point(|other| other.opened_at < until);
                    incidents[from..until].iter()
                };
                let after = between(*time, *time + window).filter(|other| other.id != one.id);
                let others = after.filter(|other| other.affects(&one.features));
                let begin = first.max(*time - TimeDelta::seconds((BEFORE * DAY) as i64));
                let days_before = days(*time - begin).max(0.0);
                let before =
                    between(begin, *time).filter(|other| other.affects(&one.features)).count() as f64;
                let all_before = between(begin, *time).count() as f64;
                Candidate {
                    age: days(one.opened_at - *time),
                    evidence,
                    others: others.map(|other| days(other.opened_at - *time)).collect(),
                    days: days(at - *time),
                    before,
                    days_before,
                    average: all_before / days_before.max(1.0) / all_features,
                }
            })
            .collect();
        let sure = confidences(&candidates);
        let rows = latest.into_iter().zip(candidates.into_iter().zip(sure));
        found.extend(rows.filter(|(_, (_, confidence))| *confidence >= STORED).map(
            |((release_id, released_at), (candidate, confidence))| Model {
                organization_id: organization,
                incident_id: one.id,
                release_id,
                evidence: match candidate.evidence {
                    Evidence::SameFeature => CauseEvidence::SameFeature,
                    Evidence::SameEnvironment => CauseEvidence::SameEnvironment,
                },
                confidence,
                released_at,
                other_incidents: candidate.others.len() as i64,
                computed_at: at,
            },
        ));
    }
    Ok(found)
}

/// The releases of a product that people declared, with each time that customers got one, the earliest first.
fn shipped(dimensions: &Dimensions, product: ProductId) -> Vec<(DateTime<Utc>, ReleaseId)> {
    let declared = dimensions.releases.values().filter(|row| row.product_id == product && !row.inferred);
    let mut shipped: Vec<_> = declared
        .flat_map(|row| {
            let earlier = dimensions.earlier(row.id).iter().map(|earlier| earlier.time.released_at);
            row.released_at.into_iter().chain(earlier).map(|time| (time, row.id))
        })
        .collect();
    shipped.sort();
    shipped
}

fn days(time: TimeDelta) -> f64 {
    time.num_seconds() as f64 / DAY
}
