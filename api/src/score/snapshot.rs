//! An organization's counts at one revision, and the derivation of the next snapshot.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use ballroom_analytics::{self as analytics, Day, Hyperparameters, IncidentWeights, Prepared};
use ballroom_entity::{
    id::{OrganizationId, ProductId, ReleaseId},
    organization,
};
use chrono::NaiveDate;

use super::{
    blocking,
    facts::{self, Codes, Counted, Lines},
};
use crate::{
    base::{
        day::{date, day},
        error::Error,
    },
    counts::{
        Changes,
        log::{self, Since},
    },
    domain::organization as organizations,
    store::{Dimensions, Store},
};

/// An organization's counts at one revision, ready for any number of scores.
pub struct Snapshot {
    /// The organization's revision up to which everything is included.
    pub revision: i64,
    pub(super) today: NaiveDate,
    min_answers: i32,
    weights: IncidentWeights,
    /// The organization's dimensions at that revision.
    pub dimensions: Arc<Dimensions>,
    /// The codes used by analytics.
    pub(super) codes: Arc<Codes>,
    pub(super) prepared: Prepared,
    lines: HashMap<ProductId, Arc<Lines>>,
    priors: Mutex<HashMap<Day, Arc<Hyperparameters>>>,
    /// The days whose stored parameters were looked up. It is locked while they are read, so that
    /// none are computed that are about to be found.
    pub(super) looked_for: tokio::sync::Mutex<HashSet<NaiveDate>>,
    first_answers: OnceLock<HashMap<u32, Day>>,
}

impl Snapshot {
    /// The current counts: the last snapshot with the changes since, if they are known; else all counts.
    pub(super) async fn following(
        store: &Store,
        organization: OrganizationId,
        today: NaiveDate,
        last: Option<Arc<Self>>,
    ) -> Result<Self, Error> {
        let view = store.view().await?;
        let (row, dimensions) = store.dimensions_in(&view, organization).await?;
        if let Some(last) = last.filter(|last| last.is_of(&row, &dimensions))
            && let Since::Added(changes) = log::since(&view, organization, last.revision).await?
        {
            view.commit().await?;
            return blocking(move || last.next(row.revision, changes, today)).await;
        }
        let counted = Counted::read(&view, &row, &dimensions).await?;
        view.commit().await?;
        let (codes, lines, prepared) = blocking(move || counted.prepare(day(today))).await?;
        let lines = lines.into_iter().map(|(product, lines)| (product, Arc::new(lines))).collect();
        Ok(Self::of(&row, today, (dimensions, Arc::new(codes)), (prepared, lines)))
    }

    fn of(
        row: &organization::Model,
        today: NaiveDate,
        (dimensions, codes): (Arc<Dimensions>, Arc<Codes>),
        (prepared, lines): (Prepared, HashMap<ProductId, Arc<Lines>>),
    ) -> Self {
        Self {
            revision: row.revision,
            today,
            min_answers: row.min_answers,
            weights: organizations::weights(row),
            dimensions,
            codes,
            prepared,
            lines,
            priors: Mutex::default(),
            looked_for: tokio::sync::Mutex::default(),
            first_answers: OnceLock::new(),
        }
    }

    /// Whether only counts can have changed since.
    fn is_of(&self, row: &organization::Model, dimensions: &Arc<Dimensions>) -> bool {
        self.dimensions.revision == dimensions.revision
            && self.min_answers == row.min_answers
            && self.weights == organizations::weights(row)
            && self.revision <= row.revision
    }

    /// This snapshot with the changes applied.
    fn next(&self, revision: i64, changes: Changes, today: NaiveDate) -> Result<Self, Error> {
        let codes = &self.codes;
        let mut prepared = self.prepared.clone();
        let feedback = changes.feedback.iter().map(|(key, sum)| codes.answers(key, *sum));
        let exposure = changes.exposure.iter().map(|(key, sum)| codes.active(key, *sum));
        prepared.apply(analytics::Changes {
            feedback: feedback.collect::<Result<_, _>>()?,
            exposure: exposure.collect::<Result<_, _>>()?,
            incidents: Vec::new(),
        })?;

        // Open incidents affect every day through today, and more of it if more customers are active.
        let mut lines = self.lines.clone();
        let mut moved: BTreeSet<ProductId> = changes.exposure.keys().map(|key| key.product).collect();
        for (key, sums) in changes.incidents {
            let of_product = Arc::make_mut(lines.entry(key.product).or_default());
            facts::add(of_product, key, sums);
            moved.insert(key.product);
        }
        if today != self.today {
            moved.extend(lines.keys());
        }
        let none = Arc::default();
        let incidents = moved.into_iter().map(|product| {
            let lines = lines.get(&product).unwrap_or(&none);
            Ok((
                codes.product(product)?,
                facts::incidents(lines, codes, (&prepared, &self.weights), day(today))?,
            ))
        });
        let incidents = incidents.collect::<Result<_, Error>>()?;
        prepared.apply(analytics::Changes { incidents, ..analytics::Changes::default() })?;
        Ok(Self {
            revision,
            today,
            min_answers: self.min_answers,
            weights: self.weights,
            dimensions: self.dimensions.clone(),
            codes: codes.clone(),
            prepared,
            lines,
            priors: Mutex::default(),
            looked_for: tokio::sync::Mutex::default(),
            first_answers: OnceLock::new(),
        })
    }

    /// The first day on which a response names a release.
    pub(super) fn first_answer(&self, release: ReleaseId) -> Option<NaiveDate> {
        let code = self.codes.releases.code(release)?;
        self.first_answers.get_or_init(|| self.prepared.first_answers()).get(&code).copied().map(date)
    }

    pub(super) fn priors(&self) -> MutexGuard<'_, HashMap<Day, Arc<Hyperparameters>>> {
        self.priors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Approximate size in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.prepared.bytes()
    }

    /// Whether another one is equal, to the last digit.
    pub fn equals(&self, other: &Self) -> bool {
        self.prepared == other.prepared && self.lines == other.lines && self.today == other.today
    }
}
