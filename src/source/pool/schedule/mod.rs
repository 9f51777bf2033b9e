//! The scheduler: it decides which job starts next, and when.
//!
//! Pure: the caller sets the time, and nothing here waits, reads or sends. Only a job that can start at once takes
//! a slot; one that waits for a lane, a gap, a cooldown or a backoff holds none. Lanes take turns, so a throttled
//! or hung host never starves the others. Start at [`Schedule::decide`].

pub mod adaptive_lane;
pub mod clock;
pub mod commands;
pub mod delay_queue;
pub mod dns_prefetch;
pub mod failed_jobs;
pub mod gate;
pub mod idle_slots;
pub mod lane;
mod lane_pause;
pub mod lanes;
mod lateness;
pub mod medians;
mod outages;
pub mod pace;
pub mod pending_job;
pub mod ramp;
pub mod refusal;
pub mod rounds;
pub mod settling;
pub mod shortage;
pub mod sources;
mod turns;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::event::idle::IdleReason;
use crate::event::outcome::JobEnd;
use crate::event::reasons::RetryReason;
use crate::event::run_times::RunTimes;
use crate::event::waits::WaitTimes;
use crate::event::{EndpointId, Fact, HostId, JobId, Micros, Offset};
use crate::plan::before::secrets::StepSecrets;
use crate::plan::cursor::{BadRow, Cursor};
use crate::plan::job::{Job, Place};
use crate::plan::{Limits, Polling};
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::retry::Budget;
use crate::source::pool::schedule::adaptive_lane::AttemptEvidence;
use crate::source::pool::schedule::clock::{RunClock, RunHold};
use crate::source::pool::schedule::delay_queue::DelayQueue;
use crate::source::pool::schedule::gate::{Gate, GateState};
use crate::source::pool::schedule::lanes::Lanes;
use crate::source::pool::schedule::lanes::rotation::LaneTurn;
use crate::source::pool::schedule::medians::Medians;
use crate::source::pool::schedule::pace::StartPace;
use crate::source::pool::schedule::pending_job::{PendingJob, Ticket};
use crate::source::pool::schedule::ramp::LimitRamp;
use crate::source::pool::schedule::refusal::deadlines::Deadlines;
use crate::source::pool::schedule::settling::{SettlingJob, SettlingJobs};
use crate::source::pool::schedule::shortage::Shortage;
use crate::source::pool::schedule::sources::Sources;

/// The most jobs that may be drawn early because their lane is closed. Beyond that, a source of many hosts is not
/// drawn any further until some have started.
pub const PARKED_MAX: usize = 10_000;

/// The most jobs that are parked in closed lanes in one step, so that one step under the lock stays short.
const PARKED_AT_ONCE: usize = 100;

/// Above this number of lanes, the reason for unused slots is not found anew each time.
const MANY_LANES: usize = 256;

/// What a worker should do.
#[derive(Debug)]
pub enum Dispatch {
    /// Start this.
    Start(Ticket),
    /// Settle this row as failed: it makes no job.
    BadRow(JobId, BadRow),
    /// Settle this without another attempt.
    GiveUp(Box<PendingJob>, GiveUp),
    /// Settle this, which has ended.
    Settle(Box<SettlingJob>),
    /// Ask again: the step reached its bound before it found a job.
    Again,
    /// Wait to be woken, at this moment at the latest.
    Wait(Option<Offset>),
    /// Nothing will ever start again.
    Over,
}

/// Why a job gets no further attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiveUp {
    /// Its time ran out before it could start again.
    Expired,
    /// Its endpoint is skipped.
    Skipped,
}

/// The lanes, the gate and the position in the plan.
#[derive(Debug)]
pub struct Schedule {
    /// The run's limit.
    pub gate: Gate,
    /// Facts to emit before any fact that refers to them.
    pub announcements: VecDeque<Fact>,
    now: Offset,
    clock: RunClock,
    sources: Sources,
    /// The end of the warm-up.
    warm: Option<Offset>,
    lanes: Lanes,
    delayed: DelayQueue,
    settling: SettlingJobs,
    deadlines: Deadlines,
    shortage: Shortage,
    pace: StartPace,
    /// The length of the ramp that has not begun, and the ramp of the limit while it rises.
    ramp_length: Option<Micros>,
    ramp: Option<LimitRamp>,
    /// The limit that the plan sets, as far as this machine allows it.
    planned_limit: u32,
    /// Nothing starts because of the limits of hosts.
    hosts_are_busy: bool,
    /// The retry budget.
    pub budget: Budget,
    /// Median service times, for time-outs that depend on them.
    pub medians: Medians,
    /// The cookies of the run.
    cookies: Arc<CookieJar>,
    /// The values that steps before the batch gave.
    pub step_secrets: Arc<StepSecrets>,
    parked: usize,
    skipped: HashSet<EndpointId>,
    /// Sources that wait for input.
    awaiting_input: Vec<usize>,
    /// Sources of many hosts that wait until fewer jobs are parked.
    held_back: Vec<usize>,
    /// The last reason for an unused slot, and when it was found.
    idle_why: (IdleReason, Offset),
}

