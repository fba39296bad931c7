//! From the daily counts to the input of analytics.

use std::collections::HashMap;

use ballroom_analytics::{
    self as analytics, Day, ExposureRow, Facts, FeedbackRow, IncidentRow, Prepared, frame,
};
use ballroom_entity::{
    exposure_daily, feedback_daily,
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
    incident_daily, organization,
    release_feature::{self, FeatureChange},
    scale,
};
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, QueryOrder};

use crate::{
    base::{day::day, error::Error},
    domain::release,
    store::{Dimensions, Earlier},
};

/// The share of a customer's day lost to an open incident, by severity 1 to 4.
const SEVERITY_WEIGHT: [f64; 4] = [1.0, 0.5, 0.2, 0.05];

/// The assumed share of a feature's customers affected by an incident of unknown reach, by severity 1 to 4.
const UNKNOWN_SHARE: [f64; 4] = [0.50, 0.20, 0.05, 0.01];

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
    /// The first day on which a response names a release.
    pub first_answers: HashMap<ReleaseId, NaiveDate>,
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

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
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

/// Rows of daily counts, read and given codes; not yet prepared, which is work for a thread of its own.
pub struct Counted {
    /// The codes of the rows.
    pub codes: Codes,
    facts: Facts,
}

impl Counted {
    /// Reads the daily counts, and which features each release touches: four statements. Incidents that are open
    /// spoil every day through `today`.
    pub async fn read(
        db: &impl ConnectionTrait,
        row: &organization::Model,
        dimensions: &Dimensions,
        today: NaiveDate,
    ) -> Result<Self, Error> {
        let organization = row.id;
        let mut codes = Codes::of(dimensions);
        let answers = feedback_daily::Entity::owned_by(organization).all(db).await?;
        for row in &answers {
            let first = codes.first_answers.entry(row.release_id).or_insert(row.day);
            *first = row.day.min(*first);
        }
        let touched = touched(db, organization, &mut codes, dimensions).await?;
        let exposure = exposure(db, organization, &codes).await?;
        let facts = Facts {
            scales: sorted(&dimensions.scales).map(|id| scale_of(&dimensions.scales[&id])).collect(),
            releases: releases(dimensions, &codes, touched),
            features: features(&codes),
            segments: codes.segments.len() as u32,
            feedback: frame::feedback(&feedback(answers, &codes)?)?,
            incidents: frame::incidents(&incidents(db, organization, &codes, &exposure, day(today)).await?)?,
            exposure: frame::exposure(&exposure)?,
            min_answers: row.min_answers.max(1) as u32,
        };
        Ok(Self { codes, facts })
    }

    /// Sums them for the scores. This takes time: not for threads that serve requests.
    pub fn prepare(self) -> Result<(Codes, Prepared), Error> {
        let prepared = self.facts.prepare()?;
        Ok((self.codes, prepared))
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

fn feedback(rows: Vec<feedback_daily::Model>, codes: &Codes) -> Result<Vec<FeedbackRow>, Error> {
    let coded = rows.into_iter().map(|row| {
        Some(FeedbackRow {
            feature: codes.features.code((row.product_id, row.feature_id))?,
            release: codes.releases.code(row.release_id),
            segment: codes.segments.code(row.segment_id)?,
            scale: codes.scales.code(row.scale_id)?,
            day: day(row.day),
            level: row.level as u32,
            count: row.answers,
        })
    });
    coded.map(|row| row.ok_or_else(unknown)).collect()
}

async fn exposure(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    codes: &Codes,
) -> Result<Vec<ExposureRow>, Error> {
    let rows = exposure_daily::Entity::owned_by(organization).all(db).await?;
    let coded = rows.into_iter().map(|row| {
        Some(ExposureRow {
            feature: codes.features.code((row.product_id, row.feature_id))?,
            segment: codes.segments.code(row.segment_id)?,
            day: day(row.day),
            active: row.active_customers,
        })
    });
    coded.map(|row| row.ok_or_else(unknown)).collect()
}

/// Turns changes into the state of each day: how many incidents opened, and how much of the customers' day
/// the open ones spoiled.
async fn incidents(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    codes: &Codes,
    exposure: &[ExposureRow],
    today: Day,
) -> Result<Vec<IncidentRow>, Error> {
    let mut customers: HashMap<(u32, Day), i64> = HashMap::new();
    for row in exposure {
        *customers.entry((row.feature, row.day)).or_default() += row.active;
    }
    let changes = incident_daily::Entity::owned_by(organization)
        .order_by_asc(incident_daily::Column::Day)
        .all(db)
        .await?;
    let mut lines: HashMap<_, Vec<incident_daily::Model>> = HashMap::new();
    for row in changes {
        lines.entry((row.product_id, row.feature_id, row.release_id, row.severity)).or_default().push(row);
    }
    let mut rows = Vec::new();
    for ((product, feature, release, severity), changes) in lines {
        let feature = codes.features.code((product, feature)).ok_or_else(unknown)?;
        let grade = (severity.clamp(1, 4) - 1) as usize;
        let (mut affected, mut of_unknown_reach) = (0, 0);
        for (at, change) in changes.iter().enumerate() {
            affected += change.affected_change;
            of_unknown_reach += change.unknown_change;
            let first = day(change.day);
            let next = changes.get(at + 1).map_or(today + 1, |next| day(next.day)).max(first + 1);
            for day in first..next {
                let active = customers.get(&(feature, day)).copied().unwrap_or(0);
                let hurt = affected as f64 + of_unknown_reach as f64 * UNKNOWN_SHARE[grade] * active as f64;
                let opened = if day == first { change.opened } else { 0 };
                if opened > 0 || hurt > 0.0 {
                    rows.push(IncidentRow {
                        feature,
                        release: codes.releases.code(release),
                        no_change: release == ReleaseId::NOT_CAUSED_BY_CHANGE,
                        day,
                        opened,
                        spoiled: SEVERITY_WEIGHT[grade] * hurt,
                    });
                }
            }
        }
    }
    Ok(rows)
}

fn unknown() -> Error {
    Error::Inconsistent("the daily counts refer to an unknown object".to_owned())
}
