//! Verdicts that change: computed once for all listeners of an organization, after what may change them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};

use ballroom_analytics::regression::{RegressionScore, ReleaseReport, Verdict};
use ballroom_entity::id::{FeatureId, ProductId, ReleaseId};
use chrono::{DateTime, NaiveDate, Utc};
use tokio::{
    sync::{Notify, broadcast},
    time::{Instant, sleep, timeout},
};

use super::{KEPT, Place, Portion, Shared, Topic};
use crate::{
    clock,
    domain::{access::Report, error::Error, product::today, score::Snapshot},
    store::Dimensions,
};

/// How long after a first change is waited for more, before verdicts are computed.
const GATHER: Duration = Duration::from_millis(200);

/// From one computation to the next, at least.
const PAUSE: Duration = Duration::from_secs(2);

/// How many times as long as a computation took is rested after it: verdicts take a fifth of a core at most.
const REST: u32 = 4;

/// How often is looked whether a new day has begun, which alone may change a verdict.
const DAWN: Duration = Duration::from_secs(60);

/// The days of a release that its verdict looks at.
const DAYS: i64 = 90;

/// A verdict that is not what it was.
pub struct VerdictChanged {
    /// The product of the release.
    pub product: ProductId,
    /// The release.
    pub release: ReleaseId,
    /// The feature; `NONE`: the product as a whole.
    pub feature: FeatureId,
    /// The verdict before; none: there was none.
    pub before: Option<Verdict>,
    /// The score with the verdict now.
    pub score: RegressionScore,
    /// The verdicts on all features of the release, of which it is one.
    pub report: Arc<ReleaseReport>,
    /// What it was computed from.
    pub snapshot: Arc<Snapshot>,
    /// The day as of which, in the product's time zone.
    pub today: NaiveDate,
}

/// The verdicts of one organization, as far as somebody listens.
pub(super) struct Verdicts {
    by: Report,
    topic: Topic<VerdictChanged>,
    /// How many listen to each product; none: to all.
    interest: Mutex<HashMap<Option<ProductId>, usize>>,
    /// Held while they are computed, so that many who come at once compute together.
    known: tokio::sync::Mutex<Known>,
    changed: Notify,
}

#[derive(Default)]
struct Known {
    /// The day as of which each product's verdicts are known.
    days: HashMap<ProductId, NaiveDate>,
    verdicts: HashMap<(ReleaseId, FeatureId), Verdict>,
}

/// That somebody listens to a product's verdicts, as long as it is kept.
pub(super) struct Interest {
    verdicts: Arc<Verdicts>,
    product: Option<ProductId>,
}

impl Interest {
    pub(super) fn in_product(verdicts: Arc<Verdicts>, product: Option<ProductId>) -> Self {
        *verdicts.interest().entry(product).or_default() += 1;
        Self { verdicts, product }
    }
}

impl Drop for Interest {
    fn drop(&mut self) {
        let mut interest = self.verdicts.interest();
        if let Some(listeners) = interest.get_mut(&self.product) {
            *listeners -= 1;
        }
        interest.retain(|_, listeners| *listeners > 0);
        self.verdicts.changed.notify_one();
    }
}

