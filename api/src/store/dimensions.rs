//! An organization's dimensions in memory: responses are checked against them without queries.

use std::{collections::HashMap, hash::Hash, sync::OnceLock};

use ballroom_entity::{
    feature,
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId, TeamId},
    product, release, release_interval, scale, segment, team,
};
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};

use crate::{
    base::{error::Error, reference::PublicId, text, version},
    store::{CountCodes, live::Times, order},
};

/// Everything that a response can refer to, except customers, at one `dimension_revision`.
#[derive(Clone, Debug)]
pub struct Dimensions {
    /// The organization.
    pub organization: OrganizationId,
    /// The organization's `dimension_revision` at which this was read.
    pub revision: i64,
    /// By ID.
    pub products: HashMap<ProductId, product::Model>,
    /// By ID.
    pub features: HashMap<FeatureId, feature::Model>,
    /// By ID.
    pub releases: HashMap<ReleaseId, release::Model>,
    /// By ID.
    pub segments: HashMap<SegmentId, segment::Model>,
    /// By ID.
    pub scales: HashMap<ScaleId, scale::Model>,
    /// By ID. Features refer to them, responses do not.
    pub teams: HashMap<TeamId, team::Model>,
    /// The codes of all but teams in the daily counts.
    pub codes: CountCodes,
    /// The times that customers had releases before those came again, the first one first.
    earlier: HashMap<ReleaseId, Vec<Earlier>>,
    keys: Keys,
    /// The releases of each product, the oldest first, and the place of each of them.
    in_order: HashMap<ProductId, Vec<ReleaseId>>,
    places: HashMap<ReleaseId, u32>,
    /// Made when it is first asked for.
    times: OnceLock<Times>,
}

/// An interval in which customers had a release, before it was withdrawn and released again.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// From when to when.
    pub time: release_interval::Model,
    /// As [`Dimensions::place`], for this time.
    pub place: u32,
}

#[derive(Clone, Debug, Default)]
struct Keys {
    products: HashMap<String, ProductId>,
    features: HashMap<ProductId, HashMap<String, FeatureId>>,
    releases: HashMap<ProductId, HashMap<String, ReleaseId>>,
    /// Releases by the spellings of their versions: those with equal ones may be one release under two names.
    spellings: HashMap<(ProductId, String), Vec<ReleaseId>>,
    segments: HashMap<String, SegmentId>,
    scales: HashMap<String, ScaleId>,
    teams: HashMap<String, TeamId>,
}

impl Keys {
    fn add_release(&mut self, row: &release::Model) {
        self.releases.entry(row.product_id).or_default().insert(row.version.clone(), row.id);
        let alike = self.spellings.entry((row.product_id, version::spelling(&row.version))).or_default();
        if !alike.contains(&row.id) {
            alike.push(row.id);
        }
    }
}

impl Dimensions {
    /// Reads them all: eight statements, whatever their number.
    pub(crate) async fn load(
        db: &impl ConnectionTrait,
        organization: OrganizationId,
        revision: i64,
    ) -> Result<Self, DbErr> {
        let mut keys = Keys::default();
        let mut products = HashMap::new();
        for row in product::Entity::owned_by(organization).all(db).await? {
            keys.products.insert(row.key.clone(), row.id);
            products.insert(row.id, row);
        }
        let mut features = HashMap::new();
        for row in feature::Entity::owned_by(organization).all(db).await? {
            keys.features.entry(row.product_id).or_default().insert(row.key.clone(), row.id);
            features.insert(row.id, row);
        }
        let mut releases = HashMap::new();
        for row in release::Entity::owned_by(organization).all(db).await? {
            keys.add_release(&row);
            releases.insert(row.id, row);
        }
        let mut segments = HashMap::new();
        for row in segment::Entity::owned_by(organization).all(db).await? {
            keys.segments.insert(row.key.clone(), row.id);
            segments.insert(row.id, row);
        }
        let mut scales = HashMap::new();
        for row in scale::Entity::owned_by(organization).all(db).await? {
            keys.scales.insert(row.key.clone(), row.id);
            scales.insert(row.id, row);
        }
        let mut teams = HashMap::new();
        for row in team::Entity::owned_by(organization).all(db).await? {
            keys.teams.insert(row.key.clone(), row.id);
            teams.insert(row.id, row);
        }
        let before = release_interval::Entity::owned_by(organization)
            .order_by_asc(release_interval::Column::ReleasedAt)
            .all(db)
            .await?;
        // Each as the release was then.
        let then = before.iter().filter_map(|time| {
            let row = releases.get(&time.release_id)?.clone();
            Some(release::Model { released_at: Some(time.released_at), ..row })
        });
        let then: Vec<_> = then.collect();
        let mut of_products: HashMap<ProductId, Vec<&release::Model>> = HashMap::new();
        for row in releases.values().chain(&then) {
            of_products.entry(row.product_id).or_default().push(row);
        }
        let (mut in_order, mut places) = (HashMap::new(), HashMap::new());
        let mut places_then = HashMap::new();
        for (product, rows) in of_products {
            let mut ids = Vec::with_capacity(rows.len());
            for (row, place) in order::oldest_first(rows).into_iter().zip(0..) {
                if releases.get(&row.id).is_some_and(|now| now.released_at == row.released_at) {
                    ids.push(row.id);
                    places.insert(row.id, place);
                } else {
                    places_then.insert((row.id, row.released_at), place);
                }
            }
            in_order.insert(product, ids);
        }
        let mut earlier: HashMap<ReleaseId, Vec<Earlier>> = HashMap::new();
        for time in before {
            let place = places_then.get(&(time.release_id, Some(time.released_at))).copied();
            let place = place.unwrap_or_default();
            earlier.entry(time.release_id).or_default().push(Earlier { time, place });
        }
        Ok(Self {
            organization,
            revision,
            products,
            features,
            releases,
            segments,
            scales,
            teams,
            codes: CountCodes::load(db, organization).await?,
            earlier,
            keys,
            in_order,
            places,
            times: OnceLock::new(),
        })
    }

