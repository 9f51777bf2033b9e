//! One host's lane: its cap, its gap, its cooldown, and the jobs that wait for them.
//!
//! Pure. Its clock is wound before anything here changes. Start at [`Lane::opens_at`].

use std::collections::VecDeque;

use crate::event::idle::IdleWhy;
use crate::event::waits::WaitTimes;
use crate::event::{JobId, Micros, Offset};
use crate::source::pool::adapt::step::AdaptStep;
use crate::source::pool::adapt::{Adapt, AttemptEvidence};
use crate::source::pool::schedule::clock::{LaneClock, LaneHold};
use crate::source::pool::schedule::pace::StartPace;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::throttle::Hint;

/// One host's lane.
#[derive(Debug)]
pub struct Lane {
    /// Attempts allowed in flight here, where the host has a limit of its own.
    pub limit: Option<u32>,
    /// Sources of the plan all of whose jobs go here, in turn.
    pub sources: VecDeque<usize>,
    /// Where the schedule keeps it.
    pub place: Place,
    /// Whether the person at the screen has put the host aside.
    pub is_quarantined: bool,
    in_flight: u32,
    /// Jobs that have started before: they have waited once already.
    again: VecDeque<Box<PendingJob>>,
    /// Jobs that have not.
    parked: VecDeque<Box<PendingJob>>,
    gap: Micros,
    next_start: Offset,
    cooldown: Offset,
    clock: LaneClock,
    /// Finds the host's limit or pace by itself, where that was asked for.
    adaptive: Option<Adaptive>,
}

/// The adaptive controller, and the pace it asks for.
#[derive(Debug)]
struct Adaptive {
    adapt: Adapt,
    pace: StartPace,
}

impl Adaptive {
    fn new(adapt: Adapt) -> Self {
        Self { pace: StartPace::new(adapt.gap()), adapt }
    }
}

/// Where the schedule keeps a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: it is full, put aside, or has no work.
    Aside,
    /// In the rotation of lanes that are asked in turn, as this entry.
    Rotation(u64),
    /// Among those that open at a known moment.
    Timed(Offset),
}

impl Lane {
    /// An empty lane.
    pub fn new(limit: Option<u32>, gap: Micros, adapt: Option<Adapt>) -> Self {
        Self {
            limit,
            sources: VecDeque::new(),
            place: Place::Aside,
            is_quarantined: false,
            in_flight: 0,
            again: VecDeque::new(),
            parked: VecDeque::new(),
            gap,
            next_start: Offset::ZERO,
            cooldown: Offset::ZERO,
            clock: LaneClock::default(),
            adaptive: adapt.map(Adaptive::new),
        }
    }

    /// Has its limit and pace found by this controller, or no longer.
    pub fn set_adaptive(&mut self, adapt: Option<Adapt>) {
        self.adaptive = adapt.map(Adaptive::new);
    }

    /// Winds the clock of what holds its jobs back to `to`, when the run's reads `run`.
    pub fn wind(&mut self, to: Offset, run: WaitTimes) -> WaitTimes {
        if self.clock.is_at(to) {
            return self.clock.sums();
        }
        let hold = LaneHold {
            is_aside: self.is_quarantined,
            is_full: self.is_full(),
            cooldown: self.cooldown,
            opens_at: self.opens_at(),
        };
        self.clock.wind(to, run, hold)
    }

    /// What that clock read when it was last wound.
    pub fn clock(&self) -> WaitTimes {
        self.clock.sums()
    }

    /// Whether its limit or pace is found by itself.
    pub fn is_adaptive(&self) -> bool {
        self.adaptive.is_some()
    }

    /// Attempts in flight here.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Lets the adaptive controller learn; gives back what that changed.
    pub fn observe(&mut self, evidence: AttemptEvidence) -> Option<AdaptStep> {
        let Adaptive { adapt, pace } = self.adaptive.as_mut()?;
        let step = adapt.observe(evidence)?;
        pace.set_gap(step.to.gap);
        Some(step)
    }

