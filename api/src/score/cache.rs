//! The cache of snapshots, and how it follows the writers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ballroom_entity::id::OrganizationId;
use chrono::NaiveDate;

use super::snapshot::Snapshot;
use crate::{base::error::Error, domain::access::Report, store::Store};

/// Time that a request waits for the next snapshot while another request creates it ...
const WAIT_TIMEOUT: Duration = Duration::from_millis(20);
/// ... before it uses the last one, if that was up to date within this time.
const MAX_AGE: Duration = Duration::from_secs(1);

/// Maximum size of all cached counts in bytes; the least recently used organizations are evicted.
const MAX_BYTES: usize = 192 << 20;

/// The last snapshots of the organizations, one for each day that is today in some time zone.
#[derive(Clone, Default)]
pub(super) struct SnapshotCache {
    slots: Arc<Mutex<HashMap<Key, Arc<Slot>>>>,
}

/// The organization, and the day that is today.
type Key = (OrganizationId, NaiveDate);

#[derive(Default)]
struct Slot {
    last: Mutex<Option<Last>>,
    /// Held by the request that creates the next snapshot.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Last {
    snapshot: Arc<Snapshot>,
    /// Last time at which it was known to be up to date.
    complete: Instant,
    used: Instant,
}

impl SnapshotCache {
    /// The current counts of the organization. One statement if nothing has changed.
    pub(super) async fn snapshot(
        &self,
        store: &Store,
        by: Report,
        today: NaiveDate,
    ) -> Result<Arc<Snapshot>, Error> {
        let organization = by.organization();
        let slot = lock(&self.slots).entry((organization, today)).or_default().clone();
        let asked = Instant::now();
        let (revision, of_dimensions) = store.revisions(organization).await?;
        if let Some(known) = slot.known(revision, asked) {
            return Ok(known);
        }
        // Another request may be creating the next one.
        let _turn = match tokio::time::timeout(WAIT_TIMEOUT, slot.turn.lock()).await {
            Ok(turn) => turn,
            Err(_) => match slot.fresh(of_dimensions) {
                Some(known) => return Ok(known),
                None => slot.turn.lock().await,
            },
        };
        if let Some(known) = slot.known(revision, asked) {
            return Ok(known);
        }
        let last = lock(&slot.last).as_ref().map(|last| last.snapshot.clone());
        // A snapshot of another day differs only in how long incidents are open.
        let last = last.or_else(|| self.of_another_day(organization));
        let asked = Instant::now();
        let snapshot = Arc::new(Snapshot::following(store, organization, today, last).await?);
        *lock(&slot.last) = Some(Last { snapshot: snapshot.clone(), complete: asked, used: asked });
        self.evict(organization, today);
        Ok(snapshot)
    }

    fn of_another_day(&self, organization: OrganizationId) -> Option<Arc<Snapshot>> {
        let slots = lock(&self.slots);
        let of_organization = slots.iter().filter(|((known, _), _)| *known == organization);
        let mut snapshots =
            of_organization.filter_map(|(_, slot)| Some(lock(&slot.last).as_ref()?.snapshot.clone()));
        snapshots.next()
    }

    /// Evicts days that are over, and the least recently used organizations beyond the maximum size.
    fn evict(&self, organization: OrganizationId, today: NaiveDate) {
        /// Maximum number of days between two dates that are today somewhere.
        const DAYS: i64 = 2;
        let mut slots = lock(&self.slots);
        slots.retain(|(known, day), _| *known != organization || (today - *day).num_days() <= DAYS);
        let mut sizes: Vec<_> = slots
            .iter()
            .filter_map(|(key, slot)| {
                let last = lock(&slot.last);
                last.as_ref().map(|last| (last.used, *key, last.snapshot.bytes()))
            })
            .collect();
        let mut bytes: usize = sizes.iter().map(|(.., bytes)| bytes).sum();
        sizes.sort_unstable_by_key(|(used, ..)| *used);
        for (_, key, size) in sizes {
            if bytes <= MAX_BYTES {
                break;
            }
            if key != (organization, today) {
                slots.remove(&key);
                bytes -= size;
            }
        }
    }
}

impl Slot {
    /// The last snapshot, if it includes everything up to this revision.
    fn known(&self, revision: i64, now: Instant) -> Option<Arc<Snapshot>> {
        let mut last = lock(&self.last);
        let last = last.as_mut().filter(|last| last.snapshot.revision >= revision)?;
        (last.complete, last.used) = (last.complete.max(now), now);
        Some(last.snapshot.clone())
    }

    /// The last snapshot, if it was up to date recently and knows all that can be asked about now.
    fn fresh(&self, of_dimensions: i64) -> Option<Arc<Snapshot>> {
        let mut last = lock(&self.last);
        let is_fresh = |last: &&mut Last| {
            last.complete.elapsed() < MAX_AGE && last.snapshot.dimensions.revision == of_dimensions
        };
        let last = last.as_mut().filter(is_fresh)?;
        last.used = Instant::now();
        Some(last.snapshot.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
