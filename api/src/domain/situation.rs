//! Is this customer affected? What support must know of a customer while that customer waits: what they use, what does not work,
//! what is known about it, and what is about to change.

use std::collections::{BTreeMap, HashMap, HashSet};

use ballroom_entity::{
    announcement::{self, AnnouncementState},
    customer, exposure_daily, feedback,
    id::{FeatureId, IncidentId, OrganizationId, ProductId, ReleaseId, SegmentId},
    incident, incident_customer, incident_feature, known_error,
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{
    access::Read,
    announcement::{self as announcements, Reach, Reason},
    known_error::{self as known_errors, Effect, Impact, impact},
};
use crate::{
    base::{error::Error, right::Right},
    store::{Dimensions, Store},
};

/// Days for which a response shows what a customer uses.
const RESPONDED: u64 = 180;

/// Days for which exposure shows what a segment uses.
const EXPOSED: u64 = 30;

/// Maximum number of objects of each kind.
const MOST: u64 = 100;

/// Days for which an announced change concerns a customer after it was planned to happen.
const AFTER: i64 = 7;

/// Why a customer is assumed to use a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// The customer responded about it.
    Responded,
    /// An incident of it affected the customer.
    HadIncident,
    /// Customers of the same segment used it.
    SegmentUsed,
}

/// A feature that a customer uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// The feature.
    pub feature: FeatureId,
    /// Why the customer is assumed to use it.
    pub reason: Use,
    /// The last day of that.
    pub last_on: NaiveDate,
}

/// The release of a product that a customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The product.
    pub product: ProductId,
    /// The release; none: the product has none.
    pub release: Option<ReleaseId>,
    /// Whether the customer named it; else it is the newest one that customers have.
    pub named: bool,
}

/// What is known of a customer.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// The features that the customer uses.
    pub features: Vec<Used>,
    /// The releases that the customer has.
    pub releases: Vec<Installed>,
    /// Open incidents, each with whether the customer is known to be affected; else it is of a feature that the customer uses.
    pub incidents: Vec<(incident::Model, bool)>,
    /// Known errors that the customer's releases have.
    pub known_errors: Vec<(known_error::Model, ReleaseId, Impact)>,
    /// Published announcements of changes that concern the customer.
    pub announcements: Vec<announcement::Model>,
}

impl Situation {
    /// Whether anything that is open affects the customer.
    pub fn is_affected(&self) -> bool {
        self.incidents.iter().any(|(_, linked)| *linked) || !self.known_errors.is_empty()
    }
}

/// What is known of a customer, of a product or of all that the customer uses.
pub async fn situation(
    store: &Store,
    by: Read,
    customer: &customer::Model,
    product: Option<ProductId>,
    at: DateTime<Utc>,
) -> Result<Situation, Error> {
    if by.only().is_some() {
        return Err(Error::Forbidden(Right::Report));
    }
    let organization = by.organization();
    let dimensions = store.dimensions(organization).await?;
    let today = at.date_naive();
    let responses: Vec<(ProductId, Option<FeatureId>, Option<ReleaseId>, NaiveDate)> =
        feedback::Entity::owned_by(organization)
            .filter(feedback::Column::CustomerId.eq(customer.id))
            .filter(feedback::Column::Day.gte(today - Days::new(RESPONDED)))
            .apply_if(product, |query, product| query.filter(feedback::Column::ProductId.eq(product)))
            .order_by_desc(feedback::Column::OccurredAt)
            .limit(1_000)
            .select_only()
            .column(feedback::Column::ProductId)
            .column(feedback::Column::FeatureId)
            .column(feedback::Column::ReleaseId)
            .column(feedback::Column::Day)
            .into_tuple()
            .all(store.reader())
            .await?;
    let linked: HashSet<IncidentId> = incident_customer::Entity::owned_by(organization)
        .filter(incident_customer::Column::CustomerId.eq(customer.id))
        .all(store.reader())
        .await?
        .into_iter()
        .map(|row| row.incident_id)
        .collect();
    let mut had: Vec<IncidentId> = linked.iter().copied().collect();
    had.sort();
    let features = features(store, &dimensions, customer, product, (&responses, &had), today).await?;
    let mut products: HashSet<ProductId> = responses.iter().map(|(product, ..)| *product).collect();
    products
        .extend(features.iter().filter_map(|one| Some(dimensions.features.get(&one.feature)?.product_id)));
    products.extend(product);
    let releases = releases(&dimensions, products, &responses, today);
    let incidents = incidents(store, organization, product, &linked, &features).await?;
    let known_errors = known(store, &dimensions, &releases, &features).await?;
    let announcements = announced(store, organization, customer, &releases, at).await?;
    Ok(Situation { features, releases, incidents, known_errors, announcements })
}

