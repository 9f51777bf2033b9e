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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::Instant;
    use tokio_util::either::Either;
    use url::Position;

    use super::CappedHosts;
    use crate::source::pool::wire::direct::connection::HttpConnection;
    use crate::source::pool::wire::direct::host_pools::HostPools;
    use crate::source::pool::wire::reach::Reach;

    /// A thread's connections, and those of the server that are idle here.
    async fn with_idle(n: usize, pools: &HostPools, listener: &TcpListener) -> Vec<TcpStream> {
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let mut accepted = Vec::new();
        for _ in 0..n {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            accepted.push(listener.accept().await.unwrap().0);
            let connection = HttpConnection::over(Either::Left(stream)).await.unwrap();
            pools.keep(&pools.pool(&url), connection, Instant::now());
        }
        accepted
    }

    #[tokio::test]
    async fn a_host_that_limits_what_is_in_flight_loses_its_idle_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pools = HostPools::new(Reach::default(), 16, false);
        let accepted = with_idle(3, &pools, &listener).await;
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let capped = CappedHosts::default();
        pools.cap(&pools.pool(&url), &capped.add(&url[..Position::BeforePath]));
        for mut stream in accepted {
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the server sees that it is closed");
        }
        assert!(pools.take(&pools.pool(&url), Instant::now()).is_none());
    }

    #[tokio::test]
    async fn one_thread_closes_one_idle_connection_when_another_needs_room() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: url::Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let (capped, pools) = (CappedHosts::default(), HostPools::new(Reach::default(), 16, false));
        let (mut calls, _pool) = (capped.calls(), pools.pool(&url));
        let host = capped.add(&url[..Position::BeforePath]);
        // Without an idle connection there is nothing to wait for.
        capped.make_room(&host).await;
        pools.let_go(&calls.recv().await.unwrap());
        let accepted = with_idle(2, &pools, &listener).await;
        tokio::join!(capped.make_room(&host), async { pools.let_go(&calls.recv().await.unwrap()) });
        let mut n_open = 0;
        for mut stream in accepted {
            n_open += usize::from(stream.try_read(&mut [0]).is_err() && is_open(&mut stream).await);
        }
        assert_eq!(n_open, 1);
    }

    async fn is_open(stream: &mut TcpStream) -> bool {
        tokio::time::timeout(std::time::Duration::from_millis(200), stream.read(&mut [0])).await.is_err()
    }
}
