//! What is known of organizations without asking the database each time.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock, RwLockWriteGuard},
    time::{Duration, Instant},
};

use ballroom_entity::id::OrganizationId;

use super::Dimensions;

/// For how long names are shown as they were. Only another process can have changed them meanwhile: what this one commits is
/// known at once.
const RECENT: Duration = Duration::from_millis(100);

/// The dimensions of organizations that were read.
#[derive(Default)]
pub(super) struct Known(RwLock<HashMap<OrganizationId, Entry>>);

struct Entry {
    dimensions: Arc<Dimensions>,
    /// When the database last said that they are right.
    checked: Instant,
}

impl Known {
    /// Those of a revision that the database says is the present one.
    pub(super) fn at(&self, organization: OrganizationId, revision: i64) -> Option<Arc<Dimensions>> {
        let mut known = self.write();
        let entry = known.get_mut(&organization).filter(|entry| entry.dimensions.revision == revision)?;
        entry.checked = Instant::now();
        Some(entry.dimensions.clone())
    }

    /// Those that were right a moment ago.
    pub(super) fn recent(&self, organization: OrganizationId) -> Option<Arc<Dimensions>> {
        let known = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let entry = known.get(&organization).filter(|entry| entry.checked.elapsed() < RECENT)?;
        Some(entry.dimensions.clone())
    }

    /// Remembers those that were read or committed, unless newer ones are known.
    pub(super) fn remember(&self, dimensions: Arc<Dimensions>) -> Arc<Dimensions> {
        let mut known = self.write();
        let older = |entry: &Entry| entry.dimensions.revision <= dimensions.revision;
        if known.get(&dimensions.organization).is_none_or(older) {
            let entry = Entry { dimensions: dimensions.clone(), checked: Instant::now() };
            known.insert(dimensions.organization, entry);
        }
        dimensions
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<OrganizationId, Entry>> {
        self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
