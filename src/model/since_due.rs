//! Latencies since the moments at which attempts were due by the rate of the run.
//!
//! A slow server keeps the slots, and so keeps further attempts from starting. Their latency is short although they came late.
//! These figures count from when they were due, and include starts that were missed. Start at [`SinceDue::end`].

use crate::event::Offset;
use crate::event::due_time::DueTime;
use crate::model::histogram::Histogram;

/// Latencies since the due times of attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SinceDue {
    /// From due to answered. A missed start counts as if it had been answered with the one after it.
    pub latency: Histogram,
    /// Attempts that started later than they were due.
    pub late: u64,
    /// Starts that were due, and were never made.
    pub missed: u64,
}

impl SinceDue {
    /// Counts the start of an attempt.
    pub(super) fn start(&mut self, due: Option<DueTime>) {
        if let Some(due) = due {
            self.late += 1;
            self.missed = self.missed.saturating_add(due.n_missed());
        }
    }

    /// Counts the answer of an attempt.
    pub(super) fn end(&mut self, started: Offset, due: Option<DueTime>, at: Offset) {
        let Some(due) = due else { return self.latency.record(at.since(started)) };
        self.latency.record(at.since(due.at));
        for (missed, n) in due.missed_starts() {
            self.latency.record_times(at.since(missed), n);
        }
    }
}
