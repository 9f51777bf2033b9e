//! Plain counts over the whole run.
//!
//! Start at [`Totals`].

use crate::event::Micros;
use crate::event::outcome::Outcome;

/// Counts over the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Attempts started.
    pub started: u64,
    /// Attempts ended.
    pub ended: u64,
    /// Attempts answered as the plan expects.
    pub expected: u64,
    /// Attempts refused with a request to slow down.
    pub throttled: u64,
    /// Attempts we gave up waiting for.
    pub timed_out: u64,
    /// Attempts without an answer.
    pub broken: u64,
    /// Attempts answered otherwise than expected.
    pub unexpected: u64,
    /// Attempts that we ended.
    pub cancelled: u64,
    /// Retries scheduled.
    pub retries: u64,
    /// Attempts answered with a redirect that was followed.
    pub redirected: u64,
    /// Body bytes read.
    pub bytes: u64,
    /// Sum of all service times, ended attempts only.
    pub service: Micros,
    /// Jobs that ended with an expected answer.
    pub jobs_done: u64,
    /// … of which more than one try was needed.
    pub jobs_saved: u64,
    /// Jobs that ended without one.
    pub jobs_failed: u64,
    /// Jobs that we ended.
    pub jobs_cancelled: u64,
    /// Jobs that failed and were sent again, as further jobs.
    pub jobs_repeated: u64,
    /// … of which the further job ended with an expected answer.
    pub repeats_done: u64,
    /// Header fields about slowing down that could not be read.
    pub malformed: u64,
    /// Rounds that began late.
    pub late_rounds: u64,
    /// Warnings about ourselves.
    pub warnings: u64,
}

impl Totals {
    /// Jobs that are over.
    pub fn settled(&self) -> u64 {
        self.jobs_done + self.jobs_failed + self.jobs_cancelled
    }

    /// Counts how an attempt ended.
    pub(super) fn count(&mut self, outcome: &Outcome, service: Micros) {
        self.ended += 1;
        self.service += service;
        let counter = match outcome {
            Outcome::Answered { bytes, expected, .. } => {
                self.bytes = self.bytes.saturating_add(*bytes);
                if *expected { &mut self.expected } else { &mut self.unexpected }
            }
            Outcome::Redirected { .. } => &mut self.redirected,
            Outcome::Throttled { .. } => &mut self.throttled,
            Outcome::TimedOut { .. } => &mut self.timed_out,
            Outcome::Failed { .. } => &mut self.broken,
            Outcome::Cancelled => &mut self.cancelled,
        };
        *counter += 1;
    }
}

/// What could not be, counted instead of believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anomalies {
    /// An end without a start.
    pub orphan_ends: u64,
    /// A start of what was already in flight.
    pub double_starts: u64,
    /// An endpoint or host that was not announced.
    pub unannounced: u64,
}