impl Schedule {
    /// The schedule of a plan.
    pub fn new(cursor: Cursor, limits: &Limits, polling: Option<Polling>) -> Self {
        let mut schedule = Self {
            gate: Gate::new(limits.concurrency.get()),
            announcements: VecDeque::new(),
            now: Offset::ZERO,
            clock: RunClock::default(),
            sources: Sources::new(cursor, polling, limits),
            warm: limits.warmup.map(|length| Offset::ZERO + length.into()),
            lanes: Lanes::new(limits),
            delayed: DelayQueue::default(),
            settling: SettlingJobs::default(),
            deadlines: Deadlines::default(),
            shortage: Shortage::default(),
            pace: StartPace::new(limits.gap.unwrap_or_default().into(), limits.ramp.map(Micros::from)),
            ramp_length: limits.ramp.filter(|_| limits.gap.is_none()).map(Micros::from),
            ramp: None,
            planned_limit: limits.concurrency.get(),
            hosts_are_busy: false,
            budget: Budget::new(limits.retry_budget),
            medians: Medians::default(),
            cookies: Arc::default(),
            step_secrets: Arc::default(),
            parked: 0,
            skipped: HashSet::new(),
            awaiting_input: Vec::new(),
            held_back: Vec::new(),
            idle_why: (IdleReason::NoWork, Offset::ZERO),
        };
        schedule.sources.open(&mut schedule.announcements);
        for source in (0..schedule.sources.n()).filter(|_| polling.is_none()) {
            schedule.enqueue_source(source);
        }
        schedule
    }

    /// Sets the time, and does what is due: opens lanes, ends backoffs, begins rounds.
    ///
    /// Call this first in every step.
    pub fn tick(&mut self, now: Offset) {
        let hold = self.hold();
        if hold.is_paused {
            self.postpone_ramp(now.since(self.now));
        } else if self.is_busy(hold) {
            self.pace.add_busy(self.now, now);
        } else {
            self.pace.pass(now.since(self.now));
        }
        while let Some(due) = self.soonest_change().filter(|&due| due <= now) {
            // A postponed job may have been due long ago, but time must not go back.
            let at = due.max(self.now);
            self.turn_to(at, self.clock.read(at, hold));
            if self.lanes.next_opening() == Some(due) {
                self.lanes.open_next();
            } else if self.delayed.soonest() == Some(due) {
                if let Some(mut ready) = self.delayed.pop(at) {
                    ready.host = self.host_of(&ready.job);
                    self.park(ready);
                }
            } else if self.settling.soonest() == Some(due) {
                self.settling.settle_due(at);
            } else if self.deadlines.soonest() == Some(due) {
                self.expire_waiting();
            } else if self.shortage.due() == Some(due) {
                self.report_shortage();
            } else if self.ramp_due() == Some(due) {
                self.climb_ramp(now);
            } else if self.sources.closes_at() == Some(due) {
                self.sources.close(&mut self.announcements);
            } else if let Some(source) = self.sources.begin_round(at, &mut self.announcements) {
                self.ask_again(source);
                self.enqueue_source(source);
            }
        }
        let reads = self.clock.wind(now, hold);
        self.turn_to(now, reads);
        self.announcements.extend(self.lanes.take_findings());
    }

    fn turn_to(&mut self, now: Offset, reads: WaitTimes) {
        self.now = now;
        self.lanes.set_time(now, reads);
    }

    /// What holds the run back now.
    fn hold(&self) -> RunHold {
        RunHold {
            is_paused: self.gate.state() == GateState::Paused,
            is_full: self.gate.in_flight() >= self.gate.limit(),
            paced_until: self.pace.opens_at(),
        }
    }

    fn soonest_change(&self) -> Option<Offset> {
        let round = self.sources.next_round().filter(|_| self.gate.state() != GateState::Closed);
        // The time of a job does not run while the run is paused.
        let deadline = self.deadlines.soonest().filter(|_| self.gate.state() == GateState::Open);
        let held = [self.delayed.soonest(), self.settling.soonest(), deadline];
        let sources = [round, self.sources.closes_at()];
        [self.lanes.next_opening(), self.shortage.due(), self.ramp_due()]
            .into_iter()
            .chain(sources)
            .chain(held)
            .flatten()
            .min()
    }

