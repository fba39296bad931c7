//! Recomputing the daily counts from the rows, to verify or rebuild them.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use ballroom_entity::{
    attribution, exposure, exposure_daily, feedback, feedback_daily,
    id::{FeedbackId, IncidentId, OrganizationId},
    incident, incident_daily, incident_feature, incident_interval,
};
use futures::TryStreamExt;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, StreamTrait};

use crate::{
    base::error::Error,
    counts::{Changes, Daily, ExposureKey, FeedbackKey, IncidentKey, IncidentSums},
    domain,
    store::{Dimensions, Store},
};

/// A deviation from the rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Drift {
    /// A key of `feedback_daily` has another count than its responses.
    Feedback {
        /// The key.
        key: FeedbackKey,
        /// The stored value.
        stored: i64,
        /// The value according to the responses.
        counted: i64,
    },
    /// A key of `incident_daily` has other sums than its incidents.
    Incident {
        /// The key.
        key: IncidentKey,
        /// The stored value.
        stored: IncidentSums,
        /// The value according to the incidents.
        counted: IncidentSums,
    },
    /// A key of `exposure_daily` has another sum than its figures.
    Exposure {
        /// The key.
        key: ExposureKey,
        /// The stored value.
        stored: i64,
        /// The value according to the figures.
        counted: i64,
    },
    /// A response is marked as counted and should not be, or the other way round.
    Voice {
        /// The response.
        feedback: FeedbackId,
        /// The stored value.
        marked: bool,
    },
    /// A response's day or voice is not what its time, zone and customer make it.
    Derived {
        /// The response.
        feedback: FeedbackId,
        /// The column.
        column: &'static str,
    },
    /// A row refers to something that is not there.
    Dangling {
        /// The table.
        table: &'static str,
        /// The missing object.
        reference: String,
    },
}

/// The number of checked rows, and the errors found.
#[derive(Debug, Default)]
pub struct Verification {
    /// Responses read.
    pub answers: u64,
    /// Incidents read.
    pub incidents: u64,
    /// Exposure figures read.
    pub figures: u64,
    /// All deviations.
    pub drift: Vec<Drift>,
}

impl Store {
    /// Compares the daily counts of an organization with its rows. It holds the organization's lock while it
    /// reads, so that nothing moves under it.
    pub async fn verify(&self, organization: OrganizationId) -> Result<Verification, Error> {
        let tx = self.begin(organization, crate::clock::now()).await?;
        let mut found = Verification::default();
        let rows = recount(tx.db(), organization, &tx.dimensions(), &mut found).await?;
        let stored = stored(tx.db(), organization, &tx.dimensions(), &mut found.drift).await?;
        let (answers, incidents, exposure) = difference(rows, stored);
        found.drift.extend(answers);
        found.drift.extend(incidents);
        found.drift.extend(exposure);
        Ok(found)
    }
}

/// The daily counts as the rows have them.
async fn recount<C: ConnectionTrait + StreamTrait>(
    db: &C,
    organization: OrganizationId,
    dimensions: &Dimensions,
    found: &mut Verification,
) -> Result<Changes, Error> {
    let mut counts = Changes::default();
    recount_feedback(db, organization, dimensions, found, &mut counts).await?;
    recount_incidents(db, organization, found, &mut counts).await?;
    let mut figures = exposure::Entity::owned_by(organization).stream(db).await?;
    while let Some(row) = figures.try_next().await? {
        found.figures += 1;
        counts.exposure(domain::exposure::key(&row), row.active_customers);
    }
    Ok(counts)
}

async fn recount_feedback<C: ConnectionTrait + StreamTrait>(
    db: &C,
    organization: OrganizationId,
    dimensions: &Dimensions,
    found: &mut Verification,
    counts: &mut Changes,
) -> Result<(), Error> {
    // In the order of voices, so that one voice is in memory at a time. Anonymous responses have none.
    let mut rows =
        feedback::Entity::owned_by(organization).order_by_asc(feedback::Column::Voice).stream(db).await?;
    let mut voice: Vec<feedback::Model> = Vec::new();
    while let Some(row) = rows.try_next().await? {
        found.answers += 1;
        dangling(dimensions, &row, &mut found.drift);
        derived(dimensions, &row, &mut found.drift);
        if row.voice.is_none() || voice.first().is_some_and(|other| other.voice != row.voice) {
            settle(std::mem::take(&mut voice), found, counts);
        }
        voice.push(row);
        if voice[0].voice.is_none() {
            settle(std::mem::take(&mut voice), found, counts);
        }
    }
    settle(voice, found, counts);
    Ok(())
}

