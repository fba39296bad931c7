//! Running an admitted operation: after its turn, and with a time limit.
//!
//! Operations with scores, or with a high cost, are heavy. Few heavy operations run at a time, whoever sends them, so
//! that processors remain available to all others; further ones wait in a queue of limited length and time.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use async_graphql::{Response, Value, value};
use futures::FutureExt;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
    time::timeout,
};

use super::{Admitted, OperationKind, limits::Limits, refusal::Refusal};
use crate::{
    domain::access::Viewer,
    graphql::{self, Code, Reply, Schema, Services},
};

/// Time until a retry after a refusal.
const RETRY_AFTER: Duration = Duration::from_secs(graphql::RETRY_AFTER);

/// The queue of heavy operations.
pub(super) struct Line {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Line {
    pub(super) fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), waiting: AtomicUsize::new(0) }
    }

    /// Waits for a turn.
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

/// A place in the queue; released when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Result<Self, Refusal> {
        let place = Self(waiting);
        match waiting.fetch_add(1, Ordering::AcqRel) < most {
            true => Ok(place),
            false => Err(overloaded("are waiting already")),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn overloaded(why: &str) -> Refusal {
    let message = format!("Too many heavy operations {why}. Nothing was done; try again later.");
    Refusal::new(Code::Overloaded, message).after(RETRY_AFTER)
}

/// A task that is aborted when it is no longer awaited.
struct Awaited(JoinHandle<Response>);

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs an operation on the runtime of the database connections, or here if it is light. A query is aborted when its client disconnects; a
/// mutation that has begun runs to its end, so that nothing is left half done.
pub(super) async fn run(
    line: &Line,
    limits: &Limits,
    runtime: &Handle,
    (schema, services): (&Schema, &Services),
    viewer: Viewer,
    admitted: Admitted,
) -> Result<Reply, Refusal> {
    let turn = if admitted.heavy { Some(line.turn(limits).await?) } else { None };
    let Admitted { request, kind, cost_shown, light, .. } = admitted;
    if light && services.store.reads_anywhere() {
        let work = AssertUnwindSafe(graphql::execute(schema, services, viewer, request)).catch_unwind();
        return match timeout(limits.time, work).await {
            Ok(Ok(answer)) => Ok(with_cost(answer, cost_shown)),
            Ok(Err(_)) => Err(aborted()),
            Err(_) => Err(too_slow(kind, limits)),
        };
    }
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
        Ok(Ok(answer)) => Ok(with_cost(answer, cost_shown)),
        Ok(Err(error)) => {
            tracing::error!(%error, "a request was aborted");
            Err(aborted())
        }
        Err(_) => Err(too_slow(kind, limits)),
    }
}

fn with_cost(mut answer: Response, cost: Option<Value>) -> Reply {
    answer.extensions.extend(cost.map(|cost| ("cost".to_owned(), cost)));
    Reply(answer)
}

fn aborted() -> Refusal {
    Refusal::new(Code::Internal, "The server failed. Acknowledged data are stored. Try again.")
}

fn too_slow(kind: OperationKind, limits: &Limits) -> Refusal {
    let seconds = limits.time.as_secs_f64();
    let message = match kind {
        OperationKind::Mutation => {
            format!("The mutation takes longer than {seconds} s and continues; check its result later.")
        }
        _ => format!("The query took longer than {seconds} s and was aborted. Select less per request."),
    };
    Refusal::new(Code::Timeout, message)
}

/// The value of `extensions.cost`.
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
            messages[0].contains("waited too long") && messages[1].contains("are waiting already"),
            "{messages:?}"
        );
        drop(turn);
        assert!(line.turn(&limits).await.is_ok(), "a refused operation holds no place");
    }
}
