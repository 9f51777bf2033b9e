//! The work of a lab program: the requests to send, the server to send them to, and the results.
//!
//! It offers only what a real program would have, and counts what the program does with it. Start at [`Workload::get`] and [`Workload::get_blocking`].

use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::lab::body::{CountedBody, PeakCounter, RequestError, TaskGuard};
use crate::lab::client::{AsyncConnection, BlockingConnection, Response};
use crate::lab::connection_pool::ConnectionPool;
use crate::lab::counted::{CallCounts, CountedFuture};
use crate::lab::observer::Observer;
use crate::lab::pause_gate::PauseGate;
use crate::model::race::{Calls, LaneResults};

/// The wait after a 429 without `Retry-After`.
const DEFAULT_WAIT: Duration = Duration::from_millis(200);

/// The requests and counters of a lane. All clones share them.
#[derive(Clone, Debug)]
pub struct Workload(Arc<WorkloadState>);

/// Which requests a lane sends.
#[derive(Clone, Debug)]
pub struct WorkloadSpec {
    /// The number of requests.
    pub requests: u64,
    /// The delay that the scenario is about, after `speed`.
    pub delay: Duration,
    /// The address of the upstream.
    pub address: SocketAddr,
    /// The name of the upstream.
    pub host: &'static str,
    /// The path and query of a request.
    pub path: fn(u64, &WorkloadSpec) -> String,
}

#[derive(Debug)]
struct WorkloadState {
    spec: WorkloadSpec,
    limit: AtomicU32,
    gate: Arc<PauseGate>,
    observer: Arc<Observer>,
    counts: Arc<CallCounts>,
    received: Mutex<Vec<Received>>,
    bytes: Arc<PeakCounter>,
    tasks: Arc<PeakCounter>,
}

/// What the program received for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Received {
    Nothing,
    Result,
    Error,
}

impl Workload {
    /// A workload of which no request has been sent.
    pub fn new(spec: WorkloadSpec, limit: u32, gate: Arc<PauseGate>, observer: Arc<Observer>) -> Self {
        let received = vec![Received::Nothing; usize::try_from(spec.requests).unwrap_or(0)];
        Self(Arc::new(WorkloadState {
            spec,
            limit: AtomicU32::new(limit),
            gate,
            observer,
            counts: Arc::default(),
            received: Mutex::new(received),
            bytes: Arc::default(),
            tasks: Arc::default(),
        }))
    }

    /// The numbers of all requests.
    pub fn numbers(&self) -> RangeInclusive<u64> {
        1..=self.0.spec.requests
    }

    /// The requests to send.
    pub fn spec(&self) -> &WorkloadSpec {
        &self.0.spec
    }

    /// The current limit.
    pub fn limit(&self) -> u32 {
        self.0.limit.load(Ordering::Relaxed)
    }

    /// Changes the limit.
    pub fn set_limit(&self, limit: u32) {
        self.0.limit.store(limit, Ordering::Relaxed);
    }

    /// Sends a request. Nothing happens until the future is awaited; then only the task waits.
    pub fn get(&self, n: u64) -> CountedFuture<Result<CountedBody, RequestError>> {
        let workload = self.clone();
        CountedFuture::new(&self.0.counts, async move {
            workload.0.gate.wait().await;
            let connection = AsyncConnection::open(workload.0.spec.address).await;
            workload.exchange(n, connection).await
        })
    }

    /// Sends a request, and sends it again after each 429, once the wait of `Retry-After` is over.
    pub fn get_with_retries(&self, n: u64) -> CountedFuture<Result<CountedBody, RequestError>> {
        let workload = self.clone();
        CountedFuture::new(&self.0.counts, async move {
            for tries in 1.. {
                workload.0.gate.wait().await;
                let connection = AsyncConnection::open(workload.0.spec.address).await;
                let request = workload.0.observer.request_started(n, tries, &workload.target(n));
                let response = workload.send(n, connection).await;
                let Ok(Response { status: 429, retry_after, .. }) = response else {
                    request.end(&response);
                    return workload.judge(n, response);
                };
                let wait = retry_after.unwrap_or(DEFAULT_WAIT);
                request.end_with_retry(&response, wait);
                tokio::time::sleep(wait).await;
            }
            Err(RequestError::cancelled(n))
        })
    }

