//! Jobs that are about to settle: those whose failure may be the start of an outage, and those that a worker has
//! to settle next.
//!
//! Pure. Such a job holds no slot. Start at [`SettlingJobs::hold`].

use std::collections::VecDeque;

use crate::event::outcome::JobEnd;
use crate::event::{HostId, Micros, Offset};
use crate::job_result::Answer;
use crate::source::pool::schedule::pending_job::PendingJob;

/// How long a failed job is held at most until it is clear whether its host is down.
const HELD_FOR: Micros = Micros(15_000_000);

/// Jobs that are about to settle.
#[derive(Debug, Default)]
pub struct SettlingJobs {
    /// Each until a moment; in that order.
    held: VecDeque<(Offset, Box<SettlingJob>)>,
    due: VecDeque<Box<SettlingJob>>,
}

/// A job that has ended.
#[derive(Debug)]
pub struct SettlingJob {
    /// The job.
    pub ready: Box<PendingJob>,
    /// How it ended.
    pub end: JobEnd,
    /// The response, if there is one.
    pub answer: Option<Answer>,
}

impl SettlingJob {
    /// A job that will not start any more.
    pub fn cancelled(ready: Box<PendingJob>, now: Offset) -> Self {
        Self { ready: ready.given_up(now), end: JobEnd::Cancelled, answer: None }
    }
}

impl SettlingJobs {
    /// Holds a failed job until it is clear whether its host is down.
    pub fn hold(&mut self, job: Box<SettlingJob>, now: Offset) {
        self.held.push_back((now + HELD_FOR, job));
    }

    /// Takes the next job to settle.
    pub fn pop(&mut self) -> Option<Box<SettlingJob>> {
        self.due.pop_front()
    }

    /// Whether a job is to settle now.
    pub fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// When the next job is held no longer.
    pub fn soonest(&self) -> Option<Offset> {
        self.held.front().map(|(until, _)| *until)
    }

    /// Settles the jobs that have been held long enough.
    pub fn settle_due(&mut self, now: Offset) {
        while let Some((_, job)) = self.held.pop_front_if(|(until, _)| *until <= now) {
            self.due.push_back(job);
        }
    }

    /// Settles the jobs of a host: it is not down.
    pub fn settle_host(&mut self, host: HostId) {
        let jobs = self.take(host);
        self.due.extend(jobs);
    }

    /// Settles every job. Returns whether there is any.
    pub fn settle_all(&mut self) -> bool {
        self.due.extend(self.held.drain(..).map(|(_, job)| job));
        self.is_due()
    }

    /// Takes out the jobs that were held for a host: it is down, so that they go back.
    pub fn take(&mut self, host: HostId) -> Vec<Box<SettlingJob>> {
        let (of_host, others): (VecDeque<_>, _) = self.held.drain(..).partition(|(_, job)| job.ready.host == host);
        self.held = others;
        of_host.into_iter().map(|(_, job)| job).collect()
    }

    /// Takes out every job.
    pub fn drain(&mut self) -> impl Iterator<Item = SettlingJob> {
        self.held.drain(..).map(|(_, job)| job).chain(self.due.drain(..)).map(|job| *job)
    }
}
