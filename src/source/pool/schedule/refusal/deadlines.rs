//! The deadlines of jobs that wait in a lane: a job whose time is over fails then, no matter when its host opens.
//!
//! Pure. Jobs start and wait again without being removed here: an entry is checked when it is due, and all are collected
//! anew when most of them are stale. Start at
//! [`Schedule::expire_waiting`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::outcome::{JobEnd, Outcome, Phase};
use crate::event::{HostId, JobId, Micros, Offset};
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::settling::SettlingJob;

/// How long a deadline is left alone that moves, because its host is down.
const RECHECK: Micros = Micros(1_000_000);

/// So many entries are never too many.
const SPARE: usize = 1_000;

/// The deadlines of jobs that wait in a lane.
#[derive(Debug, Default)]
pub struct Deadlines {
    all: BinaryHeap<Reverse<(Offset, HostId, JobId)>>,
}

impl Deadlines {
    /// Adds the deadline of a job that begins to wait.
    pub fn add(&mut self, at: Offset, host: HostId, job: JobId) {
        self.all.push(Reverse((at, host, job)));
    }

    /// Whether most entries may be those of jobs that wait no more, when so many jobs wait.
    pub fn is_stale(&self, n_waiting: usize) -> bool {
        self.all.len() > 2 * n_waiting + SPARE
    }

    /// The next deadline.
    pub fn soonest(&self) -> Option<Offset> {
        self.all.peek().map(|Reverse((at, ..))| *at)
    }
}

impl Schedule {
    /// Adds the deadline of a job that begins to wait after an attempt.
    pub(in crate::source::pool::schedule) fn add_deadline(&mut self, ready: &PendingJob) {
        if self.deadlines.is_stale(self.parked) {
            let waiting = self.lanes.all.values().flat_map(|lane| lane.waiting.started());
            self.deadlines.all = waiting.map(|job| Reverse((job.deadline(), job.host, job.id))).collect();
        }
        self.deadlines.add(ready.deadline(), ready.host, ready.id);
    }

    /// Lets the job with the next deadline fail, if it still waits and the deadline has not moved.
    pub(in crate::source::pool::schedule) fn expire_waiting(&mut self) {
        let Some(Reverse((_, host, job))) = self.deadlines.all.pop() else { return };
        let now = self.now;
        let Some(lane) = self.lanes.get(host) else { return };
        let Some(deadline) = lane.deadline_of(job) else { return };
        if deadline > now {
            self.deadlines.add(deadline.max(now + RECHECK), host, job);
        } else if let Some(ready) = lane.remove(job) {
            self.parked -= 1;
            let end = JobEnd::Failed { last: Outcome::TimedOut { phase: Phase::Job } };
            self.settling.settle(SettlingJob { ready: ready.given_up(now), end, answer: None });
        }
    }
}
