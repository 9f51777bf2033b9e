//! What the user can set for a scenario: requests, delay, limit and speed.
//!
//! Start at [`Controls`].

use std::time::Duration;

use crate::lab::scenario::Scenario;

/// The settings of a scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Controls {
    /// Requests of each lane.
    pub requests: u64,
    /// The delay that the scenario is about.
    pub delay: Duration,
    /// The limit of the lanes that have one.
    pub limit: u32,
    /// How many times faster all delays run.
    pub speed: f64,
}

impl Controls {
    /// The most requests that a lane may have.
    pub const MOST_REQUESTS: u64 = 1_000;
    /// The shortest and the longest delay.
    pub const DELAYS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(10));

    /// The defaults of a scenario.
    pub fn defaults(scenario: Scenario) -> Self {
        let defaults = scenario.spec().defaults;
        Self { requests: defaults.requests, delay: defaults.delay, limit: defaults.limit, speed: 1.0 }
    }
}
