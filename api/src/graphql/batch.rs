//! When a batch is loaded: as soon as the query cannot continue without it, and not before.
//!
//! A loader usually waits a millisecond for more keys. That is too short on a busy machine, where a query then sends
//! many statements, and too long on an idle one, at every level of the query. Here the loads of a query run in one task
//! beside it: they start when every resolver that can continue has done so.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use async_graphql::runtime::Timer;
use futures::{
    StreamExt,
    future::{BoxFuture, FutureExt, ready},
    stream::FuturesUnordered,
    task::{FutureObj, Spawn, SpawnError},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Loads that wait until their query is stalled.
pub(super) struct PendingLoads(UnboundedReceiver<FutureObj<'static, ()>>);

/// The sender of the loads.
pub(super) struct LoadSender(UnboundedSender<FutureObj<'static, ()>>);

/// A timer for loaders that never waits: loads start when the query stalls.
pub(super) struct NoTimer;

/// The sender and the receiver.
pub(super) fn load_channel() -> (LoadSender, PendingLoads) {
    let (sender, receiver) = unbounded_channel();
    (LoadSender(sender), PendingLoads(receiver))
}

impl Spawn for LoadSender {
    fn spawn_obj(&self, load: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.send(load).map_err(|_| SpawnError::shutdown())
    }
}

impl Timer for NoTimer {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

impl PendingLoads {
    /// Runs a query, and its loads whenever it stalls.
    pub(super) async fn run<T>(mut self, query: impl Future<Output = T>) -> T {
        let mut query = pin!(query);
        let mut loads = FuturesUnordered::new();
        std::future::poll_fn(|outer| {
            loop {
                // Resolvers of a long list are polled in portions: the query requests another poll by waking itself. So
                // a query that was woken during the poll has not stalled.
                let woken = Arc::new(Woken { yes: AtomicBool::new(false), outer: outer.waker().clone() });
                let waker = Waker::from(woken.clone());
                if let Poll::Ready(done) = query.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(done);
                }
                if woken.yes.load(Ordering::Acquire) {
                    continue;
                }
                let mut started = false;
                while let Ok(load) = self.0.try_recv() {
                    loads.push(load);
                    started = true;
                }
                let mut ended = false;
                while let Poll::Ready(Some(())) = loads.poll_next_unpin(outer) {
                    ended = true;
                }
                if !started && !ended && !woken.yes.load(Ordering::Acquire) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

/// Records that the query requests another poll, and forwards the wake-up.
struct Woken {
    yes: AtomicBool,
    outer: Waker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.yes.store(true, Ordering::Release);
        self.outer.wake_by_ref();
    }
}
