//! One host's lane: its cap, its gap, its cooldown, and the jobs that wait for them.
//!
//! Pure. Start at [`Lane::opens_at`].

use std::collections::VecDeque;

use crate::event::idle::IdleWhy;
use crate::event::{Micros, Offset};
use crate::source::pool::adapt::step::Step;
use crate::source::pool::adapt::{Adapt, Evidence};
use crate::source::pool::pace::Pace;
use crate::source::pool::ready::Ready;

/// One host's lane.
#[derive(Debug)]
pub struct Lane {
    /// Attempts allowed in flight here, where the host has a limit of its own.
    pub limit: Option<u32>,
    /// Sources of the plan all of whose jobs go here, in turn.
    pub sources: VecDeque<usize>,
    /// Where the schedule keeps it.
    pub place: Place,
    in_flight: u32,
    /// Jobs that have started before: they have waited once already.
    again: VecDeque<Ready>,
    /// Jobs that have not.
    parked: VecDeque<Ready>,
    gap: Micros,
    next_start: Offset,
    cooldown: Offset,
    /// Finds the host's limit or pace by itself, where that was asked for.
    adaptive: Option<Adaptive>,
}

/// The adaptive controller, and the pace it asks for.
#[derive(Debug)]
struct Adaptive {
    adapt: Adapt,
    pace: Pace,
}

/// Where the schedule keeps a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: it is full, or has no work.
    Aside,
    /// In the rotation of lanes that are asked in turn.
    Rotation,
    /// Among those that open at a known moment.
    Timed,
}

impl Lane {
    /// An empty lane.
    pub fn new(limit: Option<u32>, gap: Micros, adapt: Option<Adapt>) -> Self {
        Self {
            limit,
            sources: VecDeque::new(),
            place: Place::Aside,
            in_flight: 0,
            again: VecDeque::new(),
            parked: VecDeque::new(),
            gap,
            next_start: Offset::ZERO,
            cooldown: Offset::ZERO,
            adaptive: adapt.map(|adapt| Adaptive { pace: Pace::new(adapt.gap()), adapt }),
        }
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
    pub fn observe(&mut self, evidence: Evidence) -> Option<Step> {
        let Adaptive { adapt, pace } = self.adaptive.as_mut()?;
        let step = adapt.observe(evidence)?;
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
        if self.is_full() {
            Some(IdleWhy::HostLimit)
        } else if self.cooldown > now {
            Some(IdleWhy::Cooldown)
        } else if self.opens_at() > now {
            Some(IdleWhy::Gap)
        } else {
            None
        }
    }

    /// Whether the host's own limit leaves no room.
    pub fn is_full(&self) -> bool {
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
    pub fn park(&mut self, ready: Ready) {
        if ready.attempts > 0 { self.again.push_back(ready) } else { self.parked.push_back(ready) }
    }

    /// The job that has waited longest.
    pub fn unpark(&mut self) -> Option<Ready> {
        self.again.pop_front().or_else(|| self.parked.pop_front())
    }
}
