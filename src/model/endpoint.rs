//! What is known of one endpoint.
//!
//! Start at [`EndpointStats::state`].

use std::sync::Arc;

use crate::event::failure_sample::Field;
use crate::event::{EndpointId, Micros, Offset, Origin};
use crate::model::anatomy::Anatomy;
use crate::model::histogram::Histogram;
use crate::model::level::Trend;

/// One row of the plan, so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStats {
    /// The machine that reported it.
    pub origin: Origin,
    /// The id that this machine gave it: commands name the endpoint by it, never by its place in the model.
    pub id: EndpointId,
    /// Its name; foreign text.
    pub name: Arc<str>,
    /// How many jobs it yields, where that is known.
    pub jobs: Option<u64>,
    /// Jobs that ended with an expected answer.
    pub done: u64,
    /// Jobs that ended without one.
    pub failed: u64,
    /// Jobs that we ended.
    pub cancelled: u64,
    /// Attempts in flight now.
    pub in_flight: u32,
    /// Attempts refused with a request to slow down.
    pub throttled: u64,
    /// Service times of answered attempts.
    pub latency: Histogram,
    /// Mean service time over the run.
    pub trend: Trend,
    /// When it was last refused.
    pub throttled_at: Option<Offset>,
    /// The round it is in, from 1; 0 where there are none.
    pub round: u32,
    /// Whether it is up, where that is being checked.
    pub health: Option<Health>,
    /// Whether no job of it starts any more.
    pub is_skipped: bool,
    /// Index of the host that its last attempt went to.
    pub host: Option<usize>,
    /// The headers and the body size of its requests, if they have any.
    pub profile: Option<EndpointProfile>,
    /// Its attempts, taken apart.
    pub anatomy: Anatomy,
}

/// What an endpoint's first request carries; foreign text, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointProfile {
    /// Header fields.
    pub headers: Arc<[Field]>,
    /// Body bytes.
    pub body: u64,
    /// Whether not all of its requests carry the same.
    pub varies: bool,
}

/// Whether an endpoint is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it is.
    pub is_up: bool,
    /// Since when.
    pub since: Offset,
    /// How often that has changed.
    pub flips: u32,
}

/// What an endpoint is doing, for a glyph and a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndpointState {
    /// The upstream asks for patience: a refusal within the last two seconds, and nothing finished.
    Limited,
    /// In flight, or partly done.
    Running,
    /// Nothing has started.
    Queued,
    /// Every job settled, some badly.
    Failed,
    /// A liveness check found it down.
    Down,
    /// A liveness check found it up.
    Up,
    /// Every job settled well.
    Done,
    /// Settled, and some jobs were cancelled.
    Cancelled,
}

impl EndpointStats {
    /// How recently a refusal must have come to be shown as the state.
    const LIMITED_FOR: u64 = 2_000_000;

    /// Jobs that are over.
    pub fn settled(&self) -> u64 {
        self.done + self.failed + self.cancelled
    }

    /// Jobs that are not over, where it is known how many there are.
    pub fn left(&self) -> Option<u64> {
        self.jobs.map(|jobs| jobs.saturating_sub(self.settled()))
    }

    /// Whether every job is over.
    pub fn is_finished(&self) -> bool {
        self.jobs.is_some_and(|jobs| self.settled() >= jobs)
    }

    /// It is found up or down; gives back for how long it had been otherwise.
    pub(super) fn set_health(&mut self, is_up: bool, at: Offset) -> Option<Micros> {
        let before = self.health.filter(|health| health.is_up != is_up);
        let flips = self.health.map_or(0, |health| health.flips) + u32::from(before.is_some());
        if before.is_some() || self.health.is_none() {
            self.health = Some(Health { is_up, since: at, flips });
        }
        before.map(|health| at.since(health.since))
    }

    /// Whether all of its jobs are done.
    pub fn is_done(&self) -> bool {
        self.is_finished() && self.failed == 0 && self.cancelled == 0
    }

    /// What it is doing.
    pub fn state(&self, now: Offset) -> EndpointState {
        if self.is_finished() {
            return match (self.failed, self.cancelled) {
                (0, 0) => EndpointState::Done,
                (0, _) => EndpointState::Cancelled,
                _ => EndpointState::Failed,
            };
        }
        if let Some(health) = self.health.filter(|_| !self.is_skipped) {
            return if health.is_up { EndpointState::Up } else { EndpointState::Down };
        }
        if self.is_skipped && self.in_flight == 0 {
            EndpointState::Cancelled
        } else if self.throttled_at.is_some_and(|at| now.since(at).0 < Self::LIMITED_FOR) {
            EndpointState::Limited
        } else if self.in_flight == 0 && self.settled() == 0 {
            EndpointState::Queued
        } else {
            EndpointState::Running
        }
    }
}
