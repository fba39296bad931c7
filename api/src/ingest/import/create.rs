//! Creating what rows refer to and what does not exist: products, features, releases, segments. Customers are created with their responses.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

use ballroom_entity::{id::ProductId, import_created::CreatedKind};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rows::Row;
use crate::{
    base::{
        error::Error,
        near::{bare, near},
        version,
    },
    domain::{
        customer,
        feature::{self, NewFeature},
        product::{self, NewProduct},
        release, segment,
    },
    transaction::Transaction,
};

/// Types of objects to create when a row refers to them; a missing object of another type rejects the row.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Create {
    pub products: bool,
    pub features: bool,
    pub releases: bool,
    pub segments: bool,
    pub customers: bool,
}

/// Numbers of created objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Created {
    pub products: u64,
    pub features: u64,
    pub releases: u64,
    pub segments: u64,
    pub customers: u64,
}

impl Created {
    /// Adds what another batch created.
    pub fn add(&mut self, other: Self) {
        self.products += other.products;
        self.features += other.features;
        self.releases += other.releases;
        self.segments += other.segments;
        self.customers += other.customers;
    }
}

/// The references of a row.
struct Named<'a> {
    product: &'a str,
    features: Vec<&'a str>,
    release: Option<(&'a str, DateTime<Utc>)>,
    segment: Option<&'a str>,
    customer: Option<&'a str>,
}

impl Row {
    fn names(&self) -> Named<'_> {
        match self {
            Self::Feedback(row) => Named {
                product: &row.product,
                features: row.feature.as_deref().into_iter().collect(),
                release: row.release.as_deref().map(|release| (release, row.occurred_at)),
                segment: row.segment.as_deref(),
                customer: row.customer.as_deref(),
            },
            Self::Incident(row) => Named {
                product: &row.product,
                features: row.features.iter().map(String::as_str).collect(),
                release: row.release.as_deref().map(|release| (release, row.opened_at)),
                segment: None,
                customer: None,
            },
            Self::Exposure(row) => Named {
                product: &row.product,
                features: vec![&row.feature],
                release: None,
                segment: row.segment.as_deref(),
                customer: None,
            },
            Self::Release(row) => Named {
                product: &row.product,
                features: row.features.iter().map(|touch| touch.feature.as_str()).collect(),
                release: None,
                segment: None,
                customer: None,
            },
        }
    }
}

/// The created objects, and the warnings.
#[derive(Debug, Default)]
pub(super) struct CreationReport {
    pub(super) created: Created,
    pub(super) warnings: Vec<String>,
    /// The objects with their names, without the customers.
    pub(super) objects: Vec<(CreatedKind, String, Uuid)>,
    /// The keys of the customers that will be created with their responses.
    pub(super) customers: Vec<String>,
}

/// The known customers by their names without case, spaces and hyphens: similar ones among
/// a million are found at once. Empty until a customer is to be created.
#[derive(Debug, Default)]
pub(super) struct SimilarCustomers(Option<HashMap<u64, Box<str>>>);

impl SimilarCustomers {
    fn form(key: &str) -> u64 {
        // A hash collision only causes a needless warning.
        BuildHasherDefault::<DefaultHasher>::default().hash_one(bare(key))
    }

    /// Adds created customers.
    pub(super) fn made(&mut self, keys: Vec<String>) {
        let Some(known) = &mut self.0 else { return };
        for key in keys {
            known.entry(Self::form(&key)).or_insert_with(|| key.into());
        }
    }
}

impl Create {
    /// Whether missing objects of this type are created; none: they never are.
    pub(super) fn creates(self, noun: &str) -> Option<bool> {
        Some(match noun {
            "product" => self.products,
            "feature" => self.features,
            "release" => self.releases,
            "segment" => self.segments,
            "customer" => self.customers,
            _ => return None,
        })
    }

    /// Whether anything may be created.
    pub(super) fn any(self) -> bool {
        self.products || self.features || self.releases || self.segments || self.customers
    }
}

impl CreationReport {
    /// One if it was created, none if the data are invalid; only internal errors end the import.
    fn count_created(
        &mut self,
        kind: CreatedKind,
        name: &str,
        result: Result<Uuid, Error>,
    ) -> Result<u64, Error> {
        match result {
            Ok(id) => {
                self.objects.push((kind, name.to_owned(), id));
                Ok(1)
            }
            Err(error) if error.is_server_error() => Err(error),
            Err(_) => Ok(0),
        }
    }