    /// What a worker that has nothing to do should do now.
    pub fn decide(&mut self) -> Dispatch {
        if self.gate.state() == GateState::Closed || self.sources.is_over() {
            return Dispatch::Over;
        }
        if let Some(settling) = self.settling.pop() {
            return Dispatch::Settle(settling);
        }
        if !self.gate.admits() {
            return Dispatch::Wait(self.ramp_due());
        }
        if self.pace.opens_at() > self.now {
            self.hold_by_pace();
            return Dispatch::Wait(self.soonest());
        }
        if let Some(next) = self.take_priority_job() {
            return next;
        }
        while let Some(turn) = self.next_turn() {
            let found = match turn {
                LaneTurn::Lane(lane, _) => self.take_from_lane(lane),
                LaneTurn::Mixed(source) => self.take_from_mixed(source),
            };
            if let Some(next) = found {
                return next;
            }
        }
        // Nothing else can start, so the postponed jobs start now.
        if self.delayed.has_postponed() {
            self.delayed.release();
            self.tick(self.now);
            return self.decide();
        }
        self.find_busy_hosts();
        // Nothing is left that could explain why a job failed.
        let is_idle = self.gate.in_flight() == 0 && self.parked == 0 && self.lanes.next_opening().is_none();
        if is_idle && self.delayed.is_empty() && self.settling.settle_all() {
            return self.decide();
        }
        // The last source may have ended only now, after every job had settled.
        if self.sources.is_over() { Dispatch::Over } else { Dispatch::Wait(self.soonest()) }
    }

    /// Whether another worker should be woken, because something may start at once.
    pub fn may_start(&self) -> bool {
        self.settling.is_due() || self.gate.admits() && self.pace.opens_at() <= self.now && self.has_turns()
    }

    /// Whether there may be a job: in the rotation, among priority jobs, or among postponed jobs.
    fn has_turns(&self) -> bool {
        self.lanes.has_turns() || self.delayed.has_postponed() || self.sources.next_priority().is_some()
    }

    /// The earliest moment at which something may start without a command or the end of an attempt.
    pub fn soonest(&self) -> Option<Offset> {
        let turn = self.has_turns().then_some(Offset::ZERO);
        if self.settling.is_due() {
            return Some(self.now);
        }
        let soonest = [turn, self.soonest_change()].into_iter().flatten().min()?;
        if self.gate.admits() { Some(soonest.max(self.pace.opens_at())) } else { self.ramp_due() }
    }

    /// Gives back the slot of an attempt, and lets its host's adaptive controller learn from its end.
    pub fn give_back(&mut self, slot: u32, ready: &mut PendingJob, evidence: &AttemptEvidence) {
        self.gate.give_back(slot);
        let i = ready.host.0 as usize;
        let (start, now) = (ready.start_id.take(), self.now);
        let lane = self.lanes.lane(i);
        if let Some(id) = start {
            lane.observe(id, evidence, now);
        }
        lane.end();
        self.pace.end(now.since(ready.started));
        self.lanes.enqueue(i);
        self.announcements.extend(self.lanes.take_findings());
    }

    /// Takes back a job that continues later, or at once at another host.
    pub fn take_back(&mut self, ready: Box<PendingJob>, until: Offset, why: RetryReason) {
        self.delayed.delay(ready, self.now, until, why);
    }

    /// Takes back a job that continues when there is nothing else to start.
    pub fn postpone(&mut self, ready: Box<PendingJob>) {
        self.delayed.postpone(ready, self.now);
    }

    /// Counts a job as settled: well, badly, or cancelled.
    pub fn settle(&mut self, place: Place, endpoint: EndpointId, is_good: Option<bool>) {
        self.sources.settle(place.source as usize, endpoint, is_good, self.now, &mut self.announcements);
    }

    /// The cookies of the run.
    pub fn run_cookies(&self) -> Arc<CookieJar> {
        Arc::clone(&self.cookies)
    }

    /// The times that the plan sets for the run.
    pub fn times(&self) -> Option<RunTimes> {
        let (every, rounds) = self.sources.round_times();
        let (until, warm, gap) = (self.sources.closes_at(), self.warm, self.pace.gap());
        let times = RunTimes { until, warm, gap, every, rounds };
        (times != RunTimes::default()).then_some(times)
    }

