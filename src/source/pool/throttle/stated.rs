//! What a server states about its limits, in one answer.
//!
//! Start at [`Notice::stated`].

use crate::event::Micros;
use crate::source::pool::throttle::{Hint, Notice};

/// What a server states about its limits, whether it accepts or refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// How many requests remain in this window.
    pub remaining: Option<u64>,
    /// The time until the quota is full again.
    pub resets: Option<Micros>,
    /// Requests per window.
    pub quota: Option<u64>,
    /// The length of the window.
    pub window: Option<Micros>,
    /// The most requests in flight.
    pub at_once: Option<u32>,
}

impl Stated {
    /// Whether it states nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Notice {
    /// What the server states about its limits. No wait is longer than `longest_wait`.
    pub fn stated(&self, longest_wait: Micros) -> Stated {
        let mut stated = Stated { quota: self.quota, ..Stated::default() };
        if let Some(remaining) = self.remaining {
            stated.remaining = Some(remaining.requests);
            stated.resets = remaining.resets.map(|resets| resets.min(longest_wait));
        }
        for hint in &self.hints {
            match *hint {
                Hint::AtOnce(limit) => stated.at_once = Some(limit),
                Hint::PerWindow { quota, window } => (stated.quota, stated.window) = (Some(quota), Some(window)),
            }
        }
        stated
    }
}
