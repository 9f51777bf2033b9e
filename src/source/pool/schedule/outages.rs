//! Outages of hosts in the schedule: what becomes of the jobs, and the facts.
//!
//! Pure. Start at [`Schedule::observe_host`].

use crate::event::outcome::Outcome;
use crate::event::reasons::RetryReason;
use crate::event::{Fact, HostId};
use crate::source::pool::outage::evidence::{HostEvidence, JobFate, OutageStep};
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::settling::{HeldReason, SettlingJob};
use crate::source::pool::schedule::{PARKED_MAX, Schedule};

/// A sweep over many hosts: each has at most this part of the jobs that wait.
const CROWD: usize = 100;

impl Schedule {
    /// Learns from the end of an attempt whether its host is up. `in_flight` includes the attempt. Returns what the
    /// end means for the job.
    pub fn observe_host(&mut self, ready: &PendingJob, outcome: &Outcome, chance: f64) -> JobFate {
        let host = ready.host;
        let lane = self.lanes.lane(host.0 as usize);
        // The jobs of one host never crowd out others: it may come up soon, and then they are done.
        let is_crowded = self.parked >= PARKED_MAX / 2 && lane.n_parked() <= self.parked / CROWD;
        let evidence = HostEvidence {
            at: self.now,
            started: ready.started,
            generation: ready.generation,
            job: ready.id,
            in_flight: lane.in_flight() + 1,
            outcome,
            waits: ready.waits_for_host(),
            is_crowded,
            has_failed: ready.tries - ready.uncounted > 1,
            chance,
        };
        let (fate, step) = lane.outage.observe(&evidence);
        match step {
            None | Some(OutageStep::Up { was_reported: false }) => {}
            Some(OutageStep::Dismissed) => self.settling.settle_host(host),
            Some(OutageStep::Suspended) => self.excuse_jobs(host),
            Some(OutageStep::Down { is_new, why, next_try }) => {
                if is_new {
                    self.excuse_jobs(host);
                }
                self.announcements.push_back(Fact::HostDown { host, why, next_try });
            }
            Some(OutageStep::Up { was_reported: true }) => {
                self.announcements.push_back(Fact::HostUp { host });
            }
            Some(OutageStep::GivenUp { why }) => self.announcements.push_back(Fact::HostGivenUp { host, why }),
        }
        self.lanes.enqueue(host.0 as usize);
        fate
    }

    /// The host is down: what failed just before was not the jobs' fault.
    fn excuse_jobs(&mut self, host: HostId) {
        let n = self.delayed.excuse_doubtful(host) + self.lanes.lane(host.0 as usize).excuse_doubtful();
        self.budget.refund(n);
        for job in self.settling.take(host) {
            self.excuse(job.ready);
        }
    }

    /// Takes back a job that failed because its host is down. It waits in its lane.
    pub fn excuse(&mut self, mut ready: Box<PendingJob>) {
        let (attempt, until) = (ready.attempt(), self.now);
        self.announcements.push_back(Fact::RetryScheduled { attempt, until, why: RetryReason::Host });
        ready.excuse(self.now);
        self.park(ready);
    }

    /// Holds a failed job until it is clear whether its host is down.
    pub fn hold_failed(&mut self, job: SettlingJob) {
        self.settling.hold(Box::new(job), HeldReason::Outage, self.now);
    }

    /// Tries a host now, if it is down. Returns whether that changed anything.
    pub fn try_host(&mut self, host: HostId) -> bool {
        let now = self.now;
        let is_earlier = self.lanes.get(host).is_some_and(|lane| lane.outage.try_now(now));
        if is_earlier {
            self.lanes.enqueue(host.0 as usize);
        }
        is_earlier
    }
}
