//! Running an operation that was let in: in its turn, and not for ever.
//!
//! What asks for scores, or for very much, is heavy. Few heavy operations run at a time, whoever sends them, so that the
//! processors are there for all the others; the next ones wait in line, not too many and not too long.

use std::{
    sync::Arc,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use async_graphql::{Response, Value, value};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
    time::timeout,
};

use super::{Admitted, OperationKind, limits::Limits, refusal::Refusal};
use crate::{
    domain::access::Viewer,
    graphql::{self, Code, Schema, Services},
};

/// When to come again after having been turned away.
const LATER: Duration = Duration::from_secs(graphql::RETRY_AFTER);

/// The line of heavy operations.
pub(super) struct Line {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Line {
    pub(super) fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), waiting: AtomicUsize::new(0) }
    }

    /// A turn, when it comes.
    async fn turn(&self, limits: &Limits) -> Result<OwnedSemaphorePermit, Refusal> {
        if let Ok(turn) = self.turns.clone().try_acquire_owned() {
            return Ok(turn);
        }
        let _place = Place::take(&self.waiting, limits.waiting)?;
        match timeout(limits.patience, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(overloaded("waited too long for their turn")),
        }
    }
}

/// A place in the line; given up when it is dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Result<Self, Refusal> {
        let place = Self(waiting);
        match waiting.fetch_add(1, Ordering::AcqRel) < most {
            true => Ok(place),
            false => Err(overloaded("already wait for their turn")),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn overloaded(why: &str) -> Refusal {
    let message = format!("Too many heavy operations {why}. Nothing was done; send it again after a while.");
    Refusal::new(Code::Overloaded, message).after(LATER)
}

/// Work that ends when nobody waits for it any more.
struct Awaited(JoinHandle<Response>);

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs an operation on the runtime where the database's connections live. Whoever stops waiting for a query ends it; a
/// mutation that has begun goes on to its end, so that nothing is left half done because a client went away.
pub(super) async fn run(
    line: &Line,
    limits: &Limits,
    runtime: &Handle,
    (schema, services): (&Schema, &Services),
    viewer: Viewer,
    admitted: Admitted,
) -> Result<Response, Refusal> {
    let turn = if admitted.heavy { Some(line.turn(limits).await?) } else { None };
    let Admitted { request, kind, cost_shown, .. } = admitted;
    let (schema, services) = (schema.clone(), services.clone());
    let work = runtime.spawn(async move {
        let answer = graphql::execute(&schema, &services, viewer, request).await;
        drop(turn);
        answer
    });
    let done = match kind {
        OperationKind::Mutation => timeout(limits.time, work).await,
        OperationKind::Query | OperationKind::Subscription => {
            let mut work = Awaited(work);
            timeout(limits.time, &mut work.0).await
        }
    };
    match done {
        Ok(Ok(mut answer)) => {
            answer.extensions.extend(cost_shown.map(|cost| ("cost".to_owned(), cost)));
            Ok(answer)
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a request ended early");
            let message = "The server failed. Whatever was acknowledged is stored. Try again.";
            Err(Refusal::new(Code::Internal, message))
        }
        Err(_) => Err(too_slow(kind, limits)),
    }
}

fn too_slow(kind: OperationKind, limits: &Limits) -> Refusal {
    let seconds = limits.time.as_secs_f64();
    let message = match kind {
        OperationKind::Mutation => {
            format!("The mutation takes longer than {seconds} s and goes on; ask later what came of it.")
        }
        _ => format!("The query took longer than {seconds} s and was ended. Ask for less at once."),
    };
    Refusal::new(Code::Timeout, message)
}

/// What `extensions.cost` says.
pub(super) fn shown(cost: u64, limits: &Limits) -> Value {
    let remaining = limits.cost.saturating_sub(cost);
    let (cost, most) = (cost, limits.cost);
    value!({ "requested": cost, "most": most, "remaining": remaining })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_line_is_bounded_in_number_and_time() {
        let limits = Limits { waiting: 1, patience: Duration::from_millis(50), ..Limits::default() };
        let line = Line::new(1);
        let turn = line.turn(&limits).await.unwrap();
        let (second, third) = tokio::join!(line.turn(&limits), line.turn(&limits));
        let codes = [second, third].map(|refused| refused.unwrap_err());
        assert!(
            codes.iter().all(|refusal| refusal.code() == Code::Overloaded && refusal.retry_after().is_some())
        );
        let messages = codes.map(|refusal| refusal.into_errors()[0].message.clone());
        assert!(
            messages[0].contains("waited too long") && messages[1].contains("already wait"),
            "{messages:?}"
        );
        drop(turn);
        assert!(line.turn(&limits).await.is_ok(), "whoever was turned away holds no place");
    }
}
