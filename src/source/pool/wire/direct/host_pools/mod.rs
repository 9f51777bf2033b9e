//! The idle connections of one thread, by host.
//!
//! At most [`HostPools::max_idle`] of them are open; the least recently used ones close first. If there are many
//! hosts, those without an idle connection are forgotten. Start at [`HostPools::pool`].

mod release;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use rustc_hash::FxHashMap;
use tokio::time::Instant;
use url::Position;

use crate::plan::exact::request_url::RequestUrl;
use crate::source::pool::wire::direct::capped_hosts::{CappedHost, IdleCount};
use crate::source::pool::wire::direct::connection::HttpConnection;
use crate::source::pool::wire::direct::lost_requests::LostRequests;
use crate::source::pool::wire::direct::settling_time::SettlingTime;
use crate::source::pool::wire::message::RequestTemplate;
use crate::source::pool::wire::reach::{HostPath, Reach};

/// The longest idle time of a connection. Few servers allow a longer one.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The time between two searches for connections to close.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// The number of hosts above which those without an idle connection are forgotten.
const MAX_HOSTS: usize = 1_024;

/// The hosts of one thread, with their idle connections.
pub(in crate::source::pool) struct HostPools {
    /// The pools by everything before the path, because two users must not share a connection.
    by_origin: RefCell<FxHashMap<Box<str>, Rc<HostPool>>>,
    n_idle: Cell<usize>,
    /// The way to each host.
    reach: Reach,
    /// The most idle connections of all hosts.
    max_idle: usize,
    /// Whether requests ask for encoded bodies.
    accepts_encoded: bool,
    swept_at: Cell<Option<Instant>>,
    /// The number of hosts that triggers the next removal.
    forgets_at: Cell<usize>,
}

/// A host, and its idle connections.
#[derive(Debug)]
pub(in crate::source::pool) struct HostPool {
    /// The name or address.
    pub(in crate::source::pool) name: url::Host,
    /// Its name with its port, as a proxy needs it.
    pub(in crate::source::pool) authority: String,
    /// The way to it.
    pub(in crate::source::pool) path: HostPath,
    /// The address that was connected to last. It is tried first, so that a broken one costs time only once.
    pub(in crate::source::pool) last_address: Cell<Option<IpAddr>>,
    /// Whether its connections use TLS.
    pub(in crate::source::pool) is_secure: bool,
    /// The template of its requests.
    pub(in crate::source::pool) template: RequestTemplate,
    /// How long a connection must have been idle before it is used for a request that must not be sent twice.
    pub(in crate::source::pool) settling: SettlingTime,
    /// The requests that were lost over idle connections.
    pub(in crate::source::pool) lost: LostRequests,
    /// The idle connections; the most recently used one is at the back.
    idle: RefCell<VecDeque<IdleConnection>>,
    /// Set if the host is known to limit attempts in flight.
    capped: OnceCell<Arc<CappedHost>>,
}

/// A connection that no exchange uses.
#[derive(Debug)]
struct IdleConnection {
    connection: Box<HttpConnection>,
    since: Instant,
    /// Where the host limits attempts in flight.
    #[expect(dead_code, reason = "it counts while it lives")]
    count: Option<IdleCount>,
}

impl HostPools {
    /// Returns pools that keep up to `max_idle` idle connections.
    pub(in crate::source::pool) fn new(reach: Reach, max_idle: usize, accepts_encoded: bool) -> Self {
        Self {
            reach,
            by_origin: RefCell::default(),
            n_idle: Cell::new(0),
            max_idle,
            accepts_encoded,
            swept_at: Cell::new(None),
            forgets_at: Cell::new(MAX_HOSTS),
        }
    }

    /// Returns the pool of a URL's host.
    pub(in crate::source::pool) fn pool(&self, url: &RequestUrl) -> Rc<HostPool> {
        let origin = url.before_path();
        if let Some(pool) = self.by_origin.borrow().get(origin) {
            return Rc::clone(pool);
        }
        let mut by_origin = self.by_origin.borrow_mut();
        if by_origin.len() >= self.forgets_at.get() {
            by_origin.retain(|_, pool| pool.is_used());
            // The next search happens only after as many further hosts, so that each costs O(1).
            self.forgets_at.set(MAX_HOSTS.max(2 * by_origin.len()));
        }
        let pool = Rc::new(HostPool::new(url, &self.reach, self.accepts_encoded));
        by_origin.insert(origin.into(), Rc::clone(&pool));
        pool
    }

    /// Takes the most recently used connection, and returns its idle time.
    pub(in crate::source::pool) fn take(
        &self,
        pool: &HostPool,
        now: Instant,
    ) -> Option<(Box<HttpConnection>, Duration)> {
        let IdleConnection { connection, since, .. } = pool.idle.borrow_mut().pop_back()?;
        self.n_idle.update(|n| n - 1);
        let idle_for = now.saturating_duration_since(since);
        if idle_for >= IDLE_TIMEOUT {
            // The other connections have been idle for longer.
            self.close(pool);
            return None;
        }
        Some((connection, idle_for))
    }

    /// Keeps a connection for the next exchange.
    pub(in crate::source::pool) fn keep(&self, pool: &HostPool, connection: Box<HttpConnection>, since: Instant) {
        self.sweep(since);
        if self.n_idle.get() >= self.max_idle {
            self.close_coldest();
        }
        if self.n_idle.get() < self.max_idle {
            let count = pool.capped.get().map(CappedHost::count_idle);
            pool.idle.borrow_mut().push_back(IdleConnection { connection, since, count });
            self.n_idle.update(|n| n + 1);
        }
    }

