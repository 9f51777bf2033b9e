//! The DNS resolver of the run: a bounded cache in front of the system's resolver.
//!
//! Each name is looked up once, and all requests for it share the answer. A failure is cached for
//! [`FAILURE_TTL`]. An answer older than [`TTL`] stays in use while it is refreshed in the background. Names with
//! the local suffix and IP addresses are never looked up. The resolver depends on neither HTTP nor the schedule.
//! Start at [`Resolver::look_up`]; [`resolver_threads`] makes the blocking calls.

mod cache;
pub mod look_up;
pub mod no_address;
pub mod resolver_threads;

use std::io;
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::SetOnce;

use crate::source::pool::dns::cache::AnswerCache;
use crate::source::pool::dns::look_up::{LookUpResult, PendingLookUp};
use crate::source::pool::dns::no_address::NoAddress;
use crate::source::pool::dns::resolver_threads::{MAX_WAIT, ResolverThreads};

/// The time for which a failure is cached.
const FAILURE_TTL: Duration = Duration::from_secs(5);

/// The age above which an answer is refreshed.
const TTL: Duration = Duration::from_secs(60);

/// The system's resolver, which blocks.
pub type SystemResolver = fn(&str) -> io::Result<Vec<IpAddr>>;

/// The addresses of a name.
pub type Addresses = Result<Arc<[IpAddr]>, NoAddress>;

/// The resolver that all threads of a run share.
#[derive(Clone, Debug)]
pub struct Resolver {
    cache: Arc<Mutex<AnswerCache>>,
    threads: Arc<ResolverThreads>,
    /// The suffix of names on this machine.
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
    /// The answer is known.
    Cached(Addresses),
    /// The look-up is pending.
    Pending(PendingLookUp),
}

/// The answer for a name, which may be pending.
#[derive(Clone, Debug, Default)]
struct CachedAnswer {
    result: Arc<SetOnce<LookUpResult>>,
    /// Expired addresses, which are used until the look-up succeeds.
    expired: Option<Arc<[IpAddr]>>,
}

impl CachedAnswer {
    /// Returns the addresses that are known now.
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
    /// Returns a resolver in front of this system resolver.
    pub fn with_system(system: SystemResolver) -> Self {
        Self {
            cache: Arc::default(),
            threads: Arc::new(ResolverThreads::new(system, MAX_WAIT)),
            local_suffix: None,
            ttl: TTL,
        }
    }

    /// Sets the suffix of names on this machine.
    #[must_use]
    pub fn with_local_suffix(self, local_suffix: Option<&'static str>) -> Self {
        Self { local_suffix, ..self }
    }

    /// Looks up a name, or joins a pending look-up.
    pub async fn look_up(&self, name: &str) -> Addresses {
        match self.begin_look_up(name) {
            LookUp::Cached(addresses) => addresses,
            LookUp::Pending(pending) => pending.wait().await,
        }
    }

    /// Starts to look up a name. The result shows whether the caller must wait.
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

    /// Cancels all look-ups that have not started.
    pub fn cancel_queued(&self) {
        let mut cache = self.lock();
        for name in self.threads.clear_queue() {
            cache.remove(&name);
        }
    }

    /// Returns the answer for a name. Queues a look-up if there is none, or if it has expired.
    fn request(&self, name: &str) -> CachedAnswer {
        let mut cache = self.lock();
        let last = cache.get(name);
        let has_expired = |result: &LookUpResult| {
            let ttl = match &result.addresses {
                Ok(_) => self.ttl,
                // It says nothing about the name.
                Err(error) if error.is_local => Duration::ZERO,
                Err(_) => FAILURE_TTL,
            };
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

    /// Whether a name has the local suffix.
    pub fn is_local(&self, name: &str) -> bool {
        self.local_suffix.is_some_and(|suffix| name.ends_with(suffix))
    }

    /// Returns the address of a name that needs no look-up.
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
    fn each_name_is_looked_up_once_for_all_tasks() {
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
    fn names_with_the_local_suffix_and_addresses_are_never_looked_up() {
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
    fn a_lack_of_descriptors_says_nothing_about_the_name() {
        static TIMES: AtomicUsize = AtomicUsize::new(0);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let resolver = Resolver::with_system(|_| match TIMES.fetch_add(1, Ordering::SeqCst) {
            0 => Err(std::io::Error::from_raw_os_error(24)),
            _ => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
        });
        assert!(runtime.block_on(resolver.look_up("host.test")).unwrap_err().is_local);
        assert!(runtime.block_on(resolver.look_up("host.test")).is_ok(), "it is looked up again at once");
        let unknown = Resolver::with_system(|_| Err(std::io::Error::other("Name or service not known")));
        assert!(!runtime.block_on(unknown.look_up("host.test")).unwrap_err().is_local);
    }

    #[test]
    fn an_expired_answer_is_used_until_the_next_one_arrives() {
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
        resolver.lock().get_mut("host.test").unwrap().result = {
            let found = Ok(vec![Ipv4Addr::new(127, 0, 0, 3).into()]);
            Arc::new(SetOnce::new_with(Some(LookUpResult::new(found, Instant::now()))))
        };
        look_up().unwrap();
        refreshed();
        assert_eq!(look_up(), at(2));
    }
}