    /// The sources of the plan.
    pub fn sources(&mut self) -> &mut Sources {
        &mut self.sources
    }

    /// Starts nothing in this lane before `until`. Returns whether the deadline moved.
    pub fn cool(&mut self, host: HostId, until: Offset) -> bool {
        let moves = self.lanes.get(host).is_some_and(|lane| lane.cool_until(until));
        if moves {
            self.lanes.enqueue(host.0 as usize);
        }
        moves
    }

    /// Closes the gate, and returns the jobs that were drawn and have not settled: they will not start.
    pub fn close(&mut self) -> Vec<SettlingJob> {
        self.gate.set_state(GateState::Closed);
        self.parked = 0;
        let mut rest = self.delayed.drain(self.now);
        for i in self.lanes.numbers() {
            let lane = self.lanes.lane(i);
            rest.extend(lane.unpark_all());
        }
        let cancelled = rest.into_iter().map(|ready| SettlingJob::cancelled(ready, self.now));
        self.settling.drain().chain(cancelled).collect()
    }

    /// Queues the sources again that waited for input.
    pub fn input_arrived(&mut self) {
        for source in std::mem::take(&mut self.awaiting_input) {
            self.enqueue_source(source);
        }
    }

    fn start(&mut self, mut ready: Box<PendingJob>) -> Dispatch {
        let (i, now) = (ready.host.0 as usize, self.now);
        let gives_up = if self.skipped.contains(&ready.job.endpoint) {
            Some(GiveUp::Skipped)
        } else {
            (ready.attempts > 0 && now >= ready.deadline()).then_some(GiveUp::Expired)
        };
        if let Some(why) = gives_up {
            self.lanes.enqueue(i);
            return Dispatch::GiveUp(ready.given_up(now), why);
        }
        self.give_up_beyond(ready.host);
        let lane = self.lanes.lane(i);
        if let Some(given_up) = lane.failure(now) {
            let end = JobEnd::Failed { last: given_up.outcome(ready.last.as_ref(), lane.name()) };
            self.lanes.enqueue(i);
            return Dispatch::Settle(Box::new(SettlingJob { ready: ready.given_up(now), end, answer: None }));
        }
        let mut timeout = self.medians.timeout(ready.job.endpoint, &ready.job.policy.timeouts);
        if let Some(most) = lane.outage.try_timeout() {
            timeout = timeout.min(Duration::from_micros(most.0));
        }
        ready.is_try_of_host = lane.outage.is_down();
        ready.host_counts = lane.health.counts();
        ready.generation = lane.outage.start();
        ready.is_crowded = lane.is_crowded();
        ready.take_cookies(&self.cookies);
        ready.step_secrets = Some(Arc::clone(&self.step_secrets));
        let due = self.pace.start(now, ready.wait.slot + ready.wait.host_limit);
        ready.set_due(due, now, self.pace.is_set());
        ready.start(now, timeout, lane.in_flight(), lane.start(now));
        self.hosts_are_busy = false;
        self.lanes.enqueue(i);
        let slot = self.gate.take();
        self.hold_by_pace();
        Dispatch::Start(Ticket { ready, slot })
    }

    fn park(&mut self, ready: Box<PendingJob>) {
        let lane = ready.host.0 as usize;
        self.parked += 1;
        if ready.attempts > 0 {
            self.add_deadline(&ready);
        }
        self.lanes.lane(lane).park(ready);
        self.lanes.enqueue(lane);
    }

    fn unpark(&mut self, lane: usize, has_more: bool) -> Option<Box<PendingJob>> {
        let ready = self.lanes.lane(lane).unpark(has_more)?;
        self.parked -= 1;
        if self.parked < PARKED_MAX / 2 {
            for source in self.held_back.drain(..) {
                self.lanes.enqueue_mixed(source);
            }
        }
        Some(ready)
    }

    fn host_of(&mut self, job: &Job) -> HostId {
        let name = job.url.host_key();
        let lane = match self.lanes.find(&name) {
            Some(lane) => lane,
            None => self.lane_of(&Arc::from(&*name)),
        };
        id_of(lane)
    }

    fn lane_of(&mut self, name: &Arc<str>) -> usize {
        if let Some(lane) = self.lanes.find(name) {
            return lane;
        }
        let lane = self.lanes.add(name, self.host_cap());
        let limit = self.lanes.lane(lane).limit;
        self.announcements.push_back(Fact::HostAnnounced { host: id_of(lane), name: Arc::clone(name), limit });
        lane
    }
}

fn id_of(lane: usize) -> HostId {
    HostId(u32::try_from(lane).unwrap_or(u32::MAX))
}