    /// Closes the idle connections of a host.
    pub(in crate::source::pool) fn close(&self, pool: &HostPool) {
        let closed = std::mem::take(&mut *pool.idle.borrow_mut());
        self.n_idle.update(|n| n - closed.len());
    }

    /// Closes all idle connections. Returns whether there were any.
    pub(in crate::source::pool) fn close_all(&self) -> bool {
        let by_origin = self.by_origin.borrow();
        by_origin.values().for_each(|pool| pool.idle.borrow_mut().clear());
        self.n_idle.replace(0) > 0
    }

    /// Closes the least recently used eighth of the idle connections, so that the cost per connection is O(1).
    fn close_coldest(&self) {
        let by_origin = self.by_origin.borrow();
        let mut since = Vec::with_capacity(self.n_idle.get());
        for pool in by_origin.values() {
            since.extend(pool.idle.borrow().iter().map(|idle| idle.since));
        }
        if since.is_empty() {
            return;
        }
        let n_closed = since.len().div_ceil(8);
        let (_, &mut last, _) = since.select_nth_unstable(n_closed - 1);
        self.close_unused_since(by_origin.values(), last);
    }

    /// Closes the connections that have been idle since `last` or longer, and counts the others.
    fn close_unused_since<'p>(&self, pools: impl Iterator<Item = &'p Rc<HostPool>>, last: Instant) {
        let mut n_idle = 0;
        for pool in pools {
            let mut idle = pool.idle.borrow_mut();
            let n_closed = idle.iter().take_while(|idle| idle.since <= last).count();
            idle.drain(..n_closed);
            n_idle += idle.len();
        }
        self.n_idle.set(n_idle);
    }

    /// Closes connections that were idle for too long, and forgets hosts without connections.
    fn sweep(&self, now: Instant) {
        if self.swept_at.get().is_some_and(|swept_at| now < swept_at + SWEEP_INTERVAL) {
            return;
        }
        self.swept_at.set(Some(now));
        let mut by_origin = self.by_origin.borrow_mut();
        if let Some(last) = now.checked_sub(IDLE_TIMEOUT) {
            self.close_unused_since(by_origin.values(), last);
        }
        by_origin.retain(|_, pool| pool.is_used());
    }
}

impl HostPool {
    fn new(url: &RequestUrl, reach: &Reach, accepts_encoded: bool) -> Self {
        let name = &url[Position::BeforeHost..Position::AfterPort];
        let (path, is_secure) = (reach.path_to(url), url.scheme() == "https");
        let template =
            RequestTemplate::new(HeaderValue::from_str(name).unwrap_or(HeaderValue::from_static("")), accepts_encoded);
        let template = match &path.proxy {
            Some(proxy) if !is_secure && proxy.takes_whole_urls() => {
                template.for_proxy(format!("http://{name}"), proxy.authorization.clone())
            }
            Some(_) | None => template,
        };
        Self {
            // The URL of a job always has a host.
            name: url.host().map_or(url::Host::Domain(String::new()), |host| host.to_owned()),
            authority: match path.host.split('%').next() {
                // A zone is of this machine only.
                Some(ip) if ip.contains(':') => format!("[{ip}]:{}", path.port),
                Some(_) | None => format!("{}:{}", path.host, path.port),
            },
            path,
            last_address: Cell::new(None),
            is_secure,
            template,
            settling: SettlingTime::default(),
            lost: LostRequests::default(),
            idle: RefCell::default(),
            capped: OnceCell::new(),
        }
    }

    /// The host, if it is known to limit attempts in flight.
    pub(in crate::source::pool) fn capped(&self) -> Option<&Arc<CappedHost>> {
        self.capped.get()
    }

    /// Whether an exchange uses it, or it has an idle connection.
    fn is_used(self: &Rc<Self>) -> bool {
        Rc::strong_count(self) > 1 || !self.idle.borrow().is_empty()
    }
}

impl fmt::Debug for HostPools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The origins may contain passwords.
        f.debug_struct("HostPools").field("n_idle", &self.n_idle).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::Instant;
    use tokio_util::either::Either;

    use super::{HostPools, MAX_HOSTS};
    use crate::plan::exact::request_url::RequestUrl;
    use crate::source::pool::wire::direct::connection::HttpConnection;
    use crate::source::pool::wire::reach::Reach;

    fn url(n: u32) -> RequestUrl {
        format!("http://h{n}.test/x").parse().unwrap()
    }

    #[test]
    fn hosts_without_a_connection_are_forgotten() {
        let pools = HostPools::new(Reach::default(), 16, false);
        for n in 0..10_000 {
            pools.pool(&url(n));
            assert!(pools.by_origin.borrow().len() <= MAX_HOSTS);
        }
    }

    #[test]
    fn the_connections_that_were_idle_for_longest_close_first() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let pools = HostPools::new(Reach::default(), 16, false);
            let start = Instant::now();
            for n in 0..100 {
                let stream = TcpStream::connect(address).await.unwrap();
                listener.accept().await.unwrap();
                let connection = HttpConnection::over(Either::Left(stream)).await.unwrap();
                pools.keep(&pools.pool(&url(n)), connection, start + Duration::from_millis(n.into()));
                assert!(pools.n_idle.get() <= 16, "{pools:?}");
            }
            assert!((90..100).all(|n| pools.take(&pools.pool(&url(n)), start).is_some()));
            assert!((0..80).all(|n| pools.take(&pools.pool(&url(n)), start).is_none()));
        });
    }
}