    /// The newest release of a product that was available to customers on a day: responses that name none belong to it.
    pub fn live_on(&self, product: ProductId, day: NaiveDate) -> Option<&release::Model> {
        let times = self.times.get_or_init(|| Times::of(self));
        self.releases.get(&times.newest_on(product, day)?)
    }

    /// Adds a release that a transaction has just written, so that its next row can refer to it. Its position among the
    /// others is determined when all are reloaded.
    pub(crate) fn put(&mut self, release: release::Model) {
        self.keys.add_release(&release);
        self.releases.insert(release.id, release);
        self.times.take();
    }

    /// The same for an earlier time of a reshipped release.
    pub(crate) fn put_earlier(&mut self, time: release_interval::Model) {
        self.earlier.entry(time.release_id).or_default().push(Earlier { time, place: 0 });
        self.times.take();
    }

    /// The releases of the product with another spelling of this version: see [`version::spelling`].
    pub(crate) fn spelled_like(&self, product: ProductId, version: &str) -> Vec<&release::Model> {
        let ids = self.keys.spellings.get(&(product, version::spelling(version))).into_iter().flatten();
        ids.filter_map(|id| self.releases.get(id)).collect()
    }

    /// The product with this ID or key, if there is one. Use this to test for existence: an error contains
    /// suggestions, which take a search through all names.
    pub fn known_product(&self, reference: &str) -> Option<&product::Model> {
        let id = ProductId::parse(reference.trim()).or_else(|| named(&self.keys.products, reference));
        id.and_then(|id| self.products.get(&id))
    }

    /// The feature of the product with this ID or key, if there is one.
    pub fn known_feature(&self, product: ProductId, reference: &str) -> Option<&feature::Model> {
        let keys = self.keys.features.get(&product);
        let id = FeatureId::parse(reference.trim()).or_else(|| named(keys?, reference));
        id.and_then(|id| self.features.get(&id)).filter(|feature| feature.product_id == product)
    }

    /// The release of the product with this ID or version, if there is one.
    pub fn known_release(&self, product: ProductId, reference: &str) -> Option<&release::Model> {
        let versions = self.keys.releases.get(&product);
        let id = ReleaseId::parse(reference.trim()).or_else(|| named(versions?, reference));
        id.and_then(|id| self.releases.get(&id)).filter(|release| release.product_id == product)
    }

    /// The segment with this ID or key, if there is one.
    pub fn known_segment(&self, reference: &str) -> Option<&segment::Model> {
        let id = SegmentId::parse(reference.trim()).or_else(|| named(&self.keys.segments, reference));
        id.and_then(|id| self.segments.get(&id))
    }

    /// The team with this ID or key, if there is one.
    pub fn known_team(&self, reference: &str) -> Option<&team::Model> {
        let id = TeamId::parse(reference.trim()).or_else(|| named(&self.keys.teams, reference));
        id.and_then(|id| self.teams.get(&id))
    }

    /// The team with this ID or key.
    pub fn team(&self, field: &str, reference: &str) -> Result<&team::Model, Error> {
        self.known_team(reference).ok_or_else(|| not_found(field, "team", reference, Some(&self.keys.teams)))
    }