    /// Sends a request over a pooled connection.
    pub fn get_pooled(&self, pool: &Arc<ConnectionPool>, n: u64) -> CountedFuture<Result<CountedBody, RequestError>> {
        let (workload, pool) = (self.clone(), Arc::clone(pool));
        CountedFuture::new(&self.0.counts, async move {
            workload.0.gate.wait().await;
            let mut pooled = pool.acquire().await.map_err(|error| RequestError::client(n, &error))?;
            let (host, path) = (workload.0.spec.host, workload.path(n));
            let request = workload.0.observer.request_started(n, 1, &workload.target(n));
            let response = pooled.connection.get(host, &path).await;
            request.end(&response);
            if response.is_ok() {
                pooled.release();
            }
            workload.judge(n, response)
        })
    }

    /// Sends a request, and blocks the thread until the response is complete.
    pub fn get_blocking(&self, n: u64) -> Result<CountedBody, RequestError> {
        self.0.counts.call(|| {
            if !self.0.gate.wait_blocking() {
                return Err(RequestError::client(n, &io::ErrorKind::Interrupted.into()));
            }
            let connection = BlockingConnection::open(self.0.spec.address);
            let request = self.0.observer.request_started(n, 1, &self.target(n));
            let response = connection.and_then(|mut connection| connection.get(self.0.spec.host, &self.path(n)));
            request.end(&response);
            self.judge(n, response)
        })
    }

    /// Blocks the thread for the scenario's delay.
    pub fn sleep_blocking(&self) {
        if self.0.gate.wait_blocking() {
            std::thread::sleep(self.0.spec.delay);
        }
    }

    /// Records that the program has the result.
    pub fn keep_result(&self, body: &CountedBody) {
        self.set_received(body.n, Received::Result);
    }

    /// Records that the program has read the error.
    pub fn read_error(&self, error: &RequestError) {
        self.set_received(error.n, Received::Error);
    }

    /// Records that the program has the result or has read the error.
    pub fn record(&self, result: &Result<CountedBody, RequestError>) {
        match result {
            Ok(body) => self.keep_result(body),
            Err(error) => self.read_error(error),
        }
    }

    /// Counts a task as alive until the guard is dropped.
    pub fn task_guard(&self) -> TaskGuard {
        self.0.tasks.add(1);
        TaskGuard(Arc::clone(&self.0.tasks))
    }

    /// The observer of the requests.
    pub fn observer(&self) -> &Arc<Observer> {
        &self.0.observer
    }

    /// The calls so far.
    pub fn calls(&self) -> Calls {
        self.0.counts.calls()
    }

    /// What the program holds. Which results are lost is known when it has ended.
    pub fn results(&self, is_over: bool) -> LaneResults {
        let received = self.received();
        let count = |wanted: Received| received.iter().filter(|one| **one == wanted).count() as u64;
        let lost = (1..).zip(received.iter()).filter(|(_, one)| **one == Received::Nothing).map(|(n, _)| n);
        LaneResults {
            kept: count(Received::Result),
            read: count(Received::Error),
            lost: if is_over { lost.collect() } else { Vec::new() },
            bytes: self.0.bytes.peak(),
            tasks: self.0.tasks.peak(),
        }
    }

    async fn exchange(&self, n: u64, connection: io::Result<AsyncConnection>) -> Result<CountedBody, RequestError> {
        let request = self.0.observer.request_started(n, 1, &self.target(n));
        let response = self.send(n, connection).await;
        request.end(&response);
        self.judge(n, response)
    }

    async fn send(&self, n: u64, connection: io::Result<AsyncConnection>) -> io::Result<Response> {
        connection?.get(self.0.spec.host, &self.path(n)).await
    }

    fn judge(&self, n: u64, response: io::Result<Response>) -> Result<CountedBody, RequestError> {
        match response {
            Ok(Response { status: 200, body, .. }) => {
                self.0.bytes.add(body.len() as u64);
                Ok(CountedBody { n, bytes: body, held: Arc::clone(&self.0.bytes) })
            }
            Ok(Response { status, .. }) => Err(RequestError { n, why: format!("answered {status}") }),
            Err(error) => Err(RequestError::client(n, &error)),
        }
    }

    fn path(&self, n: u64) -> String {
        (self.0.spec.path)(n, &self.0.spec)
    }

    fn target(&self, n: u64) -> String {
        format!("GET practice://{}{}", self.0.spec.host, self.path(n))
    }

    fn set_received(&self, n: u64, what: Received) {
        let at = n.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        let mut all = self.received();
        if let Some(one) = at.and_then(|at| all.get_mut(at)) {
            *one = what;
        }
    }

    fn received(&self) -> MutexGuard<'_, Vec<Received>> {
        self.0.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