    /// Warns if a created object has a name similar to that of an existing one.
    fn warn_if_similar(&mut self, noun: &str, name: &str, alike: Option<&str>) {
        if let Some(alike) = alike {
            let remedy = match noun {
                "release" if name.strip_prefix(['v', 'V']) == Some(alike) => {
                    format!("import with --release-prefix {}", &name[..1])
                }
                _ => format!("write \"{alike}\" in the file"),
            };
            self.warnings.push(format!(
                "{noun} \"{name}\" is created, and a similar one, \"{alike}\", exists; if they are the same, {remedy}"
            ));
        }
    }
}

/// Creates missing objects that the rows refer to. Objects that cannot be created (a key of 300 characters) are skipped
/// here, and the row is rejected when it is submitted.
pub(super) async fn missing(
    tx: &mut Transaction,
    create: Create,
    rows: &[Row],
    similar: &mut SimilarCustomers,
) -> Result<CreationReport, Error> {
    let mut made = CreationReport::default();
    let rows: Vec<&Row> = rows.iter().collect();
    let rows = rows.as_slice();
    if create.products {
        made.created.products = products(tx, rows, &mut made).await?;
    }
    if create.segments {
        made.created.segments = segments(tx, rows, &mut made).await?;
    }
    if create.features {
        made.created.features = features(tx, rows, &mut made).await?;
    }
    if create.releases {
        made.created.releases = releases(tx, rows, &mut made).await?;
    }
    if create.customers {
        made.created.customers = customers(tx, rows, &mut made, similar).await?;
    }
    warn_of_twins(tx, rows, &mut made);
    Ok(made)
}

/// Warns of releases that the file itself plans, and that are another spelling of one that exists.
fn warn_of_twins(tx: &Transaction, rows: &[&Row], report: &mut CreationReport) {
    let dimensions = tx.dimensions();
    for row in rows {
        let Row::Release(row) = row else { continue };
        let Some(product) = dimensions.known_product(&row.product) else { continue };
        if dimensions.known_release(product.id, &row.version).is_none() {
            let there = dimensions.spelled_like(product.id, &row.version);
            report.warn_if_similar("release", &row.version, there.first().map(|row| row.version.as_str()));
        }
    }
}

/// The most similar name: of those that existed before, else of those that the file has just created.
fn similar<'a>(
    name: &str,
    there: impl Iterator<Item = &'a str>,
    created: impl Iterator<Item = &'a str>,
) -> Option<String> {
    near(name, there).into_iter().next().or_else(|| near(name, created).into_iter().next())
}

async fn products(tx: &mut Transaction, rows: &[&Row], report: &mut CreationReport) -> Result<u64, Error> {
    let dimensions = tx.dimensions();
    let mut keys: Vec<&str> = rows.iter().map(|row| row.names().product).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| dimensions.known_product(key).is_none());
    let mut made = 0;
    for (at, key) in keys.iter().copied().enumerate() {
        let there = dimensions.products.values().map(|row| row.key.as_str());
        report.warn_if_similar("product", key, similar(key, there, keys[..at].iter().copied()).as_deref());
        let new = NewProduct { key: key.to_owned(), ..NewProduct::default() };
        let result = product::insert_in(tx, new).await.map(|(row, _)| row.id.0);
        made += report.count_created(CreatedKind::Product, key, result)?;
    }
    changed(tx, made).await
}

async fn segments(tx: &mut Transaction, rows: &[&Row], report: &mut CreationReport) -> Result<u64, Error> {
    let dimensions = tx.dimensions();
    let mut keys: Vec<&str> = rows.iter().filter_map(|row| row.names().segment).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| dimensions.known_segment(key).is_none());
    let mut made = 0;
    for (at, key) in keys.iter().copied().enumerate() {
        let there = dimensions.segments.values().map(|row| row.key.as_str());
        report.warn_if_similar("segment", key, similar(key, there, keys[..at].iter().copied()).as_deref());
        let result = segment::insert_in(tx, key, None).await.map(|(row, _)| row.id.0);
        made += report.count_created(CreatedKind::Segment, key, result)?;
    }
    changed(tx, made).await
}