    /// The product with this ID or key.
    pub fn product(&self, field: &str, reference: &str) -> Result<&product::Model, Error> {
        self.known_product(reference)
            .ok_or_else(|| not_found(field, "product", reference, Some(&self.keys.products)))
    }

    /// The feature of the product with this ID or key.
    pub fn feature(
        &self,
        product: ProductId,
        field: &str,
        reference: &str,
    ) -> Result<&feature::Model, Error> {
        self.known_feature(product, reference)
            .ok_or_else(|| not_found(field, "feature", reference, self.keys.features.get(&product)))
    }

    /// The release of the product with this ID or version.
    pub fn release(
        &self,
        product: ProductId,
        field: &str,
        reference: &str,
    ) -> Result<&release::Model, Error> {
        self.known_release(product, reference)
            .ok_or_else(|| not_found(field, "release", reference, self.keys.releases.get(&product)))
    }

    /// The feature with this ID or key, in a product if one is given, else in the only product that has it.
    pub fn feature_in(
        &self,
        product: Option<ProductId>,
        field: &str,
        reference: &str,
    ) -> Result<&feature::Model, Error> {
        match product {
            Some(product) => self.feature(product, field, reference),
            None => only(&self.features, &self.keys.features, field, reference),
        }
    }

    /// The release with this ID or version, in a product if one is given, else in the only product that has it.
    pub fn release_in(
        &self,
        product: Option<ProductId>,
        field: &str,
        reference: &str,
    ) -> Result<&release::Model, Error> {
        match product {
            Some(product) => self.release(product, field, reference),
            None => only(&self.releases, &self.keys.releases, field, reference),
        }
    }

    /// The segment with this ID or key.
    pub fn segment(&self, field: &str, reference: &str) -> Result<&segment::Model, Error> {
        self.known_segment(reference)
            .ok_or_else(|| not_found(field, "segment", reference, Some(&self.keys.segments)))
    }

    /// The scale with this ID or key.
    pub fn scale(&self, field: &str, reference: &str) -> Result<&scale::Model, Error> {
        let id = ScaleId::parse(reference.trim()).or_else(|| named(&self.keys.scales, reference));
        id.and_then(|id| self.scales.get(&id))
            .ok_or_else(|| not_found(field, "scale", reference, Some(&self.keys.scales)))
    }

    /// The features of a product, by key.
    pub fn features_of(&self, product: ProductId) -> Vec<&feature::Model> {
        let mut features: Vec<_> = self.features.values().filter(|row| row.product_id == product).collect();
        features.sort_by(|a, b| a.key.cmp(&b.key));
        features
    }

    /// The releases of a product, oldest first; those that are only planned come last.
    pub fn releases_of(&self, product: ProductId) -> Vec<&release::Model> {
        let ids = self.in_order.get(&product).into_iter().flatten();
        ids.filter_map(|id| self.releases.get(id)).collect()
    }

    /// The times that customers had a release before it came again, the first one first.
    pub fn earlier(&self, release: ReleaseId) -> &[Earlier] {
        self.earlier.get(&release).map(Vec::as_slice).unwrap_or_default()
    }

    /// The place of a release among those of its product: of two releases the greater place is the newer.
    pub fn place(&self, release: ReleaseId) -> u32 {
        self.places.get(&release).copied().unwrap_or_default()
    }
}

/// The object of a reference, in any stored form.
fn named<I: Copy>(keys: &HashMap<String, I>, reference: &str) -> Option<I> {
    let known = keys.get(reference).copied();
    known.or_else(|| text::forms(reference).iter().find_map(|form| keys.get(form)).copied())
}

/// The row with this ID, or with this name if only one product has it.
fn only<'a, I: PublicId + Eq + Hash, M>(
    rows: &'a HashMap<I, M>,
    names: &HashMap<ProductId, HashMap<String, I>>,
    field: &str,
    reference: &str,
) -> Result<&'a M, Error> {
    let none = || Error::not_found(field, I::NOUN, reference);
    if let Some(id) = I::parse(reference.trim()) {
        return rows.get(&id).ok_or_else(none);
    }
    let mut found = names.values().filter_map(|names| named(names, reference));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => {
            let reason = format!("several products have a {} \"{reference}\"; send the product too", I::NOUN);
            Err(Error::invalid(field, reason))
        }
        (found, _) => found
            .and_then(|id| rows.get(&id))
            .ok_or_else(|| none().or_near(names.values().flat_map(HashMap::keys).map(String::as_str))),
    }
}

fn not_found<I>(
    field: &str,
    noun: &'static str,
    reference: &str,
    keys: Option<&HashMap<String, I>>,
) -> Error {
    let known = keys.into_iter().flat_map(HashMap::keys).map(String::as_str);
    Error::not_found(field, noun, reference).or_near(known)
}
