//! Knows how far an attempt has come, from inside the library that makes it.
//!
//! reqwest tells nothing of an attempt until its answer's head is there. Its resolver and connector
//! hooks run inside the attempt's own task, so a task-local mark can be set from them. Start at
//! [`Milestones`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::Map;
use tokio::time::{Duration, Instant};
use tower::{Layer, Service};

use crate::event::{Micros, Phase};
use crate::plan::job::Timeouts;

tokio::task_local! {
    static CURRENT: Arc<Milestones>;
}

/// The mark of the attempt that this task is making.
pub fn current() -> Option<Arc<Milestones>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Makes `mark` the current one while `attempt` runs.
pub async fn watched<F: Future>(mark: Arc<Milestones>, attempt: F) -> F::Output {
    CURRENT.scope(mark, attempt).await
}

/// When an attempt reached what, in microseconds after its start; zero for not yet.
#[derive(Debug)]
pub struct Milestones {
    start: Instant,
    resolving: AtomicU64,
    resolved: AtomicU64,
    connecting: AtomicU64,
    connected: AtomicU64,
}

impl Milestones {
    /// An attempt that starts now.
    pub fn new(start: Instant) -> Self {
        Self {
            start,
            resolving: AtomicU64::new(0),
            resolved: AtomicU64::new(0),
            connecting: AtomicU64::new(0),
            connected: AtomicU64::new(0),
        }
    }

    /// A look-up begins.
    pub fn resolving(&self) {
        self.mark(&self.resolving);
    }

    /// A look-up has ended.
    pub fn resolved(&self) {
        self.mark(&self.resolved);
    }

    /// What the attempt is waiting for, before its answer's head.
    pub fn phase(&self) -> Phase {
        if !self.is_connecting() {
            Phase::FirstByte
        } else if self.has(&self.resolving) && !self.has(&self.resolved) {
            Phase::Resolve
        } else {
            Phase::Connect
        }
    }

    /// When the present phase has taken too long.
    pub fn phase_deadline(&self, timeouts: &Timeouts) -> Instant {
        if self.is_connecting() {
            self.start + timeouts.connect
        } else {
            self.start + Duration::from_micros(self.connected.load(Ordering::Relaxed)) + timeouts.first_byte
        }
    }

    /// Time spent on the look-up, and on the connection without it; `None` for what did not happen.
    pub fn spent(&self) -> (Option<Micros>, Option<Micros>) {
        let between = |from: &AtomicU64, to: &AtomicU64| {
            let (from, to) = (from.load(Ordering::Relaxed), to.load(Ordering::Relaxed));
            (from > 0 && to > 0).then(|| Micros(to.saturating_sub(from)))
        };
        let resolve = between(&self.resolving, &self.resolved);
        let connect = between(&self.connecting, &self.connected).map(|all| all - resolve.unwrap_or_default());
        (resolve, connect)
    }

    /// When there was a connection to use, after the start.
    pub fn connected_after(&self) -> Micros {
        Micros(self.connected.load(Ordering::Relaxed))
    }

    fn is_connecting(&self) -> bool {
        self.has(&self.connecting) && !self.has(&self.connected)
    }

    #[expect(clippy::unused_self, reason = "reads as a question to the mark")]
    fn has(&self, milestone: &AtomicU64) -> bool {
        milestone.load(Ordering::Relaxed) > 0
    }

    fn mark(&self, milestone: &AtomicU64) {
        // Never zero, which means not yet.
        milestone.store(Micros::from(self.start.elapsed()).0.max(1), Ordering::Relaxed);
    }
}

/// Marks when a connection is being made and when it is there.
#[derive(Clone, Debug)]
pub struct MarkConnecting;

impl<S> Layer<S> for MarkConnecting {
    type Service = Marking<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Marking { inner }
    }
}

/// A connector that marks.
#[derive(Clone, Debug)]
pub struct Marking<S> {
    inner: S,
}

impl<S, To> Service<To> for Marking<S>
where
    S: Service<To>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Map<S::Future, MarkConnected<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: To) -> Self::Future {
        let mark = current();
        if let Some(mark) = &mark {
            mark.mark(&mark.connecting);
        }
        self.inner.call(to).map(Box::new(move |made| {
            if let Some(mark) = &mark {
                mark.mark(&mark.connected);
            }
            made
        }))
    }
}

/// Runs when a connection has been made, or has failed.
type MarkConnected<T, E> = Box<dyn FnOnce(Result<T, E>) -> Result<T, E> + Send>;
