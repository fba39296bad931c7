//! What an incident adds to the daily counts.

use ballroom_entity::{
    attribution::{self, AttributionBasis},
    id::{FeatureId, ReleaseId},
    incident::Model,
    incident_interval,
};
use chrono::Days;

use super::interval;
use crate::{
    counts::{IncidentKey, IncidentSums},
    transaction::Transaction,
};

/// Minimum confidence at which an inferred attribution counts.
const MIN_CONFIDENCE: f64 = 0.5;

/// Adds the counts of an incident (or, with `times` = -1, removes them).
pub(super) fn change(
    tx: &mut Transaction,
    incident: &Model,
    earlier: &[incident_interval::Model],
    features: &[FeatureId],
    attributions: &[attribution::Model],
    times: i64,
) {
    for (key, sums) in sums(incident, earlier, features, label(attributions)) {
        tx.counts.incident(
            key,
            IncidentSums {
                opened: times * sums.opened,
                affected_change: times * sums.affected_change,
                unknown_change: times * sums.unknown_change,
            },
        );
    }
}

/// The counts of an incident: one for each affected feature (or for the product as a whole) on the day it was opened;
/// and for each of its intervals a change on its first day and one on the day after its last.
pub(crate) fn sums(
    incident: &Model,
    earlier: &[incident_interval::Model],
    features: &[FeatureId],
    release: ReleaseId,
) -> Vec<(IncidentKey, IncidentSums)> {
    let linked = (incident.linked_customers > 0).then_some(incident.linked_customers);
    let affected = incident.affected_customers.or(linked);
    let (affected, unknown) = match affected {
        Some(customers) => (customers, 0),
        None => (0, 1),
    };
    let whole_product = [FeatureId::NONE];
    let features = if features.is_empty() { &whole_product } else { features };
    let days = interval::days(incident, earlier);
    let mut sums = Vec::with_capacity(2 * features.len() * days.len());
    for feature in features {
        for (at, (first, last)) in days.iter().enumerate() {
            let key = IncidentKey {
                product: incident.product_id,
                feature: *feature,
                release,
                severity: incident.severity,
                day: *first,
            };
            // A reopened incident is still one incident.
            let opened = i64::from(at == 0);
            sums.push((key, IncidentSums { opened, affected_change: affected, unknown_change: unknown }));
            if let Some(last) = last {
                let key = IncidentKey { day: *last + Days::new(1), ..key };
                sums.push((
                    key,
                    IncidentSums { opened: 0, affected_change: -affected, unknown_change: -unknown },
                ));
            }
        }
    }
    sums
}

/// The release that an incident counts for: the newest statement of a person decides, a rejection excludes its release. Only if
/// no person named a release, the newest inferred attribution counts.
pub(crate) fn label(attributions: &[attribution::Model]) -> ReleaseId {
    let mut rejected = Vec::new();
    for stated in attributions.iter().rev() {
        match (stated.basis, stated.release_id) {
            (AttributionBasis::Inferred, _) => (),
            (AttributionBasis::Rejected, Some(release)) => rejected.push(release),
            (AttributionBasis::NotCausedByChange, _) => return ReleaseId::NOT_CAUSED_BY_CHANGE,
            // The attribution was withdrawn.
            (AttributionBasis::Explicit, None) => break,
            (_, Some(release)) if !rejected.contains(&release) => return release,
            _ => (),
        }
    }
    let sure = |stated: &&attribution::Model| {
        stated.basis == AttributionBasis::Inferred
            && stated.confidence.is_some_and(|sure| sure >= MIN_CONFIDENCE)
    };
    let inferred = attributions.iter().rev().filter(sure).filter_map(|stated| stated.release_id);
    inferred.into_iter().find(|release| !rejected.contains(release)).unwrap_or(ReleaseId::NONE)
}
