//! The lane of a host: its limit, its gap, its cooldown, and the jobs that wait for them.
//!
//! Pure. Wind its clock to the present before any change. Start at [`Lane::opens_at`].

mod parked;
pub mod position;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::idle::IdleReason;
use crate::event::waits::WaitTimes;
use crate::event::{Fact, HostId, Micros, Offset};
use crate::source::pool::adapt::Adapt;
use crate::source::pool::adapt::history::StartId;
use crate::source::pool::outage::Outage;
use crate::source::pool::outage::evidence::OutageBounds;
use crate::source::pool::schedule::adaptive_lane::{AdaptiveLane, AttemptEvidence};
use crate::source::pool::schedule::clock::{LaneClock, LaneHold};
use crate::source::pool::schedule::lane::position::LanePosition;
use crate::source::pool::schedule::refusal::health::HostHealth;
use crate::source::pool::schedule::refusal::waiting_jobs::WaitingJobs;

/// How long the adaptive controller's findings are kept while nothing starts at the host.
const FINDINGS_TTL: Micros = Micros(600_000_000);

/// The lane of a host.
#[derive(Debug)]
pub struct Lane {
    /// The most attempts in flight here, if the host has a limit of its own.
    pub limit: Option<u32>,
    /// Sources of the plan whose jobs all go here; they take turns.
    pub sources: VecDeque<usize>,
    /// Its position in the schedule.
    pub position: LanePosition,
    /// Whether the user has quarantined the host.
    pub is_quarantined: bool,
    /// Whether it stays for the whole run: a source of the plan needs it, or the user has set its limit.
    pub is_pinned: bool,
    /// Whether it was used since it was last examined for eviction.
    pub is_recent: bool,
    /// Whether the jobs are repeated for a time, so that there is no number of them to reach.
    pub is_for_time: bool,
    /// What its answers have shown.
    pub health: HostHealth,
    /// Whether the host is up.
    pub outage: Outage,
    name: Arc<str>,
    /// Whether the DNS prefetch has its name.
    is_prefetched: bool,
    in_flight: u32,
    pub(in crate::source::pool) waiting: WaitingJobs,
    gap: Micros,
    last_start: Offset,
    next_start: Offset,
    pub(super) cooldown: Offset,
    pub(super) clock: LaneClock,
    /// Finds the host's limit or pace, if limits are adaptive.
    adaptive: Option<Box<AdaptiveLane>>,
}

impl Lane {
    /// A lane without jobs, for the host with this name.
    pub fn new(name: Arc<str>, limit: Option<u32>, gap: Micros, adapt: Option<Adapt>, bounds: OutageBounds) -> Self {
        Self {
            limit,
            sources: VecDeque::new(),
            position: LanePosition::None,
            is_quarantined: false,
            is_pinned: false,
            is_recent: false,
            is_for_time: false,
            health: HostHealth::default(),
            outage: Outage::new(bounds),
            name,
            is_prefetched: false,
            in_flight: 0,
            waiting: WaitingJobs::default(),
            gap,
            last_start: Offset::ZERO,
            next_start: Offset::ZERO,
            cooldown: Offset::ZERO,
            clock: LaneClock::default(),
            adaptive: adapt.map(|adapt| Box::new(AdaptiveLane::new(adapt))),
        }
    }

    /// The name of its host.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of its host, the first time that this is called.
    pub fn take_name_to_prefetch(&mut self) -> Option<Arc<str>> {
        (!std::mem::replace(&mut self.is_prefetched, true)).then(|| Arc::clone(&self.name))
    }

    /// Whether the DNS prefetch has looked at it.
    pub fn is_prefetched(&self) -> bool {
        self.is_prefetched
    }

    /// Whether the lane can be evicted: nothing happens here, and it holds no state that matters.
    pub fn is_cold(&self, now: Offset) -> bool {
        let is_in_use = self.in_flight > 0 || self.has_work() || self.position != LanePosition::None;
        let is_set = self.is_pinned || self.is_quarantined;
        let findings_hold = self.has_findings() && now.since(self.last_start) < FINDINGS_TTL;
        !is_in_use && !is_set && !findings_hold && self.opens_at() <= now && self.outage.is_cold(now)
    }

    /// Sets or removes the controller that finds its limit and pace. One that has found something is not replaced.
    pub fn set_adaptive(&mut self, adapt: Option<Adapt>) {
        if adapt.is_none() || !self.has_findings() {
            self.adaptive = adapt.map(|adapt| Box::new(AdaptiveLane::new(adapt)));
        }
    }

    fn has_findings(&self) -> bool {
        self.adaptive.as_ref().is_some_and(|adaptive| adaptive.has_findings())
    }

    /// Winds its clock to `to`, when the run's clock reads `run`.
    pub fn wind(&mut self, to: Offset, run: WaitTimes) -> WaitTimes {
        let sums = self.wind_clock(to, run);
        if self.adaptive.as_ref().is_some_and(|adaptive| adaptive.is_due(to)) {
            self.ask_controller(to);
        }
        sums
    }

