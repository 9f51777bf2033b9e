//! A job on its way through the schedule, from its draw to its end.
//!
//! Start at [`Ready`].

use std::cmp::Ordering;

use crate::event::{Attempt, HostId, JobId, Micros, Offset};
use crate::plan::job::Job;

/// A job that has been drawn and has not settled.
#[derive(Debug)]
pub struct Ready {
    /// What to do; after a redirect, where it pointed.
    pub job: Box<Job>,
    /// Its number in this run.
    pub id: JobId,
    /// Its lane.
    pub host: HostId,
    /// When it was drawn.
    pub drawn: Offset,
    /// When its first attempt started; until then, when it was drawn.
    pub begun: Offset,
    /// Since when it could start, but for slots and lanes.
    pub since: Offset,
    /// Tries so far.
    pub tries: u32,
    /// Attempts so far, redirects included.
    pub attempts: u32,
    /// Redirects followed in this try.
    pub hops: u32,
    /// When its last attempt started.
    pub started: Offset,
    /// How many others were in flight at its host then.
    pub beside: u32,
    /// Tries that an adaptive lane had refused: they were ours to avoid, and count against nobody.
    pub refusals: u32,
    /// Whether its host's limit or pace is found by itself.
    pub is_adaptive: bool,
}

impl Ready {
    /// A job that has just been drawn.
    pub fn new(job: Box<Job>, id: JobId, host: HostId, now: Offset) -> Self {
        Self {
            job,
            id,
            host,
            drawn: now,
            begun: now,
            since: now,
            tries: 1,
            attempts: 0,
            hops: 0,
            started: now,
            beside: 0,
            refusals: 0,
            is_adaptive: false,
        }
    }

    /// The name of the attempt that this job is making.
    pub fn attempt(&self) -> Attempt {
        Attempt { job: self.id, n: self.attempts }
    }

    /// When the job's time is up.
    ///
    /// It runs from the first attempt: how long a job stood behind others says nothing about it.
    pub fn deadline(&self) -> Offset {
        self.begun + Micros::from(self.job.policy.timeouts.job)
    }
}

/// A slot, and the job that holds it.
#[derive(Debug)]
pub struct Ticket {
    /// The job.
    pub ready: Ready,
    /// The slot it holds.
    pub slot: u32,
}

/// A job that waits for its backoff; the soonest is the least.
#[derive(Debug)]
pub struct Delayed {
    /// Not before.
    pub until: Offset,
    /// The job.
    pub ready: Ready,
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
