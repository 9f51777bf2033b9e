//! What is known of one host: its lane's dials, and how it answers.
//!
//! Start at [`Host::state`].

use std::sync::Arc;

use crate::event::{Hand, Micros, Offset};
use crate::model::histogram::Histogram;

/// One host, so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Scheme, name and port; foreign text.
    pub name: Arc<str>,
    /// Its own limit, where it has one.
    pub limit: Option<u32>,
    /// Who set that limit last, and when; nobody where it is the plan's.
    pub turned: Option<(Hand, Offset)>,
    /// Attempts in flight now.
    pub in_flight: u32,
    /// Attempts started.
    pub started: u64,
    /// Attempts answered, expected or not.
    pub answered: u64,
    /// Attempts refused with a request to slow down.
    pub throttled: u64,
    /// Attempts that ended without an answer, or with one the plan does not expect.
    pub failed: u64,
    /// Service times of answered attempts.
    pub latency: Histogram,
    /// What the adaptive controller has found: most in flight, and the least time between two starts.
    pub learned: Option<(u32, Micros)>,
    /// What the controller saw when it last took a step; foreign text.
    pub why: Option<Arc<str>>,
    /// Nothing starts before this.
    pub cooldown: Option<Offset>,
}

/// What holds a host back, if anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostState {
    /// It asked for patience: nothing starts before then.
    Cooling(Offset),
    /// As much is in flight as may be.
    Full,
    /// Something is in flight.
    Busy,
    /// Nothing is in flight.
    Idle,
}

impl Host {
    /// What holds it back.
    pub fn state(&self, now: Offset) -> HostState {
        match self.cooldown {
            Some(until) if until > now => HostState::Cooling(until),
            _ if self.in_flight == 0 => HostState::Idle,
            _ if self.limit.is_some_and(|limit| self.in_flight >= limit) => HostState::Full,
            _ => HostState::Busy,
        }
    }

    /// The least time between two starts, where the controller keeps one.
    pub fn gap(&self) -> Option<Micros> {
        self.learned.map(|(_, gap)| gap).filter(|gap| !gap.is_zero())
    }
}
