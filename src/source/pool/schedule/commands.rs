//! What a person may wish of the schedule: limits, hosts put aside, endpoints skipped, jobs picked out.
//!
//! Pure. Start at [`Schedule::set_limit`].

use crate::event::waits::WaitTimes;
use crate::event::{EndpointId, HostId, JobId};
use crate::plan::job::Job;
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::pending_job::PendingJob;

impl Schedule {
    /// Sets the run's limit, which also bounds what is found for hosts without one of their own.
    pub fn set_limit(&mut self, limit: u32) {
        self.gate.set_limit(limit);
        for i in 0..self.lanes.n() {
            let lane = self.lanes.lane(i);
            if lane.limit.is_none() {
                lane.set_cap(limit);
                self.lanes.enqueue(i);
            }
        }
    }

    /// Sets a host's own limit, if there is such a host.
    pub fn set_host_limit(&mut self, host: HostId, limit: u32) -> bool {
        let Some(lane) = self.lanes.of(host) else { return false };
        lane.limit = Some(limit);
        lane.set_cap(limit);
        self.lanes.enqueue(host.0 as usize);
        true
    }

    /// Has each host's limit and pace found by itself, or no longer. Tells whether that changed anything.
    pub fn set_adaptive(&mut self, is_on: bool) -> bool {
        let changes = self.lanes.set_adaptive(is_on, self.gate.limit());
        for i in (0..self.lanes.n()).filter(|_| changes) {
            self.lanes.enqueue(i);
        }
        changes
    }

    /// Whether each host's limit and pace is found by itself.
    pub fn is_adaptive(&self) -> bool {
        self.lanes.is_adaptive()
    }

    /// Puts a host aside or takes it back. Tells whether that changed anything.
    pub fn set_quarantine(&mut self, host: HostId, is_aside: bool) -> bool {
        let Some(lane) = self.lanes.of(host).filter(|lane| lane.is_quarantined != is_aside) else { return false };
        lane.is_quarantined = is_aside;
        self.lanes.enqueue(host.0 as usize);
        true
    }

    /// Starts nothing more of an endpoint, if there is such an endpoint. Tells whether that changed anything.
    pub fn skip(&mut self, endpoint: EndpointId) -> bool {
        self.sources.knows(endpoint) && self.skipped.insert(endpoint)
    }

    /// Whether nothing more of an endpoint starts.
    pub fn is_skipped(&self, endpoint: EndpointId) -> bool {
        self.skipped.contains(&endpoint)
    }

    /// Has a job sent once more that is over, as a further job; gives back its number.
    pub fn repeat(&mut self, job: Box<Job>) -> JobId {
        let id = self.sources.repeat(job.place.source as usize);
        let (host, now) = (self.host_of(&job), self.now);
        self.park(PendingJob::new(job, id, host, now, now, WaitTimes::NONE));
        id
    }

    /// Takes out a job that waits, if it does.
    pub fn remove(&mut self, job: JobId) -> Option<Box<PendingJob>> {
        if let Some(ready) = self.delayed.remove(job, self.now) {
            return Some(ready.given_up(self.now));
        }
        self.unpark_one(job).map(|ready| ready.given_up(self.now))
    }

    fn unpark_one(&mut self, job: JobId) -> Option<Box<PendingJob>> {
        let ready = (0..self.lanes.n()).find_map(|i| self.lanes.lane(i).remove(job))?;
        self.parked -= 1;
        Some(ready)
    }

    /// Has a job that waits, if it does, wait until there is nothing else to start.
    pub fn hold_back(&mut self, job: JobId) {
        if !self.delayed.hold_back(job)
            && let Some(ready) = self.unpark_one(job)
        {
            self.delayed.postpone(ready, self.now);
        }
    }
}
