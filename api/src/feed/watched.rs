//! What is computed from the counts and told when it changes: once for all listeners of an organization, after what may
//! change it.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};

use ballroom_entity::{id::ProductId, product};
use chrono::{DateTime, NaiveDate, Utc};
use tokio::{
    sync::{Notify, broadcast},
    time::{Instant, sleep, timeout},
};

use super::{Channel, KEPT, Place, Portion, Shared, Topic};
use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::{access::Report, product::today},
    store::Dimensions,
};

/// How long after a first change is waited for more, before anything is computed.
const GATHER: Duration = Duration::from_millis(200);

/// From one computation to the next, at least.
const PAUSE: Duration = Duration::from_secs(2);

/// How many times as long as a computation took is rested after it: each kind takes a fifth of a core at most.
const REST: u32 = 4;

/// How often is looked whether a new day has begun, which alone may change a verdict or bring an alert.
const DAWN: Duration = Duration::from_secs(60);

/// Something computed from a product's counts, whose changes are told.
pub(super) trait Computed: Sized + Send + Sync + 'static {
    /// What is known of the organization's products, to compare with.
    type Known: Default + Send;

    /// What it is called in the log.
    const NAME: &'static str;

    /// Computes it for a product as of today, and returns what is not as it was known. It is noted only when all of it
    /// could be computed.
    fn compare(
        shared: &Shared,
        by: Report,
        dimensions: &Dimensions,
        known: &mut Self::Known,
        product: &product::Model,
        today: NaiveDate,
    ) -> impl Future<Output = Result<Vec<Self>, Error>> + Send;

    /// Forgets products that nobody listens to any more: they are known anew when somebody does.
    fn keep(dimensions: &Dimensions, known: &mut Self::Known, wanted: &[ProductId]);

    /// Where a channel keeps it.
    fn of(channel: &mut Channel) -> &mut Option<Arc<Watched<Self>>>;
}

/// What is computed of one organization, as far as somebody listens.
pub(super) struct Watched<C: Computed> {
    by: Report,
    topic: Topic<C>,
    /// How many listen to each product; none: to all.
    interest: Mutex<HashMap<Option<ProductId>, usize>>,
    /// Held while they are computed, so that many who come at once compute together.
    known: tokio::sync::Mutex<Known<C>>,
    changed: Notify,
}

struct Known<C: Computed> {
    /// The day as of which each product is known.
    days: HashMap<ProductId, NaiveDate>,
    known: C::Known,
}

/// That somebody listens to a product, as long as it is kept.
struct Interest<C: Computed> {
    watched: Arc<Watched<C>>,
    product: Option<ProductId>,
}

impl<C: Computed> Drop for Interest<C> {
    fn drop(&mut self) {
        let mut interest = self.watched.interest();
        if let Some(listeners) = interest.get_mut(&self.product) {
            *listeners -= 1;
        }
        interest.retain(|_, listeners| *listeners > 0);
        self.watched.changed.notify_one();
    }
}

impl<C: Computed> Watched<C> {
    /// Watches an organization until nobody listens.
    pub(super) fn watch(shared: &Arc<Shared>, by: Report) -> Arc<Self> {
        let watched = Arc::new(Self {
            by,
            topic: Topic::new(KEPT),
            interest: Mutex::default(),
            known: tokio::sync::Mutex::new(Known { days: HashMap::new(), known: C::Known::default() }),
            changed: Notify::new(),
        });
        tokio::spawn(watch(Arc::downgrade(shared), watched.clone()));
        watched
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Portion<C>>> {
        self.topic.subscribe()
    }

    /// Notes that somebody listens to a product (none: to all), as long as what is returned is kept.
    pub(super) fn listened(self: &Arc<Self>, product: Option<ProductId>) -> Box<dyn Any + Send + Sync> {
        *self.interest().entry(product).or_default() += 1;
        Box::new(Interest { watched: self.clone(), product })
    }

    /// Something happened that may change it.
    pub(super) fn scores_changed(&self) {
        self.changed.notify_one();
    }

    /// Makes sure that the products which are listened to are known, so that a change can be seen.
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

    /// Computes what is listened to, and tells what is not as it was.
    async fn tell_changes(&self, shared: &Shared) -> Result<(), Error> {
        let mut known = self.known.lock().await;
        let dimensions = shared.store.dimensions(self.by.organization()).await?;
        let wanted = self.listened_to(&dimensions);
        known.days.retain(|product, _| wanted.contains(product));
        C::keep(&dimensions, &mut known.known, &wanted);
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

    async fn compare(
        &self,
        shared: &Shared,
        dimensions: &Dimensions,
        known: &mut Known<C>,
        product: ProductId,
    ) -> Result<Vec<C>, Error> {
        let Some(row) = dimensions.products.get(&product) else { return Ok(Vec::new()) };
        let today = today(row, clock::now());
        let changes = C::compare(shared, self.by, dimensions, &mut known.known, row, today).await?;
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

    /// Whether it is another day, in the time zone of any product, than when it was computed.
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

async fn watch<C: Computed>(shared: Weak<Shared>, watched: Arc<Watched<C>>) {
    let mut works = true;
    loop {
        let woken = timeout(DAWN, watched.changed.notified()).await.is_ok();
        if woken {
            sleep(GATHER).await;
        }
        let Some(shared) = shared.upgrade() else { return };
        if shared.is_done_with(&watched).await {
            return;
        }
        if !woken && works && !watched.is_another_day(&shared, clock::now()).await {
            continue;
        }
        let begun = Instant::now();
        match watched.tell_changes(&shared).await {
            Ok(()) => works = true,
            // Said once. What is known stays, and is compared with when it works again.
            Err(error) if works => {
                works = false;
                tracing::warn!(
                    error = with_causes(&error),
                    "the {} could not be computed; subscribers wait until they can",
                    C::NAME
                );
            }
            Err(_) => (),
        }
        drop(shared);
        sleep(PAUSE.max(begun.elapsed() * REST)).await;
    }
}

impl Shared {
    /// Forgets what nobody listens to. Nobody can come meanwhile: that needs the same lock.
    async fn is_done_with<C: Computed>(&self, watched: &Arc<Watched<C>>) -> bool {
        let mut channels = self.channels.lock().await;
        if watched.topic.receiver_count() > 0 {
            return false;
        }
        if let Some(channel) = channels.get_mut(&watched.by.organization()) {
            *C::of(channel) = None;
        }
        true
    }
}
