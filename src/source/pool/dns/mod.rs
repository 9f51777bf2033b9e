//! The run's DNS resolver: a bounded cache of answers in front of the system's resolver.
//!
//! Each name is looked up once, and all requests for it share the answer. A failure is cached for
//! [`FAILURE_TTL`]. An answer older than [`TTL`] is refreshed in the background and stays in use until then.
//! Names under the local suffix are on this machine and are never looked up; an IP address is its own answer.
//! It knows neither HTTP nor the schedule. Start at [`Resolver::look_up`]; [`resolver_threads`] makes the
//! blocking calls.

mod cache;
pub mod resolver_threads;

use std::io;
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::SetOnce;

use crate::source::pool::dns::cache::AnswerCache;
use crate::source::pool::dns::resolver_threads::{MAX_WAIT, ResolverThreads};

/// How long a failed look-up is cached.
const FAILURE_TTL: Duration = Duration::from_secs(5);

/// The age from which an answer is refreshed.
const TTL: Duration = Duration::from_secs(60);

/// A name could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAddress(String);

/// The system's resolver; it blocks.
pub type SystemResolver = fn(&str) -> io::Result<Vec<IpAddr>>;

/// The addresses of a name.
pub type Addresses = Result<Arc<[IpAddr]>, NoAddress>;

/// The resolver that all threads of a run share.
#[derive(Clone, Debug)]
pub struct Resolver {
    cache: Arc<Mutex<AnswerCache>>,
    threads: Arc<ResolverThreads>,
    /// Names that end like this are on this machine.
    local_suffix: Option<&'static str>,
    ttl: Duration,
}

impl Default for Resolver {
    fn default() -> Self {
        Self::with_system(|name| Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
    }
}

/// A look-up that has been requested.
#[derive(Debug)]
pub enum LookUp {
    /// The answer was there already.
    Cached(Addresses),
    /// The answer has yet to come.
    Pending(PendingLookUp),
}

/// A look-up whose answer has yet to come.
#[derive(Debug)]
pub struct PendingLookUp(Arc<SetOnce<LookUpResult>>);

/// A name's answer, once it is there.
#[derive(Clone, Debug, Default)]
struct CachedAnswer {
    result: Arc<SetOnce<LookUpResult>>,
    /// Addresses that have expired, in use until there are others.
    expired: Option<Arc<[IpAddr]>>,
}

/// What a look-up found.
#[derive(Clone, Debug)]
pub struct LookUpResult {
    addresses: Addresses,
    /// When it ended: a look-up that fails may take longer than its failure is cached.
    at: Instant,
}

impl From<io::Result<Vec<IpAddr>>> for LookUpResult {
    fn from(found: io::Result<Vec<IpAddr>>) -> Self {
        let addresses = found.map(Arc::from).map_err(|error| NoAddress(error.to_string()));
        Self { addresses, at: Instant::now() }
    }
}

impl PendingLookUp {
    /// Waits for the answer.
    pub async fn wait(self) -> Addresses {
        self.0.wait().await.addresses.clone()
    }
}

impl CachedAnswer {
    /// The addresses as far as they are known now.
    fn addresses(&self) -> Option<Addresses> {
        let found = self.result.get().map(|result| &result.addresses);
        match (found, &self.expired) {
            (Some(Ok(addresses)), _) | (_, Some(addresses)) => Some(Ok(Arc::clone(addresses))),
            (Some(Err(error)), None) => Some(Err(error.clone())),
            (None, None) => None,
        }
    }
}

impl Resolver {
    /// A resolver in front of this system resolver.
    pub fn with_system(system: SystemResolver) -> Self {
        Self {
            cache: Arc::default(),
            threads: Arc::new(ResolverThreads::new(system, MAX_WAIT)),
            local_suffix: None,
            ttl: TTL,
        }
    }

    /// The same, where names with this ending are on this machine.
    #[must_use]
    pub fn with_local_suffix(self, local_suffix: Option<&'static str>) -> Self {
        Self { local_suffix, ..self }
    }

    /// Looks up a name, or joins the look-up that is under way.
    pub async fn look_up(&self, name: &str) -> Addresses {
        match self.begin_look_up(name) {
            LookUp::Cached(addresses) => addresses,
            LookUp::Pending(pending) => pending.wait().await,
        }
    }

    /// Begins to look up a name, for a caller that wants to know whether it has to wait.
    pub fn begin_look_up(&self, name: &str) -> LookUp {
        if let Some(address) = self.local_address(name) {
            return LookUp::Cached(Ok([address].into()));
        }
        let answer = self.request(name);
        match answer.addresses() {
            Some(addresses) => LookUp::Cached(addresses),
            None => LookUp::Pending(PendingLookUp(answer.result)),
        }
    }

