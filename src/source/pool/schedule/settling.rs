//! Jobs that are about to settle: those whose failure may be the start of an outage, those whose 403 may be a refusal,
//! and those that a worker has to settle next.
//!
//! Pure. Such a job holds no slot. Start at [`SettlingJobs::hold`].

use std::collections::VecDeque;

use crate::event::outcome::JobEnd;
use crate::event::{EndpointId, HostId, Micros, Offset};
use crate::job_result::Answer;
use crate::source::pool::schedule::pending_job::PendingJob;

/// How long a failed job is held at most until its failure is explained.
const HELD_FOR: Micros = Micros(15_000_000);

/// Jobs that are about to settle.
#[derive(Debug, Default)]
pub struct SettlingJobs {
    /// Each until a moment; in that order.
    held: VecDeque<(Offset, HeldReason, Box<SettlingJob>)>,
    due: VecDeque<Box<SettlingJob>>,
}

/// Why a failed job is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldReason {
    /// Its host may be down.
    Outage,
    /// Its answer of 403 may be a refusal.
    Forbidden,
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
    /// Holds a failed job until its failure is explained.
    pub fn hold(&mut self, job: Box<SettlingJob>, why: HeldReason, now: Offset) {
        self.held.push_back((now + HELD_FOR, why, job));
    }

    /// Settles a job.
    pub fn settle(&mut self, job: SettlingJob) {
        self.due.push_back(Box::new(job));
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
        self.held.front().map(|(until, ..)| *until)
    }

    /// Settles the jobs that have been held long enough.
    pub fn settle_due(&mut self, now: Offset) {
        let n = self.held.iter().take_while(|(until, ..)| *until <= now).count();
        self.due.extend(self.held.drain(..n).map(|(.., job)| job));
    }

    /// Settles the jobs of a host: it is not down.
    pub fn settle_host(&mut self, host: HostId) {
        let jobs = self.take(host);
        self.due.extend(jobs);
    }

    /// Settles every job. Returns whether there is any.
    pub fn settle_all(&mut self) -> bool {
        self.due.extend(self.held.drain(..).map(|(.., job)| job));
        self.is_due()
    }

    /// Takes out the jobs that were held for a host: it is down, so that they go back.
    pub fn take(&mut self, host: HostId) -> VecDeque<Box<SettlingJob>> {
        self.take_held(|why, job| why == HeldReason::Outage && job.ready.host == host)
    }

    /// Takes out the jobs that were held because an endpoint answered them with 403.
    pub fn take_forbidden(&mut self, host: HostId, endpoint: EndpointId) -> VecDeque<Box<SettlingJob>> {
        self.take_held(|why, job| is_forbidden(why, job, host, endpoint))
    }

    /// Takes out the jobs that an endpoint had answered with 403 before it accepted an attempt that started at this moment.
    pub fn take_forbidden_before(
        &mut self,
        host: HostId,
        endpoint: EndpointId,
        accepted: Offset,
    ) -> VecDeque<Box<SettlingJob>> {
        if self.held.is_empty() {
            return VecDeque::new();
        }
        self.take_held(|why, job| is_forbidden(why, job, host, endpoint) && job.ready.ended <= accepted)
    }

    /// How many jobs an endpoint answered with 403 that had started after this moment.
    pub fn n_forbidden(&self, host: HostId, endpoint: EndpointId, after: Option<Offset>) -> usize {
        // Those that were sent once more got a 403 before: they say nothing new.
        let is_later =
            |job: &SettlingJob| job.ready.refusals == 0 && after.is_none_or(|after| job.ready.started > after);
        self.held.iter().filter(|(_, why, job)| is_forbidden(*why, job, host, endpoint) && is_later(job)).count()
    }

    fn take_held(&mut self, is_wanted: impl Fn(HeldReason, &SettlingJob) -> bool) -> VecDeque<Box<SettlingJob>> {
        let (wanted, others): (VecDeque<_>, _) = self.held.drain(..).partition(|(_, why, job)| is_wanted(*why, job));
        self.held = others;
        wanted.into_iter().map(|(.., job)| job).collect()
    }

    /// Takes out every job.
    pub fn drain(&mut self) -> impl Iterator<Item = SettlingJob> {
        self.held.drain(..).map(|(.., job)| job).chain(self.due.drain(..)).map(|job| *job)
    }
}

fn is_forbidden(why: HeldReason, job: &SettlingJob, host: HostId, endpoint: EndpointId) -> bool {
    why == HeldReason::Forbidden && job.ready.host == host && job.ready.job.endpoint == endpoint
}
