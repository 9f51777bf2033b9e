//! What the verdict needs to remember of starts and ends: counters, sums and small rings.
//!
//! Bounded by hosts, never by attempts. [`Model::apply`] is the only writer. Start at [`Evidence`].
//!
//! [`Model::apply`]: crate::model::Model::apply

pub mod refusals;
pub mod service_times;
pub mod stalls;
pub mod tail;
pub mod timeouts;
pub mod waves;

use std::sync::Arc;

use crate::event::idle::Idle;
use crate::event::outcome::{JobEnd, Outcome, Reason};
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, ChangedBy, Micros, Offset, RetryReason};
use crate::model::histogram::Histogram;
use crate::model::open::OpenAttempt;
use crate::model::verdict::evidence::refusals::Refusals;
use crate::model::verdict::evidence::service_times::ServiceTimes;
use crate::model::verdict::evidence::stalls::Stalls;
use crate::model::verdict::evidence::tail::Tail;
use crate::model::verdict::evidence::timeouts::TimeoutEvidence;
use crate::model::verdict::evidence::waves::Waves;

/// What is remembered for the verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// When the first attempt started.
    pub first: Option<Offset>,
    /// When the last one ended.
    pub last: Offset,
    /// Jobs whose first attempt has started.
    pub jobs: u64,
    /// From an end that left nothing in flight to the next start.
    pub gaps: Histogram,
    /// How long attempts took.
    pub service_times: ServiceTimes,
    /// How attempts came in waves.
    pub waves: Waves,
    /// How the run ran out.
    pub tail: Tail,
    /// What timed out.
    pub timeouts: TimeoutEvidence,
    /// Which host refused, and when.
    pub refusals: Refusals,
    /// When the event loop stood still.
    pub stalls: Stalls,
    /// Retries that a person asked for.
    pub manual_retries: u64,
    /// Times that the user paused or changed a limit, or that a round began: a pattern may then be intended.
    pub interventions: u64,
    /// The limit that this machine has cut, from and to.
    pub machine: Option<(u32, u32)>,
    /// Attempts that failed for want of room here.
    pub local: u64,
}

impl Evidence {
    /// An attempt started; so many had been in flight.
    pub(in crate::model) fn start(&mut self, attempt: Attempt, flight: &OpenAttempt, before: u32) {
        let at = flight.started;
        if self.first.is_some() && before == 0 {
            self.gaps.record(at.since(self.last));
        }
        self.first.get_or_insert(at);
        self.jobs += u64::from(attempt.n == 1);
        self.waves.start(at, before);
        self.tail.start(attempt.n == 1);
    }

    /// An attempt ended; so many are left in flight, of the most there were.
    pub(in crate::model) fn end(
        &mut self,
        at: Offset,
        flight: &OpenAttempt,
        outcome: &Outcome,
        (left, peak): (u32, u32),
        idle: &Idle,
    ) {
        let service = at.since(flight.started);
        self.last = self.last.max(at);
        self.service_times.end(service);
        self.waves.end(at, service, left);
        self.tail.end(at, service, &flight.target, (left, peak), idle);
        self.timeouts.end(at, (service, &flight.target), outcome, idle);
        match outcome {
            Outcome::Throttled { .. } => self.refusals.refused(at, left.saturating_add(1), flight.host),
            Outcome::Answered { expected, .. } => {
                self.refusals.answered(at, *expected);
                self.stalls.end(at, flight.started);
            }
            Outcome::Failed { reason: Reason::Local, .. } => self.local += 1,
            Outcome::Redirected { .. } | Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => {}
        }
    }

    /// A job is over.
    pub(in crate::model) fn settle(&mut self, end: &JobEnd, total: Micros, waited: &WaitTimes) {
        self.timeouts.settle(end, total, waited);
    }

    /// An event loop stood still.
    pub(in crate::model) fn stall(&mut self, at: Offset, lasted: Micros, place: Option<&Arc<str>>, so_far: &Histogram) {
        self.stalls.stall(at, lasted, place, so_far);
    }

    /// A limit of the run was turned.
    pub(in crate::model) fn turn(&mut self, from: Option<u32>, to: u32, by: ChangedBy) {
        match by {
            ChangedBy::Machine => self.machine = Some((from.unwrap_or(to), to)),
            ChangedBy::Operator | ChangedBy::Adaptive => self.interventions += 1,
        }
    }

    /// A job will be tried again.
    pub(in crate::model) fn retry(&mut self, why: RetryReason) {
        self.manual_retries += u64::from(why == RetryReason::Asked);
    }

    /// From the first start to the last end.
    pub fn span(&self) -> Micros {
        self.first.map_or(Micros::ZERO, |first| self.last.since(first))
    }
}
