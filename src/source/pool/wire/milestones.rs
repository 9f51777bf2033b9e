//! The milestones of an attempt: the times at which its phases started.
//!
//! The direct wire marks each step itself. reqwest reports nothing before the response head, but its resolver and
//! connector hooks run in the task of the attempt. They find its milestones in a task-local variable. Start at [`Milestones`].

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tower::{Layer, Service};

use crate::event::outcome::{Phase, PhaseTimes};
use crate::event::{Micros, Offset};
use crate::plan::job::Timeouts;
use crate::source::pool::dns::{Addresses, LookUp, Resolver};
use crate::source::pool::run_time::RunTime;

tokio::task_local! {
    static CURRENT: Arc<Milestones>;
}

/// Returns the milestones of the attempt that this task runs.
pub fn current() -> Option<Arc<Milestones>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Runs an attempt with these milestones as the current ones.
pub async fn with_current<F: Future>(milestones: Arc<Milestones>, attempt: F) -> F::Output {
    CURRENT.scope(milestones, attempt).await
}

/// The milestones of an attempt, in microseconds after its start; zero if not reached.
#[derive(Debug)]
pub struct Milestones {
    /// The run's clock.
    pub time: RunTime,
    /// When the attempt started.
    pub start: Offset,
    resolve_started: AtomicU64,
    resolved: AtomicU64,
    /// How long the look-up waited for others to end.
    resolve_queued: AtomicU64,
    connect_started: AtomicU64,
    tls_started: AtomicU64,
    connected: AtomicU64,
    /// The attempt took another connection, which became free before the new one was open.
    overtaken: AtomicU64,
    /// The last chunk of a request body from a file.
    sent: AtomicU64,
    /// The last chunk of the response; the head is the first.
    received: AtomicU64,
    bytes: AtomicU64,
    /// The idle connection was closed, and the attempt started again.
    stale: AtomicU64,
}

impl Milestones {
    /// Returns the milestones of an attempt that starts now.
    pub fn new(time: RunTime) -> Self {
        Self {
            start: time.now(),
            time,
            resolve_started: AtomicU64::new(0),
            resolved: AtomicU64::new(0),
            resolve_queued: AtomicU64::new(0),
            connect_started: AtomicU64::new(0),
            tls_started: AtomicU64::new(0),
            connected: AtomicU64::new(0),
            overtaken: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            stale: AtomicU64::new(0),
        }
    }

    /// Looks up a name, and marks the wait, if any. An answer from the cache is not marked.
    pub async fn look_up(&self, resolver: &Resolver, name: &str) -> Addresses {
        match resolver.begin_look_up(name) {
            LookUp::Cached(addresses) => addresses,
            LookUp::Pending(pending) => {
                self.mark(&self.resolve_started);
                let (addresses, queued) = pending.wait_in_queue().await;
                self.mark(&self.resolved);
                self.resolve_queued.store(Micros::from(queued).0, Ordering::Relaxed);
                addresses
            }
        }
    }

    /// Marks the start of a new connection, including its look-up.
    pub fn mark_connect_started(&self) {
        self.mark(&self.connect_started);
    }

    /// Marks the start of the TLS handshake on an open connection.
    pub fn mark_tls_started(&self) {
        self.mark(&self.tls_started);
    }

    /// Marks that a connection is ready.
    pub fn mark_connected(&self) {
        self.mark(&self.connected);
    }

    /// Marks that an idle connection was closed, and the attempt starts again.
    pub fn mark_stale(&self) {
        self.mark(&self.stale);
        let of_connection = [&self.resolve_started, &self.resolved, &self.resolve_queued, &self.connect_started];
        for milestone in of_connection.into_iter().chain([&self.overtaken]) {
            milestone.store(0, Ordering::Relaxed);
        }
    }

    /// Whether the attempt uses a connection that another attempt opened.
    pub fn has_reused(&self) -> bool {
        self.get(&self.connect_started).is_none() || self.get(&self.overtaken).is_some()
    }

    /// Marks that a chunk of an upload was sent.
    pub fn mark_sent(&self) {
        self.mark(&self.sent);
    }

    /// Returns when the last chunk of an upload was sent.
    pub fn sent_at(&self) -> Option<Offset> {
        Some(self.start + self.get(&self.sent)?)
    }

    /// Marks a chunk of the response at `at`, after which the body has `bytes`.
    pub fn mark_received(&self, bytes: u64, at: Offset) {
        self.bytes.store(bytes, Ordering::Relaxed);
        self.mark_at(&self.received, at);
    }

    /// Returns the number of body bytes, and the time of the last chunk after the start.
    pub fn received(&self) -> (u64, Option<Micros>) {
        (self.bytes.load(Ordering::Relaxed), self.get(&self.received))
    }

