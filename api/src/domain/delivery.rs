//! How often deployments fail, and how long it takes to restore service: counted by deployments, not by incidents, and weighted by
//! how certain it is that a deployment caused them.

use std::collections::{BTreeMap, HashMap, HashSet};

use ballroom_entity::{
    deployment::{self, DeploymentStatus},
    id::{FeatureId, IncidentId, OrganizationId, ProductId, ReleaseId, TeamId},
    incident, incident_feature, release_feature,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{access::Report, cause, incident as incidents, product as products};
use crate::{base::error::Error, store::Store};

/// Which deployments are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Of a product.
    pub product: Option<ProductId>,
    /// Of a release.
    pub release: Option<ReleaseId>,
    /// Of releases that change a feature of a team, and only incidents of its features.
    pub team: Option<TeamId>,
    /// Deployments from a day (inclusive) to another one (exclusive), in UTC; none: all.
    pub period: Option<(NaiveDate, NaiveDate)>,
}

/// How often deployments failed, and how long it took to restore service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// Number of deployments that reached customers.
    pub deployments: u64,
    /// Those among them that are known only from the time of their release.
    pub by_release: u64,
    /// Expected number of failed ones: the sum of the probabilities that each was rolled back or caused an incident.
    pub failed: f64,
    /// Those among them that certainly failed: rolled back, or an incident that a person attributed to its release.
    pub certainly_failed: u64,
    /// Expected number of incidents that the deployments caused.
    pub incidents: f64,
    /// Those among them that are still open.
    pub open: f64,
    /// Median time from the beginning of an incident to its end, each weighted by the probability that a deployment caused it; none
    /// without resolved incidents.
    pub time_to_restore: Option<TimeDelta>,
}

impl Delivery {
    /// Share of the deployments that failed; none without deployments.
    pub fn failure_rate(&self) -> Option<f64> {
        (self.deployments > 0).then(|| self.failed / self.deployments as f64)
    }
}

/// A deployment that reached customers.
struct Deployed {
    release: ReleaseId,
    at: DateTime<Utc>,
    rolled_back: bool,
}

/// An incident that a release may have caused.
struct Caused {
    release: ReleaseId,
    confidence: f64,
    opened_at: DateTime<Utc>,
    restored: Option<TimeDelta>,
}

/// How often the deployments of a scope failed.
pub async fn delivery(store: &Store, by: Report, scope: Scope) -> Result<Delivery, Error> {
    let organization = by.organization();
    let dimensions = store.dimensions(organization).await?;
    let of_team: Option<HashSet<FeatureId>> = scope.team.map(|team| {
        dimensions.features.values().filter(|row| row.team_id == Some(team)).map(|row| row.id).collect()
    });
    let declared = dimensions.releases.values().filter(|row| {
        !row.inferred
            && scope.product.is_none_or(|product| row.product_id == product)
            && scope.release.is_none_or(|release| row.id == release)
    });
    let mut releases: HashSet<ReleaseId> = declared.map(|row| row.id).collect();
    if let Some(features) = &of_team {
        let touched = release_feature::Entity::owned_by(organization)
            .filter(release_feature::Column::FeatureId.is_in(features.iter().copied()))
            .all(store.reader())
            .await?;
        let touched: HashSet<ReleaseId> = touched.into_iter().map(|row| row.release_id).collect();
        releases.retain(|release| touched.contains(release));
    }
    let within = |at: DateTime<Utc>| {
        scope.period.is_none_or(|(from, until)| from <= at.date_naive() && at.date_naive() < until)
    };

    let mut deployed: Vec<Deployed> = Vec::new();
    let ids: Vec<ReleaseId> = releases.iter().copied().collect();
    for some in ids.chunks(1_000) {
        let rows = deployment::Entity::owned_by(organization)
            .filter(deployment::Column::ReleaseId.is_in(some.iter().copied()))
            .filter(deployment::Column::Status.ne(DeploymentStatus::Failed))
            .order_by_asc(deployment::Column::DeployedAt);
        for row in rows.all(store.reader()).await? {
            let Some(release) = dimensions.releases.get(&row.release_id) else { continue };
            let product = dimensions.products.get(&release.product_id);
            let ships = product
                .is_some_and(|product| products::ships_to(product).contains(&row.environment.as_str()));
            if ships {
                let rolled_back = row.status == DeploymentStatus::RolledBack;
                deployed.push(Deployed { release: row.release_id, at: row.deployed_at, rolled_back });
            }
        }
    }
    let known: HashSet<ReleaseId> = deployed.iter().map(|one| one.release).collect();
    let mut by_release = 0;
    for id in releases.difference(&known) {
        if let Some(at) = dimensions.releases.get(id).and_then(|row| row.released_at) {
            by_release += u64::from(within(at));
            deployed.push(Deployed { release: *id, at, rolled_back: false });
        }
    }
    let caused = caused(store, organization, &releases, of_team.as_ref()).await?;
    Ok(counted(deployed, caused, within, by_release))
}

