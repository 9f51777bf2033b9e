//! The jobs that are parked at a lane until it is open.
//!
//! Start at [`Lane::park`].

use crate::event::JobId;
use crate::source::pool::schedule::lane::Lane;
use crate::source::pool::schedule::pending_job::PendingJob;

impl Lane {
    /// How many jobs are parked here.
    pub fn n_parked(&self) -> usize {
        self.waiting.n()
    }

    /// Parks a job until the lane is open.
    pub fn park(&mut self, mut ready: Box<PendingJob>) {
        ready.mark = self.clock.sums();
        self.waiting.add(ready);
    }

    /// Removes the job that goes first, with its wait times filled in. `has_more` is whether there are fresh jobs that
    /// are not parked here.
    pub fn unpark(&mut self, has_more: bool) -> Option<Box<PendingJob>> {
        let is_down = self.outage.is_down();
        let ready = if is_down { self.waiting.take_for_try(has_more) } else { self.waiting.take(has_more) }?;
        Some(self.waited(ready))
    }

    /// Removes every job that is parked here.
    pub fn unpark_all(&mut self) -> Vec<Box<PendingJob>> {
        let all: Vec<_> = self.waiting.drain().collect();
        all.into_iter().map(|ready| self.waited(ready)).collect()
    }

    /// A job that was parked here, with its wait times filled in.
    fn waited(&self, mut ready: Box<PendingJob>) -> Box<PendingJob> {
        let waited = self.clock.sums() - ready.mark;
        ready.wait += waited;
        // The job's time-out does not run while its host is down.
        ready.begun = ready.begun + waited.outage;
        ready
    }

    /// Forgives the tries that failed at the start of an outage. Returns how many there were.
    pub fn excuse_doubtful(&mut self) -> u64 {
        self.waiting.excuse_doubtful()
    }

    /// Removes one job that is parked here.
    pub fn remove(&mut self, job: JobId) -> Option<Box<PendingJob>> {
        let found = self.waiting.remove(job);
        found.map(|ready| self.waited(ready))
    }
}
