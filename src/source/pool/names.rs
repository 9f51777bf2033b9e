//! Looks up host names: each once, and none behind another.
//!
//! The system's resolver blocks a thread per look-up, so it gets threads enough for a thousand names
//! that hang: where there are fewer, names time out before a packet leaves. A name is looked up once
//! and remembered for the run, a failure for [`FAILURE_HOLDS`]. Names under `.practice` are the
//! practice upstream, on loopback. Start at [`Names`].

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::plan::address::PRACTICE;
use crate::source::pool::milestones;

/// How long a failed look-up is believed.
const FAILURE_HOLDS: Duration = Duration::from_secs(5);

/// A name could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAddress(String);

/// Look-ups at a time, whole run; more wait for the first of them.
pub const AT_ONCE: usize = 1_024;

/// How the system is asked; it blocks.
pub type System = fn(&str) -> io::Result<Vec<IpAddr>>;

/// A resolver for the whole run.
#[derive(Clone, Debug)]
pub struct Names {
    known: Arc<Mutex<HashMap<String, Answer>>>,
    system: System,
}

impl Default for Names {
    fn default() -> Self {
        Self::asking(|name| Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
    }
}

/// A name's answer, once it is there.
type Answer = Arc<OnceCell<Found>>;

/// What a look-up found.
#[derive(Debug)]
struct Found {
    addresses: Result<Arc<[IpAddr]>, NoAddress>,
    /// When; a look-up that fails may take longer than its failure holds.
    at: Instant,
}

impl From<io::Result<io::Result<Vec<IpAddr>>>> for Found {
    fn from(found: io::Result<io::Result<Vec<IpAddr>>>) -> Self {
        let addresses = match found.and_then(|found| found) {
            Ok(found) => Ok(found.into()),
            Err(error) => Err(NoAddress(error.to_string())),
        };
        Self { addresses, at: Instant::now() }
    }
}

impl Names {
    /// A resolver that asks somebody else than the system.
    pub fn asking(system: System) -> Self {
        Self { known: Arc::default(), system }
    }

    /// The addresses of a name. Whoever asks while a look-up is under way shares its answer.
    pub async fn look_up(self, name: String) -> Result<Arc<[IpAddr]>, NoAddress> {
        if name.ends_with(PRACTICE) {
            return Ok(Arc::new([IpAddr::V4(Ipv4Addr::LOCALHOST)]));
        }
        let (answer, system) = (self.entry(&name), self.system);
        // In a task of its own: whoever asked first may give up before the answer comes, and the next
        // who waits must not ask again.
        let asking = async move {
            let ask = || tokio::task::spawn_blocking(move || system(&name));
            let found = answer.get_or_init(|| async { Found::from(ask().await.map_err(io::Error::other)) }).await;
            found.addresses.clone()
        };
        tokio::spawn(asking).await.unwrap_or_else(|error| Err(NoAddress(error.to_string())))
    }

    fn entry(&self, name: &str) -> Answer {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.get(name) {
            let is_stale = |found: &Found| found.addresses.is_err() && found.at.elapsed() > FAILURE_HOLDS;
            if !answer.get().is_some_and(is_stale) {
                return Arc::clone(answer);
            }
        }
        let answer = Answer::default();
        known.insert(name.to_owned(), Arc::clone(&answer));
        answer
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        let mark = milestones::current();
        Box::pin(async move {
            if let Some(mark) = &mark {
                mark.resolving();
            }
            let found = names.look_up(name.as_str().to_owned()).await;
            if let Some(mark) = &mark {
                mark.resolved();
            }
            let addresses: Vec<SocketAddr> = found?.iter().map(|&ip| SocketAddr::new(ip, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, LazyLock};

    use super::{AT_ONCE, Names};

    static ASKED: AtomicUsize = AtomicUsize::new(0);
    static ALL: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(1_000));

    #[test]
    fn a_thousand_names_are_looked_up_beside_each_other_and_each_once() {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.max_blocking_threads(AT_ONCE).thread_stack_size(256 << 10).build().unwrap();
        // Nobody's answer comes before everybody has been asked.
        let names = Names::asking(|_| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            ALL.wait();
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        });
        let found = runtime.block_on(async {
            let ask = |n: usize| tokio::spawn(names.clone().look_up(format!("host-{}.test", n % 1_000)));
            let asked: Vec<_> = (0..3_000).map(ask).collect();
            let mut found = 0;
            for answer in asked {
                found += usize::from(answer.await.unwrap() == Ok(Arc::from([IpAddr::V4(Ipv4Addr::LOCALHOST)])));
            }
            found
        });
        assert_eq!((found, ASKED.load(Ordering::Relaxed)), (3_000, 1_000));
    }
}