/// Of responses with one voice hash, the last of each real voice counts.
fn settle(mut rows: Vec<feedback::Model>, found: &mut Verification, counts: &mut Changes) {
    rows.sort_by_key(|row| std::cmp::Reverse((row.occurred_at, row.id)));
    let mut settled: Vec<feedback::Model> = Vec::new();
    for row in rows {
        let superseded = settled.iter().any(|later| domain::feedback::same_voice(later, &row));
        let key = domain::feedback::key(&row).filter(|_| !superseded);
        let counts_now = key.is_some();
        if let Some(key) = key {
            counts.feedback(key, 1);
        }
        if row.counted != counts_now {
            found.drift.push(Drift::Voice { feedback: row.id, marked: row.counted });
        }
        settled.push(row);
    }
}

fn dangling(dimensions: &Dimensions, row: &feedback::Model, drift: &mut Vec<Drift>) {
    let mut missing = |there: bool, what: &str, id: uuid::Uuid| {
        if !there {
            drift.push(Drift::Dangling { table: "feedback", reference: format!("{what} {id}") });
        }
    };
    missing(dimensions.products.contains_key(&row.product_id), "product", row.product_id.0);
    if let Some(id) = row.scale_id {
        missing(dimensions.scales.contains_key(&id), "scale", id.0);
    }
    if let Some(id) = row.feature_id {
        missing(dimensions.features.contains_key(&id), "feature", id.0);
    }
    if let Some(id) = row.release_id {
        missing(dimensions.releases.contains_key(&id), "release", id.0);
    }
    if let Some(id) = row.segment_id {
        missing(dimensions.segments.contains_key(&id), "segment", id.0);
    }
}

fn derived(dimensions: &Dimensions, row: &feedback::Model, drift: &mut Vec<Drift>) {
    let product = dimensions.products.get(&row.product_id);
    let zone = product.and_then(|product| product.time_zone.parse::<chrono_tz::Tz>().ok());
    let day = zone.map(|zone| row.occurred_at.with_timezone(&zone).date_naive());
    if day.is_some_and(|day| day != row.day) {
        drift.push(Drift::Derived { feedback: row.id, column: "day" });
    }
    if row.scale_id.is_some() != row.level.is_some() {
        drift.push(Drift::Derived { feedback: row.id, column: "level" });
    }
    if domain::feedback::voice_of(row) != row.voice {
        drift.push(Drift::Derived { feedback: row.id, column: "voice" });
    }
}

async fn recount_incidents<C: ConnectionTrait>(
    db: &C,
    organization: OrganizationId,
    found: &mut Verification,
    counts: &mut Changes,
) -> Result<(), Error> {
    let mut features: HashMap<IncidentId, Vec<_>> = HashMap::new();
    for link in incident_feature::Entity::owned_by(organization).all(db).await? {
        features.entry(link.incident_id).or_default().push(link.feature_id);
    }
    let mut stated: HashMap<IncidentId, Vec<attribution::Model>> = HashMap::new();
    let all = attribution::Entity::owned_by(organization).order_by_asc(attribution::Column::Id);
    for row in all.all(db).await? {
        stated.entry(row.incident_id).or_default().push(row);
    }
    let mut earlier: HashMap<IncidentId, Vec<incident_interval::Model>> = HashMap::new();
    let all =
        incident_interval::Entity::owned_by(organization).order_by_asc(incident_interval::Column::OpenedAt);
    for row in all.all(db).await? {
        earlier.entry(row.incident_id).or_default().push(row);
    }
    for row in incident::Entity::owned_by(organization).all(db).await? {
        found.incidents += 1;
        let features = features.get(&row.id).map_or(&[][..], Vec::as_slice);
        let release = domain::incident::label(stated.get(&row.id).map_or(&[][..], Vec::as_slice));
        let earlier = earlier.get(&row.id).map_or(&[][..], Vec::as_slice);
        for (key, sums) in domain::incident::sums(&row, earlier, features, release) {
            counts.incident(key, sums);
        }
    }
    Ok(())
}