    /// Returns the phase of the attempt.
    pub fn phase(&self) -> Phase {
        if self.get(&self.received).is_some() {
            Phase::Body
        } else if !self.is_connecting() {
            Phase::FirstByte
        } else if self.get(&self.resolve_started).is_some() && self.get(&self.resolved).is_none() {
            Phase::Resolve
        } else if self.get(&self.tls_started).is_some() {
            Phase::Tls
        } else {
            Phase::Connect
        }
    }

    /// Returns the deadline of the current phase.
    pub fn phase_deadline(&self, timeouts: &Timeouts) -> Offset {
        if self.is_connecting() {
            self.start + timeouts.connect.into()
        } else {
            let connected = self.start + self.connected_after();
            self.sent_at().unwrap_or(connected).max(connected) + timeouts.first_byte.into()
        }
    }

    /// Returns the time in each phase of an attempt with a response head at `head_at`, which ends now.
    pub fn phase_times_with_answer(&self, head_at: Offset, now: Offset) -> PhaseTimes {
        let first_byte = head_at.since(self.start) - self.connected_after();
        PhaseTimes { first_byte: Some(first_byte), body: Some(now.since(head_at)), ..self.phase_times() }
    }

    /// Returns the time of the look-up, of the connection without it, and of TLS.
    ///
    /// A phase is `None` if it did not happen, or if another attempt uses its connection.
    pub fn phase_times(&self) -> PhaseTimes {
        if self.get(&self.overtaken).is_some() {
            return PhaseTimes::default();
        }
        let between = |from: &AtomicU64, to: &AtomicU64| Some(self.get(to)? - self.get(from)?);
        let resolve = between(&self.resolve_started, &self.resolved);
        let tls = between(&self.tls_started, &self.connected);
        let all = between(&self.connect_started, &self.connected);
        let connect = all.map(|all| all - resolve.unwrap_or_default() - tls.unwrap_or_default());
        // Unlike the clock of this machine, the run's clock does not move while the process is stopped.
        let resolve_queued = self.get(&self.resolve_queued).min(resolve);
        PhaseTimes { stale: self.get(&self.stale), resolve, resolve_queued, connect, tls, ..PhaseTimes::default() }
    }

    /// Returns the time until a connection was ready; zero if it was already open.
    fn connected_after(&self) -> Micros {
        self.get(&self.overtaken).or_else(|| self.get(&self.connected)).unwrap_or_default()
    }

    fn is_connecting(&self) -> bool {
        self.get(&self.connect_started).is_some()
            && self.get(&self.connected).is_none()
            && self.get(&self.overtaken).is_none()
    }

    #[expect(clippy::unused_self, reason = "consistent with the other methods")]
    fn get(&self, milestone: &AtomicU64) -> Option<Micros> {
        Some(Micros(milestone.load(Ordering::Relaxed))).filter(|&at| at > Micros::ZERO)
    }

    fn mark(&self, milestone: &AtomicU64) {
        self.mark_at(milestone, self.time.now());
    }

    fn mark_at(&self, milestone: &AtomicU64, at: Offset) {
        // Zero would mean that the milestone is not reached.
        milestone.store(at.since(self.start).0.max(1), Ordering::Relaxed);
    }

    /// Whether the current task runs this attempt.
    fn is_current(&self) -> bool {
        CURRENT.try_with(|current| std::ptr::eq(&raw const **current, self)).unwrap_or(false)
    }
}

/// A layer that marks the start and the end of connecting in reqwest.
#[derive(Clone, Debug)]
pub struct ConnectMarker;

impl<S> Layer<S> for ConnectMarker {
    type Service = MarkingConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        MarkingConnector { inner }
    }
}

/// A connector that marks its start and end.
#[derive(Clone, Debug)]
pub struct MarkingConnector<S> {
    inner: S,
}

impl<S, To> Service<To> for MarkingConnector<S>
where
    S: Service<To>,
    S::Future: Unpin,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = PendingConnection<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: To) -> Self::Future {
        let milestones = current();
        if let Some(milestones) = &milestones {
            milestones.mark_connect_started();
        }
        PendingConnection { connecting: self.inner.call(to), milestones }
    }
}

/// A connection that is not open yet.
#[derive(Debug)]
pub struct PendingConnection<F> {
    connecting: F,
    /// The milestones of the waiting attempt, until the connection is open or the attempt takes another one.
    milestones: Option<Arc<Milestones>>,
}

impl<F, T, E> Future for PendingConnection<F>
where
    F: Future<Output = Result<T, E>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // If another connection becomes free first, reqwest uses it for the attempt. A separate task then opens
        // this one for a later request. A poll from that task is the only sign of this.
        if let Some(milestones) = self.milestones.take_if(|milestones| !milestones.is_current()) {
            milestones.mark(&milestones.overtaken);
        }
        let connected = ready!(Pin::new(&mut self.connecting).poll(context));
        if let Some(milestones) = self.milestones.take().filter(|_| connected.is_ok()) {
            milestones.mark_connected();
        }
        Poll::Ready(connected)
    }
}
