//! The calendar: what changes when, and which changes are in each other's way.

pub mod feed;

use std::collections::HashMap;

use ballroom_entity::{
    announcement::{self, AnnouncementKind, AnnouncementState},
    deployment,
    id::{AnnouncementId, FeatureId, OrganizationId, ProductId, ReleaseId},
    product, release,
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr};

use super::{access::Report, announcement as announcements, range, release as releases};
use crate::{
    base::error::Error,
    store::{Dimensions, Store},
};

/// Maximum length of a period: a year.
const MAX_DAYS: i64 = 366;

/// Maximum number of deployments, and of announcements, of a calendar.
const MAX_ENTRIES: u64 = 2_000;

/// What changes in a period.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// The entries, the earliest first.
    pub entries: Vec<Entry>,
    /// Entries that are in each other's way.
    pub conflicts: Vec<Conflict>,
}

/// Something that is in the calendar.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub kind: AnnouncementKind,
    /// The product that changes.
    pub product: ProductId,
    /// Summary in one line.
    pub title: String,
    /// Start.
    pub from: DateTime<Utc>,
    /// End; the start if it is a moment.
    pub until: DateTime<Utc>,
    /// Whether it has happened: it was deployed or released, or its announcement was concluded.
    pub done: bool,
    /// The affected features; empty: the product as a whole.
    pub features: Vec<FeatureId>,
    /// The release.
    pub release: Option<ReleaseId>,
    /// The deployment.
    pub deployment: Option<deployment::Model>,
    /// The announcement.
    pub announcement: Option<announcement::Model>,
}

/// Two entries that are in each other's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The positions of the entries.
    pub entries: [usize; 2],
    /// The features that both affect; empty: both affect the product as a whole.
    pub features: Vec<FeatureId>,
    /// Whether one of them is a freeze.
    pub freeze: bool,
}

