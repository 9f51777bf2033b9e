//! What this machine did to the run: stops, late timers, and a lack of resources.
//!
//! Start at [`MachineEvidence`].

use std::collections::VecDeque;

use crate::event::{Micros, Offset};

/// What this machine did to the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineEvidence {
    /// The last cut of the limit for lack of local resources, from and to.
    pub cut: Option<(u32, u32)>,
    /// Attempts that failed for lack of local resources.
    pub failed: u64,
    /// The longest stop, and when it was.
    pub longest_stop: Option<(Micros, Offset)>,
    /// When the last stop was.
    pub last_stop: Offset,
    /// Attempts that were in flight during a stop, and failed.
    pub broken_by_stops: u64,
    /// The times in which timers were late.
    pub late: LateTimers,
    /// The last time-outs.
    timeouts: VecDeque<Offset>,
}

/// The times in which timers were late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LateTimers {
    /// The sum of these times.
    pub lasted: Micros,
    /// When the first of them began, and the last one ended.
    pub span: (Offset, Offset),
    /// How late the latest timer was.
    pub worst: Micros,
    /// Time-outs within these times.
    pub timeouts: u64,
    /// Mean lateness × time.
    weighted: u128,
}

impl LateTimers {
    /// How late a timer was on average.
    pub fn mean(&self) -> Micros {
        let mean = self.weighted / u128::from(self.lasted.0.max(1));
        Micros(u64::try_from(mean).unwrap_or(u64::MAX))
    }
}

impl MachineEvidence {
    /// Number of time-outs kept.
    const KEPT: usize = 256;

    pub(super) fn record_timeout(&mut self, at: Offset) {
        if self.timeouts.len() == Self::KEPT {
            self.timeouts.pop_front();
        }
        self.timeouts.push_back(at);
    }

    pub(super) fn record_stop(&mut self, at: Offset, lasted: Micros) {
        self.longest_stop = self.longest_stop.max(Some((lasted, at)));
        self.last_stop = self.last_stop.max(at);
    }

    pub(super) fn record_late_timers(&mut self, at: Offset, (observed, mean, worst): (Micros, Micros, Micros)) {
        let from = Offset(at.0.saturating_sub(observed.0));
        let late = &mut self.late;
        if late.lasted.is_zero() {
            late.span.0 = from;
        }
        late.span.1 = late.span.1.max(at);
        late.lasted += observed;
        late.worst = late.worst.max(worst);
        late.weighted = late.weighted.saturating_add(u128::from(mean.0) * u128::from(observed.0));
        late.timeouts += self.timeouts.iter().filter(|timeout| **timeout > from).count() as u64;
        self.timeouts.clear();
    }
}
