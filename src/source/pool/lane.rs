//! One host's lane: its cap, its gap, its cooldown, and the jobs that wait for them.
//!
//! Pure. Start at [`Lane::opens_at`].

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::{Micros, Offset};
use crate::source::pool::schedule::Ready;

/// One host's lane.
#[derive(Debug)]
pub struct Lane {
    /// Scheme, name and port.
    pub name: Arc<str>,
    /// Attempts allowed in flight here, where the host has a limit of its own.
    pub limit: Option<u32>,
    /// Attempts in flight here.
    pub in_flight: u32,
    /// Jobs that are ready but for this lane: retries and redirects first, then the plan's order.
    pub parked: VecDeque<Ready>,
    /// Sources of the plan all of whose jobs go here, in turn.
    pub sources: VecDeque<usize>,
    /// Where the schedule keeps it.
    pub place: Place,
    gap: Micros,
    next_start: Offset,
    cooldown: Offset,
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
    pub fn new(name: Arc<str>, limit: Option<u32>, gap: Micros) -> Self {
        Self {
            name,
            limit,
            in_flight: 0,
            parked: VecDeque::new(),
            sources: VecDeque::new(),
            place: Place::Aside,
            gap,
            next_start: Offset::ZERO,
            cooldown: Offset::ZERO,
        }
    }

    /// Whether the host's own limit leaves no room.
    pub fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.in_flight >= limit)
    }

    /// Whether there is, or may be, a job to start.
    pub fn has_work(&self) -> bool {
        !self.parked.is_empty() || !self.sources.is_empty()
    }

    /// Nothing starts here before this moment.
    pub fn opens_at(&self) -> Offset {
        self.next_start.max(self.cooldown)
    }

    /// Books a start.
    pub fn start(&mut self, now: Offset) {
        self.in_flight += 1;
        self.next_start = now + self.gap;
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
}