    fn wind_clock(&mut self, to: Offset, run: WaitTimes) -> WaitTimes {
        if self.clock.is_at(to) {
            return self.clock.sums();
        }
        // While the host starts gently, its jobs wait for the end of its pause.
        let (cooldown, opens_at) =
            if self.starts_gently() { (Offset(u64::MAX), Offset(u64::MAX)) } else { (self.cooldown, self.opens_at()) };
        let hold = LaneHold {
            is_quarantined: self.is_quarantined,
            is_down: self.outage.is_down(),
            is_full: self.is_full(),
            cooldown,
            opens_at,
        };
        self.clock.wind(to, run, hold)
    }

    /// The reading of its clock when it was last wound.
    pub fn clock(&self) -> WaitTimes {
        self.clock.sums()
    }

    /// Whether it finds its own limit and pace.
    pub fn is_adaptive(&self) -> bool {
        self.adaptive.is_some()
    }

    /// Attempts in flight here.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Gives the adaptive controller the end of an attempt.
    pub fn observe(&mut self, id: StartId, evidence: &AttemptEvidence, now: Offset) {
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.observe(id, evidence, now);
        }
    }

    /// Bounds what the adaptive controller may allow.
    pub fn set_cap(&mut self, cap: u32) {
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.set_cap(cap);
        }
    }

    /// Asks the adaptive controller when the next attempt may start. Do this after each change.
    pub fn ask_controller(&mut self, now: Offset) {
        let in_flight = self.in_flight;
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.ask(now, in_flight);
        }
    }

    /// Takes what has changed in the adaptive controller, as facts about this host.
    pub fn take_findings(&mut self, host: HostId) -> impl Iterator<Item = Fact> {
        self.adaptive.as_mut().map(|adaptive| adaptive.take_facts(host)).into_iter().flatten()
    }

    /// The moment before which the adaptive controller starts nothing, if that has not been reported yet.
    pub fn take_wait(&mut self, now: Offset) -> Option<Offset> {
        self.adaptive.as_mut()?.take_wait(now)
    }

    /// Why this lane cannot start a job, if it cannot.
    pub fn held_by(&self, now: Offset) -> Option<IdleReason> {
        if self.is_quarantined {
            Some(IdleReason::Paused)
        } else if self.outage.is_down() && (self.is_full() || self.opens_at() > now) {
            Some(IdleReason::Outage)
        } else if self.is_full() {
            Some(IdleReason::HostLimit)
        } else if self.cooldown > now || self.starts_gently() {
            Some(IdleReason::Cooldown)
        } else if self.opens_at() > now {
            Some(IdleReason::Gap)
        } else {
            None
        }
    }

    /// Whether only the end of an attempt or a command lets a job start here.
    pub fn is_shut(&self) -> bool {
        self.is_quarantined || self.is_full() || self.starts_gently() && !self.outage.is_given_up()
    }

    /// Whether the host's own limit leaves no room.
    fn is_full(&self) -> bool {
        let is_held = self.adaptive.as_ref().is_some_and(|adaptive| adaptive.is_full());
        is_held && !self.outage.is_given_up() || self.outage.is_full() || self.is_at_its_limit()
    }

    /// Whether the limit that the plan or the user has set leaves no room.
    pub fn is_at_its_limit(&self) -> bool {
        self.limit.is_some_and(|limit| self.in_flight >= limit)
    }

    /// Whether there is, or may be, a job to start.
    pub fn has_work(&self) -> bool {
        self.has_parked() || !self.sources.is_empty()
    }

    /// Whether a job is parked here.
    pub fn has_parked(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The moment before which nothing starts here. If the host was given up, its jobs fail without being sent, and a
    /// run for a time draws no more of them, except for tries.
    pub fn opens_at(&self) -> Offset {
        if let Some(next_try) = self.outage.tried_at() {
            let draws_tries_only = self.is_for_time && !self.has_parked();
            return if draws_tries_only { next_try.max(self.cooldown) } else { Offset::ZERO };
        }
        let paced = self.adaptive.as_ref().map_or(Offset::ZERO, |adaptive| adaptive.opens_at());
        let paced = self.health.tried_by.map_or(paced, |by| paced.min(by));
        self.next_start.max(self.cooldown).max(paced).max(self.outage.opens_at())
    }

    /// Counts an attempt that starts. An adaptive controller needs the returned proof at its end.
    pub fn start(&mut self, now: Offset) -> Option<StartId> {
        let others = self.in_flight;
        self.in_flight += 1;
        self.last_start = now;
        self.next_start = now + self.gap;
        self.adaptive.as_mut().map(|adaptive| adaptive.start(now, others))
    }

    /// Whether the host is known to limit attempts in flight.
    pub fn is_crowded(&self) -> bool {
        self.adaptive.as_ref().is_some_and(|adaptive| adaptive.is_crowded())
    }

    /// Counts an attempt that ended.
    pub fn end(&mut self) {
        self.in_flight -= 1;
    }

    /// Extends the cooldown, and never shortens it. Returns whether that changed it.
    pub fn cool_until(&mut self, until: Offset) -> bool {
        let moves = until > self.cooldown;
        self.cooldown = self.cooldown.max(until);
        moves
    }
}