    /// Lets the adaptive controller heed what the server says it allows; gives back what that changed.
    pub fn heed(&mut self, hint: Hint, now: Offset) -> Option<AdaptStep> {
        let Adaptive { adapt, pace } = self.adaptive.as_mut()?;
        let step = adapt.hint(hint, now)?;
        pace.set_gap(step.to.gap);
        Some(step)
    }

    /// Bounds what the adaptive controller may allow.
    pub fn set_cap(&mut self, cap: u32) {
        if let Some(Adaptive { adapt, .. }) = &mut self.adaptive {
            adapt.set_cap(cap);
        }
    }

    /// What keeps this lane from starting a job, if anything does.
    pub fn held_by(&self, now: Offset) -> Option<IdleWhy> {
        if self.is_quarantined {
            Some(IdleWhy::Paused)
        } else if self.is_full() {
            Some(IdleWhy::HostLimit)
        } else if self.cooldown > now {
            Some(IdleWhy::Cooldown)
        } else if self.opens_at() > now {
            Some(IdleWhy::Gap)
        } else {
            None
        }
    }

    /// Whether nothing can start here until an attempt ends or somebody wishes for it.
    pub fn is_shut(&self) -> bool {
        self.is_quarantined || self.is_full()
    }

    /// Whether the host's own limit leaves no room.
    fn is_full(&self) -> bool {
        let found = self.adaptive.as_ref().map(|adaptive| adaptive.adapt.limit());
        [self.limit, found].into_iter().flatten().any(|limit| self.in_flight >= limit)
    }

    /// Whether there is, or may be, a job to start.
    pub fn has_work(&self) -> bool {
        self.has_parked() || !self.sources.is_empty()
    }

    /// Whether a job waits here.
    pub fn has_parked(&self) -> bool {
        !self.again.is_empty() || !self.parked.is_empty()
    }

    /// Nothing starts here before this moment.
    pub fn opens_at(&self) -> Offset {
        let paced = self.adaptive.as_ref().map_or(Offset::ZERO, |adaptive| adaptive.pace.opens_at());
        self.next_start.max(self.cooldown).max(paced)
    }

    /// Books a start.
    pub fn start(&mut self, now: Offset) {
        self.in_flight += 1;
        self.next_start = now + self.gap;
        if let Some(Adaptive { pace, .. }) = &mut self.adaptive {
            pace.start(now);
        }
    }

    /// Books an end.
    pub fn end(&mut self) {
        self.in_flight -= 1;
    }

    /// Extends the cooldown; never shortens one that the server gave. Tells whether it moved.
    pub fn cool_until(&mut self, until: Offset) -> bool {
        let moves = until > self.cooldown;
        self.cooldown = self.cooldown.max(until);
        moves
    }

    /// Keeps a job until the lane is open: behind its like, and retries and redirects before the rest.
    pub fn park(&mut self, mut ready: Box<PendingJob>) {
        ready.mark = self.clock.sums();
        if ready.attempts > 0 { self.again.push_back(ready) } else { self.parked.push_back(ready) }
    }

    /// The job that has waited longest; what it waited for is on it.
    pub fn unpark(&mut self) -> Option<Box<PendingJob>> {
        let mut ready = self.again.pop_front().or_else(|| self.parked.pop_front())?;
        ready.wait += self.clock.sums() - ready.mark;
        Some(ready)
    }

    /// One job that waits here.
    pub fn remove(&mut self, job: JobId) -> Option<Box<PendingJob>> {
        for waiting in [&mut self.again, &mut self.parked] {
            let found = waiting.iter().position(|ready| ready.id == job).and_then(|i| waiting.remove(i));
            if let Some(mut ready) = found {
                ready.wait += self.clock.sums() - ready.mark;
                return Some(ready);
            }
        }
        None
    }
}
