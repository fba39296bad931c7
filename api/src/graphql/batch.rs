//! When a batch is loaded: as soon as the query cannot go on without it, and not before.
//!
//! A loader usually waits a millisecond for more keys to come. That is too short on a busy machine, where one query
//! then sends many statements, and too long on an idle one, at every level of the query. Here the loads of a query
//! run beside it in one task: they start when every resolver that can go on has done so.

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

/// Loads that wait for their query to come to a halt.
pub(super) struct Waiting(UnboundedReceiver<FutureObj<'static, ()>>);

/// Where loaders put their loads.
pub(super) struct Halt(UnboundedSender<FutureObj<'static, ()>>);

/// A loader's wait for more keys: none, for the halt of the query is the end of it.
pub(super) struct NoTimer;

/// Both ends.
pub(super) fn at_halt() -> (Halt, Waiting) {
    let (sender, receiver) = unbounded_channel();
    (Halt(sender), Waiting(receiver))
}

impl Spawn for Halt {
    fn spawn_obj(&self, load: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.send(load).map_err(|_| SpawnError::shutdown())
    }
}

impl Timer for NoTimer {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

impl Waiting {
    /// Runs a query, and its loads whenever it halts.
    pub(super) async fn run<T>(mut self, query: impl Future<Output = T>) -> T {
        let mut query = pin!(query);
        let mut loads = FuturesUnordered::new();
        std::future::poll_fn(|outer| {
            loop {
                // Resolvers of a long list are polled in portions: the query says that it wants to go on by waking
                // itself. So whoever was woken while being polled has not halted.
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

/// Notes that the query wants to go on, and passes it on.
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
