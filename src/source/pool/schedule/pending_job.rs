//! A job on its way through the schedule, from its draw to its end.
//!
//! Start at [`PendingJob`].

use std::time::Duration;

use crate::event::waits::WaitTimes;
use crate::event::{Attempt, HostId, JobId, Micros, Offset};
use crate::plan::job::Job;

/// A job that has been drawn and has not settled.
#[derive(Debug)]
pub struct PendingJob {
    /// What to do; after a redirect, where it pointed.
    pub job: Box<Job>,
    /// What it was before it followed a redirect, where it did.
    pub asked: Option<Box<Job>>,
    /// Its number in this run.
    pub id: JobId,
    /// Its lane.
    pub host: HostId,
    /// Since when it was the next of its source, and could start but for what it waits for.
    pub since: Offset,
    /// When its first attempt started; until then, when it was drawn.
    pub begun: Offset,
    /// When its last attempt ended, or it was given up without one.
    pub ended: Offset,
    /// What it waits or waited for, since its last attempt.
    pub wait: WaitTimes,
    /// What it waited for in all, up to its last attempt.
    pub waited: WaitTimes,
    /// What the clock of its lane read when it was parked there.
    pub mark: WaitTimes,
    /// Tries so far.
    pub tries: u32,
    /// Attempts so far, redirects included.
    pub attempts: u32,
    /// Redirects followed in this try.
    pub hops: u32,
    /// When its last attempt started.
    pub started: Offset,
    /// How long that attempt may take.
    pub timeout: Duration,
    /// How many others were in flight at its host then.
    pub beside: u32,
    /// Tries that count against nobody: an adaptive lane had them refused, or somebody ended them.
    pub uncounted: u32,
    /// Whether its host's limit or pace is found by itself.
    pub is_adaptive: bool,
}

impl PendingJob {
    /// A job that has just been drawn, and since when it waited for that.
    pub fn new(job: Box<Job>, id: JobId, host: HostId, now: Offset, since: Offset, wait: WaitTimes) -> Box<Self> {
        // Boxed for its whole life: it goes through many hands.
        Box::new(Self {
            asked: None,
            id,
            host,
            since,
            begun: now,
            ended: now,
            wait,
            waited: WaitTimes::NONE,
            mark: WaitTimes::NONE,
            tries: 1,
            attempts: 0,
            hops: 0,
            timeout: job.policy.timeouts.attempt,
            job,
            started: now,
            beside: 0,
            uncounted: 0,
            is_adaptive: false,
        })
    }

    /// The name of the attempt that this job is making.
    pub fn attempt(&self) -> Attempt {
        Attempt { job: self.id, n: self.attempts }
    }

    /// It takes a slot.
    pub fn start(&mut self, now: Offset, timeout: Duration, beside: u32, is_adaptive: bool) {
        if self.attempts == 0 {
            self.begun = now;
        }
        self.attempts += 1;
        (self.started, self.timeout) = (now, timeout);
        (self.beside, self.is_adaptive) = (beside, is_adaptive);
        self.waited += self.wait;
    }

    /// Its attempt has ended, and it waits for whatever follows.
    pub fn end(&mut self, now: Offset) {
        (self.ended, self.wait) = (now, WaitTimes::NONE);
    }

    /// It will be tried again.
    pub fn try_again(&mut self, is_uncounted: bool) {
        self.tries += 1;
        self.uncounted += u32::from(is_uncounted);
        self.hops = 0;
    }

    /// It will not start again.
    #[must_use]
    pub fn given_up(mut self: Box<Self>, now: Offset) -> Box<Self> {
        self.waited += self.wait;
        self.end(now);
        self
    }

    /// From ready to its end: what it waited, and what its attempts took.
    pub fn total(&self) -> Micros {
        self.ended.since(self.since)
    }

    /// When its attempt will be ended at the latest.
    pub fn until(&self) -> Offset {
        (self.started + Micros::from(self.timeout)).min(self.deadline())
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
    pub ready: Box<PendingJob>,
    /// The slot it holds.
    pub slot: u32,
}