    /// Looks up a name before a job needs it.
    pub fn prefetch(&self, name: &str) {
        if self.local_address(name).is_none() {
            self.request(name);
        }
    }

    /// Cancels the look-ups that have not begun: the run is over.
    pub fn cancel_queued(&self) {
        let mut cache = self.lock();
        for name in self.threads.clear_queue() {
            cache.remove(&name);
        }
    }

    /// The answer for a name; queues a look-up where there is none, or where it has expired.
    fn request(&self, name: &str) -> CachedAnswer {
        let mut cache = self.lock();
        let last = cache.get(name);
        let has_expired = |result: &LookUpResult| {
            let ttl = if result.addresses.is_ok() { self.ttl } else { FAILURE_TTL };
            result.at.elapsed() > ttl
        };
        if let Some(last) = last.filter(|last| !last.result.get().is_some_and(has_expired)) {
            return last.clone();
        }
        let expired = last.and_then(CachedAnswer::addresses).and_then(Result::ok);
        let answer = CachedAnswer { expired, ..CachedAnswer::default() };
        self.threads.queue(name, &answer.result);
        cache.insert(name, answer.clone());
        answer
    }

    /// Whether a name ends in the local suffix.
    pub fn is_local(&self, name: &str) -> bool {
        self.local_suffix.is_some_and(|suffix| name.ends_with(suffix))
    }

    /// The address of a name that needs no look-up.
    fn local_address(&self, name: &str) -> Option<IpAddr> {
        if self.is_local(name) { Some(Ipv4Addr::LOCALHOST.into()) } else { name.parse().ok() }
    }

    fn lock(&self) -> MutexGuard<'_, AnswerCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use tokio::sync::SetOnce;

    use super::{LookUpResult, Resolver};

    static REQUESTED: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn each_name_is_looked_up_once_however_many_tasks_need_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let resolver = Resolver::with_system(|_| {
            REQUESTED.fetch_add(1, Ordering::Relaxed);
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        });
        let name = |n: usize| format!("host-{}.test", n % 1_000);
        // First by prefetch, then by the tasks that need the names.
        (0..500).for_each(|n| resolver.prefetch(&name(n)));
        let found = runtime.block_on(async {
            let look_up = |n: usize| {
                let resolver = resolver.clone();
                tokio::spawn(async move { resolver.look_up(&name(n)).await })
            };
            let tasks: Vec<_> = (0..3_000).map(look_up).collect();
            let mut found = 0;
            for task in tasks {
                found += usize::from(task.await.unwrap() == Ok([IpAddr::V4(Ipv4Addr::LOCALHOST)].into()));
            }
            found
        });
        assert_eq!((found, REQUESTED.load(Ordering::Relaxed)), (3_000, 1_000));
    }

    #[test]
    fn names_under_the_local_suffix_and_addresses_are_never_looked_up() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let resolver =
            Resolver::with_system(|_| Err(std::io::Error::other("looked up"))).with_local_suffix(Some(".practice"));
        for name in ["shop.practice", "127.0.0.1"] {
            let found = runtime.block_on(resolver.look_up(name));
            assert_eq!(found, Ok([IpAddr::V4(Ipv4Addr::LOCALHOST)].into()), "{name}");
        }
        assert!(runtime.block_on(resolver.look_up("shop.example")).is_err());
    }

    #[test]
    fn an_expired_answer_stays_in_use_until_there_is_another() {
        static TIMES: AtomicUsize = AtomicUsize::new(0);
        let at = |n: u8| Ok([IpAddr::V4(Ipv4Addr::new(127, 0, 0, n))].into());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let resolver = Resolver::with_system(|_| match TIMES.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(vec![Ipv4Addr::new(127, 0, 0, 3).into()]),
            1 => Err(std::io::Error::other("not now")),
            _ => Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into()]),
        });
        let resolver = Resolver { ttl: Duration::ZERO, ..resolver };
        let look_up = || runtime.block_on(resolver.look_up("host.test"));
        let refreshed = || {
            let answer = resolver.lock().get("host.test").unwrap().clone();
            runtime.block_on(answer.result.wait()).clone()
        };
        assert_eq!(look_up(), at(3));
        assert_eq!(look_up(), at(3), "it is refreshed in the background");
        assert!(refreshed().addresses.is_err());
        assert_eq!(
            (look_up(), TIMES.load(Ordering::SeqCst)),
            (at(3), 2),
            "a failure is cached, and the old addresses stay in use"
        );
        // Once the failure has expired.
        resolver.lock().get_mut("host.test").unwrap().result =
            Arc::new(SetOnce::new_with(Some(LookUpResult { addresses: at(3), at: Instant::now() })));
        look_up().unwrap();
        refreshed();
        assert_eq!(look_up(), at(2));
    }
}