/// The incidents that these releases may have caused.
async fn caused(
    store: &Store,
    organization: OrganizationId,
    releases: &HashSet<ReleaseId>,
    features: Option<&HashSet<FeatureId>>,
) -> Result<Vec<Caused>, Error> {
    use ballroom_entity::{attribution, attribution_candidate};
    let ids: Vec<ReleaseId> = releases.iter().copied().collect();
    let mut named: HashSet<IncidentId> = HashSet::new();
    for some in ids.chunks(1_000) {
        let stated = attribution::Entity::owned_by(organization)
            .filter(attribution::Column::ReleaseId.is_in(some.iter().copied()))
            .select_only()
            .column(attribution::Column::IncidentId);
        named.extend(stated.into_tuple::<IncidentId>().all(store.reader()).await?);
        let possible = attribution_candidate::Entity::owned_by(organization)
            .filter(attribution_candidate::Column::ReleaseId.is_in(some.iter().copied()))
            .select_only()
            .column(attribution_candidate::Column::IncidentId);
        named.extend(possible.into_tuple::<IncidentId>().all(store.reader()).await?);
    }
    let mut named: Vec<IncidentId> = named.into_iter().collect();
    named.sort();
    let mut caused = Vec::new();
    for some in named.chunks(1_000) {
        let mut stated: HashMap<IncidentId, Vec<_>> = HashMap::new();
        for row in incidents::attributions_of(store, organization, some).await? {
            stated.entry(row.incident_id).or_default().push(row);
        }
        let mut possible: HashMap<IncidentId, Vec<_>> = HashMap::new();
        for row in cause::candidates_of(store.reader(), organization, some).await? {
            possible.entry(row.incident_id).or_default().push(row);
        }
        let rows = incident::Entity::owned_by(organization)
            .filter(incident::Column::Id.is_in(some.iter().copied()))
            .apply_if(features, |query, features| {
                let of_them = incident_feature::Entity::owned_by(organization)
                    .filter(incident_feature::Column::FeatureId.is_in(features.iter().copied()))
                    .select_only()
                    .column(incident_feature::Column::IncidentId);
                query.filter(incident::Column::Id.in_subquery(of_them.into_query()))
            });
        for row in rows.all(store.reader()).await? {
            let stated = stated.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let possible = possible.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let restored = row.resolved_at.map(|end| end - row.reopened_at.unwrap_or(row.opened_at));
            let weighed = cause::weights(stated, possible).into_iter();
            caused.extend(weighed.filter(|(release, _)| releases.contains(release)).map(
                |(release, confidence)| Caused { release, confidence, opened_at: row.opened_at, restored },
            ));
        }
    }
    Ok(caused)
}

/// Counts deployments. An incident that a release caused belongs to its last deployment before the incident, else to its first one.
fn counted(
    mut deployed: Vec<Deployed>,
    caused: Vec<Caused>,
    within: impl Fn(DateTime<Utc>) -> bool,
    by_release: u64,
) -> Delivery {
    deployed.sort_by_key(|one| (one.release, one.at));
    let mut of_release: BTreeMap<ReleaseId, Vec<usize>> = BTreeMap::new();
    for (index, one) in deployed.iter().enumerate() {
        of_release.entry(one.release).or_default().push(index);
    }
    let mut sound: Vec<f64> = deployed.iter().map(|one| if one.rolled_back { 0.0 } else { 1.0 }).collect();
    let mut found = Delivery { by_release, ..Delivery::default() };
    let mut restored: Vec<(TimeDelta, f64)> = Vec::new();
    for one in caused {
        let Some(indexes) = of_release.get(&one.release) else { continue };
        let before = indexes.iter().rev().find(|index| deployed[**index].at <= one.opened_at);
        let Some(index) = before.or(indexes.first()).copied() else { continue };
        if !within(deployed[index].at) {
            continue;
        }
        sound[index] *= 1.0 - one.confidence;
        found.incidents += one.confidence;
        match one.restored {
            Some(time) => restored.push((time, one.confidence)),
            None => found.open += one.confidence,
        }
    }
    for (one, sound) in deployed.iter().zip(sound).filter(|(one, _)| within(one.at)) {
        found.deployments += 1;
        found.failed += 1.0 - sound;
        found.certainly_failed += u64::from(one.rolled_back || sound <= f64::EPSILON);
    }
    found.time_to_restore = weighted_median(restored);
    found
}

/// The time up to which half of the weight lies.
fn weighted_median(mut times: Vec<(TimeDelta, f64)>) -> Option<TimeDelta> {
    times.sort_by_key(|(time, _)| *time);
    let half = times.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    times.into_iter().find_map(|(time, weight)| {
        sum += weight;
        (weight > 0.0 && sum >= half).then_some(time)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::reference::PublicId;

    fn hour(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hour)
    }

    #[test]
    fn a_deployment_that_caused_several_incidents_failed_once() {
        let (one, other) = (ReleaseId::new(), ReleaseId::new());
        let deployed = |release, at, rolled_back| Deployed { release, at: hour(at), rolled_back };
        let caused = |release, confidence, at, restored: Option<i64>| Caused {
            release,
            confidence,
            opened_at: hour(at),
            restored: restored.map(TimeDelta::hours),
        };
        let found = counted(
            vec![
                deployed(one, 0, true),
                deployed(one, 10, false),
                deployed(other, 20, false),
                deployed(other, 90, false),
            ],
            vec![
                caused(one, 1.0, 11, Some(2)),
                caused(one, 1.0, 12, Some(4)),
                caused(other, 0.5, 30, None),
                caused(other, 0.5, 31, Some(100)),
            ],
            |_| true,
            0,
        );
        assert_eq!((found.deployments, found.certainly_failed), (4, 2));
        assert!((found.failed - 2.75).abs() < 1e-9, "{found:?}");
        assert!((found.incidents - 3.0).abs() < 1e-9 && (found.open - 0.5).abs() < 1e-9);
        assert_eq!(found.time_to_restore, Some(TimeDelta::hours(4)));
        assert_eq!(counted(Vec::new(), Vec::new(), |_| true, 0).failure_rate(), None);
    }
}
