//! From the daily counts to the input of analytics.

use std::collections::{BTreeMap, HashMap};

use ballroom_analytics::{
    self as analytics, Changes, Day, ExposureRow, Facts, FeedbackRow, IncidentChange, IncidentRow,
    IncidentWeights, Prepared, frame,
};
use ballroom_entity::{
    exposure_daily, feedback_daily,
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
    incident_daily, organization,
    release_feature::{self, FeatureChange},
    scale,
};
use futures::TryStreamExt;
use sea_orm::{ConnectionTrait, StreamTrait};
use uuid::Uuid;

use crate::{
    base::{day::day, error::Error},
    counts::{Daily, ExposureKey, FeedbackKey, IncidentKey, IncidentSums, unknown},
    domain::{organization as organizations, release},
    store::{CountCodes, Dimensions, Earlier},
};

/// The organization's IDs as the dense codes that analytics counts with, both ways.
#[derive(Debug, Default)]
pub struct Codes {
    /// A product's features and, with [`FeatureId::NONE`], the product as a whole.
    pub features: Coded<(ProductId, FeatureId)>,
    /// Releases.
    pub releases: Coded<ReleaseId>,
    /// Segments; code 0 is none.
    pub segments: Coded<SegmentId>,
    /// Scales.
    pub scales: Coded<ScaleId>,
    /// What releases do to the features that they touch, both by code.
    pub touches: HashMap<(u32, u32), FeatureChange>,
}

/// One kind of ID and its codes.
#[derive(Debug)]
pub struct Coded<Id> {
    ids: Vec<Id>,
    codes: HashMap<Id, u32>,
}

impl<Id: Copy + Eq + std::hash::Hash> Coded<Id> {
    /// The code of an ID.
    pub fn code(&self, id: Id) -> Option<u32> {
        self.codes.get(&id).copied()
    }

    /// The ID of a code.
    pub fn id(&self, code: u32) -> Option<Id> {
        self.ids.get(code as usize).copied()
    }

    /// The number of codes.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The codes by those that the daily counts have for the same objects.
    fn by(&self, known: &CountCodes, id: impl Fn(&Id) -> Uuid) -> Vec<Option<u32>> {
        let mut by = vec![None; known.last() as usize + 1];
        for (object, code) in self.ids.iter().zip(0..) {
            if let Some(counted) = known.code(id(object)) {
                by[counted as usize] = Some(code);
            }
        }
        by
    }

    fn add(&mut self, id: Id) {
        self.codes.insert(id, self.ids.len() as u32);
        self.ids.push(id);
    }
}

impl<Id> Default for Coded<Id> {
    fn default() -> Self {
        Self { ids: Vec::new(), codes: HashMap::new() }
    }
}

impl Codes {
    fn of(dimensions: &Dimensions) -> Self {
        let mut codes = Self::default();
        let mut products: Vec<_> = dimensions.products.keys().copied().collect();
        products.sort_unstable();
        for product in products {
            codes.features.add((product, FeatureId::NONE));
            for feature in dimensions.features_of(product) {
                codes.features.add((product, feature.id));
            }
            for release in dimensions.releases_of(product) {
                codes.releases.add(release.id);
            }
        }
        codes.segments.add(SegmentId::NONE);
        sorted(&dimensions.segments).for_each(|segment| codes.segments.add(segment));
        sorted(&dimensions.scales).for_each(|scale| codes.scales.add(scale));
        codes
    }
}

fn sorted<Id: Copy + Ord, T>(map: &HashMap<Id, T>) -> impl Iterator<Item = Id> + use<Id, T> {
    let mut ids: Vec<Id> = map.keys().copied().collect();
    ids.sort_unstable();
    ids.into_iter()
}

/// The incidents of a product as the daily counts have them: changes from day to day.
pub(super) type Lines = BTreeMap<IncidentKey, IncidentSums>;

/// Rows of daily counts, read and given codes; not yet prepared, which is work for a thread of its own.
pub(super) struct Counted {
    pub(super) codes: Codes,
    pub(super) lines: HashMap<ProductId, Lines>,
    weights: IncidentWeights,
    facts: Facts,
}