/// The calendar of a product, or of all products, for the days from one (inclusive) to another (exclusive), each product in
/// its own time zone.
pub async fn calendar(
    store: &Store,
    by: Report,
    product: Option<ProductId>,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Calendar, Error> {
    range::not_empty("period", from, until)?;
    let days = (until - from).num_days();
    if days > MAX_DAYS {
        return Err(Error::invalid("period", format!("has {days} days; give at most {MAX_DAYS}")));
    }
    super::check::valid_day("period.from", from)?;
    super::check::valid_day("period.until", until)?;
    let dimensions = store.dimensions(by.organization()).await?;
    let mut entries = announced(store, by.organization(), &dimensions, product, (from, until)).await?;
    entries.extend(deployed(store, by.organization(), &dimensions, product, (from, until)).await?);
    entries.extend(released(store, by.organization(), &dimensions, product, (from, until), &entries).await?);
    let inside = |entry: &Entry| {
        let zone = dimensions.products.get(&entry.product).map_or(Tz::UTC, zone_of);
        entry.from < midnight(zone, until) && entry.until >= midnight(zone, from)
    };
    entries.retain(inside);
    entries.sort_by(|a, b| (a.from, a.until, &a.title).cmp(&(b.from, b.until, &b.title)));
    let conflicts = conflicts(&entries);
    Ok(Calendar { entries, conflicts })
}

fn zone_of(product: &product::Model) -> Tz {
    product.time_zone.parse().unwrap_or(Tz::UTC)
}

/// The first moment of a day in a time zone: an hour later where clocks are set forward at midnight.
pub(super) fn midnight(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let at = |local| zone.from_local_datetime(&local).earliest();
    let begins = at(midnight).or_else(|| at(midnight + TimeDelta::hours(1)));
    begins.map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

/// The end of a change whose end was not given: that of its day.
fn end_of_day(zone: Tz, from: DateTime<Utc>) -> DateTime<Utc> {
    midnight(zone, from.with_timezone(&zone).date_naive() + Days::new(1))
}

/// Moments that include the period in every time zone.
fn around((from, until): (NaiveDate, NaiveDate)) -> (DateTime<Utc>, DateTime<Utc>) {
    let day = Days::new(1);
    (midnight(Tz::UTC, from - day), midnight(Tz::UTC, until + day))
}

fn refused(what: &str) -> Error {
    let reason = format!("has more than {MAX_ENTRIES} {what}; ask for a shorter period, or for one product");
    Error::invalid("period", reason)
}

/// What is announced and was not canceled. A release that has shipped is shown at its time, not at the announced one.
async fn announced(
    store: &Store,
    organization: OrganizationId,
    dimensions: &Dimensions,
    product: Option<ProductId>,
    period: (NaiveDate, NaiveDate),
) -> Result<Vec<Entry>, Error> {
    use announcement::{Column, Entity};
    let (from, until) = around(period);
    let ends = Expr::col(Column::EndsAt).if_null(Expr::col(Column::StartsAt));
    let rows = Entity::owned_by(organization)
        .filter(Column::State.ne(AnnouncementState::Cancelled))
        .filter(Column::StartsAt.lt(until))
        .filter(ends.gte(from))
        .apply_if(product, |query, product| query.filter(Column::ProductId.eq(product)))
        .order_by_asc(Column::Id)
        .limit(MAX_ENTRIES + 1);
    let rows = rows.all(store.reader()).await?;
    if rows.len() as u64 > MAX_ENTRIES {
        return Err(refused("announcements"));
    }
    let ids: Vec<AnnouncementId> = rows.iter().map(|row| row.id).collect();
    let mut features: HashMap<AnnouncementId, Vec<FeatureId>> = HashMap::new();
    for (announcement, feature) in announcements::features_of(store.reader(), organization, &ids).await? {
        features.entry(announcement).or_default().push(feature);
    }
    let entry = |row: announcement::Model| {
        let zone = dimensions.products.get(&row.product_id).map_or(Tz::UTC, zone_of);
        let shipped = row.release_id.and_then(|id| dimensions.releases.get(&id)?.released_at);
        let (from, until) = match shipped.filter(|_| row.kind == AnnouncementKind::Release) {
            Some(at) => (at, at),
            None => (row.starts_at, row.ends_at.unwrap_or_else(|| end_of_day(zone, row.starts_at))),
        };
        Entry {
            kind: row.kind,
            product: row.product_id,
            title: row.title.clone(),
            from,
            until,
            done: row.state == AnnouncementState::Concluded || shipped.is_some(),
            features: features.remove(&row.id).unwrap_or_default(),
            release: row.release_id,
            deployment: None,
            announcement: Some(row),
        }
    };
    Ok(rows.into_iter().map(entry).collect())
}

async fn deployed(
    store: &Store,
    organization: OrganizationId,
    dimensions: &Dimensions,
    product: Option<ProductId>,
    period: (NaiveDate, NaiveDate),
) -> Result<Vec<Entry>, Error> {
    use deployment::{Column, Entity};
    let (from, until) = around(period);
    let of_product = product.map(|product| {
        release::Entity::owned_by(organization)
            .filter(release::Column::ProductId.eq(product))
            .select_only()
            .column(release::Column::Id)
            .into_query()
    });
    let rows = Entity::owned_by(organization)
        .filter(Column::DeployedAt.gte(from))
        .filter(Column::DeployedAt.lt(until))
        .apply_if(of_product, |query, releases| query.filter(Column::ReleaseId.in_subquery(releases)))
        .limit(MAX_ENTRIES + 1);
    let rows = rows.all(store.reader()).await?;
    if rows.len() as u64 > MAX_ENTRIES {
        return Err(refused("deployments"));
    }
    let ids: Vec<ReleaseId> = rows.iter().map(|row| row.release_id).collect();
    let touched = touched(store, organization, &ids).await?;
    let entry = |row: deployment::Model| {
        let release = dimensions.releases.get(&row.release_id)?;
        Some(Entry {
            kind: AnnouncementKind::Deployment,
            product: release.product_id,
            title: format!("{} to {}", release.version, row.environment),
            from: row.deployed_at,
            until: row.deployed_at,
            done: true,
            features: touched.get(&row.release_id).cloned().unwrap_or_default(),
            release: Some(row.release_id),
            deployment: Some(row),
            announcement: None,
        })
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}

/// Releases that somebody entered and that no announcement shows.
async fn released(
    store: &Store,
    organization: OrganizationId,
    dimensions: &Dimensions,
    product: Option<ProductId>,
    (from, until): (NaiveDate, NaiveDate),
    shown: &[Entry],
) -> Result<Vec<Entry>, Error> {
    let is_shown = |release: ReleaseId| {
        let mut of_kind = shown.iter().filter(|entry| entry.kind == AnnouncementKind::Release);
        of_kind.any(|entry| entry.release == Some(release))
    };
    let day_of = |row: &release::Model| row.released_on.or(row.planned_for);
    let rows: Vec<_> = dimensions
        .releases
        .values()
        .filter(|row| !row.inferred && product.is_none_or(|product| row.product_id == product))
        .filter(|row| day_of(row).is_some_and(|day| from <= day && day < until) && !is_shown(row.id))
        .collect();
    let ids: Vec<ReleaseId> = rows.iter().map(|row| row.id).collect();
    let touched = touched(store, organization, &ids).await?;
    let entry = |row: &release::Model| {
        let zone = dimensions.products.get(&row.product_id).map_or(Tz::UTC, zone_of);
        let (from, until) = match (row.released_at, row.planned_for) {
            (Some(at), _) => (at, at),
            (None, Some(day)) => (midnight(zone, day), midnight(zone, day + Days::new(1))),
            (None, None) => return None,
        };
        Some(Entry {
            kind: AnnouncementKind::Release,
            product: row.product_id,
            title: row.title.clone().unwrap_or_else(|| row.version.clone()),
            from,
            until,
            done: row.released_at.is_some(),
            features: touched.get(&row.id).cloned().unwrap_or_default(),
            release: Some(row.id),
            deployment: None,
            announcement: None,
        })
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}

async fn touched(
    store: &Store,
    organization: OrganizationId,
    ids: &[ReleaseId],
) -> Result<HashMap<ReleaseId, Vec<FeatureId>>, Error> {
    let mut touched: HashMap<ReleaseId, Vec<FeatureId>> = HashMap::new();
    for row in releases::touched_by(store, organization, ids).await? {
        touched.entry(row.release_id).or_default().push(row.feature_id);
    }
    Ok(touched)
}

/// The entries, in the order of their starts, that overlap and affect the same features.
fn conflicts(entries: &[Entry]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for (at, one) in entries.iter().enumerate() {
        // Later entries begin no earlier: those that begin after the end of this one do not overlap with it.
        let overlapping = entries[at + 1..].iter().zip(at + 1..);
        let overlapping = overlapping.take_while(|(other, _)| other.from <= one.until);
        for (other, place) in overlapping.filter(|(other, _)| overlap(one, other)) {
            let Some(features) = shared(one, other) else { continue };
            let freeze = [one, other].iter().any(|entry| entry.kind == AnnouncementKind::Freeze);
            conflicts.push(Conflict { entries: [at, place], features, freeze });
        }
    }
    conflicts
}

fn overlap(one: &Entry, other: &Entry) -> bool {
    let of_one_change = one.release.is_some() && one.release == other.release;
    let both_freeze = one.kind == AnnouncementKind::Freeze && other.kind == AnnouncementKind::Freeze;
    // A moment is inside what begins with it or before it.
    let in_time = other.from < one.until
        || (other.from == one.from && (one.from, one.until) != (other.from, other.until));
    one.product == other.product && !of_one_change && !both_freeze && in_time
}

/// The features that two entries share; none if they share nothing.
fn shared(one: &Entry, other: &Entry) -> Option<Vec<FeatureId>> {
    let mut features = match (one.features.as_slice(), other.features.as_slice()) {
        ([], features) | (features, []) => features.to_vec(),
        (features, others) => {
            let both: Vec<_> = features.iter().copied().filter(|feature| others.contains(feature)).collect();
            if both.is_empty() {
                return None;
            }
            both
        }
    };
    features.sort();
    features.dedup();
    Some(features)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::reference::PublicId;

    const SHOP: ProductId = ProductId(uuid::Uuid::from_u128(1));
    const CART: FeatureId = FeatureId(uuid::Uuid::from_u128(2));
    const SEARCH: FeatureId = FeatureId(uuid::Uuid::from_u128(3));

    fn entry(kind: AnnouncementKind, (from, until): (i64, i64), features: &[FeatureId]) -> Entry {
        let at = |hour: i64| DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(hour);
        Entry {
            kind,
            product: SHOP,
            title: String::new(),
            from: at(from),
            until: at(until),
            done: false,
            features: features.to_vec(),
            release: None,
            deployment: None,
            announcement: None,
        }
    }

    fn found(entries: &[Entry]) -> Vec<([usize; 2], Vec<FeatureId>)> {
        conflicts(entries).into_iter().map(|one| (one.entries, one.features)).collect()
    }

    #[test]
    fn changes_of_the_same_feature_at_the_same_time_conflict() {
        use AnnouncementKind::{Maintenance, Release};
        let work = entry(Maintenance, (0, 4), &[CART]);
        assert_eq!(found(&[work.clone(), entry(Release, (3, 5), &[CART, SEARCH])]), [([0, 1], vec![CART])]);
        assert_eq!(found(&[work.clone(), entry(Release, (4, 5), &[CART])]), []);
        assert_eq!(found(&[work.clone(), entry(Release, (3, 5), &[SEARCH])]), []);
        assert_eq!(found(&[work.clone(), entry(Release, (3, 5), &[])]), [([0, 1], vec![CART])]);
        let elsewhere = Entry { product: ProductId::NONE, ..entry(Release, (3, 5), &[CART]) };
        assert_eq!(found(&[work, elsewhere]), []);
    }

    #[test]
    fn a_release_and_its_deployment_are_one_change() {
        use AnnouncementKind::{Deployment, Release};
        let release = Some(ReleaseId::new());
        let planned = Entry { release, ..entry(Release, (0, 24), &[CART]) };
        assert_eq!(found(&[planned.clone(), Entry { release, ..entry(Deployment, (3, 3), &[CART]) }]), []);
        assert_eq!(found(&[planned, entry(Deployment, (3, 3), &[CART])]), [([0, 1], vec![CART])]);
    }

    #[test]
    fn nothing_may_change_in_a_freeze() {
        use AnnouncementKind::{Deployment, Freeze};
        let freeze = entry(Freeze, (0, 24), &[]);
        let told = conflicts(&[freeze.clone(), freeze.clone(), entry(Deployment, (3, 3), &[CART])]);
        let pairs: Vec<_> = told.iter().map(|one| (one.entries, one.freeze)).collect();
        assert_eq!(pairs, [([0, 2], true), ([1, 2], true)]);
    }

    #[test]
    fn moments_do_not_overlap_with_each_other() {
        use AnnouncementKind::Deployment;
        assert_eq!(found(&[entry(Deployment, (3, 3), &[CART]), entry(Deployment, (3, 3), &[CART])]), []);
    }
}