/// The daily counts as the tables have them.
async fn stored(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    dimensions: &Dimensions,
    drift: &mut Vec<Drift>,
) -> Result<Changes, Error> {
    let mut counts = Changes::default();
    for row in feedback_daily::Entity::owned_by(organization).all(db).await? {
        let (key, answers) = feedback_daily::Entity::entry(&row);
        match key.decoded(dimensions) {
            Ok(key) => counts.feedback(key, answers),
            Err(_) => drift.push(Drift::Dangling { table: "feedback_daily", reference: format!("{key:?}") }),
        }
    }
    for row in incident_daily::Entity::owned_by(organization).all(db).await? {
        let (key, sums) = incident_daily::Entity::entry(&row);
        counts.incident(key, sums);
    }
    for row in exposure_daily::Entity::owned_by(organization).all(db).await? {
        let (key, customers) = exposure_daily::Entity::entry(&row);
        counts.exposure(key, customers);
    }
    Ok(counts)
}

fn difference(rows: Changes, stored: Changes) -> (Vec<Drift>, Vec<Drift>, Vec<Drift>) {
    let (counted_answers, counted_incidents, counted_exposure) = rows.into_parts();
    let (stored_answers, stored_incidents, stored_exposure) = stored.into_parts();
    let answers = pairs(stored_answers, counted_answers).map(|(key, stored, counted)| Drift::Feedback {
        key,
        stored,
        counted,
    });
    let incidents = pairs(stored_incidents, counted_incidents)
        .map(|(key, stored, counted)| Drift::Incident { key, stored, counted });
    let exposure = pairs(stored_exposure, counted_exposure).map(|(key, stored, counted)| Drift::Exposure {
        key,
        stored,
        counted,
    });
    (answers.collect(), incidents.collect(), exposure.collect())
}

/// The keys under which two tables differ, with both values.
fn pairs<K: Ord + Copy, V: Default + PartialEq + Copy>(
    stored: BTreeMap<K, V>,
    counted: BTreeMap<K, V>,
) -> impl Iterator<Item = (K, V, V)> {
    let mut both: BTreeMap<K, (V, V)> =
        stored.into_iter().map(|(key, value)| (key, (value, V::default()))).collect();
    for (key, value) in counted {
        both.entry(key).or_default().1 = value;
    }
    both.into_iter().filter(|(_, (a, b))| a != b).map(|(key, (a, b))| (key, a, b))
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feedback { key, stored, counted } => {
                write!(f, "feedback_daily: {stored} stored, but {counted} responses count: {key:?}")
            }
            Self::Incident { key, stored, counted } => {
                write!(f, "incident_daily: {stored:?} stored, but the incidents give {counted:?}: {key:?}")
            }
            Self::Exposure { key, stored, counted } => {
                write!(f, "exposure_daily: {stored} stored, but the figures give {counted}: {key:?}")
            }
            Self::Voice { feedback, marked: true } => {
                write!(
                    f,
                    "response {} is marked as counted, but has no rating or is not the last of its voice",
                    feedback.0
                )
            }
            Self::Voice { feedback, marked: false } => {
                write!(f, "response {} is not marked as counted, but is the last of its voice", feedback.0)
            }
            Self::Derived { feedback, column } => {
                write!(f, "response {}: its {column} does not match its other columns", feedback.0)
            }
            Self::Dangling { table, reference } => {
                write!(f, "{table} refers to {reference}, which does not exist")
            }
        }
    }
}

/// Rebuilds the daily counts of an organization from its rows; returns the deviations found before.
pub async fn rebuild(store: &Store, organization: OrganizationId) -> Result<Verification, Error> {
    let mut tx = store.begin(organization, crate::clock::now()).await?;
    let mut found = Verification::default();
    let rows = recount(tx.db(), organization, &tx.dimensions(), &mut found).await?;
    for drift in &found.drift {
        if let Drift::Voice { feedback, marked } = drift {
            feedback::Entity::update_many()
                .col_expr(feedback::Column::Counted, sea_orm::sea_query::Expr::val(!marked))
                .filter(feedback::Column::OrganizationId.eq(organization))
                .filter(feedback::Column::Id.eq(*feedback))
                .exec(tx.db())
                .await?;
        }
    }
    feedback_daily::Entity::delete_many()
        .filter(feedback_daily::Column::OrganizationId.eq(organization))
        .exec(tx.db())
        .await?;
    incident_daily::Entity::delete_many()
        .filter(incident_daily::Column::OrganizationId.eq(organization))
        .exec(tx.db())
        .await?;
    exposure_daily::Entity::delete_many()
        .filter(exposure_daily::Column::OrganizationId.eq(organization))
        .exec(tx.db())
        .await?;
    tx.replace_counts(rows);
    tx.commit().await?;
    Ok(found)
}
