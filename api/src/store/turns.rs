//! Whose turn it is to write.
//!
//! Writers of one organization follow one another: the organization's row is locked by whoever writes. Were they to wait
//! for that lock in the database, each would hold a connection meanwhile. So they wait here, first come, first served, and
//! take a connection only when it is their turn; what another process holds is waited for by one of them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ballroom_entity::id::OrganizationId;
use tokio::{sync::OwnedMutexGuard, time::timeout};

use crate::base::error::Error;

/// The lines of all organizations.
pub(super) struct Turns {
    lines: Mutex<HashMap<OrganizationId, Arc<Line>>>,
    /// How many may wait in one line.
    most: usize,
    /// How long each may wait.
    patience: Duration,
}

/// Those of one organization who want to write.
#[derive(Default)]
struct Line {
    turn: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicUsize,
}

/// A turn; it ends when this is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Turns {
    pub(super) fn new(most: usize, patience: Duration) -> Self {
        Self { lines: Mutex::default(), most, patience }
    }

    /// A turn, when it comes. SQLite has one writer, so there all organizations stand in one line: `None`.
    pub(super) async fn take(&self, organization: Option<OrganizationId>) -> Result<Turn, Error> {
        let line = self.line(organization.unwrap_or(OrganizationId(uuid::Uuid::nil())));
        if let Ok(turn) = line.turn.clone().try_lock_owned() {
            return Ok(turn);
        }
        let _place = Place::take(&line.waiting, self.most)?;
        let turn = timeout(self.patience, line.turn.clone().lock_owned()).await;
        turn.map_err(|_| Error::Overloaded("Too many writers waited too long for their turn"))
    }

    /// Waits until nobody writes.
    pub(super) async fn all(&self) -> Vec<Turn> {
        let lines: Vec<_> = {
            let lines = self.lines.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            lines.values().cloned().collect()
        };
        let mut turns = Vec::with_capacity(lines.len());
        for line in lines {
            turns.push(line.turn.clone().lock_owned().await);
        }
        turns
    }

    fn line(&self, organization: OrganizationId) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        lines.entry(organization).or_default().clone()
    }
}

/// A place in a line; given up when it is dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Result<Self, Error> {
        let place = Self(waiting);
        match waiting.fetch_add(1, Ordering::AcqRel) < most {
            true => Ok(place),
            false => Err(Error::Overloaded("Too many writers already wait for their turn")),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::reference::PublicId;

    #[tokio::test]
    async fn the_line_of_an_organization_is_bounded_in_number_and_time_and_holds_up_no_other() {
        let turns = Turns::new(1, Duration::from_millis(50));
        let (one, other) = (OrganizationId::new(), OrganizationId::new());
        let turn = turns.take(Some(one)).await.unwrap();
        let (second, third) = tokio::join!(turns.take(Some(one)), turns.take(Some(one)));
        let told = [second, third].map(|refused| refused.unwrap_err().to_string());
        assert!(told[0].contains("too long") && told[1].contains("already wait"), "{told:?}");
        assert!(turns.take(Some(other)).await.is_ok(), "another organization has a line of its own");
        drop(turn);
        assert!(turns.take(Some(one)).await.is_ok(), "whoever was turned away holds no place");
    }
}