type Response = (ProductId, Option<FeatureId>, Option<ReleaseId>, NaiveDate);

async fn features(
    store: &Store,
    dimensions: &Dimensions,
    customer: &customer::Model,
    product: Option<ProductId>,
    (responses, had): (&[Response], &[IncidentId]),
    today: NaiveDate,
) -> Result<Vec<Used>, Error> {
    let organization = dimensions.organization;
    let mut used: BTreeMap<(FeatureId, Use), NaiveDate> = BTreeMap::new();
    let mut add = |feature: FeatureId, reason: Use, day: NaiveDate| {
        let last = used.entry((feature, reason)).or_insert(day);
        *last = day.max(*last);
    };
    for (_, feature, _, day) in responses {
        if let Some(feature) = feature {
            add(*feature, Use::Responded, *day);
        }
    }
    for some in had.chunks(1_000) {
        let began: HashMap<IncidentId, NaiveDate> = incident::Entity::owned_by(organization)
            .filter(incident::Column::Id.is_in(some.iter().copied()))
            .apply_if(product, |query, product| query.filter(incident::Column::ProductId.eq(product)))
            .all(store.reader())
            .await?
            .into_iter()
            .map(|row| (row.id, row.opened_on))
            .collect();
        let links = incident_feature::Entity::owned_by(organization)
            .filter(incident_feature::Column::IncidentId.is_in(began.keys().copied()))
            .all(store.reader())
            .await?;
        for link in links {
            if let Some(day) = began.get(&link.incident_id) {
                add(link.feature_id, Use::HadIncident, *day);
            }
        }
    }
    let exposed: Vec<(FeatureId, NaiveDate)> = exposure_daily::Entity::owned_by(organization)
        .filter(exposure_daily::Column::SegmentId.eq(customer.segment_id.unwrap_or(SegmentId::NONE)))
        .filter(exposure_daily::Column::Day.gte(today - Days::new(EXPOSED)))
        .filter(exposure_daily::Column::ActiveCustomers.gt(0))
        .apply_if(product, |query, product| query.filter(exposure_daily::Column::ProductId.eq(product)))
        .select_only()
        .column(exposure_daily::Column::FeatureId)
        .column_as(exposure_daily::Column::Day.max(), "last_on")
        .group_by(exposure_daily::Column::FeatureId)
        .into_tuple()
        .all(store.reader())
        .await?;
    for (feature, day) in exposed.into_iter().filter(|(feature, _)| feature.some().is_some()) {
        add(feature, Use::SegmentUsed, day);
    }
    let mut found: Vec<Used> =
        used.into_iter().map(|((feature, reason), last_on)| Used { feature, reason, last_on }).collect();
    // The most certain reason of each feature only.
    found.dedup_by_key(|one| one.feature);
    let key = |one: &Used| dimensions.features.get(&one.feature).map(|row| row.key.clone());
    found.sort_by_cached_key(|one| (one.reason, key(one)));
    Ok(found)
}

/// The release of each product that the customer named last, else the newest one that customers have.
fn releases(
    dimensions: &Dimensions,
    products: HashSet<ProductId>,
    responses: &[Response],
    today: NaiveDate,
) -> Vec<Installed> {
    let mut releases: Vec<Installed> = products
        .into_iter()
        .map(|product| {
            let named =
                responses.iter().filter(|(of, ..)| *of == product).find_map(|(_, _, release, _)| *release);
            let release = named.or_else(|| dimensions.live_on(product, today).map(|row| row.id));
            Installed { product, release, named: named.is_some() }
        })
        .collect();
    releases.sort_by_cached_key(|one| dimensions.products.get(&one.product).map(|row| row.key.clone()));
    releases
}

