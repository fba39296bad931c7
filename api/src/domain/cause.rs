//! Where an incident comes from: what people stated, else the most probable of the releases that shipped shortly before.
//!
//! Candidates are computed by a job (`attribute-incidents`), which incidents and releases make due; they are derived and can be
//! thrown away. They do not count for scores: only what a person states does, so that a score never rests on an inference that
//! rests on the score's own data.

mod compute;

use std::collections::{BTreeMap, HashMap, HashSet};

use ballroom_entity::{
    attribution::{self, AttributionBasis},
    attribution_candidate::{Column, Entity, Model},
    id::{IncidentId, OrganizationId, ProductId, ReleaseId},
    incident,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use self::compute::compute;
use super::{
    access::{Contribute, Read},
    incident::{affects, label},
};
use crate::{
    base::error::Error,
    store::{Lease, Store},
};

/// Minimum confidence at which the most probable candidate is named as the cause.
pub const NAMED: f64 = 0.5;

/// Minimum confidence of a candidate that is stored.
const STORED: f64 = 0.001;

/// Days before a release whose incidents show what is usual.
const BEFORE: f64 = 90.0;

/// Rows in one statement.
const ROWS: usize = 500;

const DAY: f64 = 86_400.0;

/// What is known about the cause of an incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    /// Nothing.
    Unknown,
    /// Its reporter named the release.
    Explicit(ReleaseId),
    /// A person confirmed the release.
    Confirmed(ReleaseId),
    /// The release is probable, with this confidence.
    Inferred(ReleaseId, f64),
    /// No change caused it, according to a person.
    NotCausedByChange,
}

impl Cause {
    /// What the statements of people say, else the most probable candidate that nobody rejected.
    pub fn of(stated: &[attribution::Model], candidates: &[Model]) -> Self {
        let said = label(stated);
        if said == ReleaseId::NOT_CAUSED_BY_CHANGE {
            return Self::NotCausedByChange;
        }
        if let Some(release) = said.some() {
            let of_it =
                |basis| stated.iter().any(|one| one.release_id == Some(release) && one.basis == basis);
            if of_it(AttributionBasis::Confirmed) {
                return Self::Confirmed(release);
            }
            if of_it(AttributionBasis::Explicit) {
                return Self::Explicit(release);
            }
            let sure = stated.iter().rev().find(|one| one.release_id == Some(release));
            return Self::Inferred(release, sure.and_then(|one| one.confidence).unwrap_or(NAMED));
        }
        let open = weights(stated, candidates).into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        match open {
            Some((release, confidence)) if confidence >= NAMED => Self::Inferred(release, confidence),
            _ => Self::Unknown,
        }
    }
}

/// The probability that an incident comes from each release: 1 for what a person said, else those of the candidates.
pub fn weights(stated: &[attribution::Model], candidates: &[Model]) -> BTreeMap<ReleaseId, f64> {
    let said = label(stated);
    if said == ReleaseId::NOT_CAUSED_BY_CHANGE {
        return BTreeMap::new();
    }
    if let Some(release) = said.some() {
        let by_person = stated
            .iter()
            .any(|one| one.release_id == Some(release) && one.basis != AttributionBasis::Inferred);
        let sure =
            stated.iter().rev().find(|one| one.release_id == Some(release)).and_then(|one| one.confidence);
        return BTreeMap::from([(release, if by_person { 1.0 } else { sure.unwrap_or(1.0) })]);
    }
    let rejected = |release| {
        stated.iter().any(|one| one.basis == AttributionBasis::Rejected && one.release_id == Some(release))
    };
    let open = candidates.iter().filter(|one| !rejected(one.release_id));
    open.map(|one| (one.release_id, one.confidence)).collect()
}

/// The candidates of each incident, the most probable first.
pub(crate) async fn candidates_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    incidents: &[IncidentId],
) -> Result<Vec<Model>, Error> {
    let mut rows = Vec::new();
    for some in incidents.chunks(1_000) {
        let of_some = Entity::owned_by(organization)
            .filter(Column::IncidentId.is_in(some.iter().copied()))
            .all(db)
            .await?;
        rows.extend(of_some);
    }
    rows.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.release_id.cmp(&b.release_id)));
    Ok(rows)
}

/// The incidents that a release may have caused, the most probable first. A viewer restricted to one customer finds incidents that
/// affect it only.
pub async fn suspected(
    store: &Store,
    by: Read,
    release: ReleaseId,
    min_confidence: f64,
    limit: u64,
) -> Result<Vec<Model>, Error> {
    let organization = by.organization();
    let rows = Entity::owned_by(organization)
        .filter(Column::ReleaseId.eq(release))
        .filter(Column::Confidence.gte(min_confidence))
        .apply_if(by.only(), |query, customer| {
            let own = incident::Entity::owned_by(organization)
                .filter(affects(organization, customer))
                .select_only()
                .column(incident::Column::Id);
            query.filter(Column::IncidentId.in_subquery(own.into_query()))
        })
        .order_by_desc(Column::Confidence)
        .order_by_asc(Column::IncidentId)
        .limit(limit);
    Ok(rows.all(store.reader()).await?)
}

