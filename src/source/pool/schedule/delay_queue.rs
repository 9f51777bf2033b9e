//! The queue of jobs that continue later: after a backoff or a cooldown, or when nothing else can start.
//!
//! Pure. Start at [`DelayQueue::delay`].

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::event::reasons::RetryReason;
use crate::event::{HostId, JobId, Offset};
use crate::source::pool::schedule::pending_job::PendingJob;

/// Jobs that continue later.
#[derive(Debug, Default)]
pub struct DelayQueue {
    delayed: BinaryHeap<Reverse<Delayed>>,
    postponed: Vec<Delayed>,
}

/// A job in the queue. The job that is due first is the smallest.
#[derive(Debug)]
struct Delayed {
    until: Offset,
    since: Offset,
    why: RetryReason,
    ready: Box<PendingJob>,
}

impl DelayQueue {
    /// Delays a job until a moment.
    pub fn delay(&mut self, ready: Box<PendingJob>, now: Offset, until: Offset, why: RetryReason) {
        self.delayed.push(Reverse(Delayed { until, since: now, why, ready }));
    }

    /// Delays a job until there is nothing else to start.
    pub fn postpone(&mut self, ready: Box<PendingJob>, now: Offset) {
        self.postponed.push(Delayed { until: now, since: now, why: RetryReason::Asked, ready });
    }

    /// Whether no job waits for a moment.
    pub fn is_empty(&self) -> bool {
        self.delayed.is_empty()
    }

    /// When the next job is due.
    pub fn soonest(&self) -> Option<Offset> {
        self.delayed.peek().map(|Reverse(delayed)| delayed.until)
    }

    /// Takes the job that is due next.
    pub fn pop(&mut self, now: Offset) -> Option<Box<PendingJob>> {
        self.delayed.pop().map(|Reverse(delayed)| delayed.take(now))
    }

    /// Whether any job waits until there is nothing else to start.
    pub fn has_postponed(&self) -> bool {
        !self.postponed.is_empty()
    }

    /// Makes postponed jobs due at once.
    pub fn release(&mut self) {
        self.delayed.extend(self.postponed.drain(..).map(Reverse));
    }

    /// Postpones a job that is queued here. Returns whether it is.
    pub fn postpone_waiting(&mut self, job: JobId) -> bool {
        let found = self.take(job);
        let is_here = found.is_some();
        self.postponed.extend(found);
        is_here
    }

    /// Forgives the tries of a host's jobs that failed at the start of its outage. Returns how many there were.
    pub fn excuse_doubtful(&mut self, host: HostId) -> u64 {
        let mut n = 0;
        let mut jobs = std::mem::take(&mut self.delayed).into_vec();
        for Reverse(delayed) in jobs.iter_mut().filter(|Reverse(delayed)| delayed.ready.host == host) {
            n += u64::from(delayed.ready.excuse_doubtful());
        }
        self.delayed = jobs.into();
        n
    }

    /// Makes a host's jobs due at once.
    pub fn release_host(&mut self, host: HostId) {
        let mut jobs = std::mem::take(&mut self.delayed).into_vec();
        for Reverse(delayed) in jobs.iter_mut().filter(|Reverse(delayed)| delayed.ready.host == host) {
            delayed.until = delayed.since;
        }
        self.delayed = jobs.into();
    }

    /// Takes out one job, if it is queued here.
    pub fn remove(&mut self, job: JobId, now: Offset) -> Option<Box<PendingJob>> {
        self.take(job).map(|delayed| delayed.take(now))
    }

    fn take(&mut self, job: JobId) -> Option<Delayed> {
        if let Some(i) = self.postponed.iter().position(|delayed| delayed.ready.id == job) {
            return Some(self.postponed.swap_remove(i));
        }
        let is_it = |Reverse(delayed): &Reverse<Delayed>| delayed.ready.id == job;
        if !self.delayed.iter().any(is_it) {
            return None;
        }
        let (mut found, rest) = self.delayed.drain().partition::<Vec<_>, _>(is_it);
        self.delayed = rest.into();
        found.pop().map(|Reverse(delayed)| delayed)
    }

    /// Takes out every job.
    pub fn drain(&mut self, now: Offset) -> Vec<Box<PendingJob>> {
        let delayed = self.delayed.drain().map(|Reverse(delayed)| delayed);
        delayed.chain(self.postponed.drain(..)).map(|delayed| delayed.take(now)).collect()
    }
}

impl Delayed {
    /// The job, with its time in the queue added to its wait.
    fn take(mut self, now: Offset) -> Box<PendingJob> {
        let waited = now.since(self.since);
        match self.why {
            RetryReason::Backoff => self.ready.wait.backoff += waited,
            RetryReason::RetryAfter | RetryReason::Host => self.ready.wait.cooldown += waited,
            RetryReason::Asked => {
                self.ready.wait.paused += waited;
                // The job's time-out does not run while the user holds the job back.
                self.ready.begun = self.ready.begun + waited;
            }
        }
        self.ready
    }
}

impl PartialEq for Delayed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Delayed {}

impl PartialOrd for Delayed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Delayed {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.until, self.ready.id).cmp(&(other.until, other.ready.id))
    }
}
