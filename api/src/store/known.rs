//! A cache of the dimensions of organizations.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock, RwLockWriteGuard},
    time::{Duration, Instant},
};

use ballroom_entity::id::OrganizationId;

use super::Dimensions;

/// Time for which cached dimensions may be used without a check, for display only. Only another process can have changed them
/// in this time: commits of this process are seen at once.
const MAX_AGE: Duration = Duration::from_millis(100);

/// Number of organizations from which on those are forgotten that were not used lately.
const MANY: usize = 100;

/// How long dimensions are kept then.
const UNUSED: Duration = Duration::from_secs(600);

/// The cached dimensions of organizations.
#[derive(Default)]
pub(super) struct DimensionCache(RwLock<HashMap<OrganizationId, Entry>>);

struct Entry {
    dimensions: Arc<Dimensions>,
    /// Time of the last check against the database.
    checked: Instant,
}

impl DimensionCache {
    /// The dimensions of a revision that the database reported as the current one.
    pub(super) fn at(&self, organization: OrganizationId, revision: i64) -> Option<Arc<Dimensions>> {
        let mut known = self.write();
        let entry = known.get_mut(&organization).filter(|entry| entry.dimensions.revision == revision)?;
        entry.checked = Instant::now();
        Some(entry.dimensions.clone())
    }

    /// The dimensions if they were checked recently.
    pub(super) fn recent(&self, organization: OrganizationId) -> Option<Arc<Dimensions>> {
        let known = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let entry = known.get(&organization).filter(|entry| entry.checked.elapsed() < MAX_AGE)?;
        Some(entry.dimensions.clone())
    }

    /// Stores dimensions that were read or committed, unless newer ones are stored.
    pub(super) fn remember(&self, dimensions: Arc<Dimensions>) -> Arc<Dimensions> {
        let mut known = self.write();
        let older = |entry: &Entry| entry.dimensions.revision <= dimensions.revision;
        if known.get(&dimensions.organization).is_none_or(older) {
            if known.len() >= MANY {
                known.retain(|_, entry| entry.checked.elapsed() < UNUSED);
            }
            let entry = Entry { dimensions: dimensions.clone(), checked: Instant::now() };
            known.insert(dimensions.organization, entry);
        }
        dimensions
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<OrganizationId, Entry>> {
        self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
