//! Looks up host names: each once, not too many at a time.
//!
//! The system's resolver blocks a thread per look-up. A thousand names would make five hundred
//! threads, and time out before a packet leaves; here a name is looked up once and remembered for
//! the run, a failure for [`FAILURE_HOLDS`], and the runtime bounds the threads. Names under
//! `.practice` are the practice upstream, on loopback. Start at [`Names`].

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
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
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAddress(String);

/// A resolver for the whole run.
#[derive(Clone, Debug, Default)]
pub struct Names {
    known: Arc<Mutex<HashMap<String, Entry>>>,
}

#[derive(Clone, Debug)]
struct Entry {
    asked: Instant,
    answer: Arc<OnceCell<Result<Arc<[IpAddr]>, NoAddress>>>,
}

impl Names {
    /// The addresses of a name. Whoever asks while a look-up is under way shares its answer.
    async fn look_up(self, name: String) -> Result<Arc<[IpAddr]>, NoAddress> {
        if name.ends_with(PRACTICE) {
            return Ok(Arc::new([IpAddr::V4(Ipv4Addr::LOCALHOST)]));
        }
        let answer = self.entry(&name);
        answer
            .get_or_init(|| async {
                match tokio::net::lookup_host((name.as_str(), 0)).await {
                    Ok(found) => Ok(found.map(|address| address.ip()).collect()),
                    Err(error) => Err(NoAddress(error.to_string())),
                }
            })
            .await
            .clone()
    }

    fn entry(&self, name: &str) -> Arc<OnceCell<Result<Arc<[IpAddr]>, NoAddress>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(entry) = known.get(name) {
            let has_failed = matches!(entry.answer.get(), Some(Err(_)));
            if !has_failed || now < entry.asked + FAILURE_HOLDS {
                return Arc::clone(&entry.answer);
            }
        }
        let entry = Entry { asked: now, answer: Arc::default() };
        known.insert(name.to_owned(), entry.clone());
        entry.answer
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
