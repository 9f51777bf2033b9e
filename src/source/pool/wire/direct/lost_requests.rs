//! Requests that were lost over idle connections of a host, and which connections are not used again because of them.
//!
//! A host may close its connections unannounced. A request that is on its way then is lost, and the host may have acted
//! on it. After such a loss, requests that must not be sent twice get new connections for a while. After several in a
//! row, so do the others, unless a connection has been idle for less time than each of the lost ones.
//! Start at [`LostRequests::may_reuse`].

use std::cell::Cell;
use std::time::Duration;

/// The number of losses in a row after which even requests that may be sent twice avoid idle connections.
const MANY: u32 = 3;

/// How many requests avoid idle connections after the first loss. Each further loss in a row multiplies it.
const AVOIDED: u64 = 20;

/// The number of losses after which the number of avoided connections does not grow.
const MOST_GROWTH: u32 = 4;

/// The lost requests of a host.
#[derive(Debug, Default)]
pub(in crate::source::pool) struct LostRequests {
    /// How many were lost since an equally old connection was kept.
    n_in_a_row: Cell<u32>,
    /// The shortest time for which the connection of one of them had been idle.
    shortest: Cell<Duration>,
    /// How many more requests avoid idle connections.
    n_avoiding: Cell<u64>,
}

impl LostRequests {
    /// Whether a request may use a connection that has been idle for this long. `may_repeat` says whether it may be sent
    /// twice.
    pub(in crate::source::pool) fn may_reuse(&self, idle_for: Duration, may_repeat: bool) -> bool {
        let is_suspect = !may_repeat || self.n_in_a_row.get() >= MANY && idle_for >= self.shortest.get();
        if self.n_avoiding.get() == 0 || !is_suspect {
            return true;
        }
        self.n_avoiding.update(|n| n - 1);
        false
    }

    /// Notes that a request was lost over a connection that had been idle for this long.
    pub(in crate::source::pool) fn note_lost(&self, idle_for: Duration) {
        let n = self.n_in_a_row.get();
        self.shortest.update(|shortest| if n == 0 { idle_for } else { shortest.min(idle_for) });
        self.n_in_a_row.set(n.saturating_add(1));
        self.n_avoiding.set(AVOIDED.pow((n + 1).min(MOST_GROWTH)));
    }

    /// Notes that a connection that had been idle for this long served another request.
    pub(in crate::source::pool) fn note_kept(&self, idle_for: Duration) {
        // A younger connection proves nothing about older ones.
        if idle_for >= self.shortest.get() {
            self.n_in_a_row.set(0);
            self.n_avoiding.set(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::LostRequests;

    const SHORT: Duration = Duration::from_millis(100);
    const LONG: Duration = Duration::from_millis(300);

    #[test]
    fn a_request_that_must_not_be_sent_twice_avoids_idle_connections_after_a_loss() {
        let lost = LostRequests::default();
        assert!(lost.may_reuse(LONG, false));
        lost.note_lost(LONG);
        assert_eq!((0..100).filter(|_| !lost.may_reuse(SHORT, false)).count(), 20);
        lost.note_lost(LONG);
        assert_eq!((0..1_000).filter(|_| !lost.may_reuse(SHORT, false)).count(), 400);
    }

    #[test]
    fn others_avoid_only_old_connections_and_only_after_several_losses() {
        let lost = LostRequests::default();
        lost.note_lost(LONG);
        lost.note_lost(LONG);
        assert!(lost.may_reuse(LONG, true));
        lost.note_lost(LONG);
        assert!(!lost.may_reuse(LONG, true) && lost.may_reuse(SHORT, true));
    }

    #[test]
    fn a_connection_that_is_kept_for_as_long_restores_the_trust() {
        let lost = LostRequests::default();
        lost.note_lost(LONG);
        lost.note_kept(SHORT);
        assert!(!lost.may_reuse(SHORT, false));
        lost.note_kept(LONG);
        assert!(lost.may_reuse(LONG, false));
    }
}
