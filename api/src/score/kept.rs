//! The snapshots that are kept, and how they follow the writers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ballroom_entity::id::OrganizationId;
use chrono::NaiveDate;

use super::snapshot::Snapshot;
use crate::{base::error::Error, domain::access::Report, store::Store};

/// Who asks while a snapshot follows the writers waits so long for it ...
const PATIENCE: Duration = Duration::from_millis(20);
/// ... and is then answered from the last one, if it was complete so lately.
const FRESH: Duration = Duration::from_secs(1);

/// Bytes of counts that are kept in all; the organizations asked for least lately are read anew when asked for again.
const MOST_BYTES: usize = 192 << 20;

/// The last snapshots of the organizations, one for each day that is today somewhere.
#[derive(Clone, Default)]
pub(super) struct Kept {
    slots: Arc<Mutex<HashMap<Key, Arc<Slot>>>>,
}

/// Whose snapshot, and which day is today.
type Key = (OrganizationId, NaiveDate);

#[derive(Default)]
struct Slot {
    last: Mutex<Option<Last>>,
    /// Held by the one who makes the next.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Last {
    snapshot: Arc<Snapshot>,
    /// When it was known to be complete.
    complete: Instant,
    used: Instant,
}

impl Kept {
    /// The organization's counts as they are now. One statement when nothing has changed.
    pub(super) async fn snapshot(
        &self,
        store: &Store,
        by: Report,
        today: NaiveDate,
    ) -> Result<Arc<Snapshot>, Error> {
        let organization = by.organization();
        let slot = lock(&self.slots).entry((organization, today)).or_default().clone();
        let asked = Instant::now();
        let revision = store.revision(organization).await?;
        if let Some(known) = slot.known(revision, asked) {
            return Ok(known);
        }
        // Somebody may be making the next one already.
        let _turn = match tokio::time::timeout(PATIENCE, slot.turn.lock()).await {
            Ok(turn) => turn,
            Err(_) => match slot.fresh() {
                Some(known) => return Ok(known),
                None => slot.turn.lock().await,
            },
        };
        if let Some(known) = slot.known(revision, asked) {
            return Ok(known);
        }
        let last = lock(&slot.last).as_ref().map(|last| last.snapshot.clone());
        // Another day's differs in nothing but how long incidents are open.
        let last = last.or_else(|| self.of_another_day(organization));
        let asked = Instant::now();
        let snapshot = Arc::new(Snapshot::following(store, organization, today, last).await?);
        *lock(&slot.last) = Some(Last { snapshot: snapshot.clone(), complete: asked, used: asked });
        self.let_go(organization, today);
        Ok(snapshot)
    }

    fn of_another_day(&self, organization: OrganizationId) -> Option<Arc<Snapshot>> {
        let slots = lock(&self.slots);
        let of_organization = slots.iter().filter(|((known, _), _)| *known == organization);
        let mut snapshots =
            of_organization.filter_map(|(_, slot)| Some(lock(&slot.last).as_ref()?.snapshot.clone()));
        snapshots.next()
    }

    /// Lets days that are over go, and organizations beyond what is kept, those asked for least lately first.
    fn let_go(&self, organization: OrganizationId, today: NaiveDate) {
        /// Days between the first and the last place on Earth where one begins.
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
            if bytes <= MOST_BYTES {
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
    /// The last one, if it has all up to a revision.
    fn known(&self, revision: i64, now: Instant) -> Option<Arc<Snapshot>> {
        let mut last = lock(&self.last);
        let last = last.as_mut().filter(|last| last.snapshot.revision >= revision)?;
        (last.complete, last.used) = (last.complete.max(now), now);
        Some(last.snapshot.clone())
    }

    /// The last one, if it was complete lately.
    fn fresh(&self) -> Option<Arc<Snapshot>> {
        let mut last = lock(&self.last);
        let last = last.as_mut().filter(|last| last.complete.elapsed() < FRESH)?;
        last.used = Instant::now();
        Some(last.snapshot.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