impl Counted {
    /// Reads the daily counts, and which features each release touches: four statements.
    pub(super) async fn read(
        db: &(impl ConnectionTrait + StreamTrait),
        row: &organization::Model,
        dimensions: &Dimensions,
    ) -> Result<Self, Error> {
        let organization = row.id;
        let mut codes = Codes::of(dimensions);
        let touched = touched(db, organization, &mut codes, dimensions).await?;
        let feedback = answers(db, organization, &codes, dimensions).await?;
        let exposure = exposure(db, organization, &codes).await?;
        let facts = Facts {
            scales: sorted(&dimensions.scales).map(|id| scale_of(&dimensions.scales[&id])).collect(),
            releases: releases(dimensions, &codes, touched),
            features: features(&codes),
            segments: codes.segments.len() as u32,
            feedback: frame::feedback(&feedback)?,
            incidents: frame::incidents(&[])?,
            exposure: frame::exposure(&exposure)?,
            min_answers: row.min_answers.max(1) as u32,
        };
        let weights = organizations::weights(row);
        Ok(Self { codes, lines: lines(db, organization).await?, weights, facts })
    }

    /// Sums them for the scores. Open incidents affect every day through `today`. This takes time: not for threads that
    /// serve requests.
    pub(super) fn prepare(self, today: Day) -> Result<(Codes, HashMap<ProductId, Lines>, Prepared), Error> {
        let mut prepared = self.facts.prepare()?;
        let incidents = self.lines.iter().map(|(product, lines)| {
            let with = (&prepared, &self.weights);
            Ok((self.codes.product(*product)?, incidents(lines, &self.codes, with, today)?))
        });
        let incidents = incidents.collect::<Result<_, Error>>()?;
        prepared.apply(Changes { incidents, ..Changes::default() })?;
        Ok((self.codes, self.lines, prepared))
    }
}

impl Codes {
    /// The code that identifies a product's features: that of the product as a whole.
    pub(super) fn product(&self, product: ProductId) -> Result<u32, Error> {
        self.features.code((product, FeatureId::NONE)).ok_or_else(unknown)
    }

    /// Responses of a key, as codes.
    pub(super) fn answers(&self, key: &FeedbackKey, count: i64) -> Result<FeedbackRow, Error> {
        let row = || {
            Some(FeedbackRow {
                feature: self.features.code((key.product, key.feature))?,
                release: match key.release {
                    ReleaseId::NONE => None,
                    release => Some(self.releases.code(release)?),
                },
                segment: self.segments.code(key.segment)?,
                scale: self.scales.code(key.scale)?,
                day: day(key.day),
                level: key.level as u32,
                count,
            })
        };
        row().ok_or_else(unknown)
    }

    /// Active customers of a key, as codes.
    pub(super) fn active(&self, key: &ExposureKey, active: i64) -> Result<ExposureRow, Error> {
        let row = || {
            Some(ExposureRow {
                feature: self.features.code((key.product, key.feature))?,
                segment: self.segments.code(key.segment)?,
                day: day(key.day),
                active,
            })
        };
        row().ok_or_else(unknown)
    }
}

impl From<analytics::Error> for Error {
    fn from(error: analytics::Error) -> Self {
        Self::internal("cannot compute the score", error)
    }
}

fn scale_of(row: &scale::Model) -> analytics::Scale {
    use analytics::ScaleKind as Of;
    analytics::Scale {
        min: row.min,
        max: row.max,
        step: row.step,
        higher_is_better: row.higher_is_better,
        kind: match row.kind {
            scale::ScaleKind::Csat => Of::Csat,
            scale::ScaleKind::Nps => Of::Nps,
            scale::ScaleKind::Ces => Of::Ces,
            scale::ScaleKind::Stars => Of::Stars,
            scale::ScaleKind::Thumbs => Of::Thumbs,
            scale::ScaleKind::Custom => Of::Custom,
        },
    }
}

/// A product is identified by the code of its "product as a whole".
fn features(codes: &Codes) -> Vec<analytics::Feature> {
    let product = |id| codes.features.code((id, FeatureId::NONE)).unwrap_or_default();
    let coded = |(id, feature): &(ProductId, FeatureId)| analytics::Feature {
        product: product(*id),
        whole: *feature == FeatureId::NONE,
    };
    codes.features.ids.iter().map(coded).collect()
}

/// The features that each release touches.
async fn touched(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    codes: &mut Codes,
    dimensions: &Dimensions,
) -> Result<HashMap<ReleaseId, Vec<u32>>, Error> {
    let mut touched: HashMap<ReleaseId, Vec<u32>> = HashMap::new();
    for row in release_feature::Entity::owned_by(organization).all(db).await? {
        let product = dimensions.features.get(&row.feature_id).map(|feature| feature.product_id);
        let code = product.and_then(|product| codes.features.code((product, row.feature_id)));
        let code = code.ok_or_else(unknown)?;
        touched.entry(row.release_id).or_default().push(code);
        let release = codes.releases.code(row.release_id).ok_or_else(unknown)?;
        codes.touches.insert((release, code), row.change);
    }
    Ok(touched)
}

