//! Hosts that limit attempts in flight, and perhaps connections, as all threads of a run know them.
//!
//! Such a host may count connections that no attempt uses. So before a thread opens another one, some thread closes
//! an idle one. Start at [`CappedHosts::make_room`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::{Notify, broadcast};
use tokio::time::timeout;

/// How long a thread waits until another one has closed a connection. Threads poll often, so this is rarely needed.
const PATIENCE: Duration = Duration::from_millis(20);

/// Calls that a busy thread may fall behind.
const CALLS_AHEAD: usize = 256;

/// The number of hosts above which those without a connection are forgotten.
const MAX_HOSTS: usize = 1_024;

/// The hosts that limit attempts in flight, shared by all threads.
#[derive(Clone, Debug)]
pub struct CappedHosts {
    by_origin: Arc<Mutex<FxHashMap<Box<str>, Arc<CappedHost>>>>,
    calls: broadcast::Sender<Arc<CappedHost>>,
}

/// A host that limits attempts in flight.
#[derive(Debug)]
pub(in crate::source::pool) struct CappedHost {
    origin: Box<str>,
    /// The idle connections of all threads.
    n_idle: AtomicUsize,
    /// How many of them should be closed.
    n_wanted: AtomicUsize,
    closed: Notify,
}

/// An idle connection of such a host: counted until it is dropped.
#[derive(Debug)]
pub(in crate::source::pool) struct IdleCount(Arc<CappedHost>);

impl Default for CappedHosts {
    fn default() -> Self {
        Self { by_origin: Arc::default(), calls: broadcast::Sender::new(CALLS_AHEAD) }
    }
}

impl CappedHosts {
    /// Adds the host with this origin, and calls all threads: they close its idle connections.
    pub(in crate::source::pool) fn add(&self, origin: &str) -> Arc<CappedHost> {
        let mut by_origin = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = by_origin.get(origin) {
            return Arc::clone(host);
        }
        if by_origin.len() >= MAX_HOSTS {
            by_origin.retain(|_, host| Arc::strong_count(host) > 1);
        }
        let host = Arc::new(CappedHost {
            origin: origin.into(),
            n_idle: AtomicUsize::new(0),
            n_wanted: AtomicUsize::new(0),
            closed: Notify::new(),
        });
        by_origin.insert(origin.into(), Arc::clone(&host));
        self.call(&host);
        host
    }

    /// Waits until some thread has closed an idle connection of this host, if there is one.
    pub(in crate::source::pool) async fn make_room(&self, host: &Arc<CappedHost>) {
        if host.n_idle.load(Ordering::Acquire) == 0 {
            return;
        }
        host.n_wanted.fetch_add(1, Ordering::AcqRel);
        self.call(host);
        if timeout(PATIENCE, host.closed.notified()).await.is_err() {
            // The connection was used again meanwhile.
            host.take_wanted();
        }
    }

    /// The calls from now on: hosts of which idle connections should be closed.
    pub(in crate::source::pool) fn calls(&self) -> broadcast::Receiver<Arc<CappedHost>> {
        self.calls.subscribe()
    }

    fn call(&self, host: &Arc<CappedHost>) {
        // Without a listening thread there is no connection either.
        let _ = self.calls.send(Arc::clone(host));
    }
}

impl CappedHost {
    /// The scheme, the credentials, the name and the port.
    pub(in crate::source::pool) fn origin(&self) -> &str {
        &self.origin
    }

    /// Counts an idle connection.
    pub(in crate::source::pool) fn count_idle(self: &Arc<Self>) -> IdleCount {
        self.n_idle.fetch_add(1, Ordering::AcqRel);
        IdleCount(Arc::clone(self))
    }

    /// Whether one more idle connection should be closed. The caller closes one, and then reports it.
    pub(in crate::source::pool) fn take_wanted(&self) -> bool {
        let less = |n: usize| n.checked_sub(1);
        self.n_wanted.fetch_update(Ordering::AcqRel, Ordering::Acquire, less).is_ok()
    }

    /// Reports that an idle connection was closed.
    pub(in crate::source::pool) fn report_closed(&self) {
        self.closed.notify_one();
    }
}

impl Drop for IdleCount {
    fn drop(&mut self) {
        self.0.n_idle.fetch_sub(1, Ordering::AcqRel);
    }
}
