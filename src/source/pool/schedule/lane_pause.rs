//! The pause of a lane after a refusal.

use crate::event::Offset;
use crate::plan::job::Retry;
use crate::source::pool::schedule::lane::Lane;
use crate::source::pool::schedule::refusal::backoff::Pause;

impl Lane {
    /// Whether the host has as much in flight as it may after a pause.
    pub(in crate::source::pool) fn starts_gently(&self) -> bool {
        self.health.backoff.limit().is_some_and(|limit| self.in_flight() >= limit)
    }

    /// Pauses the host after a refusal that named no moment. An adaptive controller decides by itself how the host
    /// waits.
    pub fn refuse(&mut self, started: Offset, now: Offset, rules: &Retry, chance: f64) -> Pause {
        if self.is_adaptive() {
            return Pause::Known;
        }
        let pause = self.health.backoff.refuse(started, now, rules, chance);
        match pause {
            Pause::Begins(until) if !self.cool_until(until) => Pause::Known,
            Pause::Begins(_) | Pause::Known | Pause::Stray => pause,
        }
    }
}
