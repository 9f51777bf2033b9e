//! The jobs that wait at a host, and which of them goes first.
//!
//! Pure. Jobs that have started before go first, because they have waited once already. Those that keep failing go
//! last: they may have an answer of their own, and must not be the only ones with which the host is tried. Start at
//! [`WaitingJobs::take`].

use std::collections::VecDeque;

use crate::event::JobId;
use crate::source::pool::schedule::pending_job::PendingJob;

/// The most waiting jobs that are examined for one that may be sent twice.
const EXAMINED_FOR_TRY: usize = 100;

/// The jobs that wait at a host.
#[derive(Debug, Default)]
pub struct WaitingJobs {
    /// Jobs that have started before.
    again: VecDeque<Box<PendingJob>>,
    /// Jobs that have not started yet.
    fresh: VecDeque<Box<PendingJob>>,
    /// Jobs that were refused again and again, or with which a host that is down was tried in vain.
    last: VecDeque<Box<PendingJob>>,
    /// Tries of a host that is down or refuses everything: every third is not made with a fresh job.
    n_tries: u32,
}

impl WaitingJobs {
    /// Adds a job.
    pub fn add(&mut self, ready: Box<PendingJob>) {
        let queue = if ready.goes_last() {
            &mut self.last
        } else if ready.attempts > 0 {
            &mut self.again
        } else {
            &mut self.fresh
        };
        queue.push_back(ready);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.n() == 0
    }

    /// Whether any has not started yet.
    pub fn has_fresh(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.again.len() + self.fresh.len() + self.last.len()
    }

    /// Takes the job that goes first. `has_more` is whether there are fresh jobs that do not wait here yet.
    pub fn take(&mut self, has_more: bool) -> Option<Box<PendingJob>> {
        let first = self.again.pop_front().or_else(|| self.fresh.pop_front());
        first.or_else(|| if has_more { None } else { self.last.pop_front() })
    }

    /// Takes a job to try a host that is down or refuses everything: one that may be sent twice, if possible, because
    /// the attempt may arrive and break then. Most tries are made with fresh jobs: the others have failed once, and that
    /// may be their own fault.
    pub fn take_for_try(&mut self, has_more: bool) -> Option<Box<PendingJob>> {
        self.n_tries = self.n_tries.wrapping_add(1);
        let tries_fresh = !self.n_tries.is_multiple_of(3);
        if tries_fresh && self.fresh.is_empty() && has_more {
            return None;
        }
        let order = if tries_fresh { [&mut self.fresh, &mut self.again] } else { [&mut self.again, &mut self.fresh] };
        let repeatable = order.into_iter().find_map(|queue| {
            let i = queue.iter().take(EXAMINED_FOR_TRY).position(|ready| ready.is_repeatable())?;
            queue.remove(i)
        });
        repeatable.or_else(|| self.take(has_more))
    }

    /// Takes every job.
    pub fn drain(&mut self) -> impl Iterator<Item = Box<PendingJob>> {
        self.again.drain(..).chain(self.fresh.drain(..)).chain(self.last.drain(..))
    }

    /// The jobs that have started before and wait here.
    pub fn started(&self) -> impl Iterator<Item = &PendingJob> {
        self.again.iter().chain(&self.last).map(|ready| &**ready)
    }

    /// Takes one job, if it waits here.
    pub fn remove(&mut self, job: JobId) -> Option<Box<PendingJob>> {
        let queues = [&mut self.again, &mut self.fresh, &mut self.last];
        queues
            .into_iter()
            .find_map(|queue| queue.iter().position(|ready| ready.id == job).and_then(|i| queue.remove(i)))
    }

    /// Forgives the tries that failed at the start of an outage. Returns how many there were.
    pub fn excuse_doubtful(&mut self) -> u64 {
        let failed = self.again.iter_mut().chain(&mut self.last);
        failed.map(|ready| u64::from(ready.excuse_doubtful())).sum()
    }
}
