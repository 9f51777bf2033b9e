//! The statistics and the state of one endpoint.
//!
//! Start at [`EndpointStats::state`].

use std::sync::Arc;

use crate::event::failure_sample::Field;
use crate::event::origin::Origin;
use crate::event::{EndpointId, Micros, Offset};
use crate::model::anatomy::Anatomy;
use crate::model::histogram::Histogram;
use crate::model::level::Trend;
use crate::model::round_history::RoundHistory;
use crate::model::since_due::SinceDue;
use crate::model::timeline::kept::KeptAttempts;

/// The statistics of one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStats {
    /// The machine that reported it.
    pub origin: Origin,
    /// The id that this machine assigned. Commands use this id, never the index in the model.
    pub id: EndpointId,
    /// Its name; foreign text.
    pub name: Arc<str>,
    /// Number of its jobs, if known.
    pub jobs: Option<u64>,
    /// Jobs that ended with an expected answer.
    pub done: u64,
    /// Those of them that needed more than one attempt.
    pub retried: u64,
    /// Jobs that ended without an expected answer.
    pub failed: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
    /// Attempts in flight now.
    pub in_flight: u32,
    /// Attempts refused with a request to slow down.
    pub throttled: u64,
    /// Service times of answered attempts.
    pub latency: Histogram,
    /// Attempts that ended, and the sum of their service times.
    pub used: (u64, Micros),
    /// Latencies since due, if the run has a rate.
    pub since_due: SinceDue,
    /// Mean service time over the run.
    pub trend: Trend,
    /// When it was last refused.
    pub throttled_at: Option<Offset>,
    /// The current round, from 1; 0 without rounds.
    pub round: u32,
    /// How its rounds went.
    pub rounds: RoundHistory,
    /// Whether it is up, if a liveness check runs.
    pub health: Option<Health>,
    /// Whether the user has skipped its remaining jobs.
    pub is_skipped: bool,
    /// Index of the host that its last attempt went to.
    pub host: Option<usize>,
    /// The headers and the body size of its requests, if they have any.
    pub profile: Option<EndpointProfile>,
    /// The breakdown of its attempts.
    pub anatomy: Anatomy,
    /// Its slowest and its latest attempts.
    pub kept: KeptAttempts,
}

/// The headers and the body size of an endpoint's first request; foreign text, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointProfile {
    /// Header fields.
    pub headers: Arc<[Field]>,
    /// Body bytes.
    pub body: u64,
    /// Whether other requests of the endpoint differ.
    pub varies: bool,
}

/// Whether an endpoint is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it is up.
    pub is_up: bool,
    /// When this was first observed.
    pub since: Offset,
    /// How often it went up or down.
    pub flips: u32,
}

/// The state of an endpoint, which decides its symbol and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndpointState {
    /// The upstream refused an attempt within the last two seconds, or its host lets nothing start.
    Limited,
    /// Some jobs are in flight or done.
    Running,
    /// No job has started.
    Queued,
    /// Every job has settled, and some failed.
    Failed,
    /// The host that its jobs wait for does not answer.
    HostDown,
    /// A liveness check found it down.
    Down,
    /// A liveness check found it up.
    Up,
    /// Every job succeeded.
    Done,
    /// Every job has settled, and some were cancelled.
    Cancelled,
}

impl EndpointStats {
    /// How long a refusal is shown as the state.
    const LIMITED_FOR: u64 = 2_000_000;

    /// Jobs that have ended.
    pub fn settled(&self) -> u64 {
        self.done + self.failed + self.cancelled
    }

    /// Jobs that have not ended, if their total is known.
    pub fn left(&self) -> Option<u64> {
        self.jobs.map(|jobs| jobs.saturating_sub(self.settled()))
    }

    /// Whether every job has ended.
    pub fn is_finished(&self) -> bool {
        self.jobs.is_some_and(|jobs| self.settled() >= jobs)
    }

    /// Records whether it is up. Returns how long the previous state lasted, if the state changed.
    pub(super) fn set_health(&mut self, is_up: bool, at: Offset) -> Option<Micros> {
        let before = self.health.filter(|health| health.is_up != is_up);
        let flips = self.health.map_or(0, |health| health.flips) + u32::from(before.is_some());
        if before.is_some() || self.health.is_none() {
            self.health = Some(Health { is_up, since: at, flips });
        }
        before.map(|health| at.since(health.since))
    }

    /// Whether all of its jobs succeeded.
    pub fn is_done(&self) -> bool {
        self.is_finished() && self.failed == 0 && self.cancelled == 0
    }

    /// How its jobs ended, if all have.
    pub(super) fn end_state(&self) -> EndpointState {
        match (self.failed, self.cancelled) {
            (0, 0) => EndpointState::Done,
            (0, _) => EndpointState::Cancelled,
            _ => EndpointState::Failed,
        }
    }

    /// Its current state.
    pub fn state(&self, now: Offset) -> EndpointState {
        // What a liveness check saw last says more than how all its jobs ended.
        if let Some(health) = self.health.filter(|_| !self.is_skipped) {
            return if health.is_up { EndpointState::Up } else { EndpointState::Down };
        }
        if self.is_finished() {
            return self.end_state();
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
