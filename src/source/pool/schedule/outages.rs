//! Outages of hosts in the schedule: what becomes of the jobs, and the facts.
//!
//! Pure. Start at [`Schedule::observe_host`].

use std::sync::Arc;

use crate::event::outcome::Outcome;
use crate::event::reasons::RetryReason;
use crate::event::{Fact, HostId, Micros, Offset};
use crate::source::pool::outage::evidence::{HostEvidence, JobFate, OutageStep};
use crate::source::pool::outage::reasons;
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
        let has_more = !self.sources.is_drawn();
        let limit = self.gate.limit();
        let lane = self.lanes.lane(host.0 as usize);
        // The jobs of one host never crowd out others: it may come up soon, and then they are done.
        let is_crowded = self.parked >= PARKED_MAX / 2 && lane.n_parked() <= self.parked / CROWD;
        let may_start_more = (has_more || lane.has_parked()) && !lane.health.is_closed();
        let evidence = HostEvidence {
            at: self.now,
            started: ready.started,
            generation: ready.generation,
            job: ready.id,
            in_flight: lane.in_flight() + 1,
            startable: if may_start_more { lane.limit.unwrap_or(limit).min(limit) } else { 0 },
            outcome,
            waits: ready.waits_for_host(),
            is_crowded,
            may_be_own: ready.may_break_itself(lane.outage.was_false_alarm()),
            chance,
        };
        let (fate, step) = lane.outage.observe(&evidence);
        match step {
            None | Some(OutageStep::Up { was_reported: false }) => {}
            Some(OutageStep::Dismissed) => self.settling.settle_host(host),
            Some(OutageStep::Suspended) => self.begin_outage(host, outcome),
            Some(OutageStep::Down { is_new, why, next_try }) => {
                if is_new {
                    self.begin_outage(host, outcome);
                }
                self.announcements.push_back(Fact::HostDown { host, why, next_try });
            }
            Some(OutageStep::Up { was_reported: true }) => {
                self.announcements.push_back(Fact::HostUp { host });
            }
            Some(OutageStep::GivenUp { why }) => {
                self.delayed.release_host(host);
                self.announcements.push_back(Fact::HostGivenUp { host, why });
                self.end_if_given_up();
            }
        }
        self.lanes.enqueue(host.0 as usize);
        fate
    }

    /// Gives up a host that has refused every job for as long as the plan lets jobs wait. Returns whether it did: then
    /// the refusal is final for all of them.
    pub fn give_up_refusing(&mut self, ready: &PendingJob) -> bool {
        let (host, now) = (ready.host, self.now);
        let longest = Micros::from(ready.job.policy.retry.longest_wait);
        let Some(lane) = self.lanes.get(host) else { return false };
        if lane.health.closed_for(now).is_none_or(|length| length < longest) {
            return false;
        }
        self.give_up_refused(host, reasons::refused_too_long(longest));
        true
    }

    /// Notes that a host asked for a longer wait than the plan allows.
    pub fn close_beyond(&mut self, ready: &PendingJob, until: Offset) {
        let longest = Micros::from(ready.job.policy.retry.longest_wait);
        let why = reasons::wait_too_long(until.since(self.now), longest);
        if let Some(lane) = self.lanes.get(ready.host) {
            lane.health.close_beyond(until, why);
        }
    }

    /// Gives up a host that asked for a longer wait than the plan allows, when that time is over: it is never asked
    /// before the moment that it named.
    pub fn give_up_beyond(&mut self, host: HostId) {
        let now = self.now;
        let Some(lane) = self.lanes.get(host) else { return };
        let Some((until, why)) = lane.health.take_beyond(now) else { return };
        if lane.cool_until(until) {
            self.announcements.push_back(Fact::CooldownSet { host, until });
        }
        self.give_up_refused(host, why);
    }

    fn give_up_refused(&mut self, host: HostId, why: Arc<str>) {
        let lane = self.lanes.lane(host.0 as usize);
        if !lane.outage.is_given_up() {
            self.announcements.push_back(Fact::HostGivenUp { host, why: Arc::clone(&why) });
        }
        lane.outage.give_up_refusing(why, self.now);
        self.delayed.release_host(host);
        self.lanes.enqueue(host.0 as usize);
        self.end_if_given_up();
    }

    /// Ends a run for a time if there is no host left: each source that has jobs has them for one that was given up.
    pub(super) fn end_if_given_up(&mut self) {
        if !self.sources.is_for_time() || self.sources.is_drawn() {
            return;
        }
        let (sources, lanes) = (&self.sources, &self.lanes);
        let is_given_up = |host| lanes.lane_of(host).is_some_and(|lane| lane.outage.is_given_up());
        let is_left = |source| sources.has_more(source) && !sources.host_of(source).is_some_and(is_given_up);
        if !(0..sources.n()).any(is_left) {
            self.sources.give_up(&mut self.announcements);
        }
    }

    /// A new round asks the hosts of a source again that were given up, but not before a moment that they named.
    pub(super) fn ask_again(&mut self, source: usize) {
        let one = self.sources.host_of(source).map(|host| self.lanes.find(host));
        let lanes = one.map_or_else(|| self.lanes.numbers(), |lane| lane.into_iter().collect());
        for i in lanes {
            let lane = self.lanes.lane(i);
            if lane.outage.is_given_up() && lane.outage.try_now(self.now) {
                self.lanes.enqueue(i);
            }
        }
    }

    /// The host is down: what failed just before was not the jobs' fault, and what looked like a limit was none.
    fn begin_outage(&mut self, host: HostId, outcome: &Outcome) {
        let health = &self.lanes.lane(host.0 as usize).health;
        let is_overload = matches!(outcome, Outcome::Answered { status: 503, .. });
        if is_overload && health.recognized.contains(503) && !health.has_relented() {
            self.dismiss_refusal(host, 503, "it answers everything with 503, so it is down");
        }
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
