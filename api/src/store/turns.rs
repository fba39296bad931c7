//! Queues of writers.
//!
//! Writers of one organization are serialized: each locks the organization's row. If they waited for that lock in the
//! database, each would hold a connection meanwhile. So they wait here, first in, first out, and acquire a connection
//! only in their turn; only one of them waits for locks of other processes.

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

/// The queues of all organizations.
pub(super) struct Turns {
    queues: Mutex<HashMap<OrganizationId, Arc<Queue>>>,
    /// Maximum number of writers in one queue.
    limit: usize,
    /// Maximum time in the queue.
    timeout: Duration,
}

/// The waiting writers of one organization.
#[derive(Default)]
struct Queue {
    turn: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicUsize,
}

/// A turn; it ends when this is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Turns {
    pub(super) fn new(limit: usize, timeout: Duration) -> Self {
        Self { queues: Mutex::default(), limit, timeout }
    }

    /// Waits for a turn. SQLite has one writer, so there all organizations share one queue: `None`.
    pub(super) async fn take(&self, organization: Option<OrganizationId>) -> Result<Turn, Error> {
        let queue = self.queue(organization.unwrap_or(OrganizationId(uuid::Uuid::nil())));
        if let Ok(turn) = queue.turn.clone().try_lock_owned() {
            return Ok(turn);
        }
        let _place = Place::take(&queue.waiting, self.limit)?;
        let turn = timeout(self.timeout, queue.turn.clone().lock_owned()).await;
        turn.map_err(|_| Error::Overloaded("The wait for other writers of the organization timed out"))
    }

    /// Waits until there are no writers.
    pub(super) async fn all(&self) -> Vec<Turn> {
        let queues: Vec<_> = {
            let queues = self.queues.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            queues.values().cloned().collect()
        };
        let mut turns = Vec::with_capacity(queues.len());
        for queue in queues {
            turns.push(queue.turn.clone().lock_owned().await);
        }
        turns
    }

    fn queue(&self, organization: OrganizationId) -> Arc<Queue> {
        let mut queues = self.queues.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        queues.entry(organization).or_default().clone()
    }
}

/// A place in a queue, released when it is dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, limit: usize) -> Result<Self, Error> {
        let place = Self(waiting);
        match waiting.fetch_add(1, Ordering::AcqRel) < limit {
            true => Ok(place),
            false => Err(Error::Overloaded("Too many writers of the organization are waiting")),
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
    async fn the_queue_of_an_organization_is_bounded_in_length_and_time_and_blocks_no_other() {
        let turns = Turns::new(1, Duration::from_millis(50));
        let (one, other) = (OrganizationId::new(), OrganizationId::new());
        let turn = turns.take(Some(one)).await.unwrap();
        let (second, third) = tokio::join!(turns.take(Some(one)), turns.take(Some(one)));
        let messages = [second, third].map(|refused| refused.unwrap_err().to_string());
        assert!(messages[0].contains("timed out") && messages[1].contains("are waiting"), "{messages:?}");
        assert!(turns.take(Some(other)).await.is_ok(), "another organization has a queue of its own");
        drop(turn);
        assert!(turns.take(Some(one)).await.is_ok(), "refused writers hold no place");
    }
}