fn releases(
    dimensions: &Dimensions,
    codes: &Codes,
    mut touched: HashMap<ReleaseId, Vec<u32>>,
) -> Vec<analytics::Release> {
    let mut of = |id: &ReleaseId| {
        let row = &dimensions.releases[id];
        let ancestors = release::ancestors(dimensions, *id).into_iter().skip(1);
        analytics::Release {
            product: codes.features.code((row.product_id, FeatureId::NONE)).unwrap_or_default(),
            first_day: row.released_on.map(day),
            inferred: row.inferred,
            withdrawn: row.withdrawn_on.map(day),
            earlier: dimensions.earlier(*id).iter().map(earlier).collect(),
            order: dimensions.place(*id),
            ancestors: row
                .previous_release_id
                .map(|_| ancestors.filter_map(|id| codes.releases.code(id)).collect()),
            touched: touched.remove(id).unwrap_or_default(),
        }
    };
    codes.releases.ids.iter().map(&mut of).collect()
}

fn earlier(before: &Earlier) -> analytics::Earlier {
    analytics::Earlier {
        first_day: day(before.time.released_on),
        withdrawn: day(before.time.withdrawn_on),
        order: before.place,
    }
}

async fn answers(
    db: &(impl ConnectionTrait + StreamTrait),
    organization: OrganizationId,
    codes: &Codes,
    dimensions: &Dimensions,
) -> Result<Vec<FeedbackRow>, Error> {
    let known = &dimensions.codes;
    let features = codes.features.by(known, |(product, feature)| feature.some().map_or(product.0, |id| id.0));
    let releases = codes.releases.by(known, |release| release.0);
    let segments = codes.segments.by(known, |segment| segment.0);
    let scales = codes.scales.by(known, |scale| scale.0);
    let of = |by: &[Option<u32>], code: i32| by.get(usize::try_from(code).ok()?).copied().flatten();
    let mut rows = feedback_daily::Entity::owned_by(organization).stream(db).await?;
    let mut coded = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let row = || {
            Some(FeedbackRow {
                feature: of(&features, row.feature_code)?,
                release: match row.release_code {
                    0 => None,
                    release => Some(of(&releases, release)?),
                },
                segment: of(&segments, row.segment_code)?,
                scale: of(&scales, row.scale_code)?,
                day: day(row.day),
                level: row.level as u32,
                count: row.answers,
            })
        };
        coded.push(row().ok_or_else(unknown)?);
    }
    Ok(coded)
}

async fn exposure(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    codes: &Codes,
) -> Result<Vec<ExposureRow>, Error> {
    let rows = exposure_daily::Entity::owned_by(organization).all(db).await?;
    let coded = rows.into_iter().map(|row| {
        let (key, customers) = exposure_daily::Entity::entry(&row);
        codes.active(&key, customers)
    });
    coded.collect()
}

async fn lines(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<HashMap<ProductId, Lines>, Error> {
    let mut lines: HashMap<ProductId, Lines> = HashMap::new();
    for row in incident_daily::Entity::owned_by(organization).all(db).await? {
        let (key, sums) = incident_daily::Entity::entry(&row);
        lines.entry(row.product_id).or_default().insert(key, sums);
    }
    Ok(lines)
}

/// Turns the changes of a product into the state of each day: the opened incidents, and the customer-days lost to open
/// ones.
pub(super) fn incidents(
    lines: &Lines,
    codes: &Codes,
    (prepared, weights): (&Prepared, &IncidentWeights),
    today: Day,
) -> Result<Vec<IncidentRow>, Error> {
    let change = |(key, sums): (&IncidentKey, &IncidentSums)| {
        Some(IncidentChange {
            feature: codes.features.code((key.product, key.feature))?,
            release: codes.releases.code(key.release),
            no_change: key.release == ReleaseId::NOT_CAUSED_BY_CHANGE,
            severity: key.severity as u8,
            day: day(key.day),
            opened: sums.opened,
            affected: sums.affected_change,
            unknown: sums.unknown_change,
        })
    };
    let changes: Option<Vec<_>> = lines.iter().map(change).collect();
    let active = |feature, day| prepared.active_customers(feature, day);
    Ok(analytics::spoiled(&changes.ok_or_else(unknown)?, active, today, weights))
}

/// Adds to the changes of a product; zero changes are removed.
pub(super) fn add(lines: &mut Lines, key: IncidentKey, sums: IncidentSums) {
    let known = lines.entry(key).or_default();
    known.opened += sums.opened;
    known.affected_change += sums.affected_change;
    known.unknown_change += sums.unknown_change;
    if *known == IncidentSums::default() {
        lines.remove(&key);
    }
}