/// Computes the candidates of all incidents of an organization anew, and stores those that changed; returns their number.
pub(crate) async fn refresh(
    store: &Store,
    by: Contribute,
    lease: Option<&Lease>,
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    let organization = by.organization();
    let products: Vec<ProductId> = store.dimensions(organization).await?.products.keys().copied().collect();
    let mut changed = 0;
    for product in products {
        let tx = store.begin(organization, at).await?;
        let found = compute(tx.db(), &tx.dimensions(), product, at).await?;
        let known = of_product(tx.db(), organization, product).await?;
        let key = |row: &Model| (row.incident_id, row.release_id);
        let found: HashMap<_, _> = found.into_iter().map(|row| (key(&row), row)).collect();
        let gone: HashSet<IncidentId> = known
            .iter()
            .filter(|row| found.get(&key(row)).is_none_or(|new| differs(new, row)))
            .map(|row| row.incident_id)
            .collect();
        let there: HashSet<_> = known.iter().map(key).collect();
        let stale: HashSet<IncidentId> = found
            .keys()
            .filter(|pair| !there.contains(*pair))
            .map(|(incident, _)| *incident)
            .chain(gone)
            .collect();
        if stale.is_empty() {
            continue;
        }
        let incidents: Vec<IncidentId> = stale.iter().copied().collect();
        for some in incidents.chunks(1_000) {
            Entity::delete_many()
                .filter(Column::OrganizationId.eq(organization))
                .filter(Column::IncidentId.is_in(some.iter().copied()))
                .exec(tx.db())
                .await?;
        }
        let mut rows: Vec<Model> =
            found.into_values().filter(|row| stale.contains(&row.incident_id)).collect();
        rows.sort_by_key(key);
        for some in rows.chunks(ROWS) {
            let some = some.iter().cloned().map(IntoActiveModel::into_active_model);
            Entity::insert_many(some).exec_without_returning(tx.db()).await?;
        }
        if let Some(lease) = lease {
            lease.hold(tx.db()).await?;
        }
        tx.commit().await?;
        changed += stale.len() as u64;
    }
    Ok(changed)
}

fn differs(new: &Model, known: &Model) -> bool {
    (new.confidence - known.confidence).abs() > STORED
        || (new.evidence, new.released_at, new.other_incidents)
            != (known.evidence, known.released_at, known.other_incidents)
}

async fn of_product(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    product: ProductId,
) -> Result<Vec<Model>, Error> {
    let of_it = incident::Entity::owned_by(organization)
        .filter(incident::Column::ProductId.eq(product))
        .select_only()
        .column(incident::Column::Id);
    Ok(Entity::owned_by(organization)
        .filter(Column::IncidentId.in_subquery(of_it.into_query()))
        .all(db)
        .await?)
}

#[cfg(test)]
mod tests {
    use ballroom_entity::{attribution_candidate::CauseEvidence, id::AttributionId};

    use super::*;
    use crate::base::reference::PublicId;

    fn stated(basis: AttributionBasis, release: Option<ReleaseId>) -> attribution::Model {
        attribution::Model {
            organization_id: OrganizationId::NONE,
            id: AttributionId::new(),
            incident_id: IncidentId::NONE,
            release_id: release,
            basis,
            confidence: None,
            created_at: DateTime::UNIX_EPOCH,
            stated_by: None,
        }
    }

    fn candidate(release: ReleaseId, confidence: f64) -> Model {
        Model {
            organization_id: OrganizationId::NONE,
            incident_id: IncidentId::NONE,
            release_id: release,
            evidence: CauseEvidence::SameFeature,
            confidence,
            released_at: DateTime::UNIX_EPOCH,
            other_incidents: 0,
            computed_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_word_of_a_person_beats_what_was_inferred() {
        use AttributionBasis::{Confirmed, Explicit, NotCausedByChange, Rejected};
        let (one, other) = (ReleaseId::new(), ReleaseId::new());
        let candidates = [candidate(one, 0.7), candidate(other, 0.2)];
        let cause = |said: &[attribution::Model]| Cause::of(said, &candidates);
        assert_eq!(cause(&[]), Cause::Inferred(one, 0.7));
        assert_eq!(cause(&[stated(Explicit, Some(other))]), Cause::Explicit(other));
        assert_eq!(cause(&[stated(Confirmed, Some(other))]), Cause::Confirmed(other));
        assert_eq!(cause(&[stated(Rejected, Some(one))]), Cause::Unknown);
        assert_eq!(cause(&[stated(NotCausedByChange, None)]), Cause::NotCausedByChange);
        let weighed = weights(&[stated(Rejected, Some(one))], &candidates);
        assert_eq!(weighed, BTreeMap::from([(other, 0.2)]));
        assert_eq!(weights(&[stated(Confirmed, Some(other))], &candidates), BTreeMap::from([(other, 1.0)]));
    }
}
