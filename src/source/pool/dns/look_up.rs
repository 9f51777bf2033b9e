//! One look-up: the wait for it, and its result.
//!
//! Start at [`PendingLookUp`].

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::SetOnce;

use crate::source::pool::dns::Addresses;
use crate::source::pool::dns::no_address::NoAddress;

/// A pending look-up.
#[derive(Debug)]
pub struct PendingLookUp(pub(super) Arc<SetOnce<LookUpResult>>);

/// The result of a look-up.
#[derive(Clone, Debug)]
pub struct LookUpResult {
    pub(super) addresses: Addresses,
    /// When a thread began the look-up.
    began: Instant,
    /// The end of the look-up. A failure may take longer than its time in the cache, so its age counts from here.
    pub(super) at: Instant,
}

impl LookUpResult {
    /// The result of a look-up that ends now.
    pub(super) fn new(found: io::Result<Vec<IpAddr>>, began: Instant) -> Self {
        let addresses = found.map(Arc::from).map_err(|error| NoAddress::from(&error));
        Self { addresses, began, at: Instant::now() }
    }
}

impl PendingLookUp {
    /// Waits for the answer.
    pub async fn wait(self) -> Addresses {
        self.wait_in_queue().await.0
    }

    /// Waits for the answer, and returns how long the look-up waited for a thread meanwhile.
    pub async fn wait_in_queue(self) -> (Addresses, Duration) {
        let asked = Instant::now();
        let result = self.0.wait().await;
        (result.addresses.clone(), result.began.saturating_duration_since(asked))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use tokio::sync::SetOnce;

    use super::{LookUpResult, PendingLookUp};

    #[test]
    fn only_the_time_until_a_thread_begins_is_waiting_in_the_queue() {
        const HOUR: Duration = Duration::from_secs(3_600);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let queued = |began: Instant| {
            let result = LookUpResult::new(Ok(Vec::new()), began);
            runtime.block_on(PendingLookUp(Arc::new(SetOnce::new_with(Some(result)))).wait_in_queue()).1
        };
        let now = Instant::now();
        assert_eq!(queued(now), Duration::ZERO, "it had begun before");
        assert!((HOUR / 2..=HOUR).contains(&queued(now + HOUR)));
    }
}
