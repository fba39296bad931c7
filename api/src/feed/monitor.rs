//! Values computed from the counts and sent when they change: computed once for all subscribers of an organization, after events that may
//! change them.

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

use super::{BUFFERED_PORTIONS, Channel, Place, Portion, Shared, Topic};
use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::{access::Report, product::today},
    store::Dimensions,
};

/// Time to collect further changes after the first one, before anything is computed.
const DEBOUNCE: Duration = Duration::from_millis(200);

/// Minimum interval between computations.
const MIN_COMPUTE_INTERVAL: Duration = Duration::from_secs(2);

/// Pause after a computation, as a multiple of its duration: each kind uses at most a fifth of a core.
const PAUSE_FACTOR: u32 = 4;

/// Interval of checks for a new day, which may change verdicts and alerts by itself.
const DAY_CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// Something computed from a product's counts, whose changes are sent.
pub(super) trait Computed: Sized + Send + Sync + 'static {
    /// The known state of the organization's products, for comparison.
    type KnownState: Default + Send;

    /// Its name in the log.
    const NAME: &'static str;

    /// Computes it for products as of today and returns the changes. The new state is stored only if all of it
    /// could be computed.
    fn compare(
        shared: &Shared,
        by: Report,
        dimensions: &Dimensions,
        known: &mut Self::KnownState,
        product: &product::Model,
        today: NaiveDate,
    ) -> impl Future<Output = Result<Vec<Self>, Error>> + Send;

    /// Removes products without subscribers.
    fn keep(dimensions: &Dimensions, known: &mut Self::KnownState, wanted: &[ProductId]);

    /// The place of it in a channel.
    fn of(channel: &mut Channel) -> &mut Option<Arc<Monitor<Self>>>;
}

/// The computed values of an organization, for products with subscribers.
pub(super) struct Monitor<C: Computed> {
    by: Report,
    topic: Topic<C>,
    /// Number of subscribers of each product; none: of all products.
    registrations: Mutex<HashMap<Option<ProductId>, usize>>,
    /// Locked during a computation, so that concurrent subscribers share it.
    known: tokio::sync::Mutex<KnownState<C>>,
    changed: Notify,
}

struct KnownState<C: Computed> {
    /// The day of the known state of each product.
    days: HashMap<ProductId, NaiveDate>,
    known: C::KnownState,
}

/// A subscription to a product, until it is dropped.
struct Registration<C: Computed> {
    watched: Arc<Monitor<C>>,
    product: Option<ProductId>,
}

impl<C: Computed> Drop for Registration<C> {
    fn drop(&mut self) {
        let mut registrations = self.watched.registrations();
        if let Some(listeners) = registrations.get_mut(&self.product) {
            *listeners -= 1;
        }
        registrations.retain(|_, listeners| *listeners > 0);
        self.watched.changed.notify_one();
    }
}

