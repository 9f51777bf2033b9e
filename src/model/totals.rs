//! Counts over the whole run.
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
    /// Attempts with an expected answer.
    pub expected: u64,
    /// Attempts refused with a request to slow down.
    pub throttled: u64,
    /// Attempts that timed out.
    pub timed_out: u64,
    /// Attempts without a complete answer.
    pub broken: u64,
    /// Attempts with an unexpected answer.
    pub unexpected: u64,
    /// Attempts that were cancelled.
    pub cancelled: u64,
    /// Answered attempts of the warm-up, which count in no percentile.
    pub warmup: u64,
    /// How often the process or its machine was stopped.
    pub stops: u64,
    /// For how long in all; no other time includes it.
    pub stopped: Micros,
    /// Answered attempts in flight during a stop, which count in no percentile.
    pub across_stops: u64,
    /// Attempts after the first one of a job, without those that follow redirects.
    pub retries: u64,
    /// Attempts answered with a redirect that was followed.
    pub redirected: u64,
    /// Attempts whose idle connection was found closed, and replaced.
    pub stale: u64,
    /// Body bytes read.
    pub bytes: u64,
    /// Body bytes after decoding; those of other bodies are included.
    pub decoded: u64,
    /// Sum of all service times, ended attempts only.
    pub service: Micros,
    /// Jobs that ended with an expected answer.
    pub jobs_done: u64,
    /// Jobs that ended with an expected answer after a failure and a retry.
    pub jobs_saved: u64,
    /// Jobs that ended with an expected answer after refusals alone: they only waited.
    pub jobs_waited: u64,
    /// Jobs that ended without an expected answer.
    pub jobs_failed: u64,
    /// Jobs that were cancelled.
    pub jobs_cancelled: u64,
    /// Rows that have pages.
    pub paged_rows: u64,
    /// Pages of those rows.
    pub pages: u64,
    /// Failed jobs that the user repeated, each as a new job.
    pub jobs_repeated: u64,
    /// Repeated jobs that ended with an expected answer.
    pub repeats_done: u64,
    /// Rate-limit header fields that could not be parsed.
    pub malformed: u64,
    /// Rounds that started late.
    pub late_rounds: u64,
    /// Warnings about inflight itself.
    pub warnings: u64,
}

impl Totals {
    /// Jobs that have ended.
    pub fn settled(&self) -> u64 {
        self.jobs_done + self.jobs_failed + self.jobs_cancelled
    }

    /// Counts the page of a job whose attempt starts, if its row has pages.
    pub(super) fn start_page(&mut self, page: Option<u32>, attempt: u32) {
        let is_new = page.is_some() && attempt == 1;
        self.pages += u64::from(is_new);
        self.paged_rows += u64::from(is_new && page == Some(1));
    }

    /// Counts the body of an answer after decoding.
    pub(super) fn count_decoded(&mut self, outcome: &Outcome, decoded: Option<u64>) {
        if let Outcome::Answered { bytes, .. } = outcome {
            self.decoded = self.decoded.saturating_add(decoded.unwrap_or(*bytes));
        }
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

/// Counts of contradictory events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anomalies {
    /// An end without a start.
    pub orphan_ends: u64,
    /// A second start of an attempt in flight.
    pub double_starts: u64,
    /// An endpoint or a host that was not announced.
    pub unannounced: u64,
}
