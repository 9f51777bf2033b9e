//! A future that counts when it is created, polled for the first time, and finished.
//!
//! A future that is never awaited does nothing; these counts show it. Start at [`CountedFuture`].

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use crate::model::race::Calls;

/// The counts of one lane.
#[derive(Debug, Default)]
pub struct CallCounts {
    created: AtomicU64,
    polled: AtomicU64,
    finished: AtomicU64,
}

/// A future whose progress is counted.
#[must_use = "a future does nothing unless it is awaited"]
pub struct CountedFuture<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    counts: Arc<CallCounts>,
    was_polled: bool,
}

impl CallCounts {
    /// The counts so far.
    pub fn calls(&self) -> Calls {
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Calls { created: now(&self.created), polled: now(&self.polled), finished: now(&self.finished) }
    }

    /// Counts a blocking call, which is created, polled and finished in one step.
    pub fn call<T>(&self, call: impl FnOnce() -> T) -> T {
        self.created.fetch_add(1, Ordering::Relaxed);
        self.polled.fetch_add(1, Ordering::Relaxed);
        let result = call();
        self.finished.fetch_add(1, Ordering::Relaxed);
        result
    }
}

impl<T> CountedFuture<T> {
    /// Wraps a future and counts it as created.
    pub fn new(counts: &Arc<CallCounts>, future: impl Future<Output = T> + Send + 'static) -> Self {
        counts.created.fetch_add(1, Ordering::Relaxed);
        Self { future: Box::pin(future), counts: Arc::clone(counts), was_polled: false }
    }
}

impl<T> Future for CountedFuture<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        if !std::mem::replace(&mut self.was_polled, true) {
            self.counts.polled.fetch_add(1, Ordering::Relaxed);
        }
        let polled = self.future.as_mut().poll(context);
        if polled.is_ready() {
            self.counts.finished.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }
}

impl<T> std::fmt::Debug for CountedFuture<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CountedFuture").field("was_polled", &self.was_polled).finish_non_exhaustive()
    }
}
