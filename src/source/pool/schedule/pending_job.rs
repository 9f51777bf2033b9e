//! A job in the schedule, from its draw to its end.
//!
//! Start at [`PendingJob`].

use std::time::Duration;

use crate::event::waits::WaitTimes;
use crate::event::{Attempt, HostId, JobId, Micros, Offset};
use crate::plan::job::Job;
use crate::source::pool::adapt::history::StartId;

/// A job that has been drawn and has not settled.
#[derive(Debug)]
pub struct PendingJob {
    /// The job; after a redirect, the redirected request.
    pub job: Box<Job>,
    /// The job before it followed a redirect, if it did.
    pub original: Option<Box<Job>>,
    /// Its number in this run.
    pub id: JobId,
    /// Its lane.
    pub host: HostId,
    /// Since when it was the next job of its source.
    pub since: Offset,
    /// When its first attempt started; until then, when it was drawn.
    pub begun: Offset,
    /// When its last attempt ended, or it was given up without one.
    pub ended: Offset,
    /// What it has waited for since its last attempt.
    pub wait: WaitTimes,
    /// What it waited for in total, up to its last attempt.
    pub waited: WaitTimes,
    /// The reading of its lane's clock when it was parked there.
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
    /// How many other attempts were in flight at its host then.
    pub others: u32,
    /// Tries that do not count: the host refused them, or the user ended them.
    pub uncounted: u32,
    /// Refusals in a row that named no moment.
    pub refusals: u32,
    /// When the last of them came.
    pub last_refusal: Offset,
    /// Evidence that the refusals are an answer to this job alone.
    own_evidence: u32,
    /// How often a failure was its host's.
    excused: u32,
    /// The number of outages of its host when its last attempt started.
    pub generation: u32,
    /// Its last try may have failed because its host went down.
    pub is_doubtful: bool,
    /// The proof of its attempt in flight, for the adaptive controller of its host.
    pub start_id: Option<StartId>,
    /// Whether its attempt went to a host that limits attempts in flight.
    pub is_crowded: bool,
}

impl PendingJob {
    /// A job that has just been drawn, after it had waited since `since`.
    pub fn new(job: Box<Job>, id: JobId, host: HostId, now: Offset, since: Offset, wait: WaitTimes) -> Box<Self> {
        // Boxed for its whole life, because it is moved often.
        Box::new(Self {
            original: None,
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
            uncounted: 0,
            others: 0,
            refusals: 0,
            last_refusal: Offset::ZERO,
            own_evidence: 0,
            excused: 0,
            generation: 0,
            is_doubtful: false,
            start_id: None,
            is_crowded: false,
        })
    }

    /// The attempt that this job is making.
    pub fn attempt(&self) -> Attempt {
        Attempt { job: self.id, n: self.attempts }
    }

    /// An attempt starts.
    pub fn start(&mut self, now: Offset, timeout: Duration, others: u32, start_id: Option<StartId>) {
        if self.attempts == 0 {
            self.begun = now;
        }
        self.attempts += 1;
        (self.started, self.timeout) = (now, timeout);
        (self.others, self.start_id) = (others, start_id);
        self.waited += self.wait;
    }

    /// The attempt has ended.
    pub fn end(&mut self, now: Offset) {
        (self.ended, self.wait) = (now, WaitTimes::NONE);
    }

    /// The job will be tried again.
    pub fn try_again(&mut self, is_uncounted: bool) {
        self.is_doubtful = false;
        self.tries += 1;
        self.uncounted += u32::from(is_uncounted);
        self.hops = 0;
    }

    /// Counts a refusal that named no moment. `accepts_others` is whether the host has accepted other attempts since
    /// the last one. If this one was alone in flight, that is stronger evidence.
    pub fn refuse(&mut self, now: Offset, accepts_others: bool) -> &mut Self {
        if self.refusals > 0 && accepts_others {
            self.own_evidence += if self.others == 0 { 3 } else { 2 };
        }
        self.refusals += 1;
        self.last_refusal = now;
        self
    }

    /// Whether the refusals are meant for this job: it got several, and others did not.
    pub fn is_refused_alone(&self) -> bool {
        self.own_evidence >= 6
    }

    /// Tries that count.
    pub fn counted_tries(&self) -> u32 {
        self.tries - self.uncounted
    }

    /// Its host is down: the failed try does not count, nor does the time since that began.
    pub fn excuse(&mut self, now: Offset) {
        self.excused += 1;
        self.begun = self.begun + now.since(self.started);
        self.wait.outage += now.since(self.ended);
        self.try_again(true);
    }

    /// Forgives its last try if that may have failed because its host went down. Returns whether it did.
    pub fn excuse_doubtful(&mut self) -> bool {
        let is_excused = std::mem::take(&mut self.is_doubtful);
        self.uncounted += u32::from(is_excused);
        is_excused
    }

    /// Whether it waits for a host that is down: it may be tried again, and that includes failed connections.
    pub fn waits_for_host(&self) -> bool {
        self.job.policy.retry.attempts > 1 && self.job.policy.retry.on.connect
    }

    /// Whether other jobs go first: it was refused twice, or its host was tried with it in vain.
    pub fn goes_last(&self) -> bool {
        self.refusals > 1 || self.excused > 1
    }

    /// Whether it may be sent twice.
    pub fn is_repeatable(&self) -> bool {
        self.job.policy.retry.non_idempotent || self.job.method.is_idempotent()
    }

    /// The job will not start again. The try for which it waited never began.
    #[must_use]
    pub fn given_up(mut self: Box<Self>, now: Offset) -> Box<Self> {
        // While it follows a redirect, its try has begun.
        self.tries -= u32::from(self.tries > 1 && self.hops == 0);
        self.waited += self.wait;
        self.end(now);
        self
    }

    /// The whole time: its waits and its attempts.
    pub fn total(&self) -> Micros {
        self.ended.since(self.since)
    }

    /// When its attempt times out at the latest.
    pub fn until(&self) -> Offset {
        (self.started + Micros::from(self.timeout)).min(self.deadline())
    }

    /// When the whole job times out, counted from its first attempt: time in the queue is not the job's own.
    pub fn deadline(&self) -> Offset {
        self.begun + Micros::from(self.job.policy.timeouts.job)
    }
}

/// A job, and the slot that it takes.
#[derive(Debug)]
pub struct Ticket {
    /// The job.
    pub ready: Box<PendingJob>,
    /// The slot it holds.
    pub slot: u32,
}
