//! How well support was prepared for the releases of a period: lead times, acknowledgements, coverage, and surprises.

use std::collections::{HashMap, HashSet};

use ballroom_entity::{
    acknowledgement,
    announcement::{self, AnnouncementKind, AnnouncementState},
    attribution,
    id::{AnnouncementId, IncidentId, OrganizationId, ProductId, ReleaseId},
    incident,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{
    access::Report,
    announcement::{self as announcements, Reach},
    incident as incidents, release as releases,
};
use crate::{base::error::Error, store::Store};

/// How well support was prepared for the releases of a period.
#[derive(Clone, Debug, Default)]
pub struct Preparedness {
    /// The releases that shipped in the period, the earliest first. Those that nobody entered, and that are known by
    /// responses only, are not among them.
    pub releases: Vec<Prepared>,
    /// Number of incidents that began in the period and are attributed to a release.
    pub attributed: u64,
    /// Those whose release nobody had announced before it shipped, the latest first.
    pub surprises: Vec<incident::Model>,
}

/// How well support was prepared for a release.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The release.
    pub release: ReleaseId,
    /// Its first published announcement.
    pub announcement: Option<announcement::Model>,
    /// Time between that publication and the release; negative if it was published afterwards.
    pub lead_time: Option<TimeDelta>,
    /// Number of members of support who acknowledged the announcement before the release shipped.
    pub acknowledged: u64,
    /// Whom it affects.
    pub reach: Reach,
}

impl Preparedness {
    /// The releases that were announced before they shipped.
    pub fn announced(&self) -> impl Iterator<Item = &Prepared> {
        self.releases.iter().filter(|one| one.lead_time.is_some_and(|lead| lead >= TimeDelta::zero()))
    }

    /// Median of the lead times of the announced releases.
    pub fn median_lead_time(&self) -> Option<TimeDelta> {
        let mut leads: Vec<_> = self.announced().filter_map(|one| one.lead_time).collect();
        leads.sort();
        let middle = leads.len().checked_sub(1)? / 2;
        match leads.len() % 2 {
            0 => Some((leads[middle] + leads[middle + 1]) / 2),
            _ => Some(leads[middle]),
        }
    }
}

