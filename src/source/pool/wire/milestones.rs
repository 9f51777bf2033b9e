//! Knows how far an attempt has come, from inside the library that makes it.
//!
//! The direct wire marks each step as it takes it. reqwest tells nothing of an attempt until its answer's
//! head is there; but its resolver and connector hooks run inside the attempt's own task, so a task-local
//! mark can be set from them. Start at [`Milestones`].

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::time::{Duration, Instant};
use tower::{Layer, Service};

use crate::event::Micros;
use crate::event::outcome::{Phase, PhaseTimes};
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
    securing: AtomicU64,
    connected: AtomicU64,
    /// Another connection became free first, and the attempt took that.
    overtaken: AtomicU64,
    /// The last piece of the answer, its head being the first.
    received: AtomicU64,
    bytes: AtomicU64,
    /// A connection that had been kept was dead, and the attempt began anew.
    stale: AtomicU64,
}

impl Milestones {
    /// An attempt that starts now.
    pub fn new(start: Instant) -> Self {
        Self {
            start,
            resolving: AtomicU64::new(0),
            resolved: AtomicU64::new(0),
            connecting: AtomicU64::new(0),
            securing: AtomicU64::new(0),
            connected: AtomicU64::new(0),
            overtaken: AtomicU64::new(0),
            received: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            stale: AtomicU64::new(0),
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

    /// A connection is being made, its look-up first.
    pub fn connecting(&self) {
        self.mark(&self.connecting);
    }

    /// The connection is there, and its handshake begins.
    pub fn securing(&self) {
        self.mark(&self.securing);
    }

    /// There is a connection to use.
    pub fn connected(&self) {
        self.mark(&self.connected);
    }

    /// A kept connection was dead, and the attempt begins anew.
    pub fn stale(&self) {
        self.mark(&self.stale);
    }

    /// A piece of the answer has come at a moment, and with it so many bytes of the body.
    pub fn received(&self, bytes: u64, at: Instant) {
        self.bytes.store(bytes, Ordering::Relaxed);
        self.mark_at(&self.received, at);
    }

    /// How many bytes of the body are there, and when the last piece came, after the start.
    pub fn got(&self) -> (u64, Option<Micros>) {
        (self.bytes.load(Ordering::Relaxed), self.get(&self.received))
    }

    /// What the attempt is waiting for.
    pub fn phase(&self) -> Phase {
        if self.get(&self.received).is_some() {
            Phase::Body
        } else if !self.is_connecting() {
            Phase::FirstByte
        } else if self.get(&self.resolving).is_some() && self.get(&self.resolved).is_none() {
            Phase::Resolve
        } else if self.get(&self.securing).is_some() {
            Phase::Tls
        } else {
            Phase::Connect
        }
    }

    /// When the present phase has taken too long.
    pub fn phase_deadline(&self, timeouts: &Timeouts) -> Instant {
        if self.is_connecting() {
            self.start + timeouts.connect
        } else {
            self.start + Duration::from(self.ready_after()) + timeouts.first_byte
        }
    }

    /// Where the time went of an attempt whose answer's head came at `head_at`, and that ends now.
    pub fn spent_with(&self, head_at: Instant, now: Instant) -> PhaseTimes {
        let first_byte = Micros::from(head_at - self.start) - self.ready_after();
        PhaseTimes { first_byte: Some(first_byte), body: Some((now - head_at).into()), ..self.spent() }
    }

    /// Time spent on the look-up, on the connection without it, and on TLS; `None` for what did not
    /// happen, or happened for others.
    pub fn spent(&self) -> PhaseTimes {
        if self.get(&self.overtaken).is_some() {
            return PhaseTimes::default();
        }
        let between = |from: &AtomicU64, to: &AtomicU64| Some(self.get(to)? - self.get(from)?);
        let resolve = between(&self.resolving, &self.resolved);
        let tls = between(&self.securing, &self.connected);
        let all = between(&self.connecting, &self.connected);
        let connect = all.map(|all| all - resolve.unwrap_or_default() - tls.unwrap_or_default());
        PhaseTimes { stale: self.get(&self.stale), resolve, connect, tls, ..PhaseTimes::default() }
    }

    /// When there was a connection to use, after the start; at once, if it was there already.
    fn ready_after(&self) -> Micros {
        self.get(&self.overtaken).or_else(|| self.get(&self.connected)).unwrap_or_default()
    }

    fn is_connecting(&self) -> bool {
        self.get(&self.connecting).is_some()
            && self.get(&self.connected).is_none()
            && self.get(&self.overtaken).is_none()
    }

    #[expect(clippy::unused_self, reason = "reads as a question to the mark")]
    fn get(&self, milestone: &AtomicU64) -> Option<Micros> {
        Some(Micros(milestone.load(Ordering::Relaxed))).filter(|&at| at > Micros::ZERO)
    }

    fn mark(&self, milestone: &AtomicU64) {
        self.mark_at(milestone, Instant::now());
    }

    fn mark_at(&self, milestone: &AtomicU64, at: Instant) {
        // Never zero, which means not yet.
        milestone.store(Micros::from(at - self.start).0.max(1), Ordering::Relaxed);
    }

    /// Whether the attempt is what this task is doing.
    fn is_current(&self) -> bool {
        CURRENT.try_with(|current| std::ptr::eq(&raw const **current, self)).unwrap_or(false)
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
    S::Future: Unpin,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: To) -> Self::Future {
        let mark = current();
        if let Some(mark) = &mark {
            mark.connecting();
        }
        Connecting { making: self.inner.call(to), mark }
    }
}

/// A connection being made.
#[derive(Debug)]
pub struct Connecting<F> {
    making: F,
    /// Whose it is, until it is made or that attempt has found another.
    mark: Option<Arc<Milestones>>,
}

impl<F: Future + Unpin> Future for Connecting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // If a connection becomes free while one is being made, the attempt takes that, and the one
        // being made is finished by a task of its own, for whoever comes next. That it is polled
        // from there is the only sign of it.
        if let Some(mark) = self.mark.take_if(|mark| !mark.is_current()) {
            mark.mark(&mark.overtaken);
        }
        let made = ready!(Pin::new(&mut self.making).poll(context));
        if let Some(mark) = self.mark.take() {
            mark.connected();
        }
        Poll::Ready(made)
    }
}