impl Verdicts {
    /// Watches the verdicts of an organization until nobody listens.
    pub(super) fn watch(shared: &Arc<Shared>, by: Report) -> Arc<Self> {
        let verdicts = Arc::new(Self {
            by,
            topic: Topic::new(KEPT),
            interest: Mutex::default(),
            known: tokio::sync::Mutex::default(),
            changed: Notify::new(),
        });
        tokio::spawn(watch(Arc::downgrade(shared), verdicts.clone()));
        verdicts
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Portion<VerdictChanged>>> {
        self.topic.subscribe()
    }

    /// Something happened that may change a verdict.
    pub(super) fn counts_changed(&self) {
        self.changed.notify_one();
    }

    /// Makes sure that the verdicts which are listened to are known, so that a change of them can be seen.
    pub(super) async fn know(&self, shared: &Shared) -> Result<(), Error> {
        let mut known = self.known.lock().await;
        let dimensions = shared.store.dimensions(self.by.organization()).await?;
        for product in self.listened_to(&dimensions) {
            if !known.days.contains_key(&product) {
                self.compare(shared, &dimensions, &mut known, product).await?;
            }
        }
        Ok(())
    }

    /// Computes the verdicts that are listened to, and tells those that are not what they were.
    async fn tell_changes(&self, shared: &Shared) -> Result<(), Error> {
        let mut known = self.known.lock().await;
        let dimensions = shared.store.dimensions(self.by.organization()).await?;
        let wanted = self.listened_to(&dimensions);
        // A product that nobody listens to any more is known anew when somebody does.
        known.days.retain(|product, _| wanted.contains(product));
        known.verdicts.retain(|(release, _), _| {
            dimensions.releases.get(release).is_some_and(|release| wanted.contains(&release.product_id))
        });
        for product in wanted {
            let begun = known.days.contains_key(&product);
            let changes = self.compare(shared, &dimensions, &mut known, product).await?;
            if begun && !changes.is_empty() {
                let things = changes.into_iter().map(|change| (Place::after(0), change)).collect();
                // With nobody listening there is nobody to tell.
                let _ = self.topic.send(Arc::new(Portion { dimensions: dimensions.clone(), things }));
            }
        }
        Ok(())
    }

    /// Computes the verdicts on a product's young releases, notes them, and returns those that changed.
    async fn compare(
        &self,
        shared: &Shared,
        dimensions: &Dimensions,
        known: &mut Known,
        product: ProductId,
    ) -> Result<Vec<VerdictChanged>, Error> {
        let mut changes = Vec::new();
        let Some(row) = dimensions.products.get(&product) else { return Ok(changes) };
        let today = today(row, clock::now());
        let snapshot = shared.scores.snapshot(self.by, today).await?;
        for release in young(&snapshot, product, today) {
            let (snapshot, report) = shared.scores.regression(self.by, today, release, today).await?;
            let Some(report) = report.map(Arc::new) else { continue };
            for score in report.features.iter().cloned() {
                let feature = snapshot.feature_of(score.feature).1;
                let before = known.verdicts.get(&(release, feature)).copied();
                if before != Some(score.verdict) {
                    let (report, snapshot) = (report.clone(), snapshot.clone());
                    changes.push(VerdictChanged {
                        product,
                        release,
                        feature,
                        before,
                        score,
                        report,
                        snapshot,
                        today,
                    });
                }
            }
        }
        // Only now: should one of the computations fail, the changes that others found are found again.
        let verdicts = changes.iter().map(|change| ((change.release, change.feature), change.score.verdict));
        known.verdicts.extend(verdicts);
        known.days.insert(product, today);
        Ok(changes)
    }

    /// The products that somebody listens to.
    fn listened_to(&self, dimensions: &Dimensions) -> Vec<ProductId> {
        let interest = self.interest();
        match interest.contains_key(&None) {
            true => dimensions.products.keys().copied().collect(),
            false => interest.keys().flatten().copied().collect(),
        }
    }

    /// Whether it is another day, in the time zone of any product, than when its verdicts were computed.
    async fn is_another_day(&self, shared: &Shared, now: DateTime<Utc>) -> bool {
        let Ok(dimensions) = shared.store.dimensions(self.by.organization()).await else { return false };
        let known = self.known.lock().await;
        known.days.iter().any(|(product, day)| {
            dimensions.products.get(product).is_some_and(|product| today(product, now) != *day)
        })
    }

    fn interest(&self) -> MutexGuard<'_, HashMap<Option<ProductId>, usize>> {
        self.interest.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The releases of a product that are within the days that a verdict looks at.
fn young(snapshot: &Snapshot, product: ProductId, today: NaiveDate) -> Vec<ReleaseId> {
    let age = |first: NaiveDate| (today - first).num_days();
    let is_young = |first| (0..DAYS).contains(&age(first));
    let releases = snapshot.dimensions.releases_of(product).into_iter().map(|release| release.id);
    releases.filter(|release| snapshot.first_day(*release).is_some_and(is_young)).collect()
}

async fn watch(shared: Weak<Shared>, verdicts: Arc<Verdicts>) {
    let mut works = true;
    loop {
        let woken = timeout(DAWN, verdicts.changed.notified()).await.is_ok();
        if woken {
            sleep(GATHER).await;
        }
        let Some(shared) = shared.upgrade() else { return };
        if shared.is_done_with(&verdicts).await {
            return;
        }
        if !woken && works && !verdicts.is_another_day(&shared, clock::now()).await {
            continue;
        }
        let begun = Instant::now();
        match verdicts.tell_changes(&shared).await {
            Ok(()) => works = true,
            // Said once. What is known stays, and is compared with when it works again.
            Err(error) if works => {
                works = false;
                tracing::warn!(%error, "the verdicts could not be computed; subscribers wait until they can");
            }
            Err(_) => (),
        }
        drop(shared);
        sleep(PAUSE.max(begun.elapsed() * REST)).await;
    }
}

impl Shared {
    /// Forgets verdicts that nobody listens to. Nobody can come meanwhile: that needs the same lock.
    async fn is_done_with(&self, verdicts: &Arc<Verdicts>) -> bool {
        let mut channels = self.channels.lock().await;
        if verdicts.topic.receiver_count() > 0 {
            return false;
        }
        if let Some(channel) = channels.get_mut(&verdicts.by.organization()) {
            channel.verdicts = None;
        }
        true
    }
}
