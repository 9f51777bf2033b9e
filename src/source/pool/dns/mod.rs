//! Looks up host names: each once, and none behind one that hangs.
//!
//! A name is looked up once and remembered, a failure for [`FAILURE_HOLDS`]. An answer older than [`HOLDS`] is
//! asked for again by whoever needs it, beside its use: in a run of hours a host may move. Names under
//! `.practice` are the practice upstream, on loopback; an address is its own answer. Start at
//! [`Resolver::look_up`]; [`ahead`] asks before somebody needs an answer, and [`desk`] does the asking.

pub mod prefetch;
pub mod resolver_threads;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::SetOnce;

use crate::plan::address::PRACTICE;
use crate::source::pool::dns::resolver_threads::{PATIENCE, ResolverThreads};
use crate::source::pool::wire::milestones::{self, Milestones};

/// How long a failed look-up is believed.
const FAILURE_HOLDS: Duration = Duration::from_secs(5);

/// How old an answer may become before it is asked for again.
const HOLDS: Duration = Duration::from_secs(60);

/// A name could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAddress(String);

/// How the system is asked; it blocks.
pub type System = fn(&str) -> io::Result<Vec<IpAddr>>;

/// A resolver for the whole run.
#[derive(Clone, Debug)]
pub struct Resolver {
    known: Arc<Mutex<HashMap<String, Answer>>>,
    desk: Arc<ResolverThreads>,
    holds: Duration,
}

impl Default for Resolver {
    fn default() -> Self {
        Self::asking(|name| Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
    }
}

/// A name's answer, once it is there.
#[derive(Clone, Debug, Default)]
struct Answer {
    found: Arc<SetOnce<Found>>,
    /// Addresses that have become old, and are used until there are others.
    old: Option<Arc<[IpAddr]>>,
}

/// The addresses of a name.
type Addresses = Result<Arc<[IpAddr]>, NoAddress>;

/// What a look-up found.
#[derive(Clone, Debug)]
pub struct Found {
    addresses: Addresses,
    /// When; a look-up that fails may take longer than its failure holds.
    at: Instant,
}

impl From<io::Result<Vec<IpAddr>>> for Found {
    fn from(found: io::Result<Vec<IpAddr>>) -> Self {
        let addresses = found.map(Arc::from).map_err(|error| NoAddress(error.to_string()));
        Self { addresses, at: Instant::now() }
    }
}

impl Answer {
    /// The addresses as far as they are known now.
    fn known(&self) -> Option<Addresses> {
        let found = self.found.get().map(|found| &found.addresses);
        match (found, &self.old) {
            (Some(Ok(addresses)), _) | (_, Some(addresses)) => Some(Ok(Arc::clone(addresses))),
            (Some(Err(error)), None) => Some(Err(error.clone())),
            (None, None) => None,
        }
    }
}

impl Resolver {
    /// A resolver that asks somebody else than the system.
    pub fn asking(system: System) -> Self {
        Self { known: Arc::default(), desk: Arc::new(ResolverThreads::new(system, PATIENCE)), holds: HOLDS }
    }

    /// The addresses of a name. Whoever asks while a look-up is under way shares its answer.
    ///
    /// What it waited for an answer is marked; if that was there already, there was no look-up to mark.
    pub async fn look_up(&self, name: &str, mark: Option<&Milestones>) -> Addresses {
        if let Some(own) = own(name) {
            return Ok([own].into());
        }
        let answer = self.ask(name);
        if let Some(known) = answer.known() {
            return known;
        }
        if let Some(mark) = mark {
            mark.resolving();
        }
        let found = answer.found.wait().await.addresses.clone();
        if let Some(mark) = mark {
            mark.resolved();
        }
        found
    }

    /// Asks for a name before somebody needs it.
    pub fn ahead(&self, name: &str) {
        if own(name).is_none() {
            self.ask(name);
        }
    }

    /// Strikes what the system has not been asked for yet: the run is over.
    pub fn strike(&self) {
        let mut known = self.lock();
        for name in self.desk.clear() {
            known.remove(&name);
        }
    }

    /// The answer for a name, which is asked for if nobody has.
    fn ask(&self, name: &str) -> Answer {
        let mut known = self.lock();
        let last = known.get(name);
        let is_too_old = |found: &Found| {
            let holds = if found.addresses.is_ok() { self.holds } else { FAILURE_HOLDS };
            found.at.elapsed() > holds
        };
        if let Some(last) = last.filter(|last| !last.found.get().is_some_and(is_too_old)) {
            return last.clone();
        }
        let old = last.and_then(Answer::known).and_then(Result::ok);
        let answer = Answer { old, ..Answer::default() };
        self.desk.ask(name, &answer.found);
        known.insert(name.to_owned(), answer.clone());
        answer
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Answer>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address of a name that nobody has to be asked for.
fn own(name: &str) -> Option<IpAddr> {
    if name.ends_with(PRACTICE) { Some(Ipv4Addr::LOCALHOST.into()) } else { name.parse().ok() }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        let mark = milestones::current();
        Box::pin(async move {
            let found = names.look_up(name.as_str(), mark.as_deref()).await;
            let addresses: Vec<SocketAddr> = found?.iter().map(|&ip| SocketAddr::new(ip, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use tokio::sync::SetOnce;

    use super::{Found, Resolver};

    static ASKED: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn whoever_asks_for_a_name_and_however_often_it_is_asked_for_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let names = Resolver::asking(|_| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        });
        let name = |n: usize| format!("host-{}.test", n % 1_000);
        // Ahead of those who need it, and then by them.
        (0..500).for_each(|n| names.ahead(&name(n)));
        let found = runtime.block_on(async {
            let ask = |n: usize| {
                let names = names.clone();
                tokio::spawn(async move { names.look_up(&name(n), None).await })
            };
            let asked: Vec<_> = (0..3_000).map(ask).collect();
            let mut found = 0;
            for answer in asked {
                found += usize::from(answer.await.unwrap() == Ok([IpAddr::V4(Ipv4Addr::LOCALHOST)].into()));
            }
            found
        });
        assert_eq!((found, ASKED.load(Ordering::Relaxed)), (3_000, 1_000));
    }

    #[test]
    fn an_old_answer_holds_until_there_is_another() {
        static TIMES: AtomicUsize = AtomicUsize::new(0);
        let at = |n: u8| Ok([IpAddr::V4(Ipv4Addr::new(127, 0, 0, n))].into());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let names = Resolver::asking(|_| match TIMES.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(vec![Ipv4Addr::new(127, 0, 0, 3).into()]),
            1 => Err(std::io::Error::other("not now")),
            _ => Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into()]),
        });
        let names = Resolver { holds: Duration::ZERO, ..names };
        let look_up = || runtime.block_on(names.look_up("host.test", None));
        let answered = || {
            let answer = names.lock()["host.test"].clone();
            runtime.block_on(answer.found.wait()).clone()
        };
        assert_eq!(look_up(), at(3));
        assert_eq!(look_up(), at(3), "it is asked for again beside its use");
        assert!(answered().addresses.is_err());
        assert_eq!(
            (look_up(), TIMES.load(Ordering::SeqCst)),
            (at(3), 2),
            "a failure is believed, and takes nothing away"
        );
        // Once the failure is forgotten.
        names.lock().get_mut("host.test").unwrap().found =
            Arc::new(SetOnce::new_with(Some(Found { addresses: at(3), at: Instant::now() })));
        look_up().unwrap();
        answered();
        assert_eq!(look_up(), at(2));
    }
}
