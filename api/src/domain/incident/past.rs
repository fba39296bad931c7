//! The incidents of a period with what is known of each, for reports.

use std::collections::HashMap;

use ballroom_entity::{
    attribution::{self, AttributionBasis},
    id::{FeatureId, IncidentId, OrganizationId, ProductId, ReleaseId},
    incident::{Column, Entity, Model},
    incident_feature, incident_interval,
};
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QueryOrder, QueryTrait, Select};

use super::{interval, label};
use crate::{
    base::error::Error,
    domain::access::Report,
    store::{Store, is_any},
};

/// An incident with what is known of it.
#[derive(Clone, Debug)]
pub struct Past {
    /// The incident.
    pub incident: Model,
    /// The features that it affects; empty: the product as a whole.
    pub features: Vec<FeatureId>,
    /// Where it comes from.
    pub cause: Cause,
    /// Hours in which it was open, until it ended; none: it was open at the end of the last known day.
    pub hours: Option<f64>,
}

/// Where an incident comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Cause {
    /// It is not known.
    #[default]
    Unknown,
    /// It was not caused by a change.
    NoChange,
    /// A release.
    Release {
        /// The release.
        release: ReleaseId,
        /// What says so.
        basis: AttributionBasis,
        /// Probability, if it was computed.
        confidence: Option<f64>,
    },
}

/// Which incidents.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// Of this product; none: of all.
    pub product: Option<ProductId>,
    /// The days on which they began, from the first (inclusive) to the last (exclusive).
    pub days: (NaiveDate, NaiveDate),
    /// The last known day: an incident that ended later is open.
    pub as_of: NaiveDate,
    /// Also those that began before and are still open.
    pub with_open: bool,
}

/// The incidents that began in a period, the earliest first.
pub async fn begun(store: &Store, by: Report, asked: Begun) -> Result<Vec<Past>, Error> {
    let organization = by.organization();
    let (from, until) = asked.days;
    let until = asked.as_of.succ_opt().map_or(until, |unknown| Ord::min(until, unknown));
    let began = Column::OpenedOn.gte(from).and(Column::OpenedOn.lt(until));
    let open = Column::ResolvedOn.is_null().or(Column::ResolvedOn.gt(asked.as_of));
    let open = open.and(Column::OpenedOn.lt(until));
    let rows = Entity::owned_by(organization)
        .apply_if(asked.product, |query, product| query.filter(Column::ProductId.eq(product)))
        .filter(if asked.with_open { began.or(open) } else { began });
    completed(store, organization, rows, asked.as_of).await
}

/// The rows with what is known of each, the earliest first.
async fn completed(
    store: &Store,
    organization: OrganizationId,
    rows: Select<Entity>,
    as_of: NaiveDate,
) -> Result<Vec<Past>, Error> {
    let rows = rows.order_by_asc(Column::OpenedAt).order_by_asc(Column::Id).all(store.reader()).await?;
    let ids: Vec<IncidentId> = rows.iter().map(|row| row.id).collect();
    let mut features: HashMap<IncidentId, Vec<FeatureId>> = HashMap::new();
    let mut stated: HashMap<IncidentId, Vec<attribution::Model>> = HashMap::new();
    let mut intervals: HashMap<IncidentId, Vec<incident_interval::Model>> = HashMap::new();
    for some in ids.chunks(1_000) {
        let of = |column| is_any(store.reader(), column, some.iter().copied());
        let hurt = incident_feature::Entity::owned_by(organization)
            .filter(of(incident_feature::Column::IncidentId))
            .order_by_asc(incident_feature::Column::FeatureId);
        for row in hurt.all(store.reader()).await? {
            features.entry(row.incident_id).or_default().push(row.feature_id);
        }
        let statements = attribution::Entity::owned_by(organization)
            .filter(is_any(store.reader(), attribution::Column::IncidentId, some.iter().copied()))
            .order_by_asc(attribution::Column::Id);
        for row in statements.all(store.reader()).await? {
            stated.entry(row.incident_id).or_default().push(row);
        }
        for row in interval::earlier_of(store, organization, some).await? {
            intervals.entry(row.incident_id).or_default().push(row);
        }
    }
    let past = rows.into_iter().map(|incident| {
        let earlier = intervals.remove(&incident.id).unwrap_or_default();
        let hours = interval::all(&incident, &earlier).into_iter().try_fold(0.0, |sum, interval| {
            let time = interval.resolved_at? - interval.opened_at;
            Some(sum + time.num_seconds() as f64 / 3600.0)
        });
        let is_over = incident.resolved_on.is_some_and(|day| day <= as_of);
        let hours = hours.filter(|_| is_over);
        Past {
            features: features.remove(&incident.id).unwrap_or_default(),
            cause: cause(&stated.remove(&incident.id).unwrap_or_default()),
            hours,
            incident,
        }
    });
    Ok(past.collect())
}

/// The cause that counts, as in the daily counts, with what says so.
fn cause(stated: &[attribution::Model]) -> Cause {
    match label(stated) {
        ReleaseId::NONE => Cause::Unknown,
        ReleaseId::NOT_CAUSED_BY_CHANGE => Cause::NoChange,
        release => {
            let of_release = stated
                .iter()
                .rev()
                .find(|one| one.release_id == Some(release) && one.basis != AttributionBasis::Rejected);
            match of_release {
                Some(one) => Cause::Release { release, basis: one.basis, confidence: one.confidence },
                None => Cause::Unknown,
            }
        }
    }
}