impl<C: Computed> Monitor<C> {
    /// Watches an organization until there are no subscribers.
    pub(super) fn watch(shared: &Arc<Shared>, by: Report) -> Arc<Self> {
        let watched = Arc::new(Self {
            by,
            topic: Topic::new(BUFFERED_PORTIONS),
            registrations: Mutex::default(),
            known: tokio::sync::Mutex::new(KnownState {
                days: HashMap::new(),
                known: C::KnownState::default(),
            }),
            changed: Notify::new(),
        });
        tokio::spawn(watch(Arc::downgrade(shared), watched.clone()));
        watched
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Portion<C>>> {
        self.topic.subscribe()
    }

    /// Registers a subscription to a product (none: to all), until the returned value is dropped.
    pub(super) fn register(self: &Arc<Self>, product: Option<ProductId>) -> Box<dyn Any + Send + Sync> {
        *self.registrations().entry(product).or_default() += 1;
        Box::new(Registration { watched: self.clone(), product })
    }

    /// Signals a change of scores.
    pub(super) fn scores_changed(&self) {
        self.changed.notify_one();
    }

    /// Computes the state of products with subscribers, so that changes can be detected.
    pub(super) async fn initialize(&self, shared: &Shared) -> Result<(), Error> {
        let mut known = self.known.lock().await;
        let dimensions = shared.store.dimensions(self.by.organization()).await?;
        for product in self.subscribed_products(&dimensions) {
            if !known.days.contains_key(&product) {
                self.compare(shared, &dimensions, &mut known, product).await?;
            }
        }
        Ok(())
    }

    /// Computes the values of products with subscribers, and sends the changes.
    async fn send_changes(&self, shared: &Shared) -> Result<(), Error> {
        let mut known = self.known.lock().await;
        let dimensions = shared.store.dimensions(self.by.organization()).await?;
        let wanted = self.subscribed_products(&dimensions);
        known.days.retain(|product, _| wanted.contains(product));
        C::keep(&dimensions, &mut known.known, &wanted);
        for product in wanted {
            let begun = known.days.contains_key(&product);
            let changes = self.compare(shared, &dimensions, &mut known, product).await?;
            if begun && !changes.is_empty() {
                let things = changes.into_iter().map(|change| (Place::after(0), change)).collect();
                // An error only means that there are no subscribers.
                let _ = self.topic.send(Arc::new(Portion { dimensions: dimensions.clone(), things }));
            }
        }
        Ok(())
    }

    async fn compare(
        &self,
        shared: &Shared,
        dimensions: &Dimensions,
        known: &mut KnownState<C>,
        product: ProductId,
    ) -> Result<Vec<C>, Error> {
        let Some(row) = dimensions.products.get(&product) else { return Ok(Vec::new()) };
        let today = today(row, clock::now());
        let changes = C::compare(shared, self.by, dimensions, &mut known.known, row, today).await?;
        known.days.insert(product, today);
        Ok(changes)
    }

    /// The products with subscribers.
    fn subscribed_products(&self, dimensions: &Dimensions) -> Vec<ProductId> {
        let registrations = self.registrations();
        match registrations.contains_key(&None) {
            true => dimensions.products.keys().copied().collect(),
            false => registrations.keys().flatten().copied().collect(),
        }
    }

    /// Whether the day in the time zone of any product has changed since the last computation.
    async fn is_another_day(&self, shared: &Shared, now: DateTime<Utc>) -> bool {
        let Ok(dimensions) = shared.store.dimensions(self.by.organization()).await else { return false };
        let known = self.known.lock().await;
        known.days.iter().any(|(product, day)| {
            dimensions.products.get(product).is_some_and(|product| today(product, now) != *day)
        })
    }

    fn registrations(&self) -> MutexGuard<'_, HashMap<Option<ProductId>, usize>> {
        self.registrations.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

async fn watch<C: Computed>(shared: Weak<Shared>, watched: Arc<Monitor<C>>) {
    let mut works = true;
    loop {
        let woken = timeout(DAY_CHECK_INTERVAL, watched.changed.notified()).await.is_ok();
        if woken {
            sleep(DEBOUNCE).await;
        }
        let Some(shared) = shared.upgrade() else { return };
        if shared.remove_if_unused(&watched).await {
            return;
        }
        if !woken && works && !watched.is_another_day(&shared, clock::now()).await {
            continue;
        }
        let begun = Instant::now();
        match watched.send_changes(&shared).await {
            Ok(()) => works = true,
            // Logged once. The known state remains for the next successful comparison.
            Err(error) if works => {
                works = false;
                tracing::warn!(
                    error = with_causes(&error),
                    "cannot compute the {}; subscribers wait until it succeeds",
                    C::NAME
                );
            }
            Err(_) => (),
        }
        drop(shared);
        sleep(MIN_COMPUTE_INTERVAL.max(begun.elapsed() * PAUSE_FACTOR)).await;
    }
}

impl Shared {
    /// Removes products without subscribers. New subscribers need the same lock.
    async fn remove_if_unused<C: Computed>(&self, watched: &Arc<Monitor<C>>) -> bool {
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
