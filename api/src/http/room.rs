//! Room for large bodies: how many bytes of them the process holds, and how many of those it is working on.
//!
//! A response of 700 bytes takes ten times as much once it is parsed, checked and coerced. So forty bodies of 7 MB that arrived
//! together took 1.6 GB. Now few are worked on at a time, the others wait as bytes, and beyond a bound they are refused at once.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::graphql::{Code, RETRY_AFTER, document::Refusal};

/// Bytes per unit. A body below it takes no room.
const UNIT: usize = 64 * 1024;

/// Bytes of bodies that have been received, or are being received, and whose requests are not finished.
const RECEIVED: usize = 96 * 1024 * 1024;

/// Bytes of bodies that are worked on.
const WORKED_ON: usize = 16 * 1024 * 1024;

/// Maximum time that a received body waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The room of a process.
#[derive(Clone)]
pub(super) struct Rooms {
    received: Arc<Semaphore>,
    worked_on: Arc<Semaphore>,
}

/// What a body takes.
#[derive(Default)]
pub(super) struct Room {
    received: Option<OwnedSemaphorePermit>,
    worked_on: Option<OwnedSemaphorePermit>,
}

impl Default for Rooms {
    fn default() -> Self {
        let units = |bytes| Arc::new(Semaphore::new(bytes / UNIT));
        Self { received: units(RECEIVED), worked_on: units(WORKED_ON) }
    }
}

impl Rooms {
    /// Takes what a body of this length needs besides what it has.
    pub(super) fn receive(&self, room: &mut Room, length: usize) -> Result<(), Refusal> {
        let has = room.received.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more @ 1..) = (length / UNIT).checked_sub(has) else { return Ok(()) };
        let taken = self.received.clone().try_acquire_many_owned(units(more));
        let taken = taken.map_err(|_| overloaded("are waiting already"))?;
        match &mut room.received {
            Some(received) => received.merge(taken),
            None => room.received = Some(taken),
        }
        Ok(())
    }

    /// Waits until the body may be worked on, which lasts until the room is dropped.
    pub(super) async fn work(&self, room: &mut Room, length: usize) -> Result<(), Refusal> {
        let needed = (length / UNIT).min(WORKED_ON / UNIT);
        if needed == 0 {
            return Ok(());
        }
        match timeout(PATIENCE, self.worked_on.clone().acquire_many_owned(units(needed))).await {
            Ok(Ok(taken)) => room.worked_on = Some(taken),
            _ => return Err(overloaded("waited too long for their turn")),
        }
        Ok(())
    }
}

fn units(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn overloaded(why: &str) -> Refusal {
    let message = format!("Too many large requests {why}. Nothing was done; try again later.");
    Refusal::new(Code::Overloaded, message).after(Duration::from_secs(RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_take_room_as_they_arrive_and_give_it_back() {
        let rooms = Rooms::default();
        let mut full = Room::default();
        for length in [UNIT - 1, UNIT, UNIT * 3 / 2, RECEIVED] {
            assert!(rooms.receive(&mut full, length).is_ok());
        }
        let mut late = Room::default();
        assert!(rooms.receive(&mut late, UNIT - 1).is_ok(), "small ones take none");
        let refusal = rooms.receive(&mut late, UNIT).unwrap_err();
        assert!(refusal.code() == Code::Overloaded && refusal.retry_after().is_some());
        rooms.work(&mut full, RECEIVED).await.unwrap();
        assert!(timeout(Duration::from_millis(20), rooms.work(&mut late, UNIT)).await.is_err(), "it waits");
        assert!(rooms.work(&mut late, UNIT - 1).await.is_ok());
        drop(full);
        assert!(rooms.receive(&mut late, RECEIVED).is_ok());
        assert!(rooms.work(&mut late, RECEIVED).await.is_ok());
    }
}