/// Open incidents that are known to affect the customer, and those of features that the customer uses.
async fn incidents(
    store: &Store,
    organization: OrganizationId,
    product: Option<ProductId>,
    linked: &HashSet<IncidentId>,
    features: &[Used],
) -> Result<Vec<(incident::Model, bool)>, Error> {
    let of_features = incident_feature::Entity::owned_by(organization)
        .filter(incident_feature::Column::FeatureId.is_in(features.iter().map(|one| one.feature)))
        .select_only()
        .column(incident_feature::Column::IncidentId);
    let known = Condition::any()
        .add(incident::Column::Id.is_in(linked.iter().copied()))
        .add(incident::Column::Id.in_subquery(of_features.into_query()));
    let open = incident::Entity::owned_by(organization)
        .filter(incident::Column::ResolvedAt.is_null())
        .apply_if(product, |query, product| query.filter(incident::Column::ProductId.eq(product)))
        .filter(known)
        .order_by_asc(incident::Column::Severity)
        .order_by_desc(incident::Column::OpenedAt)
        .order_by_asc(incident::Column::Id)
        .limit(MOST);
    let rows = open.all(store.reader()).await?;
    let mut rows: Vec<_> = rows.into_iter().map(|row| (linked.contains(&row.id), row)).collect();
    rows.sort_by_key(|(linked, _)| !linked);
    Ok(rows.into_iter().map(|(linked, row)| (row, linked)).collect())
}

/// The known errors that the customer's releases have, of features that the customer uses or of products as a whole.
async fn known(
    store: &Store,
    dimensions: &Dimensions,
    releases: &[Installed],
    features: &[Used],
) -> Result<Vec<(known_error::Model, ReleaseId, Impact)>, Error> {
    let organization = dimensions.organization;
    let rows = known_error::Entity::owned_by(organization)
        .filter(known_error::Column::ProductId.is_in(releases.iter().map(|one| one.product)))
        .order_by_asc(known_error::Column::Id)
        .all(store.reader())
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let (mut fixes, mut affected): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
    for some in ids.chunks(1_000) {
        for row in known_errors::fixes_of(store, organization, some).await? {
            fixes.entry(row.known_error_id).or_default().push(row.release_id);
        }
        for row in known_errors::features_of(store, organization, some).await? {
            affected.entry(row.known_error_id).or_default().push(row.feature_id);
        }
    }
    let uses = |feature: &FeatureId| features.iter().any(|one| one.feature == *feature);
    let found = rows.into_iter().filter_map(|row| {
        let release = releases.iter().find(|one| one.product == row.product_id)?.release?;
        let of_features = affected.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        if !of_features.is_empty() && !of_features.iter().any(uses) {
            return None;
        }
        let fixes = fixes.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let found = impact(dimensions, release, row.introduced_in, fixes);
        (found.effect == Effect::Affected).then_some((row, release, found))
    });
    Ok(found.take(MOST as usize).collect())
}

/// The published announcements of coming changes that concern the customer, the earliest first.
async fn announced(
    store: &Store,
    organization: OrganizationId,
    customer: &customer::Model,
    releases: &[Installed],
    at: DateTime<Utc>,
) -> Result<Vec<announcement::Model>, Error> {
    use announcement::Column;
    let since = at - TimeDelta::days(AFTER);
    let rows = announcement::Entity::owned_by(organization)
        .filter(Column::ProductId.is_in(releases.iter().map(|one| one.product)))
        .filter(Column::State.eq(AnnouncementState::Published))
        .filter(Condition::any().add(Column::StartsAt.gte(since)).add(Column::EndsAt.gte(since)))
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(store.reader())
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let features = announcements::features_of(store.reader(), organization, &ids).await?;
    let mut concerning = Vec::new();
    for row in rows {
        let of_it = features.iter().filter(|(id, _)| *id == row.id).map(|(_, feature)| *feature).collect();
        let reach = Reach::new(&row, of_it, at);
        let known = announcements::reasons(store, organization, &reach, &[customer.id]).await?;
        let reasons = known.get(&customer.id).map(|one| one.reasons.as_slice()).unwrap_or_default();
        if !reasons.is_empty() && !reasons.contains(&Reason::Excluded) {
            concerning.push(row);
        }
    }
    Ok(concerning)
}
