//! Commands that change the schedule: limits, quarantined hosts, skipped endpoints, single jobs.
//!
//! Pure. Start at [`Schedule::set_limit`].

use std::sync::Arc;

use crate::event::adaptive::AdaptiveMode;
use crate::event::waits::WaitTimes;
use crate::event::{EndpointId, HostId, JobId};
use crate::plan::job::Job;
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::pending_job::PendingJob;

impl Schedule {
    /// Sets the run's limit for the user. A shortage of this machine may lower it again.
    pub fn set_usual_limit(&mut self, limit: u32) {
        self.shortage.reset();
        self.end_ramp();
        self.set_limit(limit);
    }

    /// Sets the run's limit, which is also the upper bound for hosts without their own.
    pub fn set_limit(&mut self, limit: u32) {
        self.gate.set_limit(limit);
        for i in self.lanes.numbers() {
            let lane = self.lanes.lane(i);
            if lane.limit.is_none() {
                lane.set_cap(limit);
                self.lanes.enqueue(i);
            }
        }
    }

    /// Sets a host's own limit, if there is such a host.
    pub fn set_host_limit(&mut self, host: HostId, limit: u32) -> bool {
        let Some(lane) = self.lanes.get(host) else { return false };
        (lane.limit, lane.is_pinned) = (Some(limit), true);
        lane.set_cap(limit);
        self.lanes.enqueue(host.0 as usize);
        true
    }

    /// Sets when limits adapt. Returns whether that changed anything.
    pub fn set_adaptive(&mut self, mode: AdaptiveMode) -> bool {
        let changes = self.lanes.set_adaptive(mode, self.host_cap());
        if changes {
            for i in self.lanes.numbers() {
                self.lanes.enqueue(i);
            }
        }
        changes
    }

    /// When limits adapt.
    pub fn adaptive(&self) -> AdaptiveMode {
        self.lanes.adaptive()
    }

    /// The name of a host.
    pub fn host_name(&mut self, host: HostId) -> String {
        self.lanes.get(host).map_or_else(String::new, |lane| lane.name().to_owned())
    }

    /// Quarantines a host or releases it. Returns whether that changed anything.
    pub fn set_quarantine(&mut self, host: HostId, is_quarantined: bool) -> bool {
        let Some(lane) = self.lanes.get(host).filter(|lane| lane.is_quarantined != is_quarantined) else {
            return false;
        };
        lane.is_quarantined = is_quarantined;
        self.lanes.enqueue(host.0 as usize);
        true
    }

    /// Starts no more jobs of an endpoint, if there is such an endpoint. Returns whether that changed anything.
    pub fn skip(&mut self, endpoint: EndpointId) -> bool {
        self.sources.has_announced(endpoint) && self.skipped.insert(endpoint)
    }

    /// Whether an endpoint is skipped.
    pub fn is_skipped(&self, endpoint: EndpointId) -> bool {
        self.skipped.contains(&endpoint)
    }

    /// Schedules a finished job once more, as a further job. Returns the number of that.
    pub fn repeat(&mut self, job: Box<Job>) -> JobId {
        let id = self.sources.repeat(job.place.source as usize);
        let (host, now) = (self.host_of(&job), self.now);
        // The user expects that it is sent, even if its host was given up.
        self.try_host(host);
        self.park(PendingJob::new(job, id, host, now, now, WaitTimes::NONE));
        id
    }

    /// Schedules the next page of a row, with the cookies of the page before it.
    pub fn follow(&mut self, job: Box<Job>, cookies: Option<Arc<CookieJar>>) {
        let Some(id) = self.sources.follow(job.place.source as usize, &mut self.announcements) else { return };
        let (host, now) = (self.host_of(&job), self.now);
        let mut ready = PendingJob::new(job, id, host, now, now, WaitTimes::NONE);
        ready.cookies = cookies;
        self.park(ready);
    }

    /// Takes out a job, if it is waiting.
    pub fn remove(&mut self, job: JobId) -> Option<Box<PendingJob>> {
        if let Some(ready) = self.delayed.remove(job, self.now) {
            return Some(ready.given_up(self.now));
        }
        self.unpark_one(job).map(|ready| ready.given_up(self.now))
    }

    fn unpark_one(&mut self, job: JobId) -> Option<Box<PendingJob>> {
        let ready = self.lanes.numbers().into_iter().find_map(|i| self.lanes.lane(i).remove(job))?;
        self.parked -= 1;
        Some(ready)
    }

    /// Postpones a waiting job until there is nothing else to start.
    pub fn postpone_waiting(&mut self, job: JobId) {
        if !self.delayed.postpone_waiting(job)
            && let Some(ready) = self.unpark_one(job)
        {
            self.delayed.postpone(ready, self.now);
        }
    }
}