/// How well support was prepared for the releases of a product in the days from one (inclusive) to another (exclusive).
pub async fn preparedness(
    store: &Store,
    by: Report,
    product: ProductId,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Preparedness, Error> {
    let organization = by.organization();
    let dimensions = store.dimensions(organization).await?;
    let mut shipped: Vec<_> = dimensions
        .releases
        .values()
        .filter(|row| row.product_id == product && !row.inferred)
        .filter(|row| row.released_on.is_some_and(|day| from <= day && day < until))
        .collect();
    shipped.sort_by_key(|row| (row.released_at, row.id));
    let caused = caused(store, organization, product, (from, until)).await?;
    let named = shipped.iter().map(|row| row.id).chain(caused.values().copied());
    let named: HashSet<ReleaseId> = named.collect();
    let first = first_announcements(store, organization, named.iter().copied()).await?;
    let ids: Vec<AnnouncementId> = first.values().map(|row| row.id).collect();
    let acknowledged = announcements::acknowledgements_of(store, organization, &ids).await?;
    let touched_by: Vec<ReleaseId> = shipped.iter().map(|row| row.id).collect();
    let touched = releases::touched_by(store, organization, &touched_by).await?;
    let announced_features = announcements::features_of(store.reader(), organization, &ids).await?;

    let prepared = shipped.into_iter().filter_map(|row| {
        let released_at = row.released_at?;
        let announcement = first.get(&row.id).cloned();
        let (id, features) = match &announcement {
            Some(told) => {
                let of_announcement = announced_features.iter().filter(|(id, _)| *id == told.id);
                (told.id, of_announcement.map(|(_, feature)| *feature).collect())
            }
            None => {
                let of_release = touched.iter().filter(|touched| touched.release_id == row.id);
                (AnnouncementId::NONE, of_release.map(|touched| touched.feature_id).collect())
            }
        };
        Some(Prepared {
            release: row.id,
            lead_time: announcement.as_ref().and_then(|told| Some(released_at - told.published_at?)),
            acknowledged: readers(&acknowledged, id, released_at),
            reach: Reach::of(id, product, features, released_at),
            announcement,
        })
    });
    let is_surprise = |release: &ReleaseId| {
        let released_at = dimensions.releases.get(release).and_then(|row| row.released_at);
        let published_at = first.get(release).and_then(|row| row.published_at);
        match (published_at, released_at) {
            (Some(published), Some(released)) => published > released,
            (published, _) => published.is_none(),
        }
    };
    let attributed = caused.len() as u64;
    let surprising: Vec<IncidentId> =
        caused.iter().filter(|(_, release)| is_surprise(release)).map(|(incident, _)| *incident).collect();
    let mut surprises = Vec::with_capacity(surprising.len());
    for some in surprising.chunks(1_000) {
        let rows =
            incident::Entity::owned_by(organization).filter(incident::Column::Id.is_in(some.iter().copied()));
        surprises.extend(rows.all(store.reader()).await?);
    }
    surprises.sort_by_key(|row| std::cmp::Reverse((row.opened_at, row.id)));
    Ok(Preparedness { releases: prepared.collect(), attributed, surprises })
}

/// Number of members who acknowledged any edition of an announcement before a time.
fn readers(given: &[acknowledgement::Model], id: AnnouncementId, before: DateTime<Utc>) -> u64 {
    let of_it = given.iter().filter(|one| one.announcement_id == id && one.acknowledged_at <= before);
    of_it.map(|one| one.member_id).collect::<HashSet<_>>().len() as u64
}

/// The incidents of a period that are attributed to a release, each with the release that counts.
async fn caused(
    store: &Store,
    organization: OrganizationId,
    product: ProductId,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<HashMap<IncidentId, ReleaseId>, Error> {
    let began = incident::Entity::owned_by(organization)
        .filter(incident::Column::ProductId.eq(product))
        .filter(incident::Column::OpenedOn.gte(from))
        .filter(incident::Column::OpenedOn.lt(until))
        .select_only()
        .column(incident::Column::Id);
    let rows = attribution::Entity::owned_by(organization)
        .filter(attribution::Column::IncidentId.in_subquery(began.into_query()))
        .order_by_asc(attribution::Column::IncidentId)
        .order_by_asc(attribution::Column::Id)
        .all(store.reader())
        .await?;
    let labels = rows.chunk_by(|a, b| a.incident_id == b.incident_id);
    let labels = labels.map(|stated| (stated[0].incident_id, incidents::label(stated)));
    let named =
        |release: &ReleaseId| *release != ReleaseId::NONE && *release != ReleaseId::NOT_CAUSED_BY_CHANGE;
    Ok(labels.filter(|(_, release)| named(release)).collect())
}

/// The first published announcement of each release that was not canceled.
async fn first_announcements(
    store: &Store,
    organization: OrganizationId,
    named: impl Iterator<Item = ReleaseId>,
) -> Result<HashMap<ReleaseId, announcement::Model>, Error> {
    use announcement::{Column, Entity};
    let named: Vec<ReleaseId> = named.collect();
    let mut first: HashMap<ReleaseId, announcement::Model> = HashMap::new();
    for some in named.chunks(1_000) {
        let rows = Entity::owned_by(organization)
            .filter(Column::ReleaseId.is_in(some.iter().copied()))
            .filter(Column::Kind.is_in([AnnouncementKind::Release, AnnouncementKind::Deployment]))
            .filter(Column::State.ne(AnnouncementState::Cancelled))
            .filter(Column::PublishedAt.is_not_null())
            .order_by_asc(Column::PublishedAt)
            .order_by_asc(Column::Id);
        for row in rows.all(store.reader()).await? {
            if let Some(release) = row.release_id {
                first.entry(release).or_insert(row);
            }
        }
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::reference::PublicId;

    fn lead(hours: Option<i64>) -> Prepared {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        Prepared {
            release: ReleaseId::new(),
            announcement: None,
            lead_time: hours.map(TimeDelta::hours),
            acknowledged: 0,
            reach: Reach::of(AnnouncementId::NONE, ProductId::NONE, Vec::new(), at),
        }
    }

    #[test]
    fn the_median_is_of_those_that_were_announced_in_time() {
        let of = |leads: &[Option<i64>]| {
            let releases = leads.iter().map(|hours| lead(*hours)).collect();
            let median = Preparedness { releases, ..Preparedness::default() }.median_lead_time();
            median.map(|median| median.num_minutes())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[None, Some(-4)]), None);
        assert_eq!(of(&[Some(8), None, Some(1), Some(2)]), Some(120));
        assert_eq!(of(&[Some(8), Some(1), Some(2), Some(5)]), Some(210));
    }
}
