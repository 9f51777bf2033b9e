//! What the event loops of a watched program do over time: idle, running, or blocked by one callback.
//!
//! It is counted in time bins of bounded memory. Start at [`LoopUse::between`].

use crate::event::{Micros, Offset};
use crate::model::bins::{Bins, Merge};

/// Event loops over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoopUse {
    cells: Bins<LoopCell, 1024>,
    is_known: bool,
}

/// The microseconds of one bin in which a loop computed, and in which a callback blocked it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct LoopCell {
    ran: u64,
    blocked: u64,
}

/// What loops did in a span of time, mostly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoopState {
    /// They waited for something to do.
    Idle,
    /// They ran callbacks.
    Running,
    /// One callback held a loop, and everything else waited.
    Blocked,
}

impl LoopUse {
    /// From this share of the time on, a span is not idle.
    const RUNNING_FROM: f64 = 0.1;
    /// From this share on it is blocked.
    const BLOCKED_FROM: f64 = 0.3;

    /// Whether a loop has reported itself.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// What loops did within `from..to`.
    pub fn between(&self, from: Offset, to: Offset, now: Offset) -> LoopState {
        let (ran, blocked) = self.cells.shares(from, to, now).fold((0.0, 0.0), |(ran, blocked), (share, cell)| {
            (ran + share * cell.ran as f64, blocked + share * cell.blocked as f64)
        });
        let length = to.min(now).since(from).0.max(1) as f64;
        if blocked / length >= Self::BLOCKED_FROM {
            LoopState::Blocked
        } else if (ran + blocked) / length >= Self::RUNNING_FROM {
            LoopState::Running
        } else {
            LoopState::Idle
        }
    }

    /// A loop runs.
    pub(super) fn start(&mut self) {
        self.is_known = true;
    }

    /// A loop's thread has computed for `ran` of the last `lasted`.
    pub(super) fn run(&mut self, at: Offset, lasted: Micros, ran: Micros) {
        self.spread(at, lasted, ran, |cell| &mut cell.ran);
    }

    /// A callback has blocked a loop until now.
    pub(super) fn block(&mut self, at: Offset, lasted: Micros) {
        self.spread(at, lasted, lasted, |cell| &mut cell.blocked);
    }

    /// Adds an amount to the bins of the time before `at`, to each by its share.
    fn spread(&mut self, at: Offset, lasted: Micros, amount: Micros, part: impl Fn(&mut LoopCell) -> &mut u64) {
        self.is_known = true;
        let (from, to) = (at.0.saturating_sub(lasted.0), at.0);
        if to == from {
            return;
        }
        // The bins may become wider for it, so their width is read afterwards.
        self.cells.at(to - 1);
        let width = self.cells.width();
        let mut low = from;
        while low < to {
            let high = (low / width).saturating_add(1).saturating_mul(width).min(to);
            let share = u128::from(amount.0) * u128::from(high - low) / u128::from(to - from);
            let sum = part(self.cells.at(low));
            *sum = sum.saturating_add(u64::try_from(share).unwrap_or(u64::MAX));
            low = high;
        }
    }
}

impl Merge for LoopCell {
    fn merge(&mut self, later: &Self) {
        self.ran = self.ran.saturating_add(later.ran);
        self.blocked = self.blocked.saturating_add(later.blocked);
    }
}

#[cfg(test)]
mod tests {
    use super::LoopState::{Blocked, Idle, Running};
    use super::LoopUse;
    use crate::event::{Micros, Offset};

    #[test]
    fn each_span_is_what_its_loop_did_most() {
        let mut loops = LoopUse::default();
        assert!(!loops.is_known());
        loops.run(Offset(200_000), Micros(100_000), Micros(30_000));
        loops.block(Offset(500_000), Micros(200_000));
        let now = Offset(600_000);
        let state = |from: u64| loops.between(Offset(from), Offset(from + 50_000), now);
        let states = [0, 100_000, 150_000, 200_000, 300_000, 450_000, 500_000].map(state);
        assert_eq!(states, [Idle, Running, Running, Idle, Blocked, Blocked, Idle]);
    }

    #[test]
    fn a_block_of_any_length_takes_bounded_memory_and_time() {
        let mut loops = LoopUse::default();
        loops.block(Offset(u64::MAX), Micros(u64::MAX));
        loops.block(Offset(10), Micros(u64::MAX));
        assert_eq!(loops.between(Offset(0), Offset(u64::MAX), Offset(u64::MAX)), Blocked);
    }
}