async fn features(tx: &mut Transaction, rows: &[&Row], report: &mut CreationReport) -> Result<u64, Error> {
    let dimensions = tx.dimensions();
    let named = rows.iter().map(|row| row.names());
    let mut keys: Vec<(&str, &str)> =
        named.flat_map(|row| row.features.into_iter().map(move |feature| (row.product, feature))).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|(product, key)| {
        let of = dimensions.known_product(product);
        of.is_some_and(|of| dimensions.known_feature(of.id, key).is_none())
    });
    let mut made = 0;
    for (at, (product, key)) in keys.iter().copied().enumerate() {
        if let Some(of) = dimensions.known_product(product) {
            let there = dimensions.features_of(of.id);
            let there = there.iter().map(|row| row.key.as_str());
            let before = keys[..at].iter().filter(|(other, _)| *other == product).map(|(_, key)| *key);
            report.warn_if_similar("feature", key, similar(key, there, before).as_deref());
            let new =
                NewFeature { product: product.to_owned(), key: key.to_owned(), ..NewFeature::default() };
            let result = feature::insert_in(tx, new).await.map(|(row, _)| row.id.0);
            made += report.count_created(CreatedKind::Feature, key, result)?;
        }
    }
    changed(tx, made).await
}

/// Inferred releases start on the first day on which they are seen. A later file may contain earlier responses.
async fn releases(tx: &mut Transaction, rows: &[&Row], report: &mut CreationReport) -> Result<u64, Error> {
    let dimensions = tx.dimensions();
    let mut seen: BTreeMap<(ProductId, &str), DateTime<Utc>> = BTreeMap::new();
    for row in rows {
        let Named { product, release: Some((version, at)), .. } = row.names() else { continue };
        let Some(product) = dimensions.known_product(product) else { continue };
        let first = seen.entry((product.id, version)).or_insert(at);
        *first = at.min(*first);
    }
    let (mut made, mut moved) = (0, 0);
    let mut new: HashMap<(ProductId, String), &str> = HashMap::new();
    for ((product, version), first) in seen {
        match dimensions.known_release(product, version) {
            None => {
                // Digits carry the meaning of a version: only another spelling of the same version is similar.
                let spelling = version::spelling(version);
                let there = dimensions.spelled_like(product, version);
                let before = new.get(&(product, spelling.clone())).copied();
                report.warn_if_similar(
                    "release",
                    version,
                    there.first().map(|row| row.version.as_str()).or(before),
                );
                new.entry((product, spelling)).or_insert(version);
                let result = release::infer_in(tx, product, version, first).await.map(|row| row.id.0);
                made += report.count_created(CreatedKind::Release, version, result)?;
            }
            Some(there) if there.inferred && there.released_at.is_some_and(|known| first < known) => {
                release::seen_earlier_in(tx, there, first).await?;
                moved += 1;
            }
            Some(_) => (),
        }
    }
    changed(tx, made + moved).await?;
    Ok(made)
}

/// Finds the customers that will be created with their responses, and those similar to an existing one, which would be two
/// voices. Random keys often differ in one character, so only case, spaces and hyphens are ignored.
async fn customers(
    tx: &mut Transaction,
    rows: &[&Row],
    report: &mut CreationReport,
    similar: &mut SimilarCustomers,
) -> Result<u64, Error> {
    let mut keys: Vec<&str> = rows.iter().filter_map(|row| row.names().customer).collect();
    keys.sort_unstable();
    keys.dedup();
    let there = customer::known(tx, keys.iter().copied()).await?;
    keys.retain(|key| !there.contains_key(*key));
    if keys.is_empty() {
        return Ok(0);
    }
    if similar.0.is_none() {
        let mut known = HashMap::new();
        for key in customer::keys(tx).await? {
            known.entry(SimilarCustomers::form(&key)).or_insert_with(|| key.into());
        }
        similar.0 = Some(known);
    }
    let known = similar.0.get_or_insert_default();
    let mut new: HashMap<u64, &str> = HashMap::new();
    for key in &keys {
        let form = SimilarCustomers::form(key);
        let alike = known.get(&form).map(|other| &**other).or_else(|| new.get(&form).copied());
        report.warn_if_similar("customer", key, alike);
        new.entry(form).or_insert(key);
    }
    report.customers = keys.iter().map(|key| (*key).to_owned()).collect();
    Ok(keys.len() as u64)
}

async fn changed(tx: &mut Transaction, rows: u64) -> Result<u64, Error> {
    if rows > 0 {
        tx.dimensions_changed().await?;
    }
    Ok(rows)
}
